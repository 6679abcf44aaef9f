// Tables for docs/performance.md.

/** A Markdown table; the first column is text, the others are right-aligned. */
export function table(header, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, i) => (i === 0 ? "---" : "---:"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

/** A median with its quartiles, `1.23 (1.20 to 1.31)`; a dash if there is none. */
export function spread(values, { digits = 3, unit = 1 } = {}) {
  if (values === undefined || values === null) return "–";
  const cell = (value) => significant(value * unit, digits);
  return `${cell(values.median)} (${cell(values.low)} to ${cell(values.high)})`;
}

/** A number with so many digits that count. */
export function significant(value, digits = 3) {
  if (value === undefined || value === null) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  if (Math.abs(value) >= 10 ** (digits - 1)) return Math.round(value).toLocaleString("en-US");
  if (Math.abs(value) < 1e-3) return value.toExponential(0);
  return Number(value).toPrecision(digits);
}

/** Why a peer is not in a table. */
export function leftOut(reasons) {
  const lines = Object.entries(reasons).map(([name, reason]) => `- Left out: ${name} (${reason})`);
  return lines.join("\n");
}
