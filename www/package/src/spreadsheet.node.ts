import { compileFile } from "./node.js";
import { type OpenWorkbook, opensWorkbooks } from "./spreadsheet.js";
import * as wasm from "./wasm/spreadsheet/painwave.js";

/** The module for workbooks; the package's build leaves it out where the module was not built. */
export const spreadsheet: OpenWorkbook | undefined = opensWorkbooks(wasm, () =>
  compileFile(new URL("./wasm/spreadsheet/painwave_bg.wasm", import.meta.url), undefined),
);
