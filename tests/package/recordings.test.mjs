// Every file of tests/recordings gives what its table says.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { after, before, describe, it } from "node:test";
import { createClassifier } from "../../pkg/index.node.js";
import {
  answerOf,
  assertAnswer,
  assertComplete,
  bundleOf,
  filesOf,
  inputsByModel,
  labelsOf,
  partsOfOthers,
  reasonAgainst,
  referenceText,
} from "../recordings/table.mjs";

describe("recordings as people have them", () => {
  it("are all in the table", assertComplete);

  for (const [model, inputs] of inputsByModel()) {
    describe(`classified by ${model}`, () => {
      let classifier;
      before(async () => {
        const bundle = bundleOf(model);
        classifier = await createClassifier(bundle && { bundle: await readFile(bundle) });
      });
      after(() => classifier?.close());

      for (const input of inputs) {
        it(input.name, { skip: reasonAgainst("package", input) }, async (t) => {
          for (const part of partsOfOthers("package", input)) t.diagnostic(part);
          await check(classifier, input);
        });
      }
    });
  }
});

async function check(classifier, input) {
  const sources = await Promise.all(filesOf(input).map(({ path, name }) => named(path, name)));
  if (input.error) {
    await assert.rejects(classifier.classify(sources), (error) => {
      assert.deepEqual([error.code, error.line], [input.error.code, input.error.line]);
      for (const words of input.error.says) assert.ok(error.message.includes(words), error.message);
      return true;
    });
    return;
  }
  const result = await classifier.classify(sources);
  const { as } = answerOf(input);
  const reference = await classifier.classify(referenceText(as));
  assertAnswer(input, result.predictions, reference.predictions);
  assertSaid(result.refused, input.refused, "id");

  const repairs = [...result.repairs];
  if (input.scores) {
    const path = labelsOf(input);
    const labels = await named(path, basename(path));
    const kind = filesOf(input).some((file) => file.path === path) ? "recordings" : "labels";
    assert.deepEqual(await classifier.kindsOf(labels), [kind]);
    const scores = await classifier.evaluate(labels, result);
    assert.equal(scores.subjects, input.scores.subjects);
    const expected = await classifier.evaluate(referenceText(input.scores.as), reference);
    assert.deepEqual([scores.accuracy, scores.confusion], [expected.accuracy, expected.confusion]);
    repairs.push(...scores.repairs);
  }
  assertSaid(repairs, input.repairs, "file");
}

async function named(path, name) {
  return { name, source: await readFile(path) };
}

/** Repairs or refusals are those of the table, in its order. `part` is compared where the table has it. */
function assertSaid(found, expected = [], part) {
  assert.deepEqual(
    found.map((one, i) => [one.code, one.line, expected[i]?.[part] && one[part]]),
    expected.map((one) => [one.code, one.line, one[part]]),
  );
  for (const [i, { says }] of expected.entries())
    assert.ok(found[i].message.includes(says), `${found[i].message} does not say ${says}`);
}
