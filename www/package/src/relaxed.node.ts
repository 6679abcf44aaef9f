import type { ModuleSource } from "./host.js";
import { compileFile, startWorker } from "./node.js";

/** The lean module with relaxed SIMD; the package's build leaves it out where the module was not built. */
export const relaxed: ModuleSource | undefined = {
  compile: (_, signal) => compileFile(new URL("./wasm/relaxed/painwave_bg.wasm", import.meta.url), signal),
  spawn: () => startWorker(new URL("./workers/relaxed.node.js", import.meta.url)),
};
