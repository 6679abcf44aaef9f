// The native forward pass, on one thread and more.
import { join } from "node:path";
import { significant, spread, table } from "../lib/markdown.mjs";
import { runPython } from "../lib/python.mjs";
import { ratio, summary } from "../lib/statistics.mjs";

export const name = "native";
export const title = "The native forward pass";
export const keys = ["native_vs_onnxruntime"];

/** Measures by bench/native.py. */
export async function run(context) {
  const { root, built, data, forward, quick } = context;
  const found = await runPython(context, join(root, "bench/native.py"), [
    ...["--forward", forward, "--onnx", join(built, "cnn-gru.onnx")],
    ...["--data", join(data, "pirate_pain_test.csv")],
    ...(quick ? ["--rounds", "2"] : []),
  ]);
  Object.assign(context.versions, found.versions);
  return { cases: found.results.map(digest) };
}

function digest({ subjects, threads, seconds, differences }) {
  const sides = Object.entries(seconds).map(([name, times]) => [
    name,
    {
      ms_a_subject: summary(times.map((time) => time * 1e3)),
      times_onnxruntime: ratio(seconds.onnxruntime, times),
      logits_off_by: differences[name],
    },
  ]);
  return { subjects, threads, sides: Object.fromEntries(sides) };
}

/** `f32` on one thread, the lower of one subject and many. */
export function ratios({ cases }) {
  const found = cases.filter(({ threads }) => threads === 1);
  const medians = found.map(({ sides }) => sides["painwave f32"].times_onnxruntime.median);
  return { native_vs_onnxruntime: { value: Math.min(...medians) } };
}

/** Tables for docs/performance.md. */
export function tables({ cases }) {
  const rows = cases.flatMap(({ subjects, threads, sides }) =>
    Object.entries(sides).map(([name, side]) => [
      name,
      String(subjects),
      String(threads),
      spread(side.ms_a_subject),
      spread(side.times_onnxruntime),
      significant(side.logits_off_by, 1),
    ]),
  );
  return table(
    ["", "subjects at once", "threads", "ms a subject", "times onnxruntime", "logits off by"],
    rows,
  );
}
