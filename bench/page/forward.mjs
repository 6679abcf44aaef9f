// The forward pass: same weights, same windows, one thread.
import { burn } from "../peers/burn.mjs";
import { onnxruntime } from "../peers/onnxruntime.mjs";
import { loadModel, painwave } from "../peers/painwave.mjs";
import { tensorflow } from "../peers/tensorflow.mjs";
import { tract } from "../peers/tract.mjs";
import { argmax, compare, probabilities } from "./answers.mjs";
import { firstSubjects } from "./data.mjs";
import { turns } from "./turns.mjs";

const PEERS = [painwave("f32"), painwave("i16"), painwave("i8"), onnxruntime, tract, tensorflow, burn];

/** Rounds of the kernel that measures the machine's peak: some milliseconds. */
const PEAK_ROUNDS = 2_000_000;

/**
 * Times everybody for batches of so many subjects.
 *
 * @param {{ batches: number[], rounds: number, seconds: number }} options
 */
export async function forward({ batches, rounds, seconds }) {
  const { wasm, model } = await loadModel("f32");
  const manifest = JSON.parse(model.manifest());
  const features = model.read(await firstSubjects(Math.max(...batches)), 1 << 20);
  const { loaded, left } = await loadAll(PEERS, { manifest, parameter: (name) => model.parameter(name) });

  const results = [];
  for (const subjects of batches) {
    const batch = await batchOf(model, manifest, features, subjects);
    const ours = model.logits(batch.dense, batch.steps);
    const sides = { peak: () => wasm.multiplyAdd(PEAK_ROUNDS, 0.5) };
    const answers = {};
    for (const [name, peer] of Object.entries(loaded)) {
      try {
        const run = await peer.prepare(batch);
        answers[name] = agreement(await run(), ours, batch);
        sides[name] = run;
      } catch (error) {
        left[name] = String(error?.message ?? error);
      }
    }
    results.push({
      subjects,
      windows: batch.windows,
      answers,
      times: await turns(sides, { rounds, seconds }),
    });
  }
  const operations = PEAK_ROUNDS * wasm.operationsARound();
  return {
    results,
    left,
    peak: { operations },
    network: manifest.members[0].network,
    window: manifest.window,
  };
}

/** Loads what can be loaded here, and says why the rest cannot. */
async function loadAll(peers, context) {
  const [loaded, left] = [{}, {}];
  for (const peer of peers) {
    try {
      loaded[peer.name] = await peer.load(context);
    } catch (error) {
      left[peer.name] = String(error?.message ?? error);
    }
  }
  return { loaded, left };
}

/** The windows of the first subjects, and their rows of the file. */
async function batchOf(model, manifest, features, subjects) {
  const all = model.windows(features, 0, subjects);
  const counts = Array.from({ length: subjects }, (_, i) => model.windows(features, i, i + 1).count());
  return {
    subjects,
    windows: all.count(),
    counts,
    length: manifest.window.length,
    width: manifest.members[0].network.dense,
    dense: all.dense(),
    steps: all.steps(),
    csv: await firstSubjects(subjects),
  };
}

/** How far an answer is from ours: logits, or predictions where a peer has nothing below them. */
function agreement(answer, ours, { counts }) {
  if (answer.predictions === undefined) return compare(ours, answer, counts);
  const classes = answer.predictions[0].probabilities.length;
  const expected = [...probabilities(ours, counts, classes)];
  const distances = answer.predictions.map(({ probabilities }, i) =>
    Math.max(...probabilities.map((value, c) => Math.abs(value - expected[i][c]))),
  );
  const other = answer.predictions.filter((found, i) => found.class !== argmax(expected[i]));
  return {
    logit: null,
    probability: Math.max(...distances),
    labels: other.length,
    subjects: expected.length,
  };
}
