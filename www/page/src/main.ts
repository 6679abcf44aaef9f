import { type Classifier, createClassifier, type Device, type Result, type Scores } from "painwave";
import "./style.css";
import { stackedBar } from "./bars.js";
import { onSchemeChange } from "./colors.js";
import { SubjectDetail } from "./detail.js";
import { byId, fill, h } from "./dom.js";
import { acceptFiles, download, kindOf } from "./files.js";
import { duration, plural } from "./format.js";
import { enginePanel, modelPanel } from "./model.js";
import { scoresPanel } from "./scores.js";
import { Status } from "./status.js";
import { SubjectTable } from "./table.js";

/** What is on the page, and what the next action builds on. */
interface State {
  device: Device;
  bundle: File | undefined;
  classifier: Classifier | undefined;
  recordings: File | undefined;
  labels: File | undefined;
  result: Result | undefined;
}

const state: State = {
  device: "auto",
  bundle: undefined,
  classifier: undefined,
  recordings: undefined,
  labels: undefined,
  result: undefined,
};
const status = new Status();
const results = byId("results");
let detail: SubjectDetail | undefined;

/** One thing at a time: what the reader asks for now ends what is still running. */
let running: AbortController | undefined;

async function run(
  title: string,
  failure: string,
  task: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  status.begin(title, () => controller.abort());
  try {
    await task(controller.signal);
    if (running === controller) status.clear();
  } catch (error) {
    if (running !== controller) return;
    if (controller.signal.aborted) {
      status.clear();
      status.announce("Cancelled");
    } else {
      status.fail(failure, error);
    }
  } finally {
    if (running === controller) running = undefined;
    // Whatever happened, the panels show what is really in use.
    drawAbout();
  }
}

const onProgress = (progress: Parameters<Status["progress"]>[0]) => status.progress(progress);

/** Puts a classifier for this device and bundle in the place of the present one, once it runs. */
async function load(device: Device, bundle: File | undefined, signal: AbortSignal): Promise<void> {
  const classifier = await createClassifier({ device, bundle, onProgress, signal });
  await state.classifier?.close();
  // Labels of another model's classes say nothing about this one.
  if (bundle !== state.bundle) state.labels = undefined;
  Object.assign(state, { classifier, device, bundle });
  drawAbout();
}

async function classify(signal: AbortSignal): Promise<void> {
  const { recordings } = state;
  if (recordings === undefined) return;
  if (state.classifier === undefined) await load(state.device, state.bundle, signal);
  const { classifier } = state;
  if (classifier === undefined) return;
  status.begin(`Classifying ${recordings.name}`, () => running?.abort());
  const before = performance.now();
  const result = await classifier.classify(recordings, { onProgress, signal, keepRecordings: true });
  const took = performance.now() - before;
  state.result?.release();
  state.result = result;
  drawResults(classifier, result, recordings.name, took);
  drawScores(await evaluate(signal));
}

async function evaluate(signal: AbortSignal): Promise<Scores | undefined> {
  const { classifier, labels, result } = state;
  if (classifier === undefined || labels === undefined || result === undefined) return undefined;
  try {
    return await classifier.evaluate(labels, result, { signal });
  } catch (error) {
    state.labels = undefined;
    throw error;
  }
}

async function take(files: readonly File[]): Promise<void> {
  const idColumn = state.classifier?.info.schema.id ?? "sample_index";
  const kinds = await Promise.all(files.map(async (file) => ({ file, kind: await kindOf(file, idColumn) })));
  const last = (kind: string) => kinds.findLast((entry) => entry.kind === kind)?.file;
  const [bundle, recordings, labels] = [last("bundle"), last("recordings"), last("labels")];
  const names = [bundle, recordings, labels].flatMap((file) => file?.name ?? []).join(", ");
  if (names === "") return;
  await run(`Reading ${names}`, `${names} could not be used`, async (signal) => {
    if (bundle !== undefined) await load(state.device, bundle, signal);
    if (labels !== undefined) state.labels = labels;
    if (recordings !== undefined) {
      // So are labels of another file.
      if (labels === undefined) state.labels = undefined;
      state.recordings = recordings;
    }
    if (bundle !== undefined || recordings !== undefined) await classify(signal);
    else drawScores(await evaluate(signal));
  });
  if (labels !== undefined && state.result === undefined && state.labels !== undefined) {
    status.note("Labels kept", "Now drop the recordings that they belong to.");
  }
}

function switchDevice(device: Device): void {
  const title =
    device === "webgpu" || device === "ndarray" ? "Fetching the larger engine module" : "Starting the engine";
  void run(title, "The engine could not be switched", async (signal) => {
    await load(device, state.bundle, signal);
    await classify(signal);
  });
}

function resetModel(): void {
  void run("Loading the embedded model", "The embedded model could not be loaded", async (signal) => {
    await load(state.device, undefined, signal);
    await classify(signal);
  });
}

function trySample(): void {
  void run("Fetching the sample", "The sample could not be fetched", async (signal) => {
    const [recordings, labels] = await Promise.all(["sample.csv", "sample_labels.csv"].map(fetched));
    Object.assign(state, { recordings, labels });
    await classify(signal);

    async function fetched(name: string): Promise<File> {
      const response = await fetch(new URL(name, document.baseURI), { signal });
      if (!response.ok) throw new Error(`the server answered ${response.status} for ${name}`);
      return new File([await response.blob()], name, { type: "text/csv" });
    }
  });
}

function drawAbout(): void {
  const info = state.classifier?.info;
  if (info === undefined) return;
  fill(byId("about"), enginePanel(info, switchDevice), modelPanel(info, state.bundle?.name, resetModel));
}

function drawResults({ info }: Classifier, result: Result, name: string, took: number): void {
  detail?.destroy();
  const shown = new SubjectDetail(result, info);
  detail = shown;
  const table = new SubjectTable(result, info.classes, (prediction, byPointer) => {
    void shown.show(prediction).then(() => {
      // Where the panels are stacked, a tap on a row leads to what it opens.
      const stacked =
        shown.element.getBoundingClientRect().top > table.element.getBoundingClientRect().bottom - 1;
      if (byPointer && stacked) shown.element.scrollIntoView({ behavior: "smooth", block: "start" });
    });
  });
  const counts = info.classes.map((label) => result.predictions.filter((one) => one.label === label).length);
  const total = Math.max(1, result.predictions.length);
  const summary = `${plural(result.predictions.length, "subject")} in ${duration(took)} on ${info.device}`;
  const save = (title: string, suffix: string, probabilities: boolean) =>
    h(
      "button",
      {
        id: probabilities ? "download-probabilities" : "download",
        className: probabilities ? "" : "primary",
        attributes: { type: "button" },
        on: { click: () => download(`${stem(name)}${suffix}.csv`, result.toCsv({ probabilities })) },
      },
      title,
    );
  fill(
    results,
    h(
      "header",
      { className: "results-head" },
      h("div", {}, h("h1", {}, name), h("p", { className: "muted", id: "summary" }, summary)),
      h(
        "p",
        { className: "actions" },
        save("Download results", "-labels", false),
        save("With probabilities", "-probabilities", true),
        h("button", { attributes: { type: "button" }, on: { click: () => files.choose() } }, "Another file…"),
      ),
    ),
    stackedBar(
      info.classes,
      counts.map((count) => count / total),
    ),
    result.warnings.length > 0 &&
      h(
        "ul",
        { className: "warnings", id: "warnings" },
        ...result.warnings.map((warning) => h("li", {}, warning)),
      ),
    h("div", { id: "scores-place" }),
    h("div", { className: "columns" }, table.element, shown.element),
  );
  byId("intro").hidden = true;
  results.hidden = false;
  table.selectFirst();
  status.announce(`Done. ${summary}.`);
}

function drawScores(scores: Scores | undefined): void {
  const { classifier, labels } = state;
  if (scores === undefined || classifier === undefined || labels === undefined) return;
  fill(byId("scores-place"), scoresPanel(scores, classifier.info.classes, labels.name));
  status.announce(`Compared with ${labels.name}: accuracy ${scores.accuracy.toFixed(3)}.`);
}

function stem(name: string): string {
  return name.replace(/(\.(csv|tsv|txt|gz))+$/i, "");
}

const files = acceptFiles((dropped) => void take(dropped));
document.addEventListener("click", ({ target }) => {
  const action = target instanceof Element && target.closest<HTMLElement>("[data-action]")?.dataset["action"];
  if (action === "choose") files.choose();
  if (action === "sample") trySample();
});
onSchemeChange(() => void detail?.redraw());

// The model is made ready while the reader still looks for a file.
void run("Loading the model", "The model could not be loaded", (signal) =>
  load(state.device, state.bundle, signal),
);
