// What a user would build of libraries: PapaParse reads the file in a worker of its own, as its documentation advises
// for large files; the page makes features of the rows that come in and runs onnxruntime-web on each subject's windows
// while the worker goes on reading; the mean of the windows' softmax decides.
import { argmax, probabilities } from "../page/answers.mjs";
import { fetchBytes } from "../page/classic.mjs";
import { bySubject, extractor, windowsOf } from "./features.mjs";
import { createSession, loadOrt } from "./onnxruntime.mjs";
import { loadPapa, rowOptions } from "./papaparse.mjs";

/** Loads the libraries and the model; with `proxy`, onnxruntime-web computes in a worker of its own. */
export async function createPipeline(manifest, { proxy = false } = {}) {
  const { schema } = manifest;
  const categories = schema.categories.map(({ column }) => column);
  const columns = [schema.id, schema.time, ...schema.channels, ...categories];
  const onnx = fetchBytes("/built/cnn-gru.onnx");
  const [papa, ort] = await Promise.all([loadPapa(), loadOrt({ proxy })]);
  const session = await createSession(ort, await onnx);
  const extract = extractor(manifest);
  const { length } = manifest.window;
  const width = manifest.members[0].network.dense;

  async function predict({ id, rows }) {
    const { count, inputs, indices } = windowsOf(extract(rows), manifest);
    const feeds = {
      dense: new ort.Tensor("float32", inputs, [count, length, width]),
      steps: new ort.Tensor("int64", indices, [count, length]),
    };
    const logits = (await session.run(feeds)).logits.data;
    const [mean] = probabilities(logits, [count], manifest.classes.length);
    return { id, label: manifest.classes[argmax(mean)], probabilities: mean };
  }

  return {
    /** Classifies a file; `onPrediction` hears of each subject, and all are returned. */
    classify(file, onPrediction) {
      const predictions = [];
      let rest = [];
      let turn = Promise.resolve();
      const classifyOne = async (subject) => {
        const prediction = await predict(subject);
        predictions.push(prediction);
        onPrediction(prediction);
      };
      const take = async (subjects) => {
        // A worker must not wait for this thread between two subjects.
        if (proxy) await Promise.all(subjects.map(classifyOne));
        else {
          for (const subject of subjects) {
            await classifyOne(subject);
            // So that the page answers between two subjects.
            await globalThis.scheduler?.yield();
          }
        }
      };
      return new Promise((resolve, reject) => {
        papa.parse(file, {
          ...rowOptions(manifest, columns),
          worker: true,
          chunk({ data }) {
            const subjects = [...bySubject(rest.concat(data), schema.id)];
            // More rows of the last one may follow.
            rest = subjects.pop()?.rows ?? [];
            turn = turn.then(() => take(subjects));
          },
          complete() {
            const last = [...bySubject(rest, schema.id)];
            turn.then(() => take(last)).then(() => resolve(predictions), reject);
          },
          error: reject,
        });
      });
    },
  };
}
