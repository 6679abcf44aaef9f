// Workers in this thread, on a module that is made up: every line of a file is a row of the subject that it names.
import { serve } from "../../pkg/server.js";

export const CLASSES = ["calm", "pain"];

/** Lets everything run that is ready to run. */
export async function settle() {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * What `create` takes for a machine. `onWork(name, worker, ids)` is awaited before a worker does what is named
 * (`read`, `classify`, `evaluate`) and may end it by `worker.die()`.
 */
export function fakeHost({ onWork = () => {}, postsBlobs = true, compile = async () => ({}) } = {}) {
  const workers = [];
  const spawn = () => {
    const worker = fakeWorker((name, ids) => onWork(name, worker, ids));
    workers.push(worker);
    return worker.port;
  };
  const host = {
    lean: { compile, spawn },
    burn: undefined,
    postsBlobs,
    parallelism: () => 1,
    fetchBytes: async () => new Uint8Array(),
  };
  return { host, workers };
}

function fakeWorker(onWork) {
  let [hearRequest, hearReply, hearDeath] = [];
  let alive = true;
  serve(fakeModule(onWork), {
    post: (reply) => alive && queueMicrotask(() => alive && hearReply(reply)),
    listen: (onRequest) => {
      hearRequest = onRequest;
    },
  });
  return {
    die() {
      alive = false;
      hearDeath("it fell");
    },
    port: {
      post: (request) => queueMicrotask(() => alive && hearRequest(request)),
      listen(onReply, onDeath) {
        [hearReply, hearDeath] = [onReply, onDeath];
      },
      setBusy() {},
      terminate() {
        alive = false;
      },
    },
  };
}

/** A wasm module whose engine takes what `onWork` takes. */
export function fakeModule(onWork) {
  const model = {
    info: () => ({ engine: "cpu", classes: CLASSES, schema: { id: "id" }, card: {} }),
    job: () => fakeJob(),
    kindOf: () => "recordings",
    shift: () => undefined,
    async classify(ids) {
      await onWork("classify", ids);
      return ids.map(predictionOf);
    },
  };
  return {
    default: async () => {},
    embeddedBundle: () => undefined,
    WebClassifier: { load: async () => model },
    evaluate() {
      onWork("evaluate");
      return { balanced_accuracy: 1, mcc: 1, weighted_f1: 1, macro_f1: 1, per_class: [] };
    },
  };

  function fakeJob() {
    const decoder = new TextDecoder();
    const counts = new Map();
    let text = "";
    return {
      read(bytes) {
        text += decoder.decode(bytes, { stream: true });
      },
      end() {},
      expect() {},
      file() {},
      take() {
        const end = text.indexOf("\n");
        if (end < 0) return undefined;
        onWork("read");
        const id = text.slice(0, end);
        text = text.slice(end + 1);
        counts.set(id, (counts.get(id) ?? 0) + 1);
        return portionOf([id], [counts.get(id)]);
      },
      summary: () => ({ order: [...counts.keys()], warnings: [], repairs: [], refused: [] }),
      recording: () => undefined,
      free() {},
    };
  }
}

/** A portion of recordings with so many steps each. */
export function portionOf(ids, steps) {
  return {
    ids,
    first: new Uint32Array(ids.length),
    ended: new Uint8Array(ids.length).fill(1),
    steps: Uint32Array.from(steps),
    values: new Float32Array(0),
    codes: new Uint8Array(0),
  };
}

/** What a made-up engine says of a subject: 16 windows, all calm. */
export function predictionOf(id) {
  const windows = { count: 16, starts: new Uint32Array(16), probabilities: new Float32Array(32) };
  const doubt = { sets: [{ coverage: 0.8, classes: ["calm"] }], pValue: 0.5, unlike: false };
  const probabilities = [0.75, 0.25];
  return {
    id,
    label: "calm",
    probabilities,
    windows,
    ...doubt,
    levels: new Float32Array(2),
    warnings: [],
    notes: [],
  };
}

/** What a made-up engine says of a subject that it cannot classify. */
export function failureOf(id) {
  return { id, code: "LOGITS_NOT_FINITE", message: `the logits of ${id} are not finite` };
}

/** What a made-up engine says of a part of a subject. */
export function evidenceOf(id) {
  const { windows } = predictionOf(id);
  return { id, windows, numbers: new Float64Array(3) };
}
