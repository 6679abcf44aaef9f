// From a cold load to the first result, and what is downloaded for it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { significant, spread, table } from "../lib/markdown.mjs";
import { LeftOut } from "../lib/results.mjs";
import { ratio, summary } from "../lib/statistics.mjs";

export const name = "start";
export const title = "A cold start, and the size of the download";
export const keys = ["start_vs_pipeline"];

const SIDES = ["painwave", "pipeline"];
/** What stands in the page's way of loading: the benchmark's own files and the data. */
const NOT_CODE = [/^\/bench\//, /^\/samples\//, /^\/built\/windows\/manifest\.json$/];

/** Measures in Chromium, each time in a new browser with an empty profile. */
export async function run({ browsers, onPage, requests, root, folders, quick }) {
  if (!browsers.includes("chromium")) throw new LeftOut("Chromium was left out");
  const found = { painwave: [], pipeline: [] };
  const files = {};
  for (let round = 0; round < (quick ? 2 : 9); round++) {
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      requests.clear();
      const started = (page) => page.evaluate(() => globalThis.started);
      found[side].push(await onPage("chromium", started, `bench/page/start.html?${side}`));
      files[side] = [...requests].filter((path) => !NOT_CODE.some((pattern) => pattern.test(path)));
    }
  }
  const sides = {};
  for (const side of SIDES) {
    sides[side] = {
      first_ms: summary(found[side].map(({ first_ms }) => first_ms)),
      all_ms: summary(found[side].map(({ all_ms }) => all_ms)),
      files: await sizes(files[side], folders),
    };
  }
  const labels = SIDES.map((side) => JSON.stringify(found[side][0].labels));
  return {
    sides,
    times_pipeline: ratio(
      ...["pipeline", "painwave"].map((side) => found[side].map(({ first_ms }) => first_ms)),
    ),
    same_labels: labels[0] === labels[1],
    painwave: await withoutWeights(files.painwave, folders, join(root, "models/cnn-gru.bpk")),
  };
}

/** Bytes of files, plain and by brotli. */
async function sizes(paths, folders) {
  const files = {};
  for (const path of paths) {
    const bytes = await read(path, folders);
    files[path] = { bytes: bytes.length, brotli: brotli(bytes) };
  }
  return files;
}

/**
 * The code that painwave loads, its weights cut out, and the weights, all by brotli. The code is not known if none of the
 * modules holds the bundle as it is.
 */
async function withoutWeights(paths, folders, bundle) {
  const weights = await readFile(bundle);
  let [code, found] = [0, false];
  for (const path of paths.filter((path) => /\.(js|wasm)$/.test(path))) {
    const bytes = await read(path, folders);
    const at = bytes.indexOf(weights);
    found ||= at >= 0;
    code += brotli(
      at < 0 ? bytes : Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + weights.length)]),
    );
  }
  return {
    code_brotli: found ? code : null,
    weights_bytes: weights.length,
    weights_brotli: brotli(weights),
  };
}

function read(path, folders) {
  const [, mount, ...rest] = path.split("/");
  return readFile(join(folders[mount], ...rest));
}

function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
}

export function ratios({ times_pipeline }) {
  return { start_vs_pipeline: { value: times_pipeline.median } };
}

/** Tables for docs/performance.md. */
export function tables({ sides, times_pipeline, same_labels, painwave }) {
  const kb = (bytes) => significant(bytes === null ? null : bytes / 1e3);
  const rows = Object.entries(sides).map(([side, { first_ms, all_ms, files }]) => {
    const sum = (key) => kb(Object.values(files).reduce((sum, file) => sum + file[key], 0));
    return [
      side,
      spread(first_ms),
      spread(all_ms),
      String(Object.keys(files).length),
      sum("bytes"),
      sum("brotli"),
    ];
  });
  return [
    "From the navigation to the sample's results (nine subjects), in a new Chromium with an empty profile, from a server " +
      `on the same machine that does not compress. painwave is ${spread(times_pipeline)} times as fast; the labels are ` +
      `${same_labels ? "the same" : "NOT the same"}.`,
    table(["", "first result, ms", "all results, ms", "files", "kB", "kB, brotli"], rows),
    `painwave's modules and JavaScript without weights: ${kb(painwave.code_brotli)} kB by brotli. The weights: ` +
      `${kb(painwave.weights_bytes)} kB, ${kb(painwave.weights_brotli)} kB by brotli.`,
  ].join("\n\n");
}
