import { type Classifier, createClassifier, type Device, type Prediction, type Result } from "painwave";
import "./style.css";
import { onSchemeChange } from "./colors.js";
import { byId, fill } from "./dom.js";
import { acceptFiles, isBundle, type Sorted, sortFiles } from "./files.js";
import { messageOf } from "./format.js";
import { EnginePanel, modelPanel } from "./model.js";
import { ResultsView } from "./results.js";
import { Status } from "./status.js";

/** A classifier, and what it was made from. */
interface Model {
  readonly device: Device;
  /** `undefined` stands for the embedded one. */
  readonly bundle: File | undefined;
  readonly classifier: Classifier;
}

/** A file, and what came of it. */
interface Shown {
  readonly recordings: File;
  readonly result: Result;
}

/** What is on the page, and what the next action builds on. It changes only together with what is shown. */
interface State {
  model: Model | undefined;
  shown: Shown | undefined;
  /** What the result was compared with; where nothing is shown, what the next one will be compared with. */
  labels: File | undefined;
}

interface Note {
  readonly title: string;
  readonly text: string;
}

/** A failure that one file is to blame for. */
class Unusable extends Error {
  readonly file: File;

  constructor(file: File, cause: unknown) {
    super(`${file.name} could not be used`, { cause });
    this.file = file;
  }
}

/** Milliseconds from one look at what the model runs on to the next. */
const LOOK_EVERY = 1000;

const state: State = { model: undefined, shown: undefined, labels: undefined };
const status = new Status();
const results = byId("results");
const engine = new EnginePanel(switchDevice);
let about: Model | undefined;
/** The results of the file that is shown. A file that is being read has a view of its own until it is read. */
let view: ResultsView | undefined;

/**
 * The model that is made ready while the reader still looks for a file, until the first action that needs it
 * takes it over.
 */
let early: Promise<Classifier> | undefined = createClassifier({
  onProgress: (progress) => status.progress(progress),
});
// Whoever takes it over hears of a failure.
early.catch(() => undefined);

/** One thing at a time: what the reader asks for now ends what is still running. */
let running: AbortController | undefined;

/** Runs a task, with its progress on the page. What it returns is said when it is done. */
async function run(
  title: string,
  failure: string,
  task: (signal: AbortSignal) => Promise<Note | undefined>,
): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  status.begin(title, () => controller.abort());
  try {
    const note = await task(controller.signal);
    if (running !== controller) return;
    if (note === undefined) status.clear();
    else status.note(note.title, note.text);
  } catch (error) {
    if (running !== controller) return;
    if (controller.signal.aborted) {
      status.clear();
      status.announce("Cancelled");
    } else if (error instanceof Unusable) {
      status.fail(error.message, error.cause);
    } else {
      status.fail(failure, error);
    }
  } finally {
    if (running === controller) running = undefined;
    // Whatever happened, the panels show what is really in use.
    drawAbout();
  }
}

async function blame<T>(file: File, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Unusable(file, error);
  }
}

const onProgress = (progress: Parameters<Status["progress"]>[0]) => status.progress(progress);

async function load(device: Device, bundle: File | undefined, signal: AbortSignal): Promise<Model> {
  if (early !== undefined && device === "auto" && bundle === undefined) {
    const classifier = await takeEarly(early, signal);
    return { device, bundle, classifier };
  }
  const work = createClassifier({ device, bundle, onProgress, signal });
  return { device, bundle, classifier: await (bundle === undefined ? work : blame(bundle, work)) };
}

/** Waits for the early model, which is still there for the next action if this one is ended. */
async function takeEarly(loading: Promise<Classifier>, signal: AbortSignal): Promise<Classifier> {
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([loading, ended]);
  } finally {
    if (!signal.aborted) early = undefined;
  }
}

/** Puts a model, and what it made of a file, in the place of the present ones. */
function adopt(model: Model, shown: Shown | undefined): void {
  const last = { ...state };
  Object.assign(state, { model, shown });
  if (last.shown !== shown) last.shown?.result.release();
  if (last.model !== model) void last.model?.classifier.close();
  if (shown === undefined) hideResults();
  drawAbout();
}

/** Runs a task with a new model, and closes it again unless the page has adopted it. */
async function withNew<T>(model: Model, task: (model: Model) => Promise<T>): Promise<T> {
  try {
    return await task(model);
  } finally {
    if (state.model !== model) await model.classifier.close();
  }
}

/** Classifies a file, shows what came of it, and compares that with labels. */
async function show(
  model: Model,
  recordings: File,
  labels: File | undefined,
  signal: AbortSignal,
): Promise<void> {
  status.begin(`Classifying ${recordings.name}`, () => running?.abort());
  const before = performance.now();
  const { classifier } = model;
  const next = new ResultsView(classifier.info, recordings.name, () => place(next));
  const onPredictions = (predictions: readonly Prediction[]) => next.add(predictions);
  const options = { onPredictions, onProgress, signal, keepRecordings: true };
  let result: Result;
  try {
    result = await blame(recordings, classifier.classify(recordings, options));
    signal.throwIfAborted();
  } catch (error) {
    next.destroy();
    place(view);
    throw error;
  }
  const took = performance.now() - before;
  adopt(model, { recordings, result });
  state.labels = undefined;
  view?.destroy();
  view = next;
  const summary = next.finish(result, took, classifier.info.device, () => files.choose());
  status.announce(`Done. ${summary}.`);
  if (labels !== undefined) await score(classifier, result, labels, signal);
}

/** Brings a view to the place of results, or clears it. */
function place(shown: ResultsView | undefined): void {
  if (shown?.element.parentElement === results) return;
  const first = results.hidden;
  fill(results, shown?.element);
  byId("intro").hidden = shown !== undefined;
  results.hidden = shown === undefined;
  // What had the focus is hidden now.
  if (first) shown?.heading.focus({ preventScroll: true });
}

async function score(
  classifier: Classifier,
  result: Result,
  labels: File,
  signal: AbortSignal,
): Promise<void> {
  const scores = await blame(labels, classifier.evaluate(labels, result, { signal }));
  state.labels = labels;
  view?.showScores(scores, labels.name);
  status.announce(`Compared with ${labels.name}: accuracy ${scores.accuracy.toFixed(3)}.`);
}

/** Uses a model of other columns or classes, on the recordings on the page where it can read them. */
async function switchModel(
  model: Model,
  labels: File | undefined,
  signal: AbortSignal,
): Promise<Note | undefined> {
  const { shown } = state;
  if (shown === undefined) {
    adopt(model, undefined);
    return labels && keepLabels(labels);
  }
  try {
    // Labels of another model's classes say nothing about this one.
    await show(model, shown.recordings, labels, signal);
    return undefined;
  } catch (error) {
    // Labels, too, can be what is wrong: then the recordings are on the page by now.
    if (signal.aborted || state.model === model) throw error;
    state.labels = undefined;
    adopt(model, undefined);
    const reason = messageOf(error instanceof Unusable ? error.cause : error);
    return {
      title: "Model loaded.",
      text: `Now drop recordings that it reads. ${shown.recordings.name} is of another kind: ${reason}`,
    };
  }
}

function keepLabels(labels: File): Note {
  state.labels = labels;
  return { title: "Labels kept.", text: "Now drop the recordings that they belong to." };
}

async function take(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const names = files.map(({ name }) => name).join(", ");
  await run(`Reading ${names}`, "The files could not be used", async (signal) => {
    const bundle = files.findLast(isBundle);
    // The model comes first: it says which column makes a file one of labels.
    const model =
      bundle === undefined && state.model !== undefined
        ? state.model
        : await load(state.model?.device ?? "auto", bundle, signal);
    return withNew(model, async () => {
      const sorted = await sortFiles(files, model.classifier.info.schema);
      signal.throwIfAborted();
      const note = await takeSorted(model, sorted, signal);
      const ignored = files.filter((file) => ![bundle, sorted.recordings, sorted.labels].includes(file));
      return note ?? (ignored.length === 0 ? undefined : ignoredNote(ignored));
    });
  });
}

async function takeSorted(
  model: Model,
  { recordings, labels }: Sorted,
  signal: AbortSignal,
): Promise<Note | undefined> {
  const { shown } = state;
  if (recordings === undefined) {
    if (model !== state.model) return switchModel(model, labels, signal);
    if (labels === undefined) return undefined;
    if (shown === undefined) return keepLabels(labels);
    await score(model.classifier, shown.result, labels, signal);
    return undefined;
  }
  try {
    // Labels of another file say nothing about this one.
    await show(model, recordings, labels ?? (shown === undefined ? state.labels : undefined), signal);
    return undefined;
  } catch (error) {
    // The bundle is good, so it is in use: only the recordings are to blame.
    if (!signal.aborted && model !== state.model) adopt(model, undefined);
    throw error;
  }
}

function ignoredNote(files: readonly File[]): Note {
  const names = files.map(({ name }) => name).join(", ");
  return {
    title: `Ignored: ${names}.`,
    text: "The page takes one file of recordings, one of labels and one bundle at a time.",
  };
}

function switchDevice(device: Device): void {
  const title =
    device === "webgpu" || device === "ndarray" ? "Fetching the larger engine module" : "Starting the engine";
  void run(title, "The engine could not be switched", async (signal) => {
    const { shown, labels } = state;
    return withNew(await load(device, state.model?.bundle, signal), async (model) => {
      if (shown === undefined) adopt(model, undefined);
      else await show(model, shown.recordings, labels, signal);
      return undefined;
    });
  });
}

function resetModel(): void {
  void run("Loading the embedded model", "The embedded model could not be loaded", async (signal) =>
    withNew(await load(state.model?.device ?? "auto", undefined, signal), (model) =>
      switchModel(model, undefined, signal),
    ),
  );
}

function trySample(): void {
  void run("Fetching the sample", "The sample could not be fetched", async (signal) => {
    const [recordings, labels] = await Promise.all([fetched("sample.csv"), fetched("sample_labels.csv")]);
    const model = state.model ?? (await load("auto", undefined, signal));
    return withNew(model, async () => {
      await show(model, recordings, labels, signal);
      return undefined;
    });

    async function fetched(name: string): Promise<File> {
      const response = await fetch(new URL(name, document.baseURI), { signal });
      if (!response.ok) throw new Error(`the server answered ${response.status} for ${name}`);
      return new File([await response.blob()], name, { type: "text/csv" });
    }
  });
}

/** Brings the panels up to date. What has not changed stays in place, and keeps the focus. */
function drawAbout(): void {
  const { model } = state;
  if (model === undefined) return;
  const { info } = model.classifier;
  engine.update(info);
  if (about === undefined || about.bundle !== model.bundle) {
    fill(byId("about"), engine.element, modelPanel(info, model.bundle?.name, resetModel));
  }
  about = model;
}

function hideResults(): void {
  view?.destroy();
  view = undefined;
  place(undefined);
}

const files = acceptFiles((dropped) => void take(dropped));
document.addEventListener("click", ({ target }) => {
  const action = target instanceof Element && target.closest<HTMLElement>("[data-action]")?.dataset["action"];
  if (action === "choose") files.choose();
  if (action === "sample") trySample();
});
onSchemeChange(() => view?.redraw());
// What is automatic may be decided at any time.
setInterval(() => state.model && engine.say(state.model.classifier.info), LOOK_EVERY);

void run("Loading the model", "The model could not be loaded", async (signal) => {
  adopt(await load("auto", undefined, signal), undefined);
  return undefined;
});
