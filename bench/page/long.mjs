// Recordings that are larger than the memory, from a stream to all labels.
import { manySubjects, oneSubject } from "./generated.mjs";

const KINDS = { manySubjects, oneSubject };

let classifier;
let running;

/** Loads the package. */
export async function open() {
  const { createClassifier } = await import("/pkg/index.js");
  classifier = await createClassifier();
  return { precision: classifier.info.precision, workers: classifier.info.workers };
}

/** Starts with a recording of this kind and size. Memory is looked at meanwhile, so nothing is awaited. */
export async function start(kind, size) {
  const { stream, made } = await KINDS[kind](size);
  const start = performance.now();
  running = { made, outcome: undefined, failure: undefined };
  classifier
    .classify(stream)
    .then(({ predictions, refused }) => {
      const [first] = predictions;
      const total_ms = performance.now() - start;
      running.outcome = {
        total_ms,
        subjects: predictions.length,
        refused: refused.length,
        label: first?.label,
      };
    })
    .catch((error) => {
      running.failure = String(error?.message ?? error);
    });
}

/** How far it is, and what came of it. */
export function progress() {
  return running;
}
