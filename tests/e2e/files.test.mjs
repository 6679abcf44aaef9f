// Files as people have them, dropped on the page in real browsers.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { serve } from "../../www/page/serve.mjs";
import { App } from "./app.mjs";
import { browserNames, launch } from "./browsers.mjs";
import { DIST, SAMPLE } from "./inputs.mjs";
import { makeFilesOfPeople } from "./people.mjs";

let files;
before(async () => {
  files = await makeFilesOfPeople();
});
after(() => files?.remove());

for (const name of browserNames) {
  describe(`files as people have them, in ${name}`, () => {
    let browser;
    let server;
    /** The rows of the plain sample. */
    let expected;
    before(async () => {
      server = await serve({ root: DIST });
      browser = await launch(name);
      await onPage(async (app) => {
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        expected = await app.rows();
      });
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    async function onPage(test, size) {
      const app = await App.open(browser, server.url, size);
      try {
        await test(app);
        assert.deepEqual(await app.allComplaints(), []);
      } finally {
        await app.close();
      }
    }

    it("a folder of files is read as one, with the labels in it", () =>
      onPage(async (app) => {
        if (name === "chromium") await app.drop(files.folder);
        else await app.choose(...files.folderFiles, files.folderLabels);
        await app.page.waitForSelector("#scores");
        await app.ready();
        assert.deepEqual(sorted(await app.rows()), sorted(expected));
        assert.match(
          await app.text("#scores"),
          new RegExp(`labels\\.csv.*${expected.length} subjects compared`),
        );
        if (name === "chromium") {
          assert.equal(await app.text("#results h1"), "walks");
          assert.match(await app.text(".note"), /Ignored: walks\/photo\.png/);
        }
        await app.screenshot(`${name}-folder`);
      }));

    it("files without a column of ids are told apart by their names", () =>
      onPage(async (app) => {
        await app.choose(...files.unnamedFiles);
        await app.results(`${files.unnamedFiles.length} files`);
        assert.deepEqual(sorted(await app.rows()), sorted(expected));
      }));

    it("an export with decimal commas is read, and what was put right is said", () =>
      onPage(async (app) => {
        await app.drop(files.german);
        await app.results("Messung 1.csv");
        assert.deepEqual(await app.rows(), expected);
        assert.match(await app.text("#notices summary"), /^\d+ things? (was|were) put right$/);
        assert.equal(await app.page.$eval("#notices", (details) => details.open), false);
        await app.page.focus("#notices summary");
        await app.page.keyboard.press("Enter");
        assert.match(await app.text("#notices ul"), /comma/);
        await app.screenshot(`${name}-decimal-commas`);
      }));

    it("columns under other names are proposed, and taken with one press", () =>
      onPage(async (app) => {
        await app.drop(files.renamed);
        await app.page.waitForSelector("#use-columns");
        await app.screenshot(`${name}-columns`);
        const right = { sample_index: "Person", joint_00: "Joint 00 angle", joint_01: "Joint 01 angle" };
        const chosen = () =>
          app.page.$$eval(".column-choice select", (selects) =>
            selects.map(({ dataset, value }) => [dataset.column, value]),
          );
        // Whose the recordings are may be asked when the channels are known.
        for (let question = await chosen(); question.length > 0; question = await chosen()) {
          for (const [column, value] of question) {
            if (value !== right[column])
              await app.page.select(`select[data-column="${column}"]`, right[column]);
            if (column !== "joint_00") continue;
            const values = await app.text(`.column-choice tr:has([data-column="${column}"]) .column-values`);
            assert.match(values, /\d\.\d+, .*\d\.\d+/);
          }
          await app.click("#use-columns");
          await app.page.waitForFunction(
            (asked) =>
              document.querySelector("#status progress") === null &&
              [...document.querySelectorAll(".column-choice select")].every(
                ({ dataset }) => !asked.includes(dataset.column),
              ),
            {},
            question.map(([column]) => column),
          );
        }
        await app.results("renamed.csv");
        assert.deepEqual(await app.rows(), expected);
      }));

    it("a subject that cannot be read stands in the table, with its reason", () =>
      onPage(async (app) => {
        await app.drop(files.bad);
        await app.results("one_bad_subject.csv");
        const rows = await app.rows();
        assert.deepEqual(
          rows.filter(({ id }) => id !== files.badId),
          expected.filter(({ id }) => id !== files.badId),
        );
        assert.equal(await app.text("#notices summary"), "1 subject could not be read");
        await app.click(`#subjects tr[data-id="${files.badId}"]`);
        await app.page.waitForSelector(".detail .refusal");
        assert.match(await app.text(".detail .refusal"), /joint_04.*elbow/s);
        assert.equal(
          await app.page.$eval(`tr[data-id="${files.badId}"]`, (row) => row.querySelector("[class*=color-]")),
          null,
        );
        await app.screenshot(`${name}-bad-subject`);
        assert.doesNotMatch(await app.download("#download"), new RegExp(`^${files.badId},`, "m"));
      }));

    for (const [kind, path] of [
      ["gzip of two members", "twoMembers"],
      ["an archive", "zip"],
      ["a workbook", "xlsx"],
    ]) {
      it(`${kind} is unpacked`, () =>
        onPage(async (app) => {
          await app.drop(files[path]);
          await app.page.waitForSelector("#download");
          await app.ready();
          assert.deepEqual(sorted(await app.rows()), sorted(expected));
          assert.equal((await app.page.$("#scores")) !== null, path === "zip");
        }));
    }

    it("what is cut off is read as far as it goes, and named", () =>
      onPage(async (app) => {
        await app.drop(files.cut);
        await app.results("cut.csv.gz");
        assert.match(await app.text("#notices summary"), /1 file could not be read/);
        assert.match(await app.text("#notices ul:last-child"), /cut off/);
      }));

    it("labels of a spreadsheet on a Mac are known as such", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE, files.macLabels);
        await app.page.waitForSelector("#scores");
        await app.ready();
        assert.match(await app.text("#scores"), new RegExp(`${expected.length} subjects compared`));
      }));

    it("what is no table is called what it is", () =>
      onPage(async (app) => {
        await app.drop(files.page);
        await app.page.waitForSelector(".error");
        assert.match(await app.text(".error-message"), /HTML/i);
      }));
  });
}

const sorted = (rows) => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
