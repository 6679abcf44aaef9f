import {
  type Classifier,
  type Device,
  PainwaveError,
  type Prediction,
  type Progress,
  type Result,
} from "painwave";
import { AboutPane } from "./about.js";
import { onSchemeChange } from "./colors.js";
import type { NamedFile } from "./entries.js";
import { acceptFiles, namesOf, titleOf } from "./files.js";
import { messageOf } from "./format.js";
import { views } from "./later.js";
import { type Model, ModelLoader } from "./loader.js";
import { ResultsPane } from "./pane.js";
import { isBundle, type Sorted, sortFiles } from "./sorting.js";
import { Status } from "./status.js";
import {
  blame,
  type Ending,
  type Note,
  type Question,
  type TaskContext,
  Tasks,
  UnusableFile,
} from "./tasks.js";

/** Files that are classified as one. */
interface Batch {
  readonly files: readonly NamedFile[];
  /** What they are called together. */
  readonly title: string;
  /** Their names of columns that the model has under other names. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
}

/** Recordings and their result. */
interface Shown {
  readonly recordings: Batch;
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
  #labels: NamedFile | undefined;

  start(): void {
    document.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest<HTMLElement>("[data-action]") : null;
      const action = button?.dataset["action"];
      if (action === "choose") this.#files.choose();
      if (action === "choose-folder") this.#files.chooseFolder();
      if (action === "sample") this.#trySample();
    });
    onSchemeChange(() => this.#results.redraw());
    void this.#tasks.run("Loading the model", "The model could not be loaded", async ({ signal }) => {
      this.#adopt(await this.#loader.load("auto", undefined, signal), undefined);
      return undefined;
    });
  }

  #take(files: readonly NamedFile[]): void {
    if (files.length === 0) return;
    void this.#tasks.run(`Reading ${namesOf(files)}`, "The files could not be used", (task) =>
      this.#takeWith(files, files.findLast(isBundle), task),
    );
  }

  /** Takes files, one of which may be a bundle. */
  async #takeWith(
    files: readonly NamedFile[],
    bundle: NamedFile | undefined,
    task: TaskContext,
  ): Promise<Ending> {
    // The model comes first: it says what makes a file one of labels.
    const present = bundle === undefined ? this.#model : undefined;
    const model = present ?? (await this.#loader.load(this.#model?.device ?? "auto", bundle, task.signal));
    return this.#withNew(model, async () => {
      const others = files.filter((file) => file !== bundle);
      const sorted = await sortFiles(others, model.classifier, task.signal);
      if (bundle === undefined && sorted.bundle !== undefined) {
        return this.#takeWith(files, sorted.bundle, task);
      }
      const ignored = sorted.bundle ? [...sorted.ignored, sorted.bundle] : sorted.ignored;
      const ending = await this.#takeSorted(model, sorted, task);
      return ending ?? (ignored.length === 0 ? undefined : ignoredNote(ignored));
    });
  }

  async #takeSorted(model: Model, { recordings, labels }: Sorted, task: TaskContext): Promise<Ending> {
    const shown = this.#shown;
    if (recordings.length === 0) {
      if (model !== this.#model) return this.#switchModel(model, labels, task);
      if (labels === undefined) return undefined;
      if (shown === undefined) return this.#keepLabels(labels);
      await this.#score(model.classifier, shown.result, labels, task.signal);
      return undefined;
    }
    const batch = { files: recordings, title: titleOf(recordings) };
    // Labels of other files say nothing about these.
    return this.#showOrAsk(model, batch, labels ?? (shown === undefined ? this.#labels : undefined), task);
  }

  /** Shows recordings, or asks which of their columns are which. */
  async #showOrAsk(
    model: Model,
    batch: Batch,
    labels: NamedFile | undefined,
    task: TaskContext,
  ): Promise<Question | undefined> {
    try {
      await this.#show(model, batch, labels, task);
      return undefined;
    } catch (error) {
      if (task.signal.aborted) throw error;
      // The bundle is good, so it is in use: only the recordings are to blame.
      if (model !== this.#model) this.#adopt(model, undefined);
      const cause = error instanceof UnusableFile ? error.cause : undefined;
      if (!(cause instanceof PainwaveError) || !cause.columns) throw error;
      const { amongOthers, canBeChosen, ColumnsPanel } = await views();
      const choice = amongOthers(cause.columns, model.classifier.info.schema);
      if (!canBeChosen(choice)) throw error;
      const panel = new ColumnsPanel(batch.title, choice, {
        onUse: (columns) => this.#useColumns({ ...batch, columns: { ...batch.columns, ...columns } }, labels),
        onCancel: () => this.#status.clear(),
      });
      return { title: panel.title, element: panel.element };
    }
  }

  #useColumns(batch: Batch, labels: NamedFile | undefined): void {
    void this.#tasks.run(`Reading ${batch.title}`, "The files could not be used", async (task) => {
      const model = this.#model ?? (await this.#loader.load("auto", undefined, task.signal));
      return this.#withNew(model, () => this.#showOrAsk(model, batch, labels, task));
    });
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
        await this.#show(model, { files: [recordings], title: recordings.name }, labels, task);
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
  async #switchModel(
    model: Model,
    labels: NamedFile | undefined,
    task: TaskContext,
  ): Promise<Note | undefined> {
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
        text: `Now drop recordings that it reads. ${shown.recordings.title} is of another kind: ${reason}`,
      };
    }
  }

  /** Classifies recordings, shows what came of it, and compares that with labels. */
  async #show(
    model: Model,
    recordings: Batch,
    labels: NamedFile | undefined,
    { signal, step }: TaskContext,
  ): Promise<void> {
    const { files, title, columns } = recordings;
    step(`Classifying ${title}`);
    const { ResultsView } = await views();
    signal.throwIfAborted();
    const before = performance.now();
    const { classifier } = model;
    const view = new ResultsView(classifier.info, title, () => this.#results.preview(view));
    const onPredictions = (predictions: readonly Prediction[]) => view.add(predictions);
    const options = { columns, onPredictions, onProgress: this.#onProgress, signal, keepRecordings: true };
    let result: Result;
    try {
      result = await blame(title, classifier.classify(files, options));
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

  async #score(
    classifier: Classifier,
    result: Result,
    labels: NamedFile,
    signal: AbortSignal,
  ): Promise<void> {
    const scores = await blame(labels.name, classifier.evaluate(labels, result, { signal }));
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
    // Fetched before they are needed, so that nobody waits for them and the tab works offline from now on. A failure is
    // reported by the task that needs them.
    views().catch(() => undefined);
  }

  #keepLabels(labels: NamedFile): Note {
    this.#labels = labels;
    return { title: "Labels kept.", text: "Now drop the recordings that they belong to." };
  }

  /** Brings the panels up to date with the model in use. */
  #drawAbout(): void {
    if (this.#model !== undefined) this.#about.show(this.#model);
  }
}

function ignoredNote(files: readonly NamedFile[]): Note {
  return {
    title: `Ignored: ${namesOf(files)}.`,
    text: "The page takes recordings, one file of labels and one bundle at a time.",
  };
}

async function fetchFile(name: string, signal: AbortSignal): Promise<NamedFile> {
  const response = await fetch(new URL(name, document.baseURI), { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${name}`);
  return { name, source: new File([await response.blob()], name, { type: "text/csv" }) };
}
