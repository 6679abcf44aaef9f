// The sample with faults that no reader can see, and what the trainer says of it.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EMBEDDED, SAMPLE, trainerIn } from "./inputs.mjs";

/** The channel that is spoiled or shifted. */
export const CHANNEL = "joint_07";
/** Where it stays when it is spoiled: no training subject comes near. */
export const STUCK_AT = 2.9;

/** Subjects of the files that are made: enough for a file to be called shifted, and some to be sure of and some not. */
const SUBJECTS = "60";

/** Makes the files, in a folder that `remove` takes away. */
export async function makeDoubtful() {
  const folder = await mkdtemp(join(tmpdir(), "painwave-doubt-"));
  const { run, predict } = trainerIn(folder);
  const says = async (path) => {
    const rows = await predict(EMBEDDED, path, "--sets");
    return new Map(rows.map((row) => [row.sample_index, { ...row, unlike: Number(row.p_value) < 0.01 }]));
  };
  const changed = async (name, from, change) => {
    const [header, ...rows] = rowsOf(await readFile(from, "utf8"));
    change(header, rows);
    const path = join(folder, name);
    await writeFile(path, `${[header, ...rows].map((row) => row.join(",")).join("\n")}\n`);
    return path;
  };

  await run(
    "synthesize",
    "--out",
    folder,
    "--seed",
    "11",
    "--train-subjects",
    SUBJECTS,
    "--test-subjects",
    SUBJECTS,
  );
  const [unshifted, several] = ["pirate_pain_train.csv", "pirate_pain_test.csv"].map((name) =>
    join(folder, name),
  );
  const shifted = await changed("shifted.csv", unshifted, (header, rows) => {
    const column = header.indexOf(CHANNEL);
    for (const row of rows) row[column] = Number(row[column]) + 0.2;
  });

  const sample = await says(SAMPLE);
  const usual = [...sample.values()].filter(({ p_value }) => Number(p_value) > 0.05);
  const [spoiledId] = sample.keys();
  const spoiled = await changed("spoiled.csv", SAMPLE, (header, rows) => {
    for (const row of rows) if (row[0] === spoiledId) row[header.indexOf(CHANNEL)] = STUCK_AT;
  });
  const ranges = rangesIn(await run("inspect", EMBEDDED));
  let notedId;
  const noted = await changed("noted.csv", SAMPLE, (header, rows) => {
    const ids = new Set(usual.map(({ sample_index }) => sample_index));
    const { row, column, value } = nearestToTheEdge(header, rows, ranges, ids);
    rows[row][column] = value;
    notedId = rows[row][0];
  });

  return {
    spoiled: { path: spoiled, id: spoiledId, says: await says(spoiled) },
    noted: { path: noted, id: notedId },
    several: { path: several, says: await says(several) },
    unshifted,
    shifted,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function rowsOf(text) {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(","));
}

/** The largest value that each input had in training, by what `trainer inspect` prints. */
function rangesIn({ stdout }) {
  const cells = stdout.split("\n").map((line) => line.split(/[│\s]+/).filter(Boolean));
  return new Map(cells.filter(([name]) => /^joint_/.test(name)).map((row) => [row[0], Number(row[4])]));
}

/**
 * The value of these subjects that comes nearest to the largest of training, and one that is a hair above that: nothing else
 * about its recording changes by it.
 */
function nearestToTheEdge(header, rows, highest, ids) {
  let nearest = { distance: Number.POSITIVE_INFINITY };
  for (const [name, high] of highest) {
    const column = header.indexOf(name);
    for (const [row, fields] of rows.entries()) {
      const distance = Math.abs(high - Number(fields[column]));
      if (ids.has(fields[0]) && distance < nearest.distance) {
        nearest = { distance, row, column, value: 1.001 * high };
      }
    }
  }
  return nearest;
}
