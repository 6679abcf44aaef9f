// `expected.json` as the tests of the package and of the page read it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This folder. */
export const FOLDER = fileURLToPath(new URL(".", import.meta.url));

const table = JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8"));

/** The model that reads an input, unless it names another. */
const EMBEDDED = "cnn-gru";

/** All inputs by the name of their model, the embedded one first. */
export function inputsByModel() {
  const read = (model) => table.inputs.filter((input) => (input.model ?? EMBEDDED) === model);
  return Object.keys(table.models).map((model) => [model, read(model)]);
}

/** The path of a bundle; none of the embedded one, which needs none. */
export function bundleOf(model) {
  return model === EMBEDDED ? undefined : join(FOLDER, table.models[model]);
}

/** Why an input makes no sense for a runner, if so. */
export function reasonAgainst(runner, { not_in }) {
  return not_in?.[runner];
}

/** Parts of an input that are for other runners, each with the reason. */
export function partsOfOthers(runner, input) {
  return Object.entries(table.parts)
    .filter(([part, { runners }]) => part in input && !runners.includes(runner))
    .map(([part, { why }]) => `${part}: ${why}`);
}

/** The files of an input, those of folders one by one: where each lies, and its name with the folder. */
export function filesOf({ data }) {
  return data.flatMap((path) => {
    if (!path.endsWith("/")) return [{ path: join(FOLDER, path), name: path.split("/").at(-1) }];
    const folder = path.split("/").at(-2);
    return readdirSync(join(FOLDER, path))
      .sort()
      .map((name) => ({ path: join(FOLDER, path, name), name: `${folder}/${name}` }));
  });
}

/** What to drop of an input: folders as such, where the browser can be made to take them. */
export function droppedPaths(input, folders) {
  if (folders) return input.data.map((path) => join(FOLDER, path).replace(/\/$/, ""));
  return filesOf(input).map(({ path }) => path);
}

/** The path of the labels. */
export function labelsOf({ labels }) {
  return labels && join(FOLDER, labels);
}

/** The text of a reference. */
export function referenceText(name) {
  const { file, lines, replace = [] } = table.references[name];
  const whole = readFileSync(join(FOLDER, file), "utf8");
  const kept =
    lines === undefined
      ? whole
      : whole
          .split(/(?<=\n)/)
          .slice(0, lines)
          .join("");
  return replace.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `${file} has no ${JSON.stringify(from)}`);
    return text.replaceAll(from, to);
  }, kept);
}

/** What an input must be answered like: the reference's name, and its id for each id of the input. */
export function answerOf({ answer }) {
  const as = answer.as ?? answer;
  const ids = answer.ids ?? table.references[as].ids;
  return { as, ids: Array.isArray(ids) ? ids.map((id) => [id, id]) : Object.entries(ids) };
}

/** Predictions, as objects with an id, are the reference's: the same subjects in the same order, and the same numbers. */
export function assertAnswer(input, found, reference) {
  const { ids } = answerOf(input);
  assert.deepEqual(
    found.map(({ id }) => id),
    ids.map(([id]) => id),
  );
  for (const [i, [id, ofReference]] of ids.entries()) {
    const expected = reference.find((prediction) => prediction.id === ofReference);
    assert.equal(found[i].label, expected.label, id);
    for (const [label, probability] of Object.entries(expected.probabilities)) {
      const difference = Math.abs(found[i].probabilities[label] - probability);
      assert.ok(difference <= table.tolerance, `${id}, ${label}: off by ${difference}`);
    }
  }
}

/** Every recording, every file of labels, recipe and bundle of this folder is part of the table. */
export function assertComplete() {
  const named = new Set([
    ...table.inputs.flatMap((input) => filesOf(input).map(({ path }) => path)),
    ...[
      ...Object.values(table.models),
      ...Object.values(table.references).map(({ file }) => file),
      ...table.inputs.flatMap(({ labels, fit }) => [labels, fit?.recipe]),
      ...table.sources,
    ]
      .filter((path) => path !== undefined)
      .map((path) => join(FOLDER, path)),
  ]);
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    // What is beside the folders says how they are used.
    .filter((path) => dirname(path) !== dirname(join(FOLDER, "x")));
  assert.deepEqual(
    files.filter((file) => !named.has(file)),
    [],
  );
}
