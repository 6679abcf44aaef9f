import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { burn } from "./burn.node.js";
import { byFetch, download, type Read } from "./download.js";
import { compiledOnce, type Host, type ModuleSource } from "./host.js";
import { compileFile, startWorker } from "./node.js";
import { fastest } from "./relaxed.js";
import { relaxed } from "./relaxed.node.js";

const plain: ModuleSource = {
  compile: (_, signal) => compileFile(new URL("./wasm/lean/painwave_bg.wasm", import.meta.url), signal),
  spawn: () => startWorker(new URL("./workers/lean.node.js", import.meta.url)),
};

// Node's fetch does not know files.
const byFileOrFetch: Read = async (address, options) => {
  const url = new URL(address);
  return url.protocol === "file:" ? new Uint8Array(await readFile(url, options)) : byFetch(url, options);
};

/** Node 20 and later. */
export const nodeHost: Host = {
  lean: compiledOnce(fastest(relaxed, plain)),
  burn: burn && compiledOnce(burn),
  // Blobs that stand for files cannot be cloned, and break Node 20 where they are a part of another one.
  postsBlobs: false,
  parallelism: availableParallelism,
  fetchBytes: (address, signal) => download(address, signal, byFileOrFetch),
};
