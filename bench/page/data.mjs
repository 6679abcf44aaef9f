// The test recordings.
import { fetchBytes } from "./classic.mjs";

/** More than a subject's rows take: 160 steps of 40 fields. */
const BYTES_A_SUBJECT = 110_000;

/** The header and all rows of the first subjects, as bytes; of all, if no number is given. */
export async function firstSubjects(subjects) {
  if (subjects === undefined) return fetchBytes("/data/pirate_pain_test.csv");
  const bytes = await fetchBytes("/data/pirate_pain_test.csv", (subjects + 1) * BYTES_A_SUBJECT);
  const lines = new TextDecoder().decode(bytes).split("\n");
  const ids = new Set();
  const end = lines.findIndex((line, i) => i > 0 && ids.add(line.split(",", 1)[0]).size > subjects);
  if (end < 0) throw new Error(`the test recordings have fewer than ${subjects + 1} subjects`);
  return new TextEncoder().encode(`${lines.slice(0, end).join("\n")}\n`);
}
