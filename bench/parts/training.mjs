// A step of training.
import { join } from "node:path";
import { spread, table } from "../lib/markdown.mjs";
import { runPython } from "../lib/python.mjs";
import { ratio, summary } from "../lib/statistics.mjs";

export const name = "training";
export const title = "A step of training";
export const keys = ["training_vs_pytorch"];

/** The embedded model's recipe. */
const CASE = "cnn-gru";

/** Measures by bench/training.py. */
export async function run(context) {
  const { root, target, step, quick } = context;
  const found = await runPython(context, join(root, "bench/training.py"), [
    ...(step === undefined ? ["--target", target] : ["--trainer", step]),
    ...(quick ? ["--rounds", "2", "--cases", CASE] : []),
  ]);
  context.versions.pytorch = found.pytorch;
  return { cases: found.results.map(digest) };
}

function digest({ case: name, threads, seconds: { trainer, pytorch } }) {
  const milliseconds = (times) => summary(times.map((time) => time * 1e3));
  return {
    case: name,
    threads,
    trainer_ms: milliseconds(trainer),
    pytorch_ms: milliseconds(pytorch),
    times_pytorch: ratio(pytorch, trainer),
  };
}

/** The embedded model's recipe, the lower of one thread and more. */
export function ratios({ cases }) {
  const found = cases
    .filter((result) => result.case === CASE)
    .map(({ times_pytorch }) => times_pytorch.median);
  return { training_vs_pytorch: { value: Math.min(...found) } };
}

/** Tables for docs/performance.md. */
export function tables({ cases }) {
  const rows = cases.map(({ case: name, threads, trainer_ms, pytorch_ms, times_pytorch }) => [
    name,
    String(threads),
    spread(trainer_ms),
    spread(pytorch_ms),
    spread(times_pytorch),
  ]);
  return table(["recipe", "threads", "trainer, ms", "PyTorch, ms", "times PyTorch"], rows);
}
