// One recording of a week.
import { classifyLong, MEMORY } from "../lib/long.mjs";
import { significant, table } from "../lib/markdown.mjs";

export const name = "week";
export const title = "A recording of a week at 100 Hz";
export const keys = ["week_peak_mb"];
export const long = true;

/** Steps: of a week at 100 Hz, and of half an hour. */
const [ALL, FEW] = [7 * 24 * 3600 * 100, 1800 * 100];

const NOTE = `One subject's recording with all columns of the test recordings, whose rows it repeats, from a stream to its label, in
Chromium. ${MEMORY}`;

export function run(context) {
  return classifyLong(context, "oneSubject", context.quick ? FEW : ALL);
}

export function ratios({ peak_mb }) {
  return { week_peak_mb: peak_mb === null ? { reason: "known on Linux only" } : { value: peak_mb } };
}

/** Tables for docs/performance.md. */
export function tables(found) {
  const { bytes, rows, total_ms, label, ready_mb, peak_mb, precision, workers } = found;
  return [
    NOTE,
    table(
      ["", "rows", "GB", "seconds", "rows/s", "MB/s", "label", "MB before", "MB at most"],
      [
        [
          `painwave (${precision}, ${workers}x)`,
          significant(rows),
          significant(bytes / 1e9),
          significant(total_ms / 1e3),
          significant((1e3 * rows) / total_ms),
          significant(bytes / 1e3 / total_ms),
          label ?? "none",
          significant(ready_mb),
          significant(peak_mb),
        ],
      ],
    ),
  ].join("\n\n");
}
