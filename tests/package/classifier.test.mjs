// The built package, as Node loads it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createReadStream, openAsBlob } from "node:fs";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { createClassifier, PainwaveError } from "../../pkg/index.node.js";
import { burnBuilt, NO_BURN, PKG, SAMPLE } from "./inputs.mjs";

describe("a classifier", () => {
  let bytes;
  let text;
  let classifier;
  let result;
  before(async () => {
    bytes = await readFile(SAMPLE);
    text = bytes.toString();
    classifier = await createClassifier();
    result = await classifier.classify(bytes, { keepRecordings: true });
  });
  after(() => classifier?.close());

  /** Asserts that a promise is rejected with this code. */
  const refuses = (promise, code) =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof PainwaveError, String(error));
      assert.equal(error.code, code);
      return true;
    });

  it("says what it is and why", () => {
    const { asked, device, why, classes, schema, card } = classifier.info;
    assert.deepEqual([asked, device], ["auto", "cpu"]);
    assert.match(why, /cpu/);
    assert.ok(classes.length > 1);
    assert.equal(schema.id, "sample_index");
    assert.notEqual(card.name, "");
    // Beside its scores.
    assert.equal(card.data.origin, "synthetic recordings");
  });

  it("says which classes a subject may be of, and when a recording is unlike all it knows", async () => {
    const { classes } = classifier.info;
    for (const { label, set, sets, unlike, pValue } of result.predictions) {
      assert.deepEqual(
        sets.map(({ coverage }) => coverage),
        [0.8, 0.9, 0.95],
      );
      assert.ok(set.includes(label) && set.every((name) => classes.includes(name)));
      assert.ok(!unlike && pValue >= 0.01);
    }
    const [header, ...rows] = text.trimEnd().split("\n");
    const joint = header.split(",").indexOf("joint_07");
    const raised = (row) => row.split(",").with(joint, "2.9").join();
    const spoiled = [header, ...rows.map(raised)].join("\n");
    const { predictions } = await classifier.classify(spoiled);
    for (const { unlike, set, warnings } of predictions) {
      assert.ok(unlike);
      assert.deepEqual(set, classes);
      assert.match(warnings[0], /^unlike anything the model has seen .*joint_07/);
    }
  });

  it("gives one whole prediction per subject, in the order of the file", () => {
    const ids = new Set(
      text
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",", 1)[0]),
    );
    assert.deepEqual(
      result.predictions.map(({ id }) => id),
      [...ids],
    );
    for (const { label, probabilities, windows } of result.predictions) {
      const values = Object.values(probabilities);
      assert.deepEqual(Object.keys(probabilities), classifier.info.classes);
      assert.ok(Math.abs(values.reduce((sum, value) => sum + value) - 1) < 1e-5);
      assert.equal(probabilities[label], Math.max(...values));
      assert.equal(windows.probabilities.length, windows.starts.length * values.length);
    }
  });

  const kinds = {
    "a string": () => text,
    "an ArrayBuffer": () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    "a Blob": () => new Blob([bytes]),
    "a File": () => new File([bytes], "sample.csv"),
    "a Blob that stands for a file": () => openAsBlob(SAMPLE),
    "a File of such a Blob": async () => new File([await openAsBlob(SAMPLE)], "sample.csv"),
    "a Response": () => new Response(bytes),
    "a ReadableStream": () => new Blob([bytes]).stream(),
    "a stream of Node": () => createReadStream(SAMPLE),
    "an iterable of text": async function* () {
      for (let i = 0; i < text.length; i += 10_007) yield text.slice(i, i + 10_007);
    },
    "gzipped bytes": () => gzipSync(bytes),
    "gzip in single bytes at first": async function* () {
      const packed = gzipSync(bytes);
      for (let i = 0; i < 5; i++) yield packed.subarray(i, i + 1);
      yield packed.subarray(5);
    },
  };
  for (const [kind, make] of Object.entries(kinds)) {
    it(`reads ${kind}`, async () => {
      const same = await classifier.classify(await make());
      assert.equal(same.toCsv({ probabilities: true }), result.toCsv({ probabilities: true }));
    });
  }

  it("leaves the caller's bytes alone", async () => {
    const copy = Uint8Array.from(bytes);
    await classifier.classify(copy);
    assert.equal(copy.byteLength, bytes.byteLength);
    await classifier.classify(
      (async function* () {
        yield copy;
      })(),
    );
    assert.equal(copy.byteLength, bytes.byteLength);
  });

  it("refuses what is no input", () => refuses(classifier.classify(42), "SOURCE_TYPE"));
  it("refuses chunks that are no bytes", () =>
    refuses(
      classifier.classify(
        (async function* () {
          yield 42;
        })(),
      ),
      "SOURCE_TYPE",
    ));
  it("refuses a failed response", () =>
    refuses(classifier.classify(new Response("gone", { status: 404 })), "READ_FAILED"));
  it("reads what there is of half a gzip file, and says that it is cut off", async () => {
    const packed = gzipSync(bytes);
    const { predictions, refused } = await classifier.classify(packed.subarray(0, packed.length / 2));
    assert.deepEqual(predictions.slice(0, 2), result.predictions.slice(0, 2));
    assert.ok(predictions.length < result.predictions.length);
    assert.equal(refused.at(-1)?.code, "GZIP_CUT");
    await refuses(classifier.classify(packed.subarray(0, 100)), "GZIP_CUT");
    await refuses(classifier.classify(packed.subarray(0, packed.length / 2), { strict: true }), "GZIP_CUT");
  });

  it("refuses damaged gzip while more of it is on its way", async () => {
    const packed = gzipSync(bytes);
    packed.fill(0xff, 1000, 2000);
    const megabyte = Buffer.alloc(1 << 20);
    await refuses(
      classifier.classify(
        (async function* () {
          yield packed;
          for (let i = 0; i < 12; i++) yield megabyte;
        })(),
      ),
      "GZIP_INVALID",
    );
    assert.equal((await classifier.classify(bytes)).toCsv(), result.toCsv());
  });
  it("refuses an empty file", () => refuses(classifier.classify(""), "EMPTY_FILE"));
  it("refuses a foreign bundle", () => refuses(createClassifier({ bundle: new Uint8Array(100) }), "BUNDLE"));
  it("refuses a bundle that is not there", () =>
    refuses(createClassifier({ bundle: new URL("missing.bpk", import.meta.url) }), "DOWNLOAD_FAILED"));

  it("passes on what a broken source says", async () => {
    const failing = new ReadableStream({
      pull(controller) {
        controller.error(new Error("the disk is gone"));
      },
    });
    await assert.rejects(classifier.classify(failing), { code: "READ_FAILED", message: /the disk is gone/ });
  });

  it("says where a value is wrong", async () => {
    const [header, first, second] = text.split("\n").map((line) => line.trim().split(","));
    const column = classifier.info.schema.channels.at(-1);
    second[header.indexOf(column)] = "elbow";
    const wrong = [header, first, second].join("\n");
    await assert.rejects(classifier.classify(wrong), { code: "NOT_A_NUMBER", line: 3, column });
  });

  it("takes a bundle from an address", async () => {
    const other = await createClassifier({ bundle: new URL("../../models/cnn-gru.bpk", import.meta.url) });
    const same = await other.classify(bytes);
    assert.equal(same.toCsv({ probabilities: true }), result.toCsv({ probabilities: true }));
    await other.close();
  });

  it("runs the reference engine to the same probabilities", { skip: !burnBuilt && NO_BURN }, async () => {
    const other = await createClassifier({ device: "ndarray" });
    assert.equal(other.info.device, "ndarray", other.info.why);
    const exact = await createClassifier({ device: "cpu", precision: "f32" });
    const expected = (await exact.classify(bytes)).predictions;
    const { predictions } = await other.classify(bytes);
    for (const [i, { id, label, probabilities }] of predictions.entries()) {
      assert.deepEqual([id, label], [expected[i].id, expected[i].label]);
      for (const [name, value] of Object.entries(probabilities)) {
        assert.ok(Math.abs(value - expected[i].probabilities[name]) <= 1e-5, `${id} ${name}`);
      }
    }
    await exact.close();
    await other.close();
  });

  it("says why it does not run on a GPU where there is none", async () => {
    const other = await createClassifier({ device: "webgpu" });
    assert.deepEqual([other.info.asked, other.info.device], ["webgpu", "cpu"]);
    assert.match(other.info.why, burnBuilt ? /webgpu was refused: WebGPU/ : /webgpu was refused: this build/);
    assert.equal((await other.classify(bytes)).toCsv(), result.toCsv());
    await other.close();
  });

  it("queues calls that overlap", async () => {
    const broken = classifier.classify("a,b\n1,2\n").catch((error) => error.code);
    const results = await Promise.all([classifier.classify(bytes), classifier.classify(text), broken]);
    assert.equal(results[0].toCsv(), result.toCsv());
    assert.equal(results[1].toCsv(), result.toCsv());
    assert.equal(results[2], "MISSING_COLUMN");
  });

  it("reports progress up to the end", async () => {
    const seen = [];
    await classifier.classify(bytes, { onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1);
    assert.equal(last.bytesRead, bytes.byteLength);
    assert.equal(last.bytesTotal, bytes.byteLength);
    assert.equal(last.subjects, result.predictions.length);
    assert.deepEqual(
      seen.map(({ subjects }) => subjects),
      seen.map(({ subjects }) => subjects).toSorted((a, b) => a - b),
    );
  });

  it("hands out subjects on the way, in the order of the file, and late ones again", async () => {
    const heard = [];
    const onPredictions = (predictions) => heard.push(...predictions);
    await classifier.classify(bytes, { onPredictions });
    assert.deepEqual(heard, result.predictions);

    // The last row of the first subject, at the end of the file.
    const [header, ...rows] = text.trimEnd().split("\n");
    const id = rows[0].split(",", 1)[0];
    const last = rows.findLastIndex((row) => row.startsWith(`${id},`));
    const late = [header, ...rows.toSpliced(last, 1), rows[last]].join("\n");
    heard.length = 0;
    const again = await classifier.classify(late, { onPredictions });
    assert.equal(again.toCsv({ probabilities: true }), result.toCsv({ probabilities: true }));
    assert.equal(heard.at(-1).id, id);
    assert.deepEqual(heard.at(-1), result.predictions[0]);
  });

  it("gives the same with any number of workers, of which each may die but the one that reads", async () => {
    const rows = text.trimEnd().split("\n");
    const many = [rows[0]];
    for (let copy = 0; copy < 12; copy++) {
      for (const row of rows.slice(1)) many.push(`${copy}-${row}`);
    }
    const file = many.join("\n");
    const started = [];
    const notice = (worker) => started.push(worker);
    process.on("worker", notice);
    const expected = [];
    for (const workers of [1, 3]) {
      started.length = 0;
      const own = await createClassifier({ workers });
      assert.equal(own.info.workers, workers);
      const all = await own.classify(file);
      expected.push(all.toCsv({ probabilities: true }));
      assert.equal(started.length, workers);
      if (workers > 1) {
        let killed = 0;
        const onPredictions = () => killed++ === 0 && started.at(-1).terminate();
        const same = await own.classify(file, { onPredictions });
        assert.equal(same.toCsv({ probabilities: true }), expected[0]);
        assert.ok(killed > 0);
      }
      await own.close();
    }
    process.off("worker", notice);
    assert.equal(expected[1], expected[0]);
    for (const workers of [0, 1.5, "2"]) await refuses(createClassifier({ workers }), "OPTION");
  });

  it("can be aborted while it reads, while it waits and before it starts, and works on", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const endless = classifier.classify(new ReadableStream({}), { signal });
    const waiting = classifier.classify(bytes, { signal });
    await setImmediate();
    controller.abort();
    await assert.rejects(endless, { name: "AbortError" });
    await assert.rejects(waiting, { name: "AbortError" });
    await assert.rejects(classifier.classify(bytes, { signal }), { name: "AbortError" });
    await assert.rejects(createClassifier({ signal }), { name: "AbortError" });
    assert.equal((await classifier.classify(bytes)).toCsv(), result.toCsv());
  });

  it("keeps recordings when asked to, until they are released", async () => {
    const { id } = result.predictions[1];
    const { times, channels, values } = await result.recording(id);
    const rows = text
      .trimEnd()
      .split("\n")
      .filter((line) => line.startsWith(`${id},`));
    assert.equal(times.length, rows.length);
    assert.equal(values.length, rows.length * channels.length);
    const names = text.split("\n", 1)[0].trim().split(",");
    const cells = rows[3].trim().split(",");
    for (const [i, name] of channels.entries()) {
      assert.equal(values[3 * channels.length + i], Math.fround(Number(cells[names.indexOf(name)])), name);
    }
    assert.equal(await result.recording("nobody"), undefined);

    const plain = await classifier.classify(bytes);
    await refuses(plain.recording(id), "RECORDINGS_NOT_KEPT");
    const kept = await classifier.classify(bytes, { keepRecordings: true });
    kept.release();
    await refuses(kept.recording(id), "RECORDINGS_RELEASED");
  });

  it("scores a result against labels", async () => {
    const right = result.toCsv();
    const all = await classifier.evaluate(right, result);
    assert.deepEqual([all.accuracy, all.subjects], [1, result.predictions.length]);
    const [header, first, ...rest] = right.trimEnd().split("\n");
    const other = classifier.info.classes.find((name) => name !== first.split(",")[1]);
    const labels = [header, `${first.split(",")[0]},${other}`, ...rest.slice(1), `extra,${other}`].join("\n");
    const scores = await classifier.evaluate(new Blob([labels]), result);
    assert.equal(scores.accuracy, (result.predictions.length - 2) / (result.predictions.length - 1));
    assert.deepEqual(scores.missing, {
      withoutLabel: [rest[0].split(",")[0]],
      withoutPrediction: ["extra"],
      unlabelled: 0,
    });
    await refuses(classifier.evaluate(`${header}\n000,unheard_of\n`, result), "UNKNOWN_LABEL");
  });

  it("replaces a worker that dies", async () => {
    const workers = [];
    const notice = (worker) => workers.push(worker);
    process.on("worker", notice);
    const fragile = await createClassifier({ workers: 1 });
    const endless = fragile.classify(
      (async function* () {
        for (;;) yield text.slice(0, 100_000);
      })(),
    );
    const kept = fragile.classify(bytes, { keepRecordings: true });
    await workers[0].terminate();
    await refuses(endless, "WORKER_CRASHED");
    assert.equal((await kept).toCsv(), result.toCsv());
    await workers[1].terminate();
    await refuses((await kept).recording(result.predictions[0].id), "RECORDINGS_RELEASED");
    await fragile.close();
    process.off("worker", notice);
  });

  it("ends its calls when it is closed", async () => {
    const brief = await createClassifier();
    const endless = brief.classify(new ReadableStream({}));
    await Promise.all([refuses(endless, "CLOSED"), brief.close()]);
    await refuses(brief.classify(bytes), "CLOSED");
    await brief.close();
  });

  it("lets go of its source when it is closed and when its worker dies", async () => {
    for (const [code, end] of [
      ["CLOSED", (classifier) => classifier.close()],
      ["WORKER_CRASHED", (_, worker) => worker.terminate()],
    ]) {
      let worker;
      process.once("worker", (started) => {
        worker = started;
      });
      const brief = await createClassifier();
      let source;
      const cancelled = new Promise((resolve) => {
        source = new ReadableStream({ cancel: resolve });
      });
      const quiet = brief.classify(source);
      // Its turn comes, and it begins to read.
      while (!source.locked) await setImmediate();
      await Promise.all([refuses(quiet, code), end(brief, worker)]);
      await cancelled;
      assert.equal(source.locked, false);
      await brief.close();
    }
  });

  it("ends a comparison when it is closed", async () => {
    const brief = await createClassifier();
    const endless = brief.evaluate(new ReadableStream({}), result);
    await Promise.all([refuses(endless, "CLOSED"), brief.close()]);
  });

  it("refuses a device that it does not know", () =>
    refuses(createClassifier({ device: "abacus" }), "UNKNOWN_DEVICE"));

  it("refuses a precision that it does not know", () =>
    refuses(createClassifier({ precision: "decimal" }), "UNKNOWN_PRECISION"));

  it("computes in f32 if it is asked to, and in i16 the same to a thousandth", async () => {
    const of = async (precision) => {
      const other = await createClassifier({ precision });
      const { predictions } = await other.classify(bytes);
      await other.close();
      return [other.info.precision, predictions.flatMap(({ probabilities }) => Object.values(probabilities))];
    };
    const [[exactly, exact], [reduced, close]] = [await of("f32"), await of("i16")];
    assert.deepEqual([exactly, reduced], ["f32", "i16"]);
    assert.notDeepEqual(exact, close);
    assert.ok(exact.every((probability, i) => Math.abs(probability - close[i]) < 1e-3));
  });

  it("reads text that is cut in the middle of a character", async () => {
    const [header, ...rows] = text.trimEnd().split("\n");
    const id = "\u{1f9e0}";
    const named = rows.map((row) => row.replace(/^[^,]*/, id)).filter((_, i) => i < 160);
    const { predictions } = await classifier.classify(
      (async function* () {
        for (const unit of `${header}\n${named.join("\n")}`.match(/[\ud800-\udbff]|[^\ud800-\udbff]+/g))
          yield unit;
      })(),
    );
    assert.deepEqual(
      predictions.map((prediction) => prediction.id),
      [id],
    );
  });

  it("takes many calls at once, in a script from the command line, quietly", async () => {
    const code = `
      import { readFile } from "node:fs/promises";
      import { createClassifier } from ${JSON.stringify(`${PKG}/index.node.js`)};
      const classifier = await createClassifier();
      const bytes = await readFile(process.argv[1]);
      const results = await Promise.all(Array.from({ length: 12 }, () => classifier.classify(bytes)));
      console.log(new Set(results.map((result) => result.toCsv())).size);`;
    const node = promisify(execFile);
    const { stdout, stderr } = await node(process.execPath, ["--input-type=module", "--eval", code, SAMPLE]);
    assert.deepEqual([stdout, stderr], ["1\n", ""]);
  });

  it("writes CSV that can be read again", () => {
    const rows = result.toCsv({ probabilities: true }).trimEnd().split("\n");
    assert.equal(rows[0], ["sample_index", "label", ...classifier.info.classes].join(","));
    for (const [i, { id, label, probabilities }] of result.predictions.entries()) {
      const [first, second, ...numbers] = rows[i + 1].split(",");
      assert.deepEqual([first, second], [id, label]);
      assert.deepEqual(
        numbers.map((number) => Math.fround(Number(number))),
        Object.values(probabilities).map(Math.fround),
      );
    }
  });
});
