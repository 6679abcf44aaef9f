// A stream of more recordings than memory would hold.
import { classifyLong, MEMORY } from "../lib/long.mjs";
import { significant, table } from "../lib/markdown.mjs";

export const name = "stream";
export const title = "A stream of ten gigabytes";
export const keys = ["stream_peak_mb"];
export const long = true;

/** Bytes: of a usual run, and of a quick one. */
const [ALL, FEW] = [10e9, 200e6];

const NOTE = `Recordings like the test recordings, with an id of its own for each, from a stream to all labels, in Chromium. All
predictions stay on the page, each with the probabilities of its 37 windows. ${MEMORY}`;

export function run(context) {
  return classifyLong(context, "manySubjects", context.quick ? FEW : ALL);
}

export function ratios({ peak_mb }) {
  return { stream_peak_mb: peak_mb === null ? { reason: "known on Linux only" } : { value: peak_mb } };
}

/** Tables for docs/performance.md. */
export function tables(found) {
  const { bytes, subjects, rows, total_ms, ready_mb, peak_mb, precision, workers } = found;
  return [
    NOTE,
    table(
      ["", "GB", "subjects", "rows", "seconds", "MB/s", "MB before", "MB at most"],
      [
        [
          `painwave (${precision}, ${workers}x)`,
          significant(bytes / 1e9),
          significant(subjects),
          significant(rows),
          significant(total_ms / 1e3),
          significant(bytes / 1e3 / total_ms),
          significant(ready_mb),
          significant(peak_mb),
        ],
      ],
    ),
  ].join("\n\n");
}
