// Every recipe's model, in real browsers and on every engine, against what `trainer predict` says.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../www/page/serve.mjs";
import { App } from "./app.mjs";
import { assertRows, EXACT } from "./assertions.mjs";
import { browserNames, launch, SOFTWARE_ADAPTER } from "./browsers.mjs";
import { burnBuilt, DIST, SAMPLE, trainerIn } from "./inputs.mjs";

const RECIPES = fileURLToPath(new URL("../../trainer/recipes/", import.meta.url));

/** Subjects that are classified: a software WebGPU adapter takes seconds for a few windows. */
const SUBJECTS = 1;

/** Members of an ensemble of folds: as many as make one. */
const FOLDS = 2;

/** Recipes for other recordings than the synthetic ones: their channels, classes and number of steps. */
const MOVEMENTS = {
  "shoulder-watch": {
    channels: ["ax", "ay", "az", "wx", "wy", "wz"],
    classes: ["PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW"],
    steps: 160,
  },
  "basic-motions": {
    channels: [
      "accelerometer_x",
      "accelerometer_y",
      "accelerometer_z",
      "gyroscope_x",
      "gyroscope_y",
      "gyroscope_z",
    ],
    classes: ["standing", "walking", "running", "badminton"],
    steps: 100,
  },
};

const recipes = (await readdir(RECIPES))
  .filter((file) => file.endsWith(".toml"))
  .map((file) => basename(file, ".toml"));

let folder;
let trainer;
const models = new Map();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "painwave-recipes-"));
  trainer = trainerIn(folder);
  // Enough subjects of the rarest class to be held out.
  const sizes = ["--train-subjects", "80", "--test-subjects", "1"];
  await trainer.run("synthesize", "--out", folder, "--seed", "3", ...sizes);
  const [header, ...rows] = (await readFile(SAMPLE, "utf8")).trimEnd().split(/\r?\n/);
  const ids = [...new Set(rows.map((row) => row.split(",", 1)[0]))].slice(0, SUBJECTS);
  const few = rows.filter((row) => ids.includes(row.split(",", 1)[0]));
  await writeFile(join(folder, "few.csv"), [header, ...few, ""].join("\n"));
  for (const recipe of recipes) models.set(recipe, await model(recipe));
});
after(() => rm(folder, { recursive: true, force: true }));

/** One epoch of a recipe: its bundle, a few recordings, and what the trainer says of these. */
async function model(recipe) {
  const files =
    recipe in MOVEMENTS
      ? await movements(recipe, MOVEMENTS[recipe])
      : {
          data: join(folder, "pirate_pain_train.csv"),
          labels: join(folder, "pirate_pain_train_labels.csv"),
          sample: join(folder, "few.csv"),
        };
  const out = join(folder, recipe);
  const text = await readFile(join(RECIPES, `${recipe}.toml`), "utf8");
  const path = join(folder, `${recipe}.toml`);
  await writeFile(path, text.replace(/^folds = \d+$/m, `folds = ${FOLDS}`));
  const inputs = ["--data", files.data, "--labels", files.labels, "--out", out, "--epochs", "1"];
  await trainer.run("fit", path, ...inputs);
  const bundle = join(out, "model.bpk");
  const expected = await trainer.predict(bundle, files.sample);
  const inF32 = await trainer.predict(bundle, files.sample, "--precision", "f32");
  return { bundle, sample: files.sample, expected, inF32 };
}

/** Persons who each do every movement a few times: a wave of its own frequency on every channel. */
async function movements(recipe, { channels, classes, steps }) {
  const [rows, labels] = [[], []];
  for (let person = 1; person <= 8; person++) {
    for (const [index, label] of classes.entries()) {
      const id = `${person}-${label}`;
      labels.push(`${id},${label},${person}`);
      for (let step = 0; step < steps; step++) {
        const wave = channels.map((_, c) => Math.sin((step * (index + 1)) / 20 + c + person / 10).toFixed(4));
        rows.push([id, step, ...wave].join(","));
      }
    }
  }
  const header = ["sample_index", "time", ...channels].join(",");
  const write = async (name, lines) => {
    const path = join(folder, `${recipe}-${name}.csv`);
    await writeFile(path, `${lines.join("\n")}\n`);
    return path;
  };
  return {
    data: await write("data", [header, ...rows]),
    labels: await write("labels", ["sample_index,label,person", ...labels]),
    sample: await write("few", [header, ...rows.slice(0, SUBJECTS * steps)]),
  };
}

for (const name of browserNames) {
  describe(`the recipes in ${name}`, () => {
    let browser;
    let server;
    before(async () => {
      server = await serve({ root: DIST });
      browser = await launch(name);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    for (const recipe of recipes) {
      it(`${recipe} gives the same on every engine${burnBuilt ? "" : " that is built (pkg/ has no Burn module)"}`, async () => {
        const { bundle, sample, expected, inF32 } = models.get(recipe);
        const app = await App.open(browser, server.url);
        try {
          await app.drop(bundle, sample);
          await app.results(basename(sample));
          assert.equal(await app.text("#model-name"), recipe);
          for (const device of burnBuilt ? ["cpu", "ndarray", "webgpu"] : ["cpu"]) {
            await app.use(device);
            if (device === "cpu") assertRows(await app.rows(), expected);
            else assertRows(await app.rows(), inF32, EXACT);
          }
          const complaints = await app.allComplaints();
          assert.deepEqual(
            complaints.filter((text) => !SOFTWARE_ADAPTER.some((pattern) => pattern.test(text))),
            [],
          );
        } finally {
          await app.close();
        }
      });
    }
  });
}
