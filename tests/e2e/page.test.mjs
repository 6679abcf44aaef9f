// The page as it is served in production, in real browsers, against what `trainer predict` says.
import assert from "node:assert/strict";
import { relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { serve } from "../../www/page/serve.mjs";
import { App } from "./app.mjs";
import { assertCsv, assertRows, EXACT } from "./assertions.mjs";
import { browserNames, launch, SOFTWARE_ADAPTER } from "./browsers.mjs";
import { BAD_COLUMN, burnBuilt, DIST, EMBEDDED, makeInputs, SAMPLE, SAMPLE_LABELS } from "./inputs.mjs";

/** Why a test of Burn's engines does not run. */
const NO_BURN = "pkg/ has no Burn module (cargo xtask package --webgpu)";

let inputs;
before(async () => {
  inputs = await makeInputs();
});
after(() => inputs?.remove());

for (const name of browserNames) {
  describe(`the page in ${name}`, () => {
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

    /** Runs a test on a fresh page, which must not have complained in the end. */
    async function onPage(test, { size, allowed = [] } = {}) {
      const app = await App.open(browser, server.url, size);
      try {
        await test(app);
        const complaints = await app.allComplaints();
        assert.deepEqual(
          complaints.filter((text) => !allowed.some((pattern) => pattern.test(text))),
          [],
        );
      } finally {
        await app.close();
      }
    }

    it("classifies a dropped file as the trainer does", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        assertRows(await app.rows(), inputs.expected.sample);
        assertCsv(await app.download("#download-probabilities"), inputs.expected.sample);
        assert.equal(
          await app.download("#download"),
          [
            "sample_index,label",
            ...inputs.expected.sample.map((row) => `${row.sample_index},${row.label}`),
            "",
          ].join("\n"),
        );
      }));

    it("works without a network once it is loaded", async () => {
      const own = await serve({ root: DIST });
      try {
        const app = await App.open(browser, own.url);
        await app.page.waitForFunction(() => {
          const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
          return [".js", ".css"].every((kind) =>
            loaded.some((name) => name.includes("/views-") && name.endsWith(kind)),
          );
        });
        await own.close();
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        assertRows(await app.rows(), inputs.expected.sample);
        await app.page.waitForSelector(".detail figure canvas");
        assert.deepEqual(await app.allComplaints(), []);
        await app.close();
      } finally {
        await own.close();
      }
    });

    it("unpacks gzip, and shows nothing of what is damaged", () =>
      onPage(async (app) => {
        await app.drop(inputs.gzipped);
        await app.results("sample.csv.gz");
        assertRows(await app.rows(), inputs.expected.sample);
        await app.drop(inputs.badInTheEnd);
        await app.page.waitForSelector(".error");
        assert.equal(await app.text(".error-code"), "GZIP_INVALID");
        assert.match(await app.text(".error-message"), /checksum/);
        assert.equal(await app.text("#results h1"), "sample.csv.gz");
      }));

    it("offers a sample", () =>
      onPage(async (app) => {
        await app.click('[data-action="sample"]');
        await app.results("sample.csv");
        const rows = await app.rows();
        assertRows(rows, inputs.expected.sample);
        assert.ok(new Set(rows.map(({ label }) => label)).size > 1, "all subjects are of one class");
        assert.match(await app.text("#scores"), /sample_labels\.csv/);
      }));

    it("shows hundreds of subjects, sorts and filters them, and scores them against labels", () =>
      onPage(async (app) => {
        await app.choose(inputs.many);
        await app.results("pirate_pain_test.csv");
        assertRows(await app.rows(), inputs.expected.many);

        await app.click(".col-probability button");
        const sorted = await app.rows();
        const highestFirst = sorted.map((row) => row.probability).toSorted((a, b) => b - a);
        assert.deepEqual(
          sorted.map((row) => row.probability),
          highestFirst,
        );
        const { label } = inputs.expected.many[0];
        await app.click(`.chips ::-p-text(${label})`);
        const filtered = await app.rows();
        assert.equal(filtered.length, inputs.expected.many.filter((row) => row.label === label).length);
        assert.ok(filtered.every((row) => row.label === label));

        await app.drop(inputs.manyLabels);
        await app.page.waitForSelector("#scores");
        await app.ready();
        const expected = scoresOf(inputs.expected.many, inputs.truth);
        const { classes, confusion, accuracy } = expected;
        assert.deepEqual(await app.numbers("#scores .confusion tbody tr", "td"), confusion);
        assert.equal(await app.value('[data-metric="accuracy"]'), accuracy);
        for (const metric of ["balanced-accuracy", "mcc"]) {
          const shown = await app.value(`[data-metric="${metric}"]`);
          assert.ok(
            Math.abs(shown - expected[metric]) < 1e-12,
            `${metric} ${shown}, not ${expected[metric]}`,
          );
        }
        assert.equal((await app.numbers("#scores .per-class tbody tr", "td")).length, classes.length);
      }));

    it("shows the first subjects while it still reads the others", () =>
      onPage(async (app) => {
        await app.page.evaluate(() => {
          globalThis.counts = new Set();
          const count = () => {
            const shown = document.querySelectorAll("#subjects tr[data-index]").length;
            if (shown > 0 && document.querySelector("#status progress")) {
              globalThis.counts.add(document.querySelector("#summary").textContent);
            }
          };
          new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
        });
        await app.drop(inputs.many);
        await app.results("pirate_pain_test.csv");
        const counts = await app.page.evaluate(() => [...globalThis.counts]);
        assert.match(counts[0] ?? "", /^\d+ subjects? so far$/);
        assertRows(await app.rows(), inputs.expected.many);
        assert.equal((await app.page.$(".detail figure canvas")) !== null, true);
      }));

    it("keeps what it shows when the next file fails after its first subjects", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        await app.drop(inputs.badInTheEnd);
        await app.page.waitForSelector(".error ::-p-text(bad_in_the_end.csv.gz could not be used)");
        assert.equal(await app.text("#results h1"), "sample.csv");
        assertRows(await app.rows(), inputs.expected.sample);
      }));

    it("does not try WebGPU on a software adapter, and says so", { skip: !burnBuilt && NO_BURN }, () =>
      onPage(
        async (app) => {
          await app.drop(inputs.many);
          await app.results("pirate_pain_test.csv");
          await app.page.waitForFunction(() =>
            /^auto stays on cpu: /.test(document.querySelector("#engine-why").textContent),
          );
          assert.match(await app.text("#engine-why"), /software one|not offered|no adapter/);
          assert.equal(await app.text("#engine-used"), "cpu");
          assert.deepEqual(
            app.requests.filter((address) => /burn/.test(address)),
            [],
          );
        },
        { allowed: SOFTWARE_ADAPTER },
      ),
    );

    it("takes another model, and the embedded one again", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        await app.drop(inputs.other);
        await app.page.waitForFunction(() => document.querySelector("#model-name")?.textContent === "other");
        await app.ready();
        assertRows(await app.rows(), inputs.expected.sampleByOther);
        // Each of its scores has an interval.
        const notes = await app.page.$$eval("#model .metrics .interval", (notes) =>
          notes.map((note) => note.textContent),
        );
        assert.ok(notes.length > 0 && notes.length === (await app.page.$$("#model .metrics dt")).length);
        for (const note of notes) assert.match(note, /^95 % between -?[01]\.\d\d and \d\.\d\d$/);
        await app.click("#model button.link");
        await app.page.waitForFunction(() => document.querySelector("#model-name")?.textContent !== "other");
        await app.ready();
        assertRows(await app.rows(), inputs.expected.sample);
      }));

    it("says what is wrong with a file, where, and stays usable", () =>
      onPage(async (app) => {
        await app.drop(inputs.bad);
        await app.page.waitForSelector(".error");
        assert.equal(await app.text(".error-code"), "NOT_A_NUMBER");
        assert.match(await app.text(".error-message"), new RegExp(`line 3, column "${BAD_COLUMN}".*elbow`));
        await app.screenshot(`${name}-error`);
        await app.drop(inputs.damaged);
        await app.page.waitForFunction(() => document.querySelector(".error-code")?.textContent === "BUNDLE");
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        assertRows(await app.rows(), inputs.expected.sample);
      }));

    it("keeps what it shows when another file fails, and goes on with that", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE, inputs.labelsOfPersons);
        await app.page.waitForSelector("#scores");
        await app.ready();
        for (const [wrong, name] of [
          [inputs.bad, "bad.csv"],
          [inputs.wrongLabels, "wrong_labels.csv"],
        ]) {
          await app.drop(wrong);
          await app.page.waitForSelector(`.error ::-p-text(${name} could not be used)`);
        }
        await app.click('input[name="device"][value="cpu"]');
        await app.page.waitForFunction(() =>
          /was asked for/.test(document.querySelector("#engine-why").textContent),
        );
        await app.ready();
        assert.equal(await app.page.$(".error"), null);
        assert.equal(await app.text("#results h1"), "sample.csv");
        assertRows(await app.rows(), inputs.expected.sample);
        assert.match(await app.text("#scores"), /labels_of_persons\.csv/);
      }));

    it("shows good recordings, and names only the labels that are wrong", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE, inputs.wrongLabels);
        await app.page.waitForSelector(".error");
        assert.equal(await app.text(".error h2"), "wrong_labels.csv could not be used");
        assertRows(await app.rows(), inputs.expected.sample);
      }));

    it("keeps labels that come before their recordings", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE_LABELS);
        await app.page.waitForSelector(".note ::-p-text(Labels kept)");
        await app.drop(SAMPLE);
        await app.page.waitForSelector("#scores");
        assert.match(await app.text("#scores"), /sample_labels\.csv/);
      }));

    it("takes a model that cannot read what is shown, and waits for recordings", () =>
      onPage(async (app) => {
        await app.drop(inputs.other, inputs.narrow);
        await app.results("narrow.csv");
        assertRows(await app.rows(), inputs.expected.sampleByOther);
        await app.drop(EMBEDDED);
        await app.page.waitForSelector(".note ::-p-text(drop recordings that it reads)");
        assert.match(await app.text("#model"), /from cnn-gru\.bpk/);
        assert.equal(await app.page.$("#subjects"), null);
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        assertRows(await app.rows(), inputs.expected.sample);
      }));

    it("says which files it ignores", () =>
      onPage(async (app) => {
        await app.drop(SAMPLE, SAMPLE_LABELS, inputs.manyLabels);
        await app.page.waitForSelector("#scores");
        await app.ready();
        assert.match(await app.text("#scores"), /pirate_pain_test_labels\.csv/);
        assert.match(await app.text(".note"), /Ignored: sample_labels\.csv/);
      }));

    it("works from the keyboard", () =>
      onPage(async (app) => {
        const focused = () => app.page.evaluate(() => document.activeElement.textContent);
        await app.page.focus('[data-action="sample"]');
        await app.page.keyboard.press("Enter");
        await app.results("sample.csv");
        assert.equal(await focused(), "sample.csv");
        await app.page.focus(".chip:last-child");
        await app.page.keyboard.press("Enter");
        assert.equal(
          await app.page.evaluate(() => document.activeElement.getAttribute("aria-pressed")),
          "true",
        );
        await app.page.focus(".chip:first-child");
        await app.page.keyboard.press("Enter");
        await app.page.focus('input[name="device"][value="auto"]');
        await app.page.keyboard.press("ArrowDown");
        await app.page.waitForFunction(() =>
          /was asked for/.test(document.querySelector("#engine-why").textContent),
        );
        await app.ready();
        assert.equal(await app.page.evaluate(() => document.activeElement.value), "cpu");
        await app.page.focus("#subjects");
        await app.page.keyboard.press("ArrowDown");
        await app.page.keyboard.press("ArrowDown");
        const third = inputs.expected.sample[2].sample_index;
        await app.page.waitForFunction(
          (id) => document.querySelector(".detail h2")?.textContent.includes(id),
          {},
          third,
        );
        assert.equal(await app.text('#subjects tr[aria-selected="true"] th'), third);
      }));

    it("works when the server is gone", async () => {
      const own = await serve({ root: DIST });
      const app = await App.open(browser, own.url);
      try {
        await own.close();
        await app.drop(SAMPLE);
        await app.results("sample.csv");
        assertRows(await app.rows(), inputs.expected.sample);
        assert.deepEqual(await app.allComplaints(), []);
      } finally {
        await app.close();
      }
    });

    it("can talk to nothing but its own site", () =>
      onPage(
        async (app) => {
          const scripts = app.requests.filter((address) => address.endsWith(".js"));
          assert.ok(scripts.length > 1, "the worker has a script of its own");
          for (const address of [server.url, ...scripts]) {
            const policy = (await fetch(address)).headers.get("content-security-policy") ?? "";
            assert.match(policy, /default-src 'none';.*connect-src 'self'/, address);
          }
          assert.match(
            await app.page.$eval('meta[http-equiv="Content-Security-Policy"]', (meta) => meta.content),
            /default-src 'none';.*connect-src 'self'/,
          );
          const reached = await app.page.evaluate(() =>
            fetch("https://example.org").then(
              () => true,
              () => false,
            ),
          );
          assert.equal(reached, false);
          const violations = await app.page.evaluate(() => globalThis.violations.splice(0));
          assert.ok(violations.some((text) => text.startsWith("policy: connect-src https://example.org")));
        },
        { allowed: [/content.security.policy|violates|example\.org/i] },
      ));

    for (const device of ["ndarray", "webgpu"]) {
      it(`gives the same on the engine ${device}`, { skip: !burnBuilt && NO_BURN }, () =>
        onPage(
          async (app) => {
            await app.drop(SAMPLE);
            await app.results("sample.csv");
            await app.use(device);
            assertRows(await app.rows(), inputs.expected.sampleInF32, EXACT);
          },
          { allowed: device === "webgpu" ? SOFTWARE_ADAPTER : [] },
        ),
      );
    }

    it(
      "says why an engine that is not built does not run",
      { skip: burnBuilt && "pkg/ has every engine" },
      () =>
        onPage(async (app) => {
          await app.click('input[name="device"][value="webgpu"]');
          await app.page.waitForFunction(() =>
            /webgpu was refused/.test(document.querySelector("#engine-why")?.textContent),
          );
          assert.equal(await app.text("#engine-used"), "cpu");
        }),
    );
  });

  it(`looks as the screenshots of ${name} show`, async () => {
    const server = await serve({ root: DIST });
    for (const scheme of ["light", "dark"]) {
      const browser = await launch(name, { dark: scheme === "dark" });
      for (const [kind, size] of [
        ["wide", { width: 1280, height: 900 }],
        ["narrow", { width: 390, height: 844 }],
      ]) {
        const app = await App.open(browser, server.url, size);
        assert.equal(
          await app.page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches),
          scheme === "dark",
        );
        await app.screenshot(`${name}-${scheme}-${kind}-start`);
        await app.choose(inputs.many, inputs.manyLabels);
        await app.results("pirate_pain_test.csv");
        await app.page.waitForSelector(".detail canvas");
        // Nothing may make the page scroll sideways.
        assert.equal(await app.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
        await app.screenshot(`${name}-${scheme}-${kind}-results`);
        await app.close();
      }
      await browser.close();
    }
    await server.close();
  });
}

/** Confusion matrix and accuracy, counted here once more. */
function scoresOf(predictions, truth) {
  const classes = Object.keys(predictions[0]).slice(2);
  const confusion = classes.map((actual) =>
    classes.map(
      (predicted) =>
        predictions.filter((row) => truth.get(row.sample_index) === actual && row.label === predicted).length,
    ),
  );
  const hits = confusion.reduce((sum, row, i) => sum + row[i], 0);
  const sum = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
  const truths = confusion.map(sum);
  const found = classes.map((_, i) => sum(confusion.map((row) => row[i])));
  const count = predictions.length;
  // The correlation of true and predicted class, each as a vector of 0 and 1.
  const product = (a, b) => count * count - sum(a.map((number, i) => number * b[i]));
  const covariance = count * hits - sum(truths.map((number, i) => number * found[i]));
  return {
    classes,
    confusion,
    accuracy: hits / count,
    "balanced-accuracy": sum(confusion.map((row, i) => row[i] / truths[i])) / classes.length,
    mcc: covariance / Math.sqrt(product(truths, truths) * product(found, found)),
  };
}

describe("the server of the built page", () => {
  it("sends what is compressed, with its type and the headers of its folder", async () => {
    const server = await serve();
    try {
      const page = await fetch(server.url, { headers: { "Accept-Encoding": "br" } });
      const script = new URL((await page.text()).match(/src="([^"]+\.js)"/)[1], server.url);
      for (const encoding of ["br", "gzip"]) {
        const { headers } = await fetch(script, { headers: { "Accept-Encoding": encoding } });
        assert.equal(headers.get("content-encoding"), encoding);
        assert.match(headers.get("content-type"), /^text\/javascript/);
        assert.match(headers.get("cache-control"), /immutable/);
        assert.match(headers.get("content-security-policy"), /default-src 'none'/);
      }
      assert.equal(page.headers.get("cache-control"), "no-cache");
    } finally {
      await server.close();
    }
  });

  for (const root of [DIST, `${DIST}/`, relative(process.cwd(), DIST)]) {
    it(`serves ${root}`, async () => {
      const server = await serve({ root });
      try {
        const page = await fetch(server.url);
        assert.equal(page.status, 200);
        assert.match(await page.text(), /<main/);
        const missing = await fetch(new URL("assets/missing.js", server.url));
        assert.deepEqual([missing.status, missing.headers.get("cache-control")], [404, "no-store"]);
        assert.equal((await fetch(new URL("..%2fpackage.json", server.url))).status, 404);
      } finally {
        await server.close();
      }
    });
  }
});
