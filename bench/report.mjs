// bench/results.json as text: docs/performance.md, and the ratios on screen.
import { writeFile } from "node:fs/promises";
import { significant, table } from "./lib/markdown.mjs";

const FILE = new URL("../docs/performance.md", import.meta.url);

/** What the ratios are of, for people, and what they are to be at least, where that was set. */
const MEANING = {
  drop_to_labels_vs_pipeline: {
    what: "a dropped file to all labels, in the model's precision and on all workers, against PapaParse and onnxruntime-web",
  },
  f32_vs_onnxruntime_web: { what: "the forward pass in `f32`, against onnxruntime-web" },
  i16_vs_onnxruntime_web: { what: "the same in `i16`" },
  i8_vs_onnxruntime_web: { what: "the same in `i8`" },
  csv_vs_papaparse: { what: "CSV to features, against PapaParse's rows" },
  csv_vs_udsv: { what: "the same, against uDSV's faster way" },
  decimal_comma_vs_papaparse: {
    what: "CSV with decimal commas to features, against PapaParse's rows",
    goal: 3,
  },
  utf16_vs_papaparse: { what: "CSV in UTF-16 to features, against PapaParse's rows", goal: 3 },
  start_vs_pipeline: { what: "a cold load to the first result, against the same libraries" },
  native_vs_onnxruntime: { what: "the native forward pass in `f32` on one thread, against onnxruntime" },
  training_vs_pytorch: { what: "a step of training, against PyTorch" },
};

/** What is better low, and is to be at most. */
const LIMITS = {
  drop_to_labels_vs_bound: {
    what: "a dropped file to all labels, times what parsing and forward passes alone would take, spread evenly over the cores",
    goal: 1.15,
  },
  stream_peak_mb: { what: "memory of the page during a stream of ten gigabytes, MB", goal: 400 },
  week_peak_mb: { what: "memory of the page during a recording of a week at 100 Hz, MB", goal: 400 },
};

const INTRODUCTION = `# Performance

Written by \`cargo xtask bench\`, which measures everything below on the machine that it runs on; all numbers are in
[bench/results.json](../bench/results.json). Do not edit this page.

What is compared takes turns in one run, in short rounds, so that whatever else the machine does hits all sides. A number
is the median over the rounds with the quartiles in parentheses; a ratio is the median of the rounds' own ratios, and is
higher where painwave is faster. All sides have the same weights and the same input. Answers of forward passes are
compared with painwave's \`f32\`: how far logits and probabilities are apart, and how many subjects get another label.`;

/** Writes docs/performance.md. */
export async function report(results, parts) {
  const shown = parts.filter(({ name, given }) => given === undefined || results.parts[name] !== undefined);
  const sections = shown.map((part) => {
    const found = results.parts[part.name];
    const text = [`## ${part.title}`];
    if (found === undefined) text.push("Not measured yet.");
    else if (found.failed !== undefined) text.push(`Not measured: ${found.failed}`);
    else text.push(part.tables(found), (part.where ?? where)(found));
    return text.join("\n\n");
  });
  const text = [INTRODUCTION, "## In short", summary(results), ...sections].join("\n\n");
  await writeFile(FILE, `${text.replaceAll(/\n{3,}/g, "\n\n")}\n`);
}

/** The ratios, on screen. */
export function showRatios(results) {
  console.log(`\n== Ratios\n\n${summary(results)}`);
}

/** The ratios, and what painwave has to stay below. */
function summary({ ratios, missing }) {
  const rows = (meanings) =>
    Object.entries(meanings).map(([key, { what, goal }]) => [
      `${what} (\`${key}\`)`,
      key in ratios && ratios[key] !== null ? significant(ratios[key]) : `not measured: ${missing[key]}`,
      goal === undefined ? "" : significant(goal),
    ]);
  return [
    table(["painwave is faster by", "times", "to be at least"], rows(MEANING)),
    table(["lower is better", "measured", "to be at most"], rows(LIMITS)),
  ].join("\n\n");
}

/** What a part was measured on. */
function where({ at, machine, versions }) {
  const { processor, cores, memory_gib, system, load } = machine;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${at.slice(0, 10)} on ${processor}, ${cores} cores, ${memory_gib} GiB, ${system}; load after it ` +
    `${significant(load)}. Versions: ${named.join(", ")}.`
  );
}
