// The package as others get it: packed, and installed in empty projects.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { promisify } from "node:util";
import { serve } from "../../www/page/serve.mjs";
import { cellsOf, xlsxOf } from "../e2e/archives.mjs";
import { browserNames, launch } from "../e2e/browsers.mjs";
import { PKG, SAMPLE, TSC } from "./inputs.mjs";

/** Bundlers: what an empty project needs for each, and how it builds dist/ with default settings. */
const BUNDLERS = {
  Vite: {
    packages: ["vite@8.3.8"],
    build: ["vite", "build", "--logLevel", "warn"],
    page: ".",
    files: "public",
  },
  webpack: {
    packages: ["webpack@5.112.2", "webpack-cli@7.3.1"],
    build: ["webpack", "--mode", "production", "--entry", "./main.js", "--stats", "errors-only"],
    page: "dist",
    files: "dist",
  },
};

let folder;
let tarball;
let fromNode;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "painwave-package-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], PKG);
  const [{ filename, files }] = JSON.parse(stdout);
  tarball = join(folder, filename);
  const paths = files.map(({ path }) => path);
  for (const needed of [
    "index.js",
    "index.d.ts",
    "wasm/lean/painwave_bg.wasm",
    "wasm/spreadsheet/painwave_bg.wasm",
    "LICENSE-fflate",
    "README.md",
    "package.json",
  ]) {
    assert.ok(paths.includes(needed), `the package has no ${needed}`);
  }
});
after(() => folder && rm(folder, { recursive: true, force: true }));

it("classifies in an empty Node project, quietly, and lets Node exit", async () => {
  const project = await emptyProject("node-project", [tarball]);
  await writeFile(
    join(project, "main.js"),
    `import { readFile } from "node:fs/promises";
     import { createClassifier } from "painwave";
     const classifier = await createClassifier();
     const result = await classifier.classify(await readFile(process.argv[2]));
     process.stdout.write(result.toCsv({ probabilities: true }));`,
  );
  const { stdout, stderr } = await run(process.execPath, ["main.js", SAMPLE], project);
  assert.equal(stderr, "");
  assert.match(stdout, /^sample_index,label,/);
  assert.ok(stdout.trimEnd().split("\n").length > 2);
  fromNode = stdout;
});

it("has types that a strict project accepts", async () => {
  const project = await emptyProject("typed-project", [tarball]);
  await writeFile(
    join(project, "main.ts"),
    `import { createClassifier, PainwaveError, type Prediction, type Scores } from "painwave";
     export async function first(file: File): Promise<Prediction | undefined> {
       const classifier = await createClassifier({ device: "webgpu", onProgress: ({ bytesRead }) => console.log(bytesRead) });
       try {
         const result = await classifier.classify(file, { signal: AbortSignal.timeout(1000) });
         const scores: Scores = await classifier.evaluate("sample_index,label\\n", result);
         console.log(scores.confusion[0]?.[0], classifier.info.why, result.toCsv());
         return result.predictions[0];
       } catch (error) {
         if (error instanceof PainwaveError && error.code === "NOT_A_NUMBER") console.error(error.line, error.column);
         throw error;
       }
     }
     // @ts-expect-error: no such device
     createClassifier({ device: "abacus" });`,
  );
  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const options = ["--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom"];
    const resolution = ["--module", module, "--moduleResolution", moduleResolution, "--types", ""];
    await run(process.execPath, [TSC, "--noEmit", ...options, ...resolution, "main.ts"], project);
  }
});

it("can be imported where there is no worker and no browser", async () => {
  // The browser's entry, as a server that renders pages may load it.
  const code = `globalThis.Worker = undefined; await import(${JSON.stringify(join(PKG, "index.js"))});`;
  const { stderr } = await run(process.execPath, ["--input-type=module", "--eval", code], folder);
  assert.equal(stderr, "");
});

for (const [bundler, name] of Object.keys(BUNDLERS).flatMap((bundler) =>
  browserNames.map((name) => [bundler, name]),
)) {
  it(`classifies in an empty ${bundler} project in ${name} as in Node`, async () => {
    const project = await builtProject(bundler);
    const server = await serve({ root: join(project, "dist") });
    const browser = await launch(name);
    try {
      const page = await browser.newPage();
      const complaints = [];
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(server.url);
      await page.waitForFunction(() => document.body.dataset.csv ?? document.body.dataset.error, {
        timeout: 120_000,
      });
      const { csv, error } = await page.evaluate(() => ({ ...document.body.dataset }));
      assert.equal(error, undefined);
      assert.deepEqual(complaints, []);
      assertSame(csv, fromNode);
    } finally {
      await browser.close();
      await server.close();
    }
  });
}

const built = {};
/** An empty project of a bundler, built once. */
function builtProject(bundler) {
  built[bundler] ??= (async () => {
    const { packages, build, page, files } = BUNDLERS[bundler];
    const project = await emptyProject(`${bundler.toLowerCase()}-project`, [tarball, ...packages]);
    await mkdir(join(project, files));
    await cp(SAMPLE, join(project, files, "sample.csv"));
    const workbook = xlsxOf([["Export", cellsOf(await readFile(SAMPLE, "utf8"))]]);
    await writeFile(join(project, files, "sample.xlsx"), workbook);
    // Browsers ask for an icon.
    await writeFile(join(project, files, "icon.svg"), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(
      join(project, page, "index.html"),
      `<!doctype html><html lang="en"><head><link rel="icon" href="/icon.svg" /></head><body><script type="module" src="/main.js"></script></body></html>`,
    );
    await writeFile(
      join(project, "main.js"),
      `import { createClassifier } from "painwave";
       try {
         const classifier = await createClassifier();
         const result = await classifier.classify(await fetch("/sample.csv"));
         // Its module is fetched now.
         const same = await classifier.classify(await fetch("/sample.xlsx"));
         if (same.toCsv() !== result.toCsv()) throw new Error("the workbook gives something else");
         await classifier.close();
         document.body.dataset.csv = result.toCsv({ probabilities: true });
       } catch (error) {
         document.body.dataset.error = \`\${error.code}: \${error.message}\`;
       }`,
    );
    const { stderr } = await run("npx", build, project);
    assert.equal(withoutNpmWarnings(stderr), "");
    return project;
  })();
  return built[bundler];
}

async function emptyProject(name, dependencies) {
  const project = join(folder, name);
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...dependencies], project);
  return project;
}

async function run(program, args, cwd) {
  try {
    return await promisify(execFile)(program, args, { cwd, maxBuffer: 1 << 26, timeout: 240_000 });
  } catch (error) {
    throw new Error(`${program} ${args.join(" ")} failed\n${error.stdout ?? ""}${error.stderr ?? ""}`, {
      cause: error,
    });
  }
}

/** npm grumbles about settings of the machine's own, which are not the package's. */
function withoutNpmWarnings(text) {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("npm "))
    .join("\n")
    .trim();
}

function assertSame(found, expected) {
  const [rows, wanted] = [found, expected].map((text) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(",")),
  );
  assert.equal(rows.length, wanted.length);
  assert.deepEqual(rows[0], wanted[0]);
  for (const [i, [id, label, ...numbers]] of rows.entries()) {
    const [wantedId, wantedLabel, ...wantedNumbers] = wanted[i];
    assert.deepEqual([id, label], [wantedId, wantedLabel]);
    for (const [k, number] of numbers.entries()) {
      // A browser may know relaxed SIMD where Node does not, and then computes in another precision.
      assert.ok(i === 0 || Math.abs(number - wantedNumbers[k]) <= 2e-3, `${id}: ${number}`);
    }
  }
}
