// CSV to features by painwave, and to typed rows by the libraries that a user would take.
import { bySubject, extractor } from "../peers/features.mjs";
import { loadModel } from "../peers/painwave.mjs";
import { papaparse } from "../peers/papaparse.mjs";
import { udsvColumns, udsvRows } from "../peers/udsv.mjs";
import { firstSubjects } from "./data.mjs";
import { FORMATS } from "./formats.mjs";
import { turns } from "./turns.mjs";

/** What the package feeds at once. */
const BLOCK = 1 << 20;

/** Times the reading of the first subjects of the test file from memory. */
export async function csv({ subjects, rounds, seconds }) {
  const { model } = await loadModel("f32");
  const manifest = JSON.parse(model.manifest());
  const bytes = await firstSubjects(subjects);
  const sample = bytes.subarray(0, 1 << 16);
  const columns = new TextDecoder().decode(sample).split("\n", 1)[0].trim().split(",");

  const sides = { painwave: () => model.read(bytes, BLOCK).free() };
  const [answers, left] = [{}, {}];
  const features = model.read(bytes, BLOCK);
  for (const peer of [papaparse, udsvRows, udsvColumns]) {
    try {
      const read = await peer.load({ manifest, columns, sample });
      const rows = (read.rows ?? ((rows) => rows))(read(bytes));
      answers[peer.name] = { greatest_difference: difference(rows, manifest, features) };
      sides[peer.name] = () => read(bytes);
    } catch (error) {
      left[peer.name] = String(error?.message ?? error);
    }
  }
  return { bytes: bytes.length, answers, left, times: await turns(sides, { rounds, seconds }) };
}

/** As `csv`, with the table in another format, by painwave and by PapaParse. */
export async function formatted({ format, subjects, rounds }) {
  const { bytes: encode, rows } = FORMATS[format];
  const { model } = await loadModel("f32");
  const manifest = JSON.parse(model.manifest());
  const text = new TextDecoder().decode(await firstSubjects(subjects));
  const bytes = encode(text);
  const read = await rows(manifest, text.split("\n", 1)[0].split(","));
  const sides = { painwave: () => model.read(bytes, BLOCK).free(), PapaParse: () => read(bytes) };
  const features = model.read(bytes, BLOCK);
  const answers = { PapaParse: { greatest_difference: difference(read(bytes), manifest, features) } };
  features.free();
  // One call takes seconds.
  const times = await turns(sides, { rounds, seconds: 0, warmUp: { seconds: 0, calls: 1 } });
  return { bytes: bytes.length, answers, left: {}, times };
}

/** Max difference between our features and those of a peer's rows. */
function difference(rows, manifest, features) {
  const extract = extractor(manifest);
  const subjects = [...bySubject(rows, manifest.schema.id)];
  if (subjects.length !== features.subjects()) {
    throw new Error(`there are ${features.subjects()} subjects, not ${subjects.length}`);
  }
  const differences = subjects.map(({ rows }, i) => {
    const [ours, theirs] = [features.dense(i), extract(rows)];
    if (ours.length !== theirs.length)
      throw new Error(`there are ${ours.length} features, not ${theirs.length}`);
    return ours.reduce((max, value, k) => Math.max(max, Math.abs(value - theirs[k])), 0);
  });
  const max = Math.max(...differences);
  if (!Number.isFinite(max)) throw new Error("a feature is NaN or infinite");
  return max;
}
