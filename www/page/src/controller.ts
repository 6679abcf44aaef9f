import type { Classifier, Device, Prediction, Progress, Result } from "painwave";
import { AboutPane } from "./about.js";
import { onSchemeChange } from "./colors.js";
import { acceptFiles, isBundle, type Sorted, sortFiles } from "./files.js";
import { messageOf } from "./format.js";
import { type Model, ModelLoader } from "./loader.js";
import { ResultsPane } from "./pane.js";
import { ResultsView } from "./results.js";
import { Status } from "./status.js";
import { blame, type Note, type TaskContext, Tasks, UnusableFile } from "./tasks.js";

/** A file and its result. */
interface Shown {
  readonly recordings: File;
  readonly result: Result;
}

/** Turns what the user does into tasks, and shows their results. */
export class Controller {
  readonly #status = new Status();
  readonly #tasks = new Tasks(this.#status, () => this.#drawAbout());
  readonly #onProgress = (progress: Progress) => this.#status.progress(progress);
  readonly #loader = new ModelLoader(this.#onProgress);
  readonly #results = new ResultsPane();
  readonly #about = new AboutPane(
    (device) => this.#switchDevice(device),
    () => this.#resetModel(),
  );
  readonly #files = acceptFiles((files) => this.#take(files));

  // The state of the page. It changes only together with what is shown.
  #model: Model | undefined;
  #shown: Shown | undefined;
  /** What the result was compared with; where nothing is shown, what the next one will be compared with. */
  #labels: File | undefined;

  start(): void {
    document.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest<HTMLElement>("[data-action]") : null;
      const action = button?.dataset["action"];
      if (action === "choose") this.#files.choose();
      if (action === "sample") this.#trySample();
    });
    onSchemeChange(() => this.#results.redraw());
    void this.#tasks.run("Loading the model", "The model could not be loaded", async ({ signal }) => {
      this.#adopt(await this.#loader.load("auto", undefined, signal), undefined);
      return undefined;
    });
  }

  #take(files: readonly File[]): void {
    if (files.length === 0) return;
    void this.#tasks.run(`Reading ${names(files)}`, "The files could not be used", async (task) => {
      const bundle = files.findLast(isBundle);
      // The model comes first: it says which column makes a file one of labels.
      const present = bundle === undefined ? this.#model : undefined;
      const model = present ?? (await this.#loader.load(this.#model?.device ?? "auto", bundle, task.signal));
      return this.#withNew(model, async () => {
        const sorted = await sortFiles(files, model.classifier.info.schema);
        task.signal.throwIfAborted();
        const note = await this.#takeSorted(model, sorted, task);
        const ignored = files.filter((file) => ![bundle, sorted.recordings, sorted.labels].includes(file));
        return note ?? (ignored.length === 0 ? undefined : ignoredNote(ignored));
      });
    });
  }

  async #takeSorted(
    model: Model,
    { recordings, labels }: Sorted,
    task: TaskContext,
  ): Promise<Note | undefined> {
    const shown = this.#shown;
    if (recordings === undefined) {
      if (model !== this.#model) return this.#switchModel(model, labels, task);
      if (labels === undefined) return undefined;
      if (shown === undefined) return this.#keepLabels(labels);
      await this.#score(model.classifier, shown.result, labels, task.signal);
      return undefined;
    }
    try {
      // Labels of another file say nothing about this one.
      await this.#show(model, recordings, labels ?? (shown === undefined ? this.#labels : undefined), task);
      return undefined;
    } catch (error) {
      // The bundle is good, so it is in use: only the recordings are to blame.
      if (!task.signal.aborted && model !== this.#model) this.#adopt(model, undefined);
      throw error;
    }
  }

  #switchDevice(device: Device): void {
    const large = device === "webgpu" || device === "ndarray";
    const title = large ? "Fetching the larger engine module" : "Starting the engine";
    void this.#tasks.run(title, "The engine could not be switched", async (task) => {
      const [shown, labels] = [this.#shown, this.#labels];
      const model = await this.#loader.load(device, this.#model?.bundle, task.signal);
      return this.#withNew(model, async () => {
        if (shown === undefined) this.#adopt(model, undefined);
        else await this.#show(model, shown.recordings, labels, task);
        return undefined;
      });
    });
  }

  #resetModel(): void {
    const failure = "The embedded model could not be loaded";
    void this.#tasks.run("Loading the embedded model", failure, async (task) => {
      const model = await this.#loader.load(this.#model?.device ?? "auto", undefined, task.signal);
      return this.#withNew(model, () => this.#switchModel(model, undefined, task));
    });
  }

  #trySample(): void {
    void this.#tasks.run("Fetching the sample", "The sample could not be fetched", async (task) => {
      const fetched = ["sample.csv", "sample_labels.csv"].map((name) => fetchFile(name, task.signal));
      const [recordings, labels] = await Promise.all(fetched);
      if (recordings === undefined) return undefined;
      const model = this.#model ?? (await this.#loader.load("auto", undefined, task.signal));
      return this.#withNew(model, async () => {
        await this.#show(model, recordings, labels, task);
        return undefined;
      });
    });
  }

  /** Runs a task with a new model, and closes it again unless it is in use then. */
  async #withNew<T>(model: Model, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } finally {
      if (this.#model !== model) await model.classifier.close();
    }
  }

  /** Uses a model of other columns or classes, on the recordings on the page where it can read them. */
  async #switchModel(model: Model, labels: File | undefined, task: TaskContext): Promise<Note | undefined> {
    const shown = this.#shown;
    if (shown === undefined) {
      this.#adopt(model, undefined);
      return labels && this.#keepLabels(labels);
    }
    try {
      // Labels of another model's classes say nothing about this one.
      await this.#show(model, shown.recordings, labels, task);
      return undefined;
    } catch (error) {
      // If only the labels are wrong, the recordings have been classified and are shown.
      if (task.signal.aborted || this.#model === model) throw error;
      this.#labels = undefined;
      this.#adopt(model, undefined);
      const reason = messageOf(error instanceof UnusableFile ? error.cause : error);
      return {
        title: "Model loaded.",
        text: `Now drop recordings that it reads. ${shown.recordings.name} is of another kind: ${reason}`,
      };
    }
  }

  /** Classifies a file, shows what came of it, and compares that with labels. */
  async #show(
    model: Model,
    recordings: File,
    labels: File | undefined,
    { signal, step }: TaskContext,
  ): Promise<void> {
    step(`Classifying ${recordings.name}`);
    const before = performance.now();
    const { classifier } = model;
    const view = new ResultsView(classifier.info, recordings.name, () => this.#results.preview(view));
    const onPredictions = (predictions: readonly Prediction[]) => view.add(predictions);
    const options = { onPredictions, onProgress: this.#onProgress, signal, keepRecordings: true };
    let result: Result;
    try {
      result = await blame(recordings, classifier.classify(recordings, options));
      signal.throwIfAborted();
    } catch (error) {
      this.#results.discard(view);
      throw error;
    }
    const took = performance.now() - before;
    this.#adopt(model, { recordings, result });
    this.#labels = undefined;
    const summary = view.finish(result, took, classifier.info.device, () => this.#files.choose());
    this.#results.use(view);
    this.#status.announce(`Done. ${summary}.`);
    if (labels !== undefined) await this.#score(classifier, result, labels, signal);
  }

  async #score(classifier: Classifier, result: Result, labels: File, signal: AbortSignal): Promise<void> {
    const scores = await blame(labels, classifier.evaluate(labels, result, { signal }));
    this.#labels = labels;
    this.#results.showScores(scores, labels.name);
    this.#status.announce(`Compared with ${labels.name}: accuracy ${scores.accuracy.toFixed(3)}.`);
  }

  /** Replaces the model in use and the result that is shown. */
  #adopt(model: Model, shown: Shown | undefined): void {
    const [lastModel, lastShown] = [this.#model, this.#shown];
    this.#model = model;
    this.#shown = shown;
    if (lastShown !== shown) lastShown?.result.release();
    if (lastModel !== model) void lastModel?.classifier.close();
    if (shown === undefined) this.#results.use(undefined);
    this.#drawAbout();
  }

  #keepLabels(labels: File): Note {
    this.#labels = labels;
    return { title: "Labels kept.", text: "Now drop the recordings that they belong to." };
  }

  /** Brings the panels up to date with the model in use. */
  #drawAbout(): void {
    if (this.#model !== undefined) this.#about.show(this.#model);
  }
}

function ignoredNote(files: readonly File[]): Note {
  return {
    title: `Ignored: ${names(files)}.`,
    text: "The page takes one file of recordings, one of labels and one bundle at a time.",
  };
}

function names(files: readonly File[]): string {
  return files.map(({ name }) => name).join(", ");
}

async function fetchFile(name: string, signal: AbortSignal): Promise<File> {
  const response = await fetch(new URL(name, document.baseURI), { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${name}`);
  return new File([await response.blob()], name, { type: "text/csv" });
}
