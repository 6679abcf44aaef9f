import type { ModuleSource } from "./host.js";
import { compileFile, startWorker } from "./node.js";

/** The large module; the package's build leaves it out where the module was not built. */
export const burn: ModuleSource | undefined = {
  compile: (_, signal) => compileFile(new URL("./wasm/burn/painwave_bg.wasm", import.meta.url), signal),
  spawn: () => startWorker(new URL("./workers/burn.node.js", import.meta.url)),
};
