// From the navigation to the sample's results: `start.html?painwave` or `start.html?pipeline`.

const SAMPLE = "/samples/sample.csv";

const sides = {
  async painwave(onPrediction) {
    const sample = fetch(SAMPLE);
    const { createClassifier } = await import("/pkg/index.js");
    const classifier = await createClassifier();
    const onPredictions = (predictions) => predictions.forEach(onPrediction);
    return (await classifier.classify(await sample, { onPredictions })).predictions;
  },
  async pipeline(onPrediction) {
    const sample = fetch(SAMPLE);
    const manifest = fetch("/built/windows/manifest.json");
    const { createPipeline } = await import("../peers/pipeline.mjs");
    const pipeline = await createPipeline(await (await manifest).json());
    return pipeline.classify(new File([await (await sample).blob()], "sample.csv"), onPrediction);
  },
};

let first;
const classified = sides[location.search.slice(1)](() => {
  first ??= performance.now();
});

/** Milliseconds from the navigation to the first and to all results. */
globalThis.started = classified.then((predictions) => ({
  first_ms: first,
  all_ms: performance.now(),
  labels: Object.fromEntries(predictions.map(({ id, label }) => [id, label])),
}));
