// onnxruntime-web on one thread of WebAssembly, as fast as its options make it: SIMD (its only build), no
// proxy worker, all graph optimisations, and shapes that are fixed when the model is loaded.
import { fetchBytes } from "../page/classic.mjs";

const FOLDER = "/modules/onnxruntime-web/dist/";

/** The library; `proxy` lets it compute in a worker of its own. Without `numThreads` it takes as many as it likes. */
export async function loadOrt({ proxy = false, numThreads } = {}) {
  // A module of its own for each way: the library's settings are global.
  const ort = await import(`${FOLDER}ort.wasm.min.mjs${proxy ? "?proxy" : ""}`);
  Object.assign(ort.env.wasm, { proxy, wasmPaths: FOLDER, ...(numThreads && { numThreads }) });
  return ort;
}

/** A session; `windows` fixes the number of windows of every call. */
export async function createSession(ort, onnx, windows) {
  return ort.InferenceSession.create(onnx, {
    executionProviders: ["wasm"],
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    enableMemPattern: true,
    ...(windows === undefined ? {} : { freeDimensionOverrides: { N: windows } }),
  });
}

export const onnxruntime = {
  name: "onnxruntime-web",
  async load() {
    const [ort, onnx] = await Promise.all([loadOrt({ numThreads: 1 }), fetchBytes("/built/cnn-gru.onnx")]);
    return {
      async prepare({ windows, length, width, dense, steps }) {
        const session = await createSession(ort, onnx, windows);
        const feeds = {
          dense: new ort.Tensor("float32", dense, [windows, length, width]),
          steps: new ort.Tensor("int64", BigInt64Array.from(steps, BigInt), [windows, length]),
        };
        return async () => (await session.run(feeds)).logits.data;
      },
    };
  },
};
