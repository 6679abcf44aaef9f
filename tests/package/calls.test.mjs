// The calls of a classifier, on workers that are made up.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create } from "../../pkg/classifier.js";
import { fakeHost, settle } from "./fakes.mjs";

const IDS = Array.from({ length: 12 }, (_, i) => `${i}`);
/** A subject for each id, the first of which has one more row at the end. */
const FILE = [...IDS, IDS[0]].map((id) => `${id}\n`).join("");

/** A stream from which nothing comes, and whether it was cancelled. */
function silent() {
  const seen = { cancelled: false };
  const stream = new ReadableStream({
    cancel() {
      seen.cancelled = true;
    },
  });
  return { stream, seen };
}

const idsOf = ({ predictions }) => predictions.map(({ id }) => id);

describe("a stream", () => {
  it("from which nothing comes does not hold up other calls", async () => {
    const { host } = fakeHost();
    const classifier = await create(host, {});
    const { stream, seen } = silent();
    const hanging = classifier.classify(stream).catch(({ code }) => code);
    assert.deepEqual(idsOf(await classifier.classify(FILE)), IDS);
    assert.deepEqual(idsOf(await classifier.classify(new Response(FILE))), IDS);
    await classifier.close();
    assert.equal(await hanging, "CLOSED");
    assert.equal(seen.cancelled, true);
  });

  /** A classifier that is busy with a file that never ends. */
  async function busy() {
    const { host } = fakeHost({ onWork: (name) => name === "classify" && new Promise(() => {}) });
    const classifier = await create(host, {});
    classifier.classify(FILE).catch(() => {});
    await settle();
    return classifier;
  }

  it("that waits for its turn is cancelled when its call is aborted or the classifier is closed", async () => {
    for (const end of ["abort", "close"]) {
      const classifier = await busy();
      const controller = new AbortController();
      const sources = [silent(), silent()];
      const calls = [
        classifier.classify(sources[0].stream, { signal: controller.signal }),
        classifier.classify(new Response(sources[1].stream), { signal: controller.signal }),
      ];
      await settle();
      assert.deepEqual(
        sources.map(({ seen }) => seen.cancelled),
        [false, false],
      );
      if (end === "abort") controller.abort();
      else await classifier.close();
      for (const call of calls)
        await assert.rejects(call, { name: end === "abort" ? "AbortError" : "PainwaveError" });
      await settle();
      assert.deepEqual(
        sources.map(({ seen }) => seen.cancelled),
        [true, true],
      );
      await classifier.close();
    }
  });

  it("of Node that waits for its turn is destroyed when its call is aborted", async () => {
    const { Readable } = await import("node:stream");
    const classifier = await busy();
    const source = new Readable({ read() {} });
    const controller = new AbortController();
    const call = classifier.classify(source, { signal: controller.signal });
    controller.abort();
    await assert.rejects(call, { name: "AbortError" });
    assert.equal(source.destroyed, true);
    await classifier.close();
  });

  it("is cancelled by a call that does not start", async () => {
    const { host } = fakeHost();
    const classifier = await create(host, {});
    const [late, closed, labels] = [silent(), silent(), silent()];
    const call = classifier.classify(late.stream, { signal: AbortSignal.abort() });
    await assert.rejects(call, { name: "AbortError" });
    await classifier.close();
    await assert.rejects(classifier.classify(closed.stream), { code: "CLOSED" });
    await assert.rejects(classifier.evaluate(labels.stream, { predictions: [] }), { code: "CLOSED" });
    await settle();
    for (const { seen } of [late, closed, labels]) assert.equal(seen.cancelled, true);
  });
});

describe("a worker that dies while it reads", () => {
  /** A classifier whose worker dies when it reads a certain row, so many times. */
  async function fragile(deaths, options = {}) {
    let rows = 0;
    const classified = [];
    const { host, workers } = fakeHost({
      ...options,
      onWork(name, worker, ids) {
        if (name === "classify") classified.push(...ids);
        if (name === "read" && ++rows === 7) {
          rows = 0;
          if (deaths-- > 0) worker.die();
        }
      },
    });
    return { classifier: await create(host, {}), workers, classified };
  }

  const sources = {
    "a Blob": () => new Blob([FILE]),
    "a string": () => FILE,
    bytes: () => new TextEncoder().encode(FILE),
  };
  for (const [kind, make] of Object.entries(sources)) {
    for (const postsBlobs of [true, false]) {
      const who = postsBlobs ? "the worker" : "the page";
      it(`is replaced, and ${kind} that ${who} reads is read again without giving a subject twice`, async () => {
        const { classifier, workers, classified } = await fragile(1, { postsBlobs });
        const heard = [];
        const onPredictions = (predictions) => heard.push(...predictions.map(({ id }) => id));
        const result = await classifier.classify(make(), { onPredictions });
        assert.equal(workers.length, 2);
        assert.deepEqual(idsOf(result), IDS);
        assert.deepEqual(heard, [...IDS, IDS[0]]);
        // What was done before is not done again: these are the two portions of the first subject.
        assert.equal(classified.filter((id) => id === IDS[0]).length, 2);
        await classifier.close();
      });
    }
  }

  it("takes a stream with it, which can be read only once", async () => {
    const { classifier } = await fragile(1);
    await assert.rejects(classifier.classify(new Response(FILE)), { code: "WORKER_CRASHED" });
    await classifier.close();
  });

  it("is replaced once for a file: what two die over is given up", async () => {
    const { classifier, workers } = await fragile(9);
    await assert.rejects(classifier.classify(FILE), { code: "WORKER_CRASHED" });
    assert.equal(workers.length, 2);
    await classifier.close();
  });

  it("is replaced in a comparison with labels", async () => {
    let deaths = 1;
    const { host, workers } = fakeHost({
      onWork: (name, worker) => name === "evaluate" && deaths-- > 0 && worker.die(),
    });
    const classifier = await create(host, {});
    const scores = await classifier.evaluate("id,label\n", { predictions: [] });
    assert.deepEqual([scores.weightedF1, scores.balancedAccuracy, scores.mcc], [1, 1, 1]);
    assert.equal(workers.length, 2);
    await classifier.close();
  });
});

describe("an abort", () => {
  it("stops the download of the module", async () => {
    let download;
    const compile = (_, signal) => {
      download = signal;
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const { host } = fakeHost({ compile });
    const controller = new AbortController();
    const loading = create(host, { signal: controller.signal });
    await settle();
    controller.abort();
    await assert.rejects(loading, { name: "AbortError" });
    assert.equal(download.aborted, true);
  });
});
