// The forward pass in the browser: windows to logits, one thread.
import { leftOut, significant, spread, table } from "../lib/markdown.mjs";
import { operations } from "../lib/network.mjs";
import { ratio, summary } from "../lib/statistics.mjs";

export const name = "forward";
export const title = "The forward pass in the browser";

const PRECISIONS = ["f32", "i16", "i8"];
const RATIOS = Object.fromEntries(
  PRECISIONS.map((precision) => [precision, `${precision}_vs_onnxruntime_web`]),
);
export const keys = Object.values(RATIOS);

const NOTE = `Windows to logits on one thread; each call takes typed arrays and gives one. onnxruntime-web runs its only
build (SIMD) without a proxy worker, with all graph optimisations and the number of windows fixed when it loads; tract is
compiled with SIMD and optimised for that number. tensorflow.js has no layer for this kind of GRU, so the network is
written out in its operations. Burn's engine is given recordings: its time holds the making of features. The floor is what
the products of \`f32\` take at the peak that the browser itself reaches on this machine, measured in the same rounds by a
loop of products and sums in registers.`;

/** Subjects at once: one, as they come in, and a batch. */
const BATCHES = [1, 16];

/** Measures in every browser there is. */
export async function run({ browsers, onPage, quick }) {
  const browser = {};
  for (const name of browsers) {
    const rounds = quick ? 3 : name === "chromium" ? 25 : 11;
    browser[name] = await onPage(name, async (page) =>
      digest(
        await page.evaluate(async (options) => (await import("/bench/page/forward.mjs")).forward(options), {
          batches: BATCHES,
          rounds,
          seconds: 0.12,
        }),
      ),
    );
  }
  return { browser };
}

/** Times to statistics. */
function digest({ results, left, peak, network, window }) {
  const ofWindow = operations(network, window.length);
  const batches = results.map(({ subjects, windows, answers, times: { peak: peakTimes, ...times } }) => {
    const reference = times["onnxruntime-web"];
    const floor = peakTimes.map((time) => ((ofWindow * windows) / peak.operations) * time);
    const peers = Object.entries(times).map(([name, milliseconds]) => [
      name,
      {
        ms_a_subject: summary(milliseconds.map((time) => time / subjects)),
        times_onnxruntime_web: reference && ratio(reference, milliseconds),
        times_floor: ratio(milliseconds, floor),
        answer: answers[name],
      },
    ]);
    return {
      subjects,
      windows,
      floor_ms_a_subject: summary(floor.map((time) => time / subjects)),
      peak_gflops: summary(peakTimes.map((time) => peak.operations / time / 1e6)),
      peers: Object.fromEntries(peers),
    };
  });
  return { mflop_a_subject: (ofWindow * batches[0].windows) / 1e6, batches, left };
}

/** Of both batches in Chromium the lower ratio: what is claimed holds for one subject and for many. */
export function ratios({ browser: { chromium } }) {
  const found = {};
  for (const [precision, key] of Object.entries(RATIOS)) {
    const name = `painwave ${precision}`;
    const medians = (chromium?.batches ?? []).map(({ peers }) => peers[name]?.times_onnxruntime_web?.median);
    const reason = chromium?.left[name] ?? chromium?.left["onnxruntime-web"] ?? "there is no Chromium";
    found[key] = medians.length > 0 && medians.every(Boolean) ? { value: Math.min(...medians) } : { reason };
  }
  return found;
}

/** Tables for docs/performance.md. */
export function tables({ browser }) {
  const sections = Object.entries(browser).map(([name, { batches, left }]) =>
    [...batches.map((batch) => batchTable(name, batch)), leftOut(left)].join("\n\n"),
  );
  const operations = Object.values(browser).map(({ mflop_a_subject }) => significant(mflop_a_subject));
  return [NOTE, `A subject takes ${operations[0]} MFLOP.`, ...sections].join("\n\n");
}

const COLUMNS = [
  "ms a subject",
  "times onnxruntime-web",
  "times the floor",
  "logits off by",
  "probabilities off by",
  "other labels",
];

function batchTable(browser, { subjects, windows, floor_ms_a_subject, peak_gflops, peers }) {
  const rows = Object.entries(peers).map(([peer, result]) => [
    peer,
    spread(result.ms_a_subject),
    spread(result.times_onnxruntime_web),
    spread(result.times_floor),
    significant(result.answer.logit, 2),
    significant(result.answer.probability, 2),
    String(result.answer.labels),
  ]);
  rows.push(["floor of `f32` in 128-bit vectors", spread(floor_ms_a_subject), "", "1", "", "", ""]);
  const what = subjects === 1 ? "one subject" : `${subjects} subjects at once`;
  const title = `**${browser}, ${what}** (${windows} windows; peak ${spread(peak_gflops)} GFLOP/s)`;
  return `${title}\n\n${table(["", ...COLUMNS], rows)}`;
}
