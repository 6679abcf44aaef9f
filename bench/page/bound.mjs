// What a file takes apart: parsing alone and forward passes alone, on one core.
import { loadModel } from "../peers/painwave.mjs";

/** What the package feeds at once. */
const BLOCK = 1 << 20;
/** Subjects in a forward pass. */
const SUBJECTS = 16;

let model;
let bytes;

/** Loads the chosen file and the model. */
export async function prepare(precision) {
  ({ model } = await loadModel(precision));
  bytes = new Uint8Array(await document.querySelector("#chooser").files[0].arrayBuffer());
}

/** Milliseconds of both for the file that was chosen. */
export function measure() {
  const start = performance.now();
  const features = model.read(bytes, BLOCK);
  const parse_ms = performance.now() - start;
  const subjects = features.subjects();
  let forward_ms = 0;
  for (let from = 0; from < subjects; from += SUBJECTS) {
    const windows = model.windows(features, from, Math.min(subjects, from + SUBJECTS));
    const [dense, steps] = [windows.dense(), windows.steps()];
    windows.free();
    const start = performance.now();
    model.logits(dense, steps);
    forward_ms += performance.now() - start;
  }
  features.free();
  return { parse_ms, forward_ms };
}
