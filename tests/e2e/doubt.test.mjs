// When not to believe a prediction, as the page says it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { serve } from "../../www/page/serve.mjs";
import { App } from "./app.mjs";
import { browserNames, launch } from "./browsers.mjs";
import { CHANNEL, makeDoubtful, STUCK_AT } from "./doubt.mjs";
import { DIST, SAMPLE } from "./inputs.mjs";

/** What stands below the class of a recording that is unlike the training data. */
const UNLIKE = "unlike any seen";
/** How the page begins the sentence about a file that is shifted. */
const SHIFTED = /^the file as a whole differs from the training data/;

let inputs;
before(async () => {
  inputs = await makeDoubtful();
});
after(() => inputs?.remove());

for (const name of browserNames) {
  describe(`doubt in ${name}`, () => {
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

    /** Runs a test on a page that shows what is in a file. */
    async function onFile(path, test) {
      const app = await App.open(browser, server.url);
      try {
        await app.choose(path);
        await app.results(path.split("/").at(-1));
        await test(app);
        assert.deepEqual(await app.allComplaints(), []);
      } finally {
        await app.close();
      }
    }

    it("takes the confident colour from a subject whose channel is spoiled, marks it, and says why", () =>
      onFile(inputs.spoiled.path, async (app) => {
        const { id: spoiled, says } = inputs.spoiled;
        const row = await rowOf(app, spoiled);
        assert.deepEqual(
          { marked: row.marked, coloured: row.coloured, below: row.below },
          { marked: true, coloured: false, below: UNLIKE },
        );
        const { doubt, warnings } = await detailOf(app, spoiled);
        assert.equal(doubt, "unlike anything the model has seen");
        const reason = `${doubt} .*${CHANNEL} stays around ${STUCK_AT}; in training [\\d.]+ to [\\d.]+`;
        assert.match(warnings[0], new RegExp(`^${reason}`));
        await app.screenshot(`${name}-spoiled`);

        const others = [...says.values()].filter(({ sample_index }) => sample_index !== spoiled);
        let calm = 0;
        for (const { sample_index: id, unlike } of others) {
          const { marked, coloured, below } = await rowOf(app, id);
          assert.deepEqual({ id, coloured, unlike: below === UNLIKE }, { id, coloured: !unlike, unlike });
          assert.equal(marked, (await detailOf(app, id)).warnings.length > 0, id);
          if (coloured && !marked) calm += 1;
        }
        assert.ok(calm > 0, "every subject is marked");
      }));

    it("says of which classes a subject may be, where that are several", () =>
      onFile(inputs.several.path, async (app) => {
        const usual = [...inputs.several.says.values()].filter(({ unlike }) => !unlike);
        for (const several of [false, true]) {
          const some = usual.filter(({ set_80: set }) => set.includes(" or ") === several).slice(0, 4);
          assert.ok(
            some.length > 0,
            `the file has no subject of ${several ? "several classes" : "one class"}`,
          );
          for (const { sample_index: id, label, set_80: set } of some) {
            const { below, title } = await rowOf(app, id);
            const { doubt } = await detailOf(app, id);
            const others = set.split(" or ").filter((other) => other !== label);
            const said = others.length === 2 ? "or any other" : others.map((other) => `or ${other}`).join();
            const why = several ? `not sure: ${set}` : "";
            assert.deepEqual({ id, below, title, doubt }, { id, below: said, title: why, doubt: why });
          }
        }
      }));

    it("says in a sentence that a file is shifted, on the channel that is, and of no other file", async () => {
      const said = (app) =>
        app.page.$$eval("#warnings li", (items) => items.map(({ textContent }) => textContent));
      for (const whole of [SAMPLE, inputs.unshifted]) {
        await onFile(whole, async (app) => {
          assert.deepEqual(
            (await said(app)).filter((text) => SHIFTED.test(text)),
            [],
          );
        });
      }
      await onFile(inputs.shifted, async (app) => {
        const [sentence, ...more] = (await said(app)).filter((text) => SHIFTED.test(text));
        assert.deepEqual(more, []);
        assert.match(sentence, new RegExp(`between subjects: ${CHANNEL} [\\d.]+ higher$`));
        await app.screenshot(`${name}-shifted`);
      });
    });

    it("keeps a value that is hardly outside of the range for the detail", () =>
      onFile(inputs.noted.path, async (app) => {
        const { id } = inputs.noted;
        assert.equal((await rowOf(app, id)).marked, false);
        const { notes, warnings } = await detailOf(app, id);
        assert.match(notes, /^\d+ of \d+ inputs lie outside the range seen in training$/);
        assert.deepEqual(warnings, []);
      }));

    it("says once, and beside the scores, what the model was fitted on", () =>
      onFile(SAMPLE, async (app) => {
        // The recipe, which is shown as it was written, says it as well.
        const said = await app.page.$eval("#model", (panel) => {
          const words = panel.cloneNode(true);
          for (const text of words.querySelectorAll("pre")) text.remove();
          return words.textContent;
        });
        assert.equal(said.match(/synthetic recordings/g)?.length, 1);
        const above = await app.page.$eval(
          "#model .metrics",
          (metrics) => metrics.previousSibling.textContent,
        );
        assert.equal(above, "Fitted on synthetic recordings.");
      }));
  });
}

/** What the table says of a subject, which is scrolled to, and whether it has its colours. */
async function rowOf(app, id) {
  return app.page.evaluate(async (id) => {
    const scroller = document.querySelector(".scroller");
    const row = () => document.querySelector(`#subjects tr[data-id="${id}"]`);
    scroller.scrollTop = 0;
    for (let at = 0; row() === null && at < scroller.scrollHeight; at += scroller.clientHeight) {
      scroller.scrollTop = at;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }
    const [head, verdict] = row().cells;
    const dot = getComputedStyle(verdict.querySelector(".dot")).backgroundColor;
    const bar = getComputedStyle(row().querySelector(".bar")).filter;
    return {
      marked: head.querySelector(".warned") !== null,
      below: verdict.querySelector(".alternatives")?.textContent ?? "",
      title: verdict.title,
      coloured: !/^(transparent|rgba\(0, 0, 0, 0\))$/.test(dot) && !bar.includes("grayscale"),
    };
  }, id);
}

/** What the detail says of a subject, which is chosen in the table. */
async function detailOf(app, id) {
  await app.page.evaluate(async (id) => {
    const scroller = document.querySelector(".scroller");
    const row = () => document.querySelector(`#subjects tr[data-id="${id}"]`);
    for (let at = 0; row() === null && at < scroller.scrollHeight; at += scroller.clientHeight) {
      scroller.scrollTop = at;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }
    row().click();
  }, id);
  await app.page.waitForFunction(
    (id) => document.querySelector(".detail h2")?.textContent === `Subject ${id}`,
    {},
    id,
  );
  return app.page.$eval(".detail", (detail) => ({
    doubt: detail.querySelector(".doubt")?.textContent ?? "",
    warnings: [...detail.querySelectorAll(".warnings li")].map(({ textContent }) => textContent),
    notes: detail.querySelector(".notes")?.textContent ?? "",
  }));
}
