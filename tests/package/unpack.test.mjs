// What is inside files: gzip of any make and archives, held against Node's own zlib.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync, crc32 as reference } from "node:zlib";
import { crc32 } from "../../pkg/crc32.js";
import { gunzip } from "../../pkg/gzip.js";
import { tablesOf } from "../../pkg/unpack.js";
import { bgzipOf, zipOf } from "../e2e/archives.mjs";

/** Text that packs well and badly in turns. */
const TEXT = Array.from({ length: 40_000 }, (_, i) => `${i},${Math.sin(i)}\n`).join("");

async function* chunksOf(bytes, size = 1 << 16) {
  for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
}

/** All that comes, and the error at its end. */
async function read(chunks) {
  const parts = [];
  try {
    for await (const chunk of chunks) parts.push(chunk);
    return { text: Buffer.concat(parts).toString() };
  } catch (error) {
    return { text: Buffer.concat(parts).toString(), error };
  }
}

/** The tables in a file, by name, as far as they can be read. */
async function tables(
  bytes,
  { name = "x", wanted = "recordings", blob = false, kindOf = () => wanted, failed } = {},
) {
  const found = [];
  const [leftOut, expected] = [[], []];
  const how = {
    wanted,
    kindOf: async (...args) => kindOf(...args),
    openWorkbook: undefined,
    failed,
    readPart: async function* (part) {
      yield new Uint8Array(await part.arrayBuffer());
    },
    expect: (names) => expected.push(...names),
    leftOut: (name) => leftOut.push(name),
  };
  const file = { name, blob: blob ? new Blob([bytes]) : undefined, chunks: () => chunksOf(bytes) };
  for await (const table of tablesOf(file, how)) found.push([table.name, (await read(table.contents)).text]);
  return { found, leftOut, expected };
}

describe("gzip", () => {
  const half = TEXT.length >> 1;
  const inTwo = [gzipSync(TEXT.slice(0, half)), gzipSync(TEXT.slice(half))];
  const named = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 2 | 8 | 16, 0, 0, 0, 0, 0, 3]),
    Buffer.from("name.csv\0a comment\0\0\0"),
    gzipSync(TEXT).subarray(10),
  ]);
  const zeros = Buffer.alloc(1000);
  const makes = {
    "of one member": gzipSync(TEXT),
    "of two members": Buffer.concat(inTwo),
    "with zeros after each member": Buffer.concat([inTwo[0], zeros, inTwo[1], zeros]),
    "as bgzip makes it": bgzipOf(TEXT),
    "that is hardly packed": gzipSync(TEXT, { level: 0 }),
    "with a name and a comment": named,
  };
  for (const [make, bytes] of Object.entries(makes)) {
    it(`${make} is unpacked, in chunks of any size`, async () => {
      for (const size of [1 << 20, 1000, 7]) {
        const { text, error } = await read(gunzip(chunksOf(bytes, size)));
        assert.equal(error, undefined);
        assert.ok(text === TEXT, `in chunks of ${size}`);
      }
    });
  }

  it("that is cut off gives what comes before", async () => {
    const bytes = gzipSync(TEXT);
    for (const end of [5, 1000, bytes.length >> 1, bytes.length - 3]) {
      const { text, error } = await read(gunzip(chunksOf(bytes.subarray(0, end))));
      assert.equal(error.code, "GZIP_CUT");
      assert.ok(TEXT.startsWith(text));
      assert.ok(end < 1e5 || text.length > TEXT.length / 4);
    }
  });

  it("that is damaged is refused, wherever it is", async () => {
    for (const at of [10, 5000, -1, -6]) {
      const bytes = gzipSync(TEXT);
      bytes[at < 0 ? bytes.length + at : at] ^= 0x55;
      const { error } = await read(gunzip(chunksOf(bytes)));
      assert.match(error?.code ?? "none", /GZIP_(INVALID|CUT)/, String(at));
    }
    const { error, text } = await read(
      gunzip(chunksOf(Buffer.concat([gzipSync(TEXT), Buffer.from("abc".repeat(9))]))),
    );
    assert.equal(error.code, "GZIP_INVALID");
    assert.ok(text === TEXT);
  });
});

it("checksums are those of zlib", () => {
  const bytes = Buffer.from(TEXT);
  for (const [start, end] of [
    [0, 0],
    [0, 1],
    [3, 12],
    [1, 100_001],
    [0, bytes.length],
  ]) {
    const [part, rest] = [bytes.subarray(start, end), bytes.subarray(end, end + 1000)];
    assert.equal(crc32(0, part), reference(part));
    assert.equal(crc32(crc32(0, part), rest), reference(rest, reference(part)));
  }
});

describe("an archive", () => {
  const files = [
    ["walk/07.csv", "a"],
    ["run/07.csv.gz", gzipSync("b")],
    ["empty/", ""],
    ["photo.jpg", "not a table"],
    ["__MACOSX/walk/._07.csv", "left behind"],
    [".DS_Store", "left behind"],
    ["labels.csv", "labels"],
  ];
  const kindOf = (name) => (/labels/.test(name) ? "labels" : /csv/.test(name) ? "recordings" : "unknown");
  for (const options of [{}, { stored: true }, { streamed: true }, { zip64: true }]) {
    for (const blob of [true, false]) {
      it(`${JSON.stringify(options)} gives its tables${blob ? "" : " from a stream"}`, async () => {
        const { found, leftOut, expected } = await tables(zipOf(files, options), {
          name: "x.zip",
          blob,
          kindOf,
        });
        assert.deepEqual(found, [
          ["x.zip/walk/07.csv", "a"],
          ["x.zip/run/07.csv", "b"],
        ]);
        assert.deepEqual(leftOut, ["x.zip/photo.jpg", "x.zip/labels.csv"]);
        assert.deepEqual(expected.slice(0, 2), ["x.zip/walk/07.csv", "x.zip/run/07.csv"]);
        const { found: labels } = await tables(zipOf(files, options), {
          name: "x.zip",
          kindOf,
          wanted: "labels",
        });
        assert.deepEqual(labels, [["x.zip/labels.csv", "labels"]]);
      });
    }
  }

  it("in an archive, or packed once more, is unpacked", async () => {
    const inner = zipOf([["a.csv", "a"]]);
    const { found } = await tables(gzipSync(zipOf([["inner.zip", inner]])), { name: "x.zip.gz" });
    assert.deepEqual(found, [["x.zip/inner.zip/a.csv", "a"]]);
  });

  it("after something else is read by its directory", async () => {
    const { found } = await tables(
      Buffer.concat([zipOf([]).subarray(0, 4), Buffer.from("junk"), zipOf([["a.csv", "a"]])]),
    );
    assert.deepEqual(found, [["x/a.csv", "a"]]);
  });

  it("that cannot be read says why", async () => {
    const whole = zipOf([["a.csv", TEXT]]);
    const swollen = zipOf([["a.csv", "a"]]);
    for (const [bytes, code, words] of [
      [whole.subarray(0, whole.length - 30), "ZIP_INVALID", /directory.*missing/],
      [zipOf([["a.csv", TEXT]], { encrypted: true }), "ZIP_ENCRYPTED", /"a.csv" has a password/],
      [zipOf([["a.jpg", "?"]]), "ZIP_EMPTY", /no recordings/],
      [zipOf([]), "ZIP_EMPTY", /no recordings/],
      [swollen.fill(0xff, swollen.length - 10, swollen.length - 2), "ZIP_INVALID", /directory/],
    ]) {
      await assert.rejects(
        tables(bytes, { kindOf: (name) => (/csv/.test(name) ? "recordings" : "unknown") }),
        (error) => {
          assert.equal(error.code, code);
          assert.match(error.message, words);
          return true;
        },
      );
    }
  });

  it("of which one file is damaged gives the others, and names that one", async () => {
    const bytes = zipOf([
      ["a.csv", TEXT],
      ["b.csv", "b"],
    ]);
    bytes[4000] ^= 1;
    const failures = [];
    const { found } = await tables(bytes, { failed: (name, { code }) => failures.push([name, code]) });
    assert.deepEqual(failures, [["x/a.csv", "ZIP_INVALID"]]);
    assert.deepEqual(found, [["x/b.csv", "b"]]);
  });
});
