// Burn's ndarray backend: the reference engine of the package's large module, if that was built. It is given recordings, so
// its time holds the making of features and windows too: some tenths of a millisecond a subject.
import { fetchBytes } from "../page/classic.mjs";

const ADDRESS = "/pkg/wasm/burn/painwave.js";

export const burn = {
  name: "Burn ndarray",
  async load() {
    const { ok } = await fetch(ADDRESS);
    if (!ok) throw new Error("its module was not built: `cargo xtask bench --burn` builds it");
    const wasm = await import(ADDRESS);
    await wasm.default({ module_or_path: "/pkg/wasm/burn/painwave_bg.wasm" });
    const classifier = await wasm.WebClassifier.load(await fetchBytes("/models/cnn-gru.bpk"), "ndarray");
    return {
      async prepare({ csv, windows }) {
        const job = classifier.job();
        job.read(csv);
        job.end();
        const { ids, steps, values, codes } = job.take(windows);
        job.free();
        return async () => ({ predictions: await classifier.classify(ids, steps, values, codes) });
      },
    };
  },
};
