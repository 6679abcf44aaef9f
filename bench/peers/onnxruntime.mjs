// onnxruntime-web on one thread of WebAssembly, as fast as its options make it: SIMD (its only build), no proxy
// worker, all graph optimisations, and shapes that are fixed when the model is loaded.
import { fetchBytes } from "../page/classic.mjs";

const FOLDER = "/modules/onnxruntime-web/dist/";

/** The library. */
export async function loadOrt() {
  const ort = await import(`${FOLDER}ort.wasm.min.mjs`);
  Object.assign(ort.env.wasm, { numThreads: 1, proxy: false, wasmPaths: FOLDER });
  return ort;
}

/** A session; `windows` fixes the number of windows of every call. */
export async function createSession(onnx, windows) {
  const ort = await loadOrt();
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: ["wasm"],
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    enableMemPattern: true,
    ...(windows === undefined ? {} : { freeDimensionOverrides: { N: windows } }),
  });
  return { ort, session };
}

export const onnxruntime = {
  name: "onnxruntime-web",
  async load() {
    const onnx = await fetchBytes("/built/cnn-gru.onnx");
    return {
      async prepare({ windows, length, width, dense, steps }) {
        const { ort, session } = await createSession(onnx, windows);
        const feeds = {
          dense: new ort.Tensor("float32", dense, [windows, length, width]),
          steps: new ort.Tensor("int64", BigInt64Array.from(steps, BigInt), [windows, length]),
        };
        return async () => (await session.run(feeds)).logits.data;
      },
    };
  },
};
