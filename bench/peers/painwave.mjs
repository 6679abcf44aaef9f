// painwave's forward pass, by the module of bench/painwave: `f32` and `i16` in plain SIMD, `i8` in relaxed SIMD.
import { fetchBytes } from "../page/classic.mjs";

const FOLDERS = { f32: "painwave", i16: "painwave", i8: "painwave-relaxed" };

/** The module of a precision and the embedded bundle in it. */
export async function loadModel(precision) {
  const folder = `/built/wasm/${FOLDERS[precision]}/`;
  const wasm = await import(`${folder}painwave_bench.js`);
  await wasm.default();
  const model = new wasm.BenchModel(await fetchBytes("/models/cnn-gru.bpk"), precision);
  return { wasm, model };
}

/** One precision as a peer. */
export function painwave(precision) {
  return {
    name: `painwave ${precision}`,
    async load() {
      const { model } = await loadModel(precision);
      return {
        prepare:
          async ({ dense, steps }) =>
          () =>
            model.logits(dense, steps),
      };
    },
  };
}
