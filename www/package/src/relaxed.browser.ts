import type { ModuleSource } from "./host.js";
import { compileFrom, portOf } from "./web.js";

/** The lean module with relaxed SIMD; the package's build leaves it out where the module was not built. */
export const relaxed: ModuleSource | undefined = {
  compile: (onBytes, signal) =>
    compileFrom(new URL("./wasm/relaxed/painwave_bg.wasm", import.meta.url), onBytes, signal),
  spawn: () =>
    portOf(new Worker(new URL("./workers/relaxed.browser.js", import.meta.url), { type: "module" })),
};
