// Burn's ndarray backend: the reference engine of the package's large module, if that was built. It has no entry below
// a whole file, so its time holds the reading of the CSV too: half a millisecond a subject.
import { fetchBytes } from "../page/classic.mjs";

export const burn = {
  name: "Burn ndarray",
  async load() {
    const wasm = await import("/pkg/wasm/burn/painwave.js");
    await wasm.default({ module_or_path: "/pkg/wasm/burn/painwave_bg.wasm" });
    const classifier = await wasm.WebClassifier.load(await fetchBytes("/models/cnn-gru.bpk"), "ndarray");
    return {
      prepare:
        async ({ csv }) =>
        async () => {
          const job = classifier.job();
          const predictions = await job.feed(csv);
          job.end();
          for (let more = await job.next(); more.length > 0; more = await job.next())
            predictions.push(...more);
          job.free();
          return { predictions };
        },
    };
  },
};
