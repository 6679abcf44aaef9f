// bench/results.json: what was measured last of every part, and the ratios that sum it up.
import { readFile, writeFile } from "node:fs/promises";

const FILE = new URL("../results.json", import.meta.url);

/** Why a part cannot be measured here, which is no fault of the benchmark. */
export class LeftOut extends Error {}

/** What was measured before. */
export async function readResults() {
  const text = await readFile(FILE, "utf8").catch(() => undefined);
  return text === undefined ? { ratios: {}, missing: {}, parts: {} } : JSON.parse(text);
}

/** The ratios that follow from what was measured: `null`, and the reason in `missing`, where there is none. */
export function sumUp(results, parts) {
  results.ratios = {};
  results.missing = {};
  for (const part of parts) {
    const found = results.parts[part.name];
    const broken = found === undefined ? "not yet" : found.failed;
    const ratios = broken === undefined ? part.ratios(found) : {};
    for (const key of part.keys) {
      const { value = null, reason = broken } = ratios[key] ?? {};
      results.ratios[key] = value;
      if (value === null) results.missing[key] = reason;
    }
  }
}

/** Writes everything. */
export async function writeResults(results) {
  await writeFile(FILE, `${JSON.stringify(results, rounded, 1)}\n`);
}

/** Five digits are more than any of these times has. */
function rounded(_, value) {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
