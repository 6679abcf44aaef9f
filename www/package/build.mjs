// Turns `pkg/`, where tsc and wasm-bindgen have just written, into a package that npm can pack.
import { copyFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { minify } from "terser";

const repository = new URL("../../", import.meta.url);
const pkg = new URL("pkg/", repository);
const exists = (url) =>
  stat(url).then(
    () => true,
    () => false,
  );

if (!(await exists(new URL("wasm/lean/painwave_bg.wasm", pkg)))) {
  console.error("pkg/wasm/lean/ is not there: build the wasm module first (cargo xtask package).");
  process.exit(1);
}

// Without a module nothing may point to it: bundlers would not find what they are to bundle.
for (const name of ["relaxed", "burn"]) {
  if (await exists(new URL(`wasm/${name}/painwave_bg.wasm`, pkg))) continue;
  for (const host of ["browser", "node"]) {
    await writeFile(new URL(`${name}.${host}.js`, pkg), `export const ${name} = undefined;\n`);
    await rm(new URL(`workers/${name}.${host}.js`, pkg));
  }
}

if (!(await exists(new URL("wasm/spreadsheet/painwave_bg.wasm", pkg)))) {
  for (const host of ["browser", "node"]) {
    await writeFile(new URL(`spreadsheet.${host}.js`, pkg), "export const spreadsheet = undefined;\n");
  }
}
await bundle(new URL("inflate.js", pkg));

for (const path of await readdir(pkg, { recursive: true })) {
  if (path.endsWith(".js")) await minified(new URL(path, pkg));
}

const { version, license } = await workspace();
const manifest = {
  name: "painwave",
  version,
  description:
    "Classifies motion-sensor recordings in the browser tab: CSV in, class and probabilities per subject out.",
  license,
  type: "module",
  sideEffects: false,
  engines: { node: ">=20" },
  exports: {
    ".": {
      types: "./index.d.ts",
      node: "./index.node.js",
      default: "./index.js",
    },
    "./package.json": "./package.json",
  },
  types: "./index.d.ts",
  files: [
    "*.js",
    "*.js.map",
    "*.d.ts",
    "workers/*.js",
    "workers/*.js.map",
    "wasm/*/*.js",
    "wasm/*/*.wasm",
    "LICENSE-*",
  ],
  keywords: ["classification", "csv", "motion", "sensor", "time-series", "wasm", "webgpu", "privacy"],
};
await writeFile(new URL("package.json", pkg), `${JSON.stringify(manifest, null, 2)}\n`);
await copyFile(new URL("README.md", import.meta.url), new URL("README.md", pkg));
for (const name of await readdir(repository)) {
  if (name.startsWith("LICENSE")) await copyFile(new URL(name, repository), new URL(name, pkg));
}

/**
 * Puts what a script imports of other packages into it: this package depends on none, so that a page can import it as it
 * is. The licences of what is taken over go along.
 */
async function bundle(file) {
  const input = fileURLToPath(file);
  const modules = [
    fileURLToPath(new URL("node_modules", import.meta.url)),
    fileURLToPath(new URL("../node_modules", import.meta.url)),
  ];
  const build = await rolldown({ input, resolve: { modules }, platform: "browser" });
  await build.write({ file: input, format: "es", sourcemap: true });
  await build.close();
  await copyFile(new URL("../node_modules/fflate/LICENSE", import.meta.url), new URL("LICENSE-fflate", pkg));
}

/** Makes a script small. What tsc wrote has a map to its source, and keeps one. */
async function minified(file) {
  const map = new URL(`${file.href}.map`);
  const name = file.pathname.split("/").at(-1);
  const sourceMap = (await exists(map)) && { content: await readFile(map, "utf8"), url: `${name}.map` };
  const { code, map: newMap } = await minify(await readFile(file, "utf8"), { module: true, sourceMap });
  await writeFile(file, code);
  if (sourceMap) await writeFile(map, newMap);
}

/** Version and licence, which Cargo.toml fixes for the whole repository. */
async function workspace() {
  const toml = await readFile(new URL("Cargo.toml", repository), "utf8");
  const value = (key) => {
    const found = toml.match(new RegExp(`^${key} = "([^"]+)"`, "m"))?.[1];
    if (found === undefined) throw new Error(`Cargo.toml has no ${key}`);
    return found;
  };
  return { version: value("version"), license: value("license") };
}
