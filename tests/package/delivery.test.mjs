// What is found in portions on its way to the caller.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Delivery } from "../../pkg/delivery.js";
import { Predictions } from "../../pkg/predictions.js";
import { CLASSES, evidenceOf, failureOf, portionOf, predictionOf, settle } from "./fakes.mjs";

/** A portion with one segment of ten steps. */
const segmentOf = (id, first, ended) => ({
  ...portionOf([id], [10]),
  first: Uint32Array.of(first),
  ended: Uint8Array.of(ended ? 1 : 0),
});

function setUp() {
  const heard = [];
  const joined = [];
  const predictions = new Predictions(CLASSES);
  const delivery = new Delivery(predictions, {
    async join(segments) {
      for (const { first, ended, evidence } of segments) joined.push([evidence.id, first, ended]);
      await settle();
      return segments.map(({ ended, evidence }) => (ended ? predictionOf(evidence.id) : undefined));
    },
    added: (added) => heard.push(...added.map(({ id }) => id)),
  });
  const add = (number, portion, answer) =>
    delivery.add(
      number,
      portion,
      portion.ids.map((id) => answer(id)),
    );
  return { delivery, predictions, heard, joined, add };
}

describe("what is found", () => {
  it("is passed on in the order of the file, long recordings when their last part is there", async () => {
    const { delivery, heard, joined, add } = setUp();
    add(4, portionOf(["c"], [5]), predictionOf);
    add(2, segmentOf("long", 10, false), evidenceOf);
    add(0, portionOf(["a", "b"], [5, 5]), predictionOf);
    assert.deepEqual(heard, ["a", "b"]);
    add(3, segmentOf("long", 20, true), evidenceOf);
    add(1, segmentOf("long", 0, false), evidenceOf);
    await delivery.settled();
    assert.deepEqual(heard, ["a", "b", "long", "c"]);
    assert.deepEqual(joined, [
      ["long", 0, false],
      ["long", 10, false],
      ["long", 20, true],
    ]);
    const { predictions, failed } = delivery.outcome(["a", "b", "long", "c"]);
    assert.deepEqual([predictions.length, failed.length], [4, 0]);
  });

  it("is known by the steps of the whole recording when a file is read again", async () => {
    const { delivery, predictions, add } = setUp();
    const parts = [segmentOf("long", 0, false), segmentOf("long", 10, true)];
    assert.equal(predictions.covers(parts[0]), false);
    for (const [number, part] of parts.entries()) add(number, part, evidenceOf);
    await delivery.settled();
    assert.ok(parts.every((part) => predictions.covers(part)));
    assert.equal(predictions.covers(segmentOf("long", 20, true)), false);
  });

  it("is nothing for a recording of which one part cannot be classified", async () => {
    const { delivery, heard, add } = setUp();
    add(0, segmentOf("long", 0, false), evidenceOf);
    add(1, segmentOf("long", 10, false), failureOf);
    add(2, segmentOf("long", 20, true), evidenceOf);
    add(3, portionOf(["a"], [5]), predictionOf);
    await delivery.settled();
    assert.deepEqual(heard, ["a"]);
    const { predictions, failed } = delivery.outcome(["long", "a"]);
    assert.deepEqual(
      predictions.map(({ id }) => id),
      ["a"],
    );
    assert.deepEqual(failed, [failureOf("long")]);
  });
});
