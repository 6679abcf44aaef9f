// Files of synthetic recordings.
import { open } from "node:fs/promises";

/** Rows of each subject that `trainer synthesize` writes. */
const STEPS = 160;
const NEWLINE = 10;

/** Bytes that the header and the first subjects of a file take, for each number of subjects (ascending). */
export async function bytesOfSubjects(path, counts) {
  const found = [];
  const wanted = counts.map((subjects) => 1 + subjects * STEPS);
  const file = await open(path);
  let [lines, bytes] = [0, 0];
  for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20 })) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
      lines += 1;
      if (lines === wanted[found.length]) found.push(bytes + at + 1);
    }
    if (found.length === counts.length) break;
    bytes += chunk.length;
  }
  if (found.length < counts.length) throw new Error(`${path} has fewer than ${counts.at(-1)} subjects`);
  return found;
}
