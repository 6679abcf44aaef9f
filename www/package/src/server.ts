import { concat } from "./chunks.js";
import { messageOf } from "./errors.js";
import { requireDevice } from "./gpu.js";
import type { CallName, Calls, Failure, OwnerPort } from "./protocol.js";
import { Reading, released } from "./reading.js";
import type { WasmClassifier, WasmModule, WasmPortion } from "./wasm.js";

type Answer<K extends CallName> = Calls[K]["answer"];
type Handlers = {
  [K in CallName]: (args: Calls[K]["args"], transfer: ArrayBuffer[]) => Answer<K> | Promise<Answer<K>>;
};

/** Runs work with the module when all earlier work is over, successful or not. */
type Turn = <T>(work: () => T | Promise<T>) => Promise<T>;

/** Calls that wait for bytes: these take their turns themselves. */
const OUT_OF_TURN: readonly CallName[] = ["push", "read"];

/**
 * The worker's side: answers calls with the wasm module, one after the other in the order in which they
 * came, so that no two of them are ever inside the module at once.
 */
export function serve(wasm: WasmModule, owner: OwnerPort): void {
  let last: Promise<unknown> = Promise.resolve();
  const turn: Turn = (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const handlers = handlersOf(wasm, turn);
  owner.listen(async (request) => {
    const transfer: ArrayBuffer[] = [];
    const { number } = request;
    const handle = () => dispatch(handlers, request, transfer);
    try {
      const answer = await (OUT_OF_TURN.includes(request.call) ? handle() : turn(handle));
      owner.post({ number, answer }, transfer);
    } catch (error) {
      owner.post({ number, failure: failureOf(error) }, []);
    }
  });
}

function dispatch<K extends CallName>(
  handlers: Handlers,
  request: { call: K; args: Calls[K]["args"] },
  transfer: ArrayBuffer[],
): Answer<K> | Promise<Answer<K>> {
  return handlers[request.call](request.args, transfer);
}

function handlersOf(wasm: WasmModule, turn: Turn): Handlers {
  let classifier: WasmClassifier | undefined;
  const loaded = (): WasmClassifier => {
    if (classifier === undefined) throw new Error("no classifier is loaded");
    return classifier;
  };
  const readings = new Map<number, Reading>();
  const reading = (number: number): Reading => {
    const found = readings.get(number);
    if (found === undefined) throw released();
    return found;
  };
  return {
    async start({ module }) {
      await wasm.default({ module_or_path: module });
      return undefined;
    },
    embeddedBundle: () => wasm.embeddedBundle(),
    async load({ bundle, engine, precision }) {
      await requireDevice(engine);
      classifier = await wasm.WebClassifier.load(bundle, engine, precision);
      return classifier.info();
    },
    open({ job, blob }) {
      readings.set(job, new Reading(loaded().job(), blob));
      return undefined;
    },
    async push({ job, chunk }) {
      await reading(job).push(chunk);
      return undefined;
    },
    async read({ job, windows }, transfer) {
      const from = reading(job);
      const portion = await from.next(windows, turn);
      if (portion !== undefined) {
        transfer.push(portion.steps.buffer, portion.values.buffer, portion.codes.buffer);
      }
      return { portion, bytesRead: from.bytesRead };
    },
    async classify({ portions }) {
      const { ids, steps, values, codes } = merge(portions);
      const start = performance.now();
      const predictions = await loaded().classify(ids, steps, values, codes);
      return { predictions, busyMs: performance.now() - start };
    },
    summary({ job }) {
      const { job: file } = reading(job);
      return { order: file.order(), warnings: file.warnings() };
    },
    recording({ job, id }, transfer) {
      const recording = reading(job).job.recording(id);
      if (recording === undefined) return undefined;
      transfer.push(recording.times.buffer as ArrayBuffer, recording.values.buffer as ArrayBuffer);
      return recording;
    },
    release({ job }) {
      readings.get(job)?.release();
      readings.delete(job);
      return undefined;
    },
    evaluate: ({ classes, idColumn, labels, ids, predicted }) =>
      wasm.evaluate(classes, idColumn, labels, ids, predicted),
  };
}

/** One portion of several: an engine is quicker with all of their windows at once. */
function merge(portions: readonly WasmPortion[]): WasmPortion {
  const [first] = portions;
  if (first !== undefined && portions.length === 1) return first;
  return {
    ids: portions.flatMap(({ ids }) => ids),
    steps: concat(
      portions.map(({ steps }) => steps),
      (length) => new Uint32Array(length),
    ),
    values: concat(
      portions.map(({ values }) => values),
      (length) => new Float32Array(length),
    ),
    codes: concat(
      portions.map(({ codes }) => codes),
      (length) => new Uint8Array(length),
    ),
  };
}

function failureOf(error: unknown): Failure {
  const { code, line, column } = (
    typeof error === "object" && error !== null ? error : {}
  ) as Partial<Failure>;
  return { code: typeof code === "string" ? code : undefined, message: messageOf(error), line, column };
}
