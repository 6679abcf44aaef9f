import { burn } from "./burn.browser.js";
import { download } from "./download.js";
import { compiledOnce, type Host, type ModuleSource } from "./host.js";
import { relaxed } from "./relaxed.browser.js";
import { fastest } from "./relaxed.js";
import { compileFrom, portOf } from "./web.js";

// The addresses are spelled out where they are used: bundlers look for exactly this form.
const plain: ModuleSource = {
  compile: (onBytes, signal) =>
    compileFrom(new URL("./wasm/lean/painwave_bg.wasm", import.meta.url), onBytes, signal),
  spawn: () => portOf(new Worker(new URL("./workers/lean.browser.js", import.meta.url), { type: "module" })),
};

/** Browsers, and workers in them. */
export const browserHost: Host = {
  lean: compiledOnce(fastest(relaxed, plain)),
  burn: burn && compiledOnce(burn),
  postsBlobs: true,
  parallelism: () => navigator.hardwareConcurrency ?? 1,
  fetchBytes: download,
};
