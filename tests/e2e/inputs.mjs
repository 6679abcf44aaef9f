// The files that the tests work on, from the environment; `cargo xtask test` sets all of them.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** The built page. */
export const dist = path("../../www/page/dist");
/** The sample that the page offers. */
export const sample = path("../../www/page/public/sample.csv");
/** Was the module with Burn's engines built? */
export const burnBuilt = existsSync(path("../../pkg/wasm/burn/painwave_bg.wasm"));

/** A file named by an environment variable; fails if it is not set. */
export function required(variable, what) {
  const file = process.env[variable];
  if (!file) throw new Error(`${variable} is not set: it must name ${what}`);
  if (!existsSync(file)) throw new Error(`${variable} names ${file}, which is not there`);
  return file;
}

/** A file named by an environment variable, or why the test that needs it cannot run. */
export function optional(variable, what) {
  return process.env[variable]
    ? { file: required(variable, what), skip: false }
    : { file: undefined, skip: `${variable} is not set: it names ${what}` };
}

/** Rows of a CSV without quotes, as objects by column name. */
export function parseCsv(text) {
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((field, i) => [names[i], field])));
}

/** What the native trainer says of a file. */
export const reference = async (file) => parseCsv(await readFile(file, "utf8"));
