// The headline: from a dropped file of 1,324 subjects to all labels on screen.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { significant, spread, table } from "../lib/markdown.mjs";
import { bytesOfSubjects } from "../lib/recordings.mjs";
import { LeftOut } from "../lib/results.mjs";
import { ratio, summary } from "../lib/statistics.mjs";

export const name = "drop";
export const title = "A dropped file to all labels";
export const keys = ["drop_to_labels_vs_pipeline", "drop_to_labels_vs_bound"];

const DEFAULT = "painwave";
/** Who takes part: what it is, with its options. */
const SIDES = {
  [DEFAULT]: ["painwave", {}],
  "painwave, one worker": ["painwave", { workers: 1 }],
  "painwave, two workers": ["painwave", { workers: 2 }],
  "painwave in f32": ["painwave", { precision: "f32" }],
  "pipeline, inference on the page": ["pipeline", { proxy: false }],
  "pipeline, inference in a worker": ["pipeline", { proxy: true }],
};
const PIPELINES = Object.keys(SIDES).filter((name) => SIDES[name][0] === "pipeline");

const NOTE = `From the call with a file from disk to the frame that shows the last label, on a page where everything is
loaded. painwave's package is called as its page calls it: as it is, which is in the fastest precision that the model
allows and on as many workers as the machine runs at once; with one and two workers; and in \`f32\`. The pipeline is what
one would build of libraries: PapaParse reads in a worker of its own, as its documentation advises, while the page makes
features, runs onnxruntime-web with the same weights, in \`f32\` and on as many threads as it takes by itself, and takes the
mean of the softmax; once with inference on the page and once with onnxruntime-web's own worker (\`proxy\`). The ratio is to
the faster of the two, and labels are compared with its labels.

The bound is what the parts would take if nothing else had to be done and all cores were evenly busy: parsing from memory to
features alone, and the forward passes alone, in the same precision, each measured on one core in the same rounds.`;

/** Enough that every worker takes part. */
const WARM_UP_SUBJECTS = 120;

/** Measures in Chromium, which alone tells of long tasks. */
export async function run({ browsers, onPage, data, quick }) {
  if (!browsers.includes("chromium")) throw new LeftOut("Chromium was left out");
  const file = join(data, "pirate_pain_test.csv");
  const { size } = await stat(file);
  const [someBytes] = await bytesOfSubjects(file, [WARM_UP_SUBJECTS]);
  const rounds = quick ? 1 : 5;
  const found = await onPage("chromium", async (page) => {
    const chooser = await page.$("#chooser");
    await chooser.uploadFile(file);
    const from =
      (script) =>
      (export_, ...args) =>
        page.evaluate(
          async (script, export_, ...args) => (await import(script))[export_](...args),
          script,
          export_,
          ...args,
        );
    const call = from("/bench/page/drop.mjs");
    const bound = from("/bench/page/bound.mjs");
    const runs = Object.fromEntries(Object.keys(SIDES).map((name) => [name, []]));
    for (const [name, [kind, options]] of Object.entries(SIDES)) {
      await call("open", name, kind, options);
      // Engines compile their hot loops while they run: not counted.
      const { info } = await call("drop", name, someBytes);
      if (name === DEFAULT) await bound("prepare", info.precision);
    }
    await bound("measure");
    const parts = [];
    for (let round = 0; round < rounds; round++) {
      const order = Object.keys(SIDES);
      if (round % 2 === 1) order.reverse();
      for (const name of order) runs[name].push(await call("drop", name));
      parts.push(await bound("measure"));
    }
    return { runs, parts };
  });
  return digest(found, size);
}

function digest({ runs, parts }, bytes) {
  const total = (name) => runs[name].map(({ total_ms }) => total_ms);
  const medians = PIPELINES.map((name) => summary(total(name)).median);
  const pipeline = PIPELINES[medians.indexOf(Math.min(...medians))];
  const expected = runs[pipeline][0].labels;
  const sides = Object.entries(runs).map(([name, found]) => {
    return [
      name,
      {
        ...found[0].info,
        total_ms: summary(total(name)),
        first_ms: summary(found.map(({ first_ms }) => first_ms)),
        // Tasks under 50 ms are not known.
        longest_task_ms: summary(found.map(({ longest_task_ms }) => longest_task_ms ?? 0)),
        longest_frame_ms: summary(found.map(({ longest_frame_ms }) => longest_frame_ms)),
        times_pipeline: ratio(total(pipeline), total(name)),
        other_labels: Math.max(...found.map(({ labels }) => differing(labels, expected))),
      },
    ];
  });
  const cores = runs[DEFAULT][0].info.workers;
  const bound = parts.map(({ parse_ms, forward_ms }) => (parse_ms + forward_ms) / cores);
  return {
    bytes,
    subjects: Object.keys(expected).length,
    sides: Object.fromEntries(sides),
    bound: {
      cores,
      parse_ms: summary(parts.map(({ parse_ms }) => parse_ms)),
      forward_ms: summary(parts.map(({ forward_ms }) => forward_ms)),
      total_ms: summary(bound),
      times_bound: ratio(total(DEFAULT), bound),
    },
  };
}

/** How many subjects have another label, or none. */
function differing(labels, expected) {
  const ids = new Set([...Object.keys(labels), ...Object.keys(expected)]);
  return [...ids].filter((id) => labels[id] !== expected[id]).length;
}

export function ratios({ sides, bound }) {
  return {
    drop_to_labels_vs_pipeline: { value: sides[DEFAULT].times_pipeline.median },
    drop_to_labels_vs_bound: bound ? { value: bound.times_bound.median } : { reason: "not yet" },
  };
}

/** Tables for docs/performance.md. */
export function tables({ bytes, subjects, sides, bound }) {
  const rows = Object.entries(sides).map(([name, side]) => [
    side.workers === undefined ? name : `${name} (${side.precision}, ${side.workers}x)`,
    spread(side.total_ms, { unit: 1e-3 }),
    spread(side.times_pipeline),
    spread(side.first_ms),
    side.longest_task_ms.median === 0 ? "under 50" : spread(side.longest_task_ms),
    spread(side.longest_frame_ms),
    String(side.other_labels),
  ]);
  return [
    NOTE,
    `${significant(bytes / 1e6)} MB, ${significant(subjects)} subjects, in Chromium.`,
    table(
      [
        "",
        "all labels, s",
        "times the pipeline",
        "first label, ms",
        "longest task, ms",
        "longest frame, ms",
        "other labels",
      ],
      rows,
    ),
    bound ? boundText(bound) : "",
  ].join("\n\n");
}

function boundText({ cores, parse_ms, forward_ms, total_ms, times_bound }) {
  const seconds = (values) => `${spread(values, { unit: 1e-3 })} s`;
  return (
    `Parsing alone takes ${seconds(parse_ms)} and the forward passes alone ${seconds(forward_ms)}: over ${cores} cores ` +
    `${seconds(total_ms)}. All labels take ${spread(times_bound)} times as long.`
  );
}
