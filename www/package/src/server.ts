import { concat } from "./chunks.js";
import { requireDevice } from "./gpu.js";
import { kindsIn, labelsIn } from "./inspect.js";
import { type CallName, type Calls, failureOf, type OwnerPort } from "./protocol.js";
import { Reading, released } from "./reading.js";
import type { OpenWorkbook } from "./spreadsheet.js";
import type { WasmClassifier, WasmModule, WasmPortion } from "./wasm.js";

type Answer<K extends CallName> = Calls[K]["answer"];
type Handlers = {
  [K in CallName]: (args: Calls[K]["args"], transfer: ArrayBuffer[]) => Answer<K> | Promise<Answer<K>>;
};

/** Runs work with the module when all earlier work is over, successful or not. */
type Turn = <T>(work: () => T | Promise<T>) => Promise<T>;

/** Calls that wait for bytes: these take their turns themselves. */
const OUT_OF_TURN: readonly CallName[] = ["push", "read", "evaluate", "kindsOf"];

/**
 * The worker's side: answers calls with the wasm module, one after the other in the order in which they
 * came, so that no two of them are ever inside the module at once. `openWorkbook` is for workers that read files.
 */
export function serve(wasm: WasmModule, owner: OwnerPort, openWorkbook?: OpenWorkbook): void {
  let last: Promise<unknown> = Promise.resolve();
  const turn: Turn = (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const handlers = handlersOf(wasm, turn, openWorkbook);
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

function handlersOf(wasm: WasmModule, turn: Turn, openWorkbook: OpenWorkbook | undefined): Handlers {
  let classifier: WasmClassifier | undefined;
  const loaded = (): WasmClassifier => {
    if (classifier === undefined) throw new Error("no classifier is loaded");
    return classifier;
  };
  const tools = {
    openWorkbook,
    kindOf: (name: string, head: Uint8Array, complete: boolean) =>
      turn(() => loaded().kindOf(name, head, complete, {})),
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
    open({ job, files, options, repeatable }) {
      readings.set(job, new Reading(loaded().job(options), files, options, repeatable, tools));
      return undefined;
    },
    push: ({ job, piece }) => reading(job).push(piece),
    async read({ job, windows }, transfer) {
      const from = reading(job);
      const portion = await from.next(windows, turn);
      if (portion !== undefined && portion !== "again") {
        const { first, ended, steps, values, codes } = portion;
        transfer.push(first.buffer, ended.buffer, steps.buffer, values.buffer, codes.buffer);
      }
      return { portion, bytesRead: from.bytesRead };
    },
    async classify({ portions }) {
      const { ids, first, ended, steps, values, codes } = merge(portions);
      const start = performance.now();
      const answers = await loaded().classify(ids, first, ended, steps, values, codes);
      return { answers, busyMs: performance.now() - start };
    },
    join({ job, segments }) {
      const to = reading(job).job;
      return segments.map(({ first, ended, evidence: { id, numbers, windows } }) =>
        to.join(id, first, ended, numbers, windows.starts, windows.probabilities),
      );
    },
    summary({ job, shift: { subjects, sums } }) {
      const { warnings, ...summary } = reading(job).summary();
      const shift = loaded().shift(subjects, Float64Array.from(sums));
      return { ...summary, warnings: shift === undefined ? warnings : [...warnings, shift] };
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
    async evaluate({ classes, idColumns, labelColumn, labels, fileName, strict, ids, predicted }) {
      const { name, bytes } = await labelsIn(fileName, new Blob([labels]), tools);
      return turn(() =>
        wasm.evaluate(classes, idColumns, labelColumn, bytes, name || undefined, ids, predicted, { strict }),
      );
    },
    kindsOf: ({ name, blob }) => kindsIn(name, blob, tools),
  };
}

/** One portion of several: an engine is quicker with all of their windows at once. */
function merge(portions: readonly WasmPortion[]): WasmPortion {
  const [only] = portions;
  if (only !== undefined && portions.length === 1) return only;
  return {
    ids: portions.flatMap(({ ids }) => ids),
    first: concat(
      portions.map(({ first }) => first),
      (length) => new Uint32Array(length),
    ),
    ended: concat(
      portions.map(({ ended }) => ended),
      (length) => new Uint8Array(length),
    ),
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
