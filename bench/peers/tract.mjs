// tract, compiled to a wasm module of its own by bench/tract.
import { fetchBytes } from "../page/classic.mjs";

export const tract = {
  name: "tract",
  async load() {
    const wasm = await import("/built/wasm/tract/tract_bench.js");
    await wasm.default();
    const onnx = await fetchBytes("/built/cnn-gru.onnx");
    return {
      async prepare({ windows, length, width, dense, steps }) {
        const model = new wasm.TractModel(onnx, windows, length, width);
        const indices = BigInt64Array.from(steps, BigInt);
        return () => model.logits(dense, indices);
      },
    };
  },
};
