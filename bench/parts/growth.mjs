// How time and memory grow with the number of subjects.
import { join } from "node:path";
import { significant, spread, table } from "../lib/markdown.mjs";
import { memory, renderers, resetPeak } from "../lib/memory.mjs";
import { bytesOfSubjects } from "../lib/recordings.mjs";
import { LeftOut } from "../lib/results.mjs";
import { summary } from "../lib/statistics.mjs";

export const name = "growth";
export const title = "How cost grows";
export const keys = [];

const SUBJECTS = [10, 100, 1_000, 10_000];
/** Measurements of each size: the largest takes a minute. */
const ROUNDS = { 10: 7, 100: 7, 1000: 3, 10000: 1 };

/** Measures in Chromium; each measurement has a new browser, for memory is seldom given back. */
export async function run({ browsers, onPage, growth, quick }) {
  if (!browsers.includes("chromium")) throw new LeftOut("Chromium was left out");
  const file = join(growth, "pirate_pain_test.csv");
  const subjects = quick ? SUBJECTS.slice(0, 3) : SUBJECTS;
  const bytes = await bytesOfSubjects(file, subjects);
  const sizes = [];
  for (const [i, count] of subjects.entries()) {
    const found = [];
    for (let round = 0; round < (quick ? 1 : ROUNDS[count]); round++) {
      found.push(await onPage("chromium", (page, browser) => measure(page, browser, file, bytes[i])));
    }
    const of = (key) => (found[0][key] === null ? null : summary(found.map((run) => run[key])));
    sizes.push({
      subjects: count,
      bytes: bytes[i],
      total_ms: of("total_ms"),
      first_ms: of("first_ms"),
      ready_mib: of("ready_mib"),
      peak_mib: of("peak_mib"),
      kept_mib: of("kept_mib"),
    });
  }
  return { sizes };
}

async function measure(page, browser, file, bytes) {
  await (await page.$("#chooser")).uploadFile(file);
  await page.evaluate(async () => (await import("/bench/page/drop.mjs")).open("painwave", "painwave", {}));
  const pids = await renderers(browser);
  await Promise.all(pids.map(resetPeak));
  const before = await Promise.all(pids.map(memory));
  const { total_ms, first_ms } = await page.evaluate(
    async (bytes) => (await import("/bench/page/drop.mjs")).drop("painwave", bytes),
    bytes,
  );
  const after = await Promise.all(pids.map(memory));
  // Of several processes the one that did the work.
  const index = after.reduce((max, { peak_mib }, i) => (peak_mib > after[max].peak_mib ? i : max), 0);
  return {
    total_ms,
    first_ms,
    ready_mib: before[index].now_mib,
    peak_mib: after[index].peak_mib,
    kept_mib: after[index].now_mib,
  };
}

export function ratios() {
  return {};
}

/** Tables for docs/performance.md. */
export function tables({ sizes }) {
  const rows = sizes.map(({ subjects, bytes, total_ms, first_ms, ready_mib, peak_mib, kept_mib }) => [
    significant(subjects),
    significant(bytes / 1e6),
    spread(total_ms, { unit: 1e-3 }),
    significant(total_ms.median / subjects),
    spread(first_ms),
    significant(ready_mib?.median),
    significant(peak_mib?.median),
    significant(kept_mib?.median),
  ]);
  return [
    "In Chromium, a new browser for each measurement, so nothing is warm. Memory is the resident set of the page's " +
      "process, its workers and their WebAssembly included: before the file, at most, and after it, with all " +
      "predictions and labels still on the page.",
    table(
      [
        "subjects",
        "MB",
        "all labels, s",
        "ms a subject",
        "first label, ms",
        "MiB before",
        "MiB at most",
        "MiB after",
      ],
      rows,
    ),
  ].join("\n\n");
}
