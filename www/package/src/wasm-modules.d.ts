// The modules that wasm-pack writes next to the compiled JavaScript.

declare module "*/wasm/lean/painwave.js" {
  type Module = import("./wasm.js").WasmModule;
  const init: Module["default"];
  export default init;
  export const WebClassifier: Module["WebClassifier"];
  export const embeddedBundle: Module["embeddedBundle"];
  export const evaluate: Module["evaluate"];
}

declare module "*/wasm/relaxed/painwave.js" {
  type Module = import("./wasm.js").WasmModule;
  const init: Module["default"];
  export default init;
  export const WebClassifier: Module["WebClassifier"];
  export const embeddedBundle: Module["embeddedBundle"];
  export const evaluate: Module["evaluate"];
}

declare module "*/wasm/burn/painwave.js" {
  type Module = import("./wasm.js").WasmModule;
  const init: Module["default"];
  export default init;
  export const WebClassifier: Module["WebClassifier"];
  export const embeddedBundle: Module["embeddedBundle"];
  export const evaluate: Module["evaluate"];
}
