import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { burn } from "./burn.node.js";
import { messageOf, PainwaveError } from "./errors.js";
import { compiledOnce, type Host, type ModuleSource } from "./host.js";
import { compileFile, startWorker } from "./node.js";
import { fastest } from "./relaxed.js";
import { relaxed } from "./relaxed.node.js";

const plain: ModuleSource = {
  compile: () => compileFile(new URL("./wasm/lean/painwave_bg.wasm", import.meta.url)),
  spawn: () => startWorker(new URL("./workers/lean.node.js", import.meta.url)),
};

/** Node 20 and later. */
export const nodeHost: Host = {
  lean: compiledOnce(fastest(relaxed, plain)),
  burn: burn && compiledOnce(burn),
  // Blobs that stand for files cannot be cloned, and break Node 20 where they are a part of another one.
  postsBlobs: false,
  parallelism: availableParallelism,
  async fetchBytes(address, signal) {
    try {
      const url = new URL(address);
      if (url.protocol === "file:") return new Uint8Array(await readFile(url, signal ? { signal } : {}));
      const response = await fetch(url, signal ? { signal } : {});
      if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      signal?.throwIfAborted();
      throw new PainwaveError(
        "DOWNLOAD_FAILED",
        `${address} could not be read: ${messageOf(error)}`,
        {},
        error,
      );
    }
  },
};
