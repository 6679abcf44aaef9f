import { messageOf } from "./errors.js";
import { requireDevice } from "./gpu.js";
import type { CallName, Calls, Failure, OwnerPort } from "./protocol.js";
import type { WasmClassifier, WasmJob, WasmModule } from "./wasm.js";

type Answer<K extends CallName> = Calls[K]["answer"];
type Handlers = {
  [K in CallName]: (args: Calls[K]["args"], transfer: ArrayBuffer[]) => Answer<K> | Promise<Answer<K>>;
};

/**
 * The worker's side: answers calls with the wasm module, one after the other in the order in which they
 * came, so that no two of them are ever inside the module at once.
 */
export function serve(wasm: WasmModule, owner: OwnerPort): void {
  const handlers = handlersOf(wasm);
  let turn = Promise.resolve();
  owner.listen((request) => {
    turn = turn.then(async () => {
      const transfer: ArrayBuffer[] = [];
      const { number } = request;
      try {
        const answer = await dispatch(handlers, request, transfer);
        owner.post({ number, answer }, transfer);
      } catch (error) {
        owner.post({ number, failure: failureOf(error) }, []);
      }
    });
  });
}

function dispatch<K extends CallName>(
  handlers: Handlers,
  request: { call: K; args: Calls[K]["args"] },
  transfer: ArrayBuffer[],
): Answer<K> | Promise<Answer<K>> {
  return handlers[request.call](request.args, transfer);
}

function handlersOf(wasm: WasmModule): Handlers {
  let classifier: WasmClassifier | undefined;
  const jobs = new Map<number, WasmJob>();
  const job = (number: number): WasmJob => {
    const found = jobs.get(number);
    if (found === undefined) throw new Error(`there is no job ${number}`);
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
    open({ job: number }) {
      if (classifier === undefined) throw new Error("no classifier is loaded");
      jobs.set(number, classifier.job());
      return undefined;
    },
    feed: ({ job: number, chunk }) => job(number).feed(chunk),
    end({ job: number }) {
      job(number).end();
      return undefined;
    },
    next: ({ job: number }) => job(number).next(),
    summary: ({ job: number }) => ({ order: job(number).order(), warnings: job(number).warnings() }),
    recording({ job: number, id }, transfer) {
      const recording = job(number).recording(id);
      if (recording === undefined) return undefined;
      transfer.push(recording.times.buffer as ArrayBuffer, recording.values.buffer as ArrayBuffer);
      return recording;
    },
    release({ job: number }) {
      jobs.get(number)?.free();
      jobs.delete(number);
      return undefined;
    },
    evaluate: ({ classes, idColumn, labels, ids, predicted }) =>
      wasm.evaluate(classes, idColumn, labels, ids, predicted),
  };
}

function failureOf(error: unknown): Failure {
  const { code, line, column } = (
    typeof error === "object" && error !== null ? error : {}
  ) as Partial<Failure>;
  return { code: typeof code === "string" ? code : undefined, message: messageOf(error), line, column };
}
