// A file that was given to the page, to all labels on screen: by painwave's package, or by a pipeline of libraries.

import { loadModel } from "../peers/painwave.mjs";
import { createPipeline } from "../peers/pipeline.mjs";

const sides = new Map();

const STARTS = { painwave, pipeline };

/**
 * Starts one side, a `painwave` or a `pipeline`, with its options. It is ready before a file is dropped, as on a page that
 * has been open for a while.
 */
export async function open(name, kind, options) {
  sides.set(name, await STARTS[kind](options));
}

/** Ends what a side holds. */
export async function close(name) {
  await sides.get(name).close();
  sides.delete(name);
}

async function painwave(options) {
  const { createClassifier } = await import("/pkg/index.js");
  const classifier = await createClassifier(options);
  const { precision, workers } = classifier.info;
  let kept;
  return {
    info: { precision, workers },
    async classify(file, onPrediction) {
      const onPredictions = (predictions) => predictions.forEach(onPrediction);
      kept?.release();
      kept = await classifier.classify(file, { onPredictions, keepRecordings: true });
      return kept.predictions;
    },
    close: () => classifier.close(),
  };
}

async function pipeline(options) {
  const { model } = await loadModel("f32");
  const { classify } = await createPipeline(JSON.parse(model.manifest()), options);
  return { info: {}, classify, close: () => undefined };
}

/**
 * Classifies the chosen file, or its first `bytes`.
 *
 * @returns times in milliseconds from the call to the first and to all labels on screen, the longest task and the
 * longest time between two frames of the page, and the labels by id
 */
export async function drop(name, bytes) {
  const chosen = document.querySelector("#chooser").files[0];
  const file = bytes === undefined ? chosen : new File([chosen.slice(0, bytes)], chosen.name);
  const list = document.querySelector("#labels");
  list.replaceChildren();
  const watch = watchPage();
  const start = performance.now();
  let first;
  const predictions = await sides.get(name).classify(file, ({ id, label }) => {
    const item = document.createElement("li");
    item.textContent = `${id}: ${label}`;
    list.append(item);
    first ??= frame();
  });
  const end = await frame();
  return {
    info: sides.get(name).info,
    first_ms: (await first) - start,
    total_ms: end - start,
    ...(await watch.end()),
    labels: Object.fromEntries(predictions.map(({ id, label }) => [id, label])),
  };
}

/** The time when what is in the document now is on screen. */
function frame() {
  return new Promise((resolve) => {
    // The message comes after the frame was painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(undefined);
    });
  });
}

/** Watches how long the page does not answer. */
function watchPage() {
  const tasks = [];
  const observer = new PerformanceObserver((entries) => tasks.push(...entries.getEntries()));
  observer.observe({ type: "longtask" });
  let longestFrame = 0;
  let last = performance.now();
  let running = true;
  const tick = (now) => {
    longestFrame = Math.max(longestFrame, now - last);
    last = now;
    if (running) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  return {
    async end() {
      running = false;
      // Entries are delivered with some delay.
      await new Promise((resolve) => setTimeout(resolve, 200));
      tasks.push(...observer.takeRecords());
      observer.disconnect();
      // The browser reports tasks from 50 ms on.
      const longest = Math.max(0, ...tasks.map(({ duration }) => duration));
      return { longest_task_ms: longest > 0 ? longest : null, longest_frame_ms: longestFrame };
    },
  };
}
