// Files as people have them: several, packed, in archives and in workbooks.
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { createClassifier } from "../../pkg/index.node.js";
import { bgzipOf, cellsOf, xlsxOf, zipOf } from "../e2e/archives.mjs";
import { SAMPLE } from "./inputs.mjs";

describe("files", () => {
  let classifier;
  let text;
  let expected;
  /** The sample in as many files as it has subjects: `[name, text]`. */
  let files;
  before(async () => {
    text = await readFile(SAMPLE, "utf8");
    classifier = await createClassifier();
    expected = (await classifier.classify(text)).toCsv({ probabilities: true });
    const [header, ...rows] = text.trimEnd().split("\n");
    const ids = [...new Set(rows.map((row) => row.split(",", 1)[0]))];
    files = ids.map((id) => [
      `${id}.csv`,
      [header, ...rows.filter((row) => row.startsWith(`${id},`)), ""].join("\n"),
    ]);
  });
  after(() => classifier?.close());

  const csv = (result) => result.toCsv({ probabilities: true });
  const sources = {
    "of every kind at once": () => [
      new File([files[0][1]], files[0][0]),
      { name: files[1][0], source: files[1][1] },
      Buffer.from(files[2][1]),
      new Response(files[3][1]),
      ...files.slice(4).map(([, contents]) => contents),
    ],
    "packed by gzip": () =>
      files.map(([name, contents]) => ({ name: `${name}.gz`, source: gzipSync(contents) })),
    "that are blocks of gzip": () => [bgzipOf(text)],
    "in an archive": () => zipOf(files),
    "in an archive that comes as a stream": () => new Response(zipOf(files)),
    "in several archives": () => [zipOf(files.slice(0, 3)), zipOf(files.slice(3))],
    "in an archive, packed by gzip": () =>
      zipOf(files.map(([name, contents]) => [`${name}.gz`, gzipSync(contents)])),
    "as sheets of a workbook": () => xlsxOf(files.map(([name, contents]) => [name, cellsOf(contents)])),
    "as one sheet of a workbook": () => xlsxOf([["all", cellsOf(text)]]),
    "as a workbook in an archive": () => zipOf([["all.xlsx", xlsxOf([["all", cellsOf(text)]])]]),
  };
  for (const [kind, make] of Object.entries(sources)) {
    it(`${kind} are read as if they were one`, async () => {
      const result = await classifier.classify(make());
      assert.deepEqual(result.refused, []);
      assert.equal(csv(result), expected);
    });
  }

  it("report progress over all of them", async () => {
    const seen = [];
    const input = files.map(([, contents]) => Buffer.from(contents));
    const total = input.reduce((sum, { length }) => sum + length, 0);
    await classifier.classify(input, { onProgress: (progress) => seen.push(progress) });
    const { bytesRead, bytesTotal, subjects } = seen.at(-1);
    assert.deepEqual([bytesRead, bytesTotal, subjects], [total, total, files.length]);
  });

  it("that cannot be read do not keep the others from being read, and are named", async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("the disk is gone"));
      },
    });
    const [first, second, ...others] = files.map(([name, source]) => ({ name, source }));
    const input = [
      first,
      { name: "gone.csv", source: new Response("", { status: 404 }) },
      { name: "broken.csv", source: broken },
      { name: "cut.csv.gz", source: gzipSync(second.source).subarray(0, 50) },
      { name: "damaged.zip", source: zipOf([["a.csv", "a"]]).subarray(0, 60) },
      second,
      { name: "other.csv", source: "a,b\n1,2\n" },
      ...others,
    ];
    const result = await classifier.classify(input);
    assert.equal(csv(result), expected);
    const named = new Map(result.refused.map(({ file, code }) => [file, code]));
    assert.equal(named.get("gone.csv"), "READ_FAILED");
    assert.equal(named.get("broken.csv"), "READ_FAILED");
    assert.equal(named.get("cut.csv.gz"), "GZIP_CUT");
    assert.equal(named.get("damaged.zip"), "ZIP_INVALID");
    assert.ok(named.has("other.csv"));
    await assert.rejects(classifier.classify(input, { strict: true }), ({ code }) => code === "READ_FAILED");
  });

  it("of which none can be read fail as the first does", async () => {
    await assert.rejects(classifier.classify([]), { code: "EMPTY_FILE" });
    await assert.rejects(classifier.classify(zipOf([["a.jpg", "?"]])), { code: "ZIP_EMPTY" });
    await assert.rejects(
      classifier.classify([
        { name: "a", source: "x,y\n1,2\n" },
        { name: "b", source: "" },
      ]),
      { code: "MISSING_COLUMN" },
    );
    await assert.rejects(classifier.classify(Buffer.from("d0cf11e0a1b11ae1", "hex")), {
      code: "SPREADSHEET_INVALID",
    });
    await assert.rejects(classifier.classify([text, 42]), { code: "SOURCE_TYPE" });
  });

  it("that are labels are compared with, packed or not", async () => {
    const result = await classifier.classify(createReadStream(SAMPLE));
    const labels = result.toCsv();
    for (const source of [
      labels,
      gzipSync(labels),
      zipOf([...files, ["labels.csv", labels]]),
      xlsxOf([["Tabelle1", cellsOf(labels)]]),
    ]) {
      assert.equal((await classifier.evaluate(source, result)).accuracy, 1);
    }
  });

  it("are told apart by what is in them", async () => {
    const labels = "sample_index,label\n000,no_pain\n";
    const bundle = await readFile(new URL("../../models/cnn-gru.bpk", import.meta.url));
    for (const [source, kinds] of [
      [text, ["recordings"]],
      [gzipSync(text), ["recordings"]],
      [new File([labels], "whatever.txt"), ["labels"]],
      [labels.replaceAll("\n", "\r"), ["labels"]],
      [`\n${labels.replace("label", "class")}`, ["labels"]],
      [bundle, ["bundle"]],
      ["<html></html>", ["unknown"]],
      ["", ["unknown"]],
      [zipOf([...files, ["labels.csv", labels]]), ["recordings", "labels"]],
    ]) {
      assert.deepEqual(await classifier.kindsOf(source), kinds);
    }
  });

  it("whose columns are named differently are read when told how", async () => {
    const renamed = text.replace("sample_index", "Person").replace("joint_00", "Knee angle");
    const error = await classifier.classify(renamed).then(
      () => assert.fail("the columns are missing"),
      (error) => error,
    );
    assert.equal(error.code, "MISSING_COLUMN");
    assert.deepEqual(error.columns.missing.map(({ name }) => name).sort(), ["joint_00", "sample_index"]);
    const found = new Map(error.columns.found.map(({ name, values }) => [name, values]));
    assert.ok(found.has("Person") && found.has("Knee angle"));
    const columns = { sample_index: "Person", joint_00: "Knee angle" };
    assert.equal(csv(await classifier.classify(renamed, { columns })), expected);
  });
});
