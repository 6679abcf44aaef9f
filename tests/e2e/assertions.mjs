// What the page shows against what the trainer says.
import assert from "node:assert/strict";
import { parseCsv } from "./inputs.mjs";

/**
 * Max difference of a probability between two machines: where products are computed in integers, a value that differs
 * in its last bit may be rounded to the next integer.
 */
const TOLERANCE = 1e-4;

/** The same where nothing is rounded to integers. */
export const EXACT = 1e-5;

/** The table's rows are what `trainer predict` says. */
export function assertRows(rows, expected, tolerance = TOLERANCE) {
  assert.deepEqual(
    rows.map(({ id, label }) => [id, label]),
    expected.map((row) => [row.sample_index, row.label]),
  );
  for (const [i, { id, label, probability }] of rows.entries())
    assertClose(probability, Number(expected[i][label]), id, tolerance);
}

/** A downloaded file with probabilities is what `trainer predict` says. */
export function assertCsv(text, expected) {
  const rows = parseCsv(text);
  assert.equal(rows.length, expected.length);
  for (const [i, row] of rows.entries()) {
    const { sample_index, label, ...probabilities } = expected[i];
    assert.deepEqual([row.sample_index, row.label], [sample_index, label]);
    for (const [name, value] of Object.entries(probabilities))
      assertClose(Number(row[name]), Number(value), `${sample_index} ${name}`, TOLERANCE);
  }
}

function assertClose(found, expected, what, tolerance) {
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found} is not ${expected}`);
}
