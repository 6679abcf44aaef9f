// The modules that wasm-bindgen writes next to the compiled JavaScript.

declare module "*/spreadsheet/painwave.js" {
  type Module = import("./spreadsheet.js").SpreadsheetModule;
  const init: Module["default"];
  export default init;
  export const WebWorkbook: Module["WebWorkbook"];
}

// lean, relaxed and burn.
declare module "*/painwave.js" {
  type Module = import("./wasm.js").WasmModule;
  const init: Module["default"];
  export default init;
  export const WebClassifier: Module["WebClassifier"];
  export const embeddedBundle: Module["embeddedBundle"];
  export const evaluate: Module["evaluate"];
}
