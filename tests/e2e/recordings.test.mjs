// Every file of tests/recordings, dropped on the page, gives what its table says.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { serve } from "../../www/page/serve.mjs";
import {
  answerOf,
  assertAnswer,
  bundleOf,
  droppedPaths,
  inputsByModel,
  labelsOf,
  partsOfOthers,
  reasonAgainst,
  referenceText,
} from "../recordings/table.mjs";
import { App } from "./app.mjs";
import { browserNames, launch } from "./browsers.mjs";
import { DIST, parseCsv } from "./inputs.mjs";

/** Inputs whose page is looked at: a kind of everything that is said. */
const LOOKED_AT =
  /^(01|05.*case|13.*rows|15.*nothing|15.*model|21.*only|22.*cut in|23.*between commas|24|29)/;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "painwave-recordings-"));
});
after(() => rm(folder, { recursive: true, force: true }));

for (const browserName of browserNames) {
  describe(`recordings as people have them, in ${browserName}`, () => {
    let browser;
    let server;
    before(async () => {
      server = await serve({ root: DIST });
      browser = await launch(browserName);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    for (const [model, inputs] of inputsByModel()) {
      describe(`classified by ${model}`, () => {
        /** One page for all of them, as somebody has it open who tries file after file. */
        let app;
        const references = new Map();
        before(async () => {
          app = await App.open(browser, server.url);
          const bundle = bundleOf(model);
          if (bundle === undefined) return;
          const embedded = await app.text("#model-name");
          await app.drop(bundle);
          await app.page.waitForFunction(
            (embedded) => document.querySelector("#model-name")?.textContent !== embedded,
            {},
            embedded,
          );
          await app.ready();
        });
        after(async () => {
          const complaints = await app?.allComplaints();
          await app?.close();
          assert.deepEqual(complaints, []);
        });

        /** What the page shows of a reference. */
        async function reference({ answer, scores }) {
          const names = [answerOf({ answer }).as, ...(scores ? [scores.as] : [])];
          const key = names.join();
          if (!references.has(key)) {
            const paths = names.map((name) => join(folder, `${name.replaceAll(/\W+/g, "_")}.csv`));
            for (const [i, path] of paths.entries()) await writeFile(path, referenceText(names[i]));
            await dropped(app, paths, scores);
            references.set(key, await shown(app, scores));
          }
          return references.get(key);
        }

        for (const input of inputs) {
          it(input.name, { skip: reasonAgainst("page", input) }, async (t) => {
            for (const part of partsOfOthers("page", input)) t.diagnostic(part);
            const expected = input.error ? undefined : await reference(input);
            const paths = droppedPaths(input, browserName === "chromium");
            await dropped(app, input.labels ? [...paths, labelsOf(input)] : paths, input.scores);
            if (LOOKED_AT.test(input.name)) await look(app, browserName, input);
            if (input.error) await assertError(app, input.error);
            else await assertShown(app, input, expected);
          });
        }
      });
    }
  });
}

/** Drops files, and waits for what comes of them. */
async function dropped(app, paths, withScores) {
  await app.page.evaluate(() => {
    for (const element of document.querySelectorAll("#results h1, #scores, .error")) element.dataset.old = "";
  });
  await app.drop(...paths);
  await app.page.waitForFunction(
    (end) =>
      document.querySelector("#status progress") === null &&
      document.querySelector(`${end}:not([data-old]), .error:not([data-old])`) !== null,
    { timeout: 60_000 },
    withScores ? "#scores" : "#results h1",
  );
}

/** What the page shows of recordings, in numbers. */
async function shown(app, withScores) {
  const rows = parseCsv(await app.download("#download-probabilities"));
  const predictions = rows.map((row) => {
    // What the first two are called is the model's.
    const [[, id], [, label], ...probabilities] = Object.entries(row);
    const numbers = probabilities.map(([name, value]) => [name, Number(value)]);
    return { id, label, probabilities: Object.fromEntries(numbers) };
  });
  if (!withScores) return { predictions };
  const accuracy = await app.value('[data-metric="accuracy"]');
  return { predictions, accuracy, confusion: await app.numbers("#scores .confusion tbody tr", "td") };
}

async function assertShown(app, input, expected) {
  const error = await app.page.$(".error");
  assert.equal(error, null, error && (await app.text(".error")));
  const { repairs = [], refused = [], scores } = input;
  const { predictions, ...compared } = await shown(app, scores);
  assertAnswer(input, predictions, expected.predictions);
  assert.deepEqual(
    (await app.rows()).map(({ id, label }) => [id, label]),
    [...predictions.map(({ id, label }) => [id, label]), ...refused.map(({ id }) => [id, "Not read"])],
  );
  if (scores) {
    assert.deepEqual(compared, { accuracy: expected.accuracy, confusion: expected.confusion });
    assert.match(await app.text("#scores"), new RegExp(`\\b${scores.subjects} subjects compared`));
  }
  const said = await app.page.evaluate(() =>
    [...document.querySelectorAll(".notices")].map((notices) => ({
      summary: notices.querySelector("summary").textContent,
      open: notices.open,
      items: [...notices.querySelectorAll("li")].map(({ textContent }) => textContent),
    })),
  );
  const items = said.flatMap(({ items }) => items);
  const due = [...repairs, ...refused];
  assert.equal(items.length, due.length, items.join("\n"));
  for (const [i, { id = "", line, says }] of due.entries()) {
    assert.ok(
      [id, `line ${line}`, says].every((words) => items[i].includes(words)),
      items[i],
    );
  }
  for (const { summary, open } of said) {
    assert.equal(open, false);
    assert.match(summary, /^(\d+ things? (was|were) put right|\d+ subjects? could not be read)$/);
  }
}

async function assertError(app, { code, line, says }) {
  assert.equal(await app.text(".error-code"), code);
  const message = await app.text(".error-message");
  for (const words of [`line ${line}`, ...says]) assert.ok(message.includes(words), message);
}

/** Takes a picture, with the lists of what was put right open. */
async function look(app, browserName, { name }) {
  const setOpen = (open) =>
    app.page.evaluate((open) => {
      for (const notices of document.querySelectorAll(".notices")) notices.open = open;
    }, open);
  await setOpen(true);
  await app.screenshot(`${browserName}-recordings-${name.replaceAll(/\W+/g, "-").toLowerCase()}`);
  await setOpen(false);
}
