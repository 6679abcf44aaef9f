// The files that the tests work on, and what the native trainer says of them.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** The built page. */
export const DIST = path("../../www/page/dist");
/** The sample that the page offers. */
export const SAMPLE = path("../../www/page/public/sample.csv");
/** Its true classes. */
export const SAMPLE_LABELS = path("../../www/page/public/sample_labels.csv");
/** The bundle inside the module. */
export const EMBEDDED = path("../../models/cnn-gru.bpk");
/** Was the module with Burn's engines built? */
export const burnBuilt = existsSync(path("../../pkg/wasm/burn/painwave_bg.wasm"));

/** A column that the embedded model reads. */
export const BAD_COLUMN = "joint_04";

/** Subjects of the longer file: enough that most rows of the table are out of view. */
const SUBJECTS = 200;

/** Runs the trainer's binary, which `PAINWAVE_TRAINER` names, in a folder. */
export function trainerIn(folder) {
  const trainer = process.env.PAINWAVE_TRAINER;
  if (!trainer) {
    throw new Error(
      "PAINWAVE_TRAINER is not set: it names the trainer's binary (cargo build --release --workspace)",
    );
  }
  for (const needed of [trainer, join(DIST, "index.html"), SAMPLE, EMBEDDED]) {
    if (!existsSync(needed)) throw new Error(`${needed} is not there: build the package and the page first`);
  }
  const run = (...args) => promisify(execFile)(trainer, args, { cwd: folder });
  const predict = async (bundle, data, ...options) => {
    const { stdout } = await run("predict", bundle, "--data", data, "--probabilities", ...options);
    return parseCsv(stdout);
  };
  return { run, predict };
}

/** Makes everything with the trainer, in a folder that `remove` takes away. */
export async function makeInputs() {
  const folder = await mkdtemp(join(tmpdir(), "painwave-e2e-"));
  const file = (name) => join(folder, name);
  const { run, predict } = trainerIn(folder);

  const sizes = ["--train-subjects", "60", "--test-subjects", String(SUBJECTS)];
  await run("synthesize", "--out", folder, "--seed", "7", ...sizes);
  const [train, trainLabels] = [file("pirate_pain_train.csv"), file("pirate_pain_train_labels.csv")];
  const [many, manyLabels] = [file("pirate_pain_test.csv"), file("pirate_pain_test_labels.csv")];
  await run("fit", path("other.toml"), "--data", train, "--labels", trainLabels, "--out", file("run"));
  const other = file("run/model.bpk");

  const sample = (await readFile(SAMPLE, "utf8")).trimEnd().split(/\r?\n/);
  const [header, first, second] = sample.map((line) => line.split(","));
  // What the small model reads, and no more.
  const kept = [...header.keys()].filter((i) => !/^joint_[123]/.test(header[i]));
  const fewer = sample.map((line) => kept.map((i) => line.split(",")[i]).join(","));
  const narrow = await write(file("narrow.csv"), fewer.join("\n"));
  const [labelsHeader, ...labels] = (await readFile(SAMPLE_LABELS, "utf8")).trimEnd().split(/\r?\n/);
  const wide = [`${labelsHeader},person`, ...labels.map((line, i) => `${line},${i % 3}`)];
  const labelsOfPersons = await write(file("labels_of_persons.csv"), wide.join("\n"));
  const wrongLabels = await write(file("wrong_labels.csv"), [labelsHeader, "000,unheard_of"].join("\n"));
  second[header.indexOf(BAD_COLUMN)] = "elbow";
  const bad = await write(file("bad.csv"), [header, first, second].join("\n"));
  // Its checksum, which comes last, is that of something else.
  const spoilt = gzipSync(await readFile(many));
  spoilt[spoilt.length - 5] ^= 1;
  const badInTheEnd = await write(file("bad_in_the_end.csv.gz"), spoilt);
  const gzipped = await write(file("sample.csv.gz"), gzipSync(await readFile(SAMPLE)));
  const damaged = await write(file("damaged.bpk"), (await readFile(other)).subarray(0, 5000));

  return {
    many,
    manyLabels,
    other,
    bad,
    badInTheEnd,
    gzipped,
    damaged,
    narrow,
    labelsOfPersons,
    wrongLabels,
    folder,
    truth: new Map(parseCsv(await readFile(manyLabels, "utf8")).map((row) => [row.sample_index, row.label])),
    expected: {
      sample: await predict(EMBEDDED, SAMPLE),
      sampleInF32: await predict(EMBEDDED, SAMPLE, "--precision", "f32"),
      many: await predict(EMBEDDED, many),
      sampleByOther: await predict(other, SAMPLE),
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function write(file, contents) {
  await writeFile(file, contents);
  return file;
}

/** Rows of a CSV without quotes, as objects by column name. */
export function parseCsv(text) {
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((field, i) => [names[i], field])));
}
