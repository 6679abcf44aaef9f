// Runs the benchmark, or parts of it, and writes bench/results.json and docs/performance.md. `cargo xtask bench` builds
// what it measures and calls it.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { browserNames, launch } from "../tests/e2e/browsers.mjs";
import { commit, crateVersion, machine, npmVersions } from "./lib/machine.mjs";
import { LeftOut, readResults, sumUp, writeResults } from "./lib/results.mjs";
import { serve } from "./lib/server.mjs";
import { PARTS } from "./parts/index.mjs";
import { report, showRatios } from "./report.mjs";

const here = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const root = here("..");

const { values: options } = parseArgs({
  options: {
    /** Parts to run, by name, with commas; the results of others are kept. */
    only: { type: "string" },
    /** Few rounds, to see that everything works; nothing is written. */
    quick: { type: "boolean", default: false },
    /** Leave out the parts that take many minutes; their last results are kept. */
    short: { type: "boolean", default: false },
    /** Only write docs/performance.md again. */
    report: { type: "boolean", default: false },
    /** Cargo's target folder, and in it what was built for the benchmark: wasm modules, ONNX model, recordings. */
    target: { type: "string", default: join(root, "target") },
    /** The folder with the test recordings. */
    data: { type: "string", default: join(root, "data/synthetic") },
    /** Python with the packages of requirements.txt, or why there is none. */
    python: { type: "string" },
    "no-python": { type: "string" },
    /** The benchmark `step` of the trainer, if it is not cargo's newest. */
    step: { type: "string" },
    /** gpu.json of a machine with a GPU. */
    gpu: { type: "string" },
  },
});
const built = join(options.target, "bench");

const only = options.only?.split(",");
const unknown = only?.filter((name) => !PARTS.some((part) => part.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}; there are ${PARTS.map((part) => part.name).join(", ")}`);
  process.exit(2);
}

const results = await readResults();
if (!options.report) await measure();
if (!options.quick) await report(results, PARTS);
showRatios(results);

async function measure() {
  const folders = {
    bench: here("."),
    modules: here("node_modules"),
    pkg: join(root, "pkg"),
    models: join(root, "models"),
    samples: join(root, "www/page/public"),
    built,
    data: options.data,
  };
  const { url, requests, close } = await serve(folders);
  const versions = {
    painwave: await commit(root),
    node: process.version,
    burn: await crateVersion(join(root, "Cargo.lock"), "burn"),
    tract: await crateVersion(here("tract/Cargo.lock"), "tract-onnx"),
    ...(await npmVersions(here("package-lock.json"))),
  };

  /** Does something on an empty page of a browser with an empty profile. */
  async function onPage(browserName, work, address = "bench/page/index.html") {
    const browser = await launch(browserName);
    try {
      versions[browserName] = (await browser.version()).replace(/^.*\//, "");
      const page = await browser.newPage();
      page.on("pageerror", (error) => console.error(`${browserName}: ${error.message}`));
      await page.goto(new URL(address, url).href);
      return await work(page, browser);
    } finally {
      await browser.close();
    }
  }

  const context = {
    ...options,
    root,
    built,
    forward: join(options.target, "release/forward"),
    growth: join(built, "growth"),
    folders,
    requests,
    browsers: browserNames,
    onPage,
    versions,
  };
  try {
    for (const part of PARTS.filter(wanted)) {
      console.log(`\n== ${part.title}`);
      const started = Date.now();
      const at = new Date(started).toISOString();
      const found = await runPart(part, context);
      console.log(`-- ${Math.round((Date.now() - started) / 1e3)} s`);
      // What cannot be measured here and now stays as it was measured before.
      if (found.failed === undefined || results.parts[part.name] === undefined) {
        results.parts[part.name] = { at, ...found };
      }
      sumUp(results, PARTS);
      if (!options.quick) await writeResults(results);
    }
  } finally {
    await close();
  }
}

/** Is a part asked for, and its input given? */
function wanted({ name, given, long = false }) {
  return (only?.includes(name) ?? !(long && options.short)) && (given?.(options) ?? true);
}

/** A part's results with what they were measured on, or why there are none. */
async function runPart(part, context) {
  try {
    const found = await part.run(context);
    console.log(part.tables(found));
    return { machine: machine(), versions: { ...context.versions }, ...found };
  } catch (error) {
    if (error instanceof LeftOut) console.log(`left out: ${error.message}`);
    else {
      console.error(error);
      process.exitCode = 1;
    }
    return { failed: String(error?.message ?? error) };
  }
}
