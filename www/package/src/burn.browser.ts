import type { ModuleSource } from "./host.js";
import { compileFrom, portOf } from "./web.js";

/** The large module; the package's build leaves it out where the module was not built. */
export const burn: ModuleSource | undefined = {
  compile: (onBytes, signal) =>
    compileFrom(new URL("./wasm/burn/painwave_bg.wasm", import.meta.url), onBytes, signal),
  spawn: () => portOf(new Worker(new URL("./workers/burn.browser.js", import.meta.url), { type: "module" })),
};
