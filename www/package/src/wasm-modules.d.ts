// The modules that wasm-pack writes next to the compiled JavaScript: lean, relaxed and burn.

declare module "*/painwave.js" {
  type Module = import("./wasm.js").WasmModule;
  const init: Module["default"];
  export default init;
  export const WebClassifier: Module["WebClassifier"];
  export const embeddedBundle: Module["embeddedBundle"];
  export const evaluate: Module["evaluate"];
}
