import type { ClassifierInfo, Prediction, Result, Scores } from "painwave";
import { stackedBar } from "./bars.js";
import { SubjectDetail } from "./detail.js";
import { fill, h } from "./dom.js";
import { download } from "./files.js";
import { duration, plural } from "./format.js";
import { originOf } from "./model.js";
import { noticesOf } from "./notices.js";
import { scoresPanel } from "./scores.js";
import { classified, type Subject, unread } from "./subject.js";
import { SubjectTable } from "./table.js";

/** Milliseconds between two drawings of a growing table: each goes over all subjects. */
const DRAW_EVERY = 150;

/** The results of some recordings: subject after subject while it is being read, and then the whole. */
export class ResultsView {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly #info: ClassifierInfo;
  readonly #name: string;
  readonly #table: SubjectTable;
  readonly #detail: SubjectDetail;
  readonly #summary = h("p", { className: "muted", id: "summary" });
  readonly #actions = h("p", { className: "actions" });
  readonly #shares = h("div");
  readonly #warnings = h("div");
  readonly #notices = h("div");
  readonly #scores = h("div", { id: "scores-slot" });
  readonly #onDrawn: () => void;
  readonly #found = new Map<string, Prediction>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawn = Number.NEGATIVE_INFINITY;
  #ended = false;

  /** `onDrawn` is called when there is something to see for the first time. */
  constructor(info: ClassifierInfo, name: string, onDrawn: () => void) {
    this.#info = info;
    this.#name = name;
    this.#onDrawn = onDrawn;
    this.heading = h("h1", { attributes: { tabindex: -1 } }, name);
    const detail = new SubjectDetail(info, name);
    const table = new SubjectTable(info.classes, (subject, byPointer) => {
      void detail.show(subject).then(() => {
        // Where the panels are stacked, a tap on a row leads to what it opens.
        const stacked =
          detail.element.getBoundingClientRect().top > table.element.getBoundingClientRect().bottom - 1;
        if (byPointer && stacked) detail.element.scrollIntoView({ behavior: "smooth", block: "start" });
      });
    });
    this.#table = table;
    this.#detail = detail;
    this.element = h(
      "div",
      { className: "results" },
      h("header", { className: "results-head" }, h("div", {}, this.heading, this.#summary), this.#actions),
      this.#shares,
      this.#notices,
      this.#warnings,
      this.#scores,
      h("div", { className: "columns" }, table.element, detail.element),
    );
  }

  /** Takes more subjects, and draws them soon. A later prediction of a subject replaces the earlier one. */
  add(predictions: readonly Prediction[]): void {
    for (const prediction of predictions) this.#found.set(prediction.id, prediction);
    if (this.#ended || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#drawn + DRAW_EVERY - performance.now());
    // In an animation frame, so that a hidden tab draws nothing.
    this.#timer = setTimeout(() => requestAnimationFrame(() => this.#grow()), wait);
  }

  /** Shows the whole result, and says what it is in a few words. */
  finish(result: Result, took: number, device: string, onAnother: () => void): string {
    this.#end();
    const subjects = result.predictions.length;
    const summary = `${plural(subjects, "subject")} in ${duration(took)} on ${device}`;
    this.#summary.textContent = summary;
    const save = (title: string, suffix: string, probabilities: boolean) =>
      h(
        "button",
        {
          id: probabilities ? "download-probabilities" : "download",
          className: probabilities ? "" : "primary",
          attributes: { type: "button" },
          on: { click: () => download(`${stem(this.#name)}${suffix}.csv`, result.toCsv({ probabilities })) },
        },
        title,
      );
    fill(
      this.#actions,
      save("Download results", "-labels", false),
      save("With probabilities", "-probabilities", true),
      h("button", { attributes: { type: "button" }, on: { click: onAnother } }, "Another file…"),
    );
    fill(
      this.#warnings,
      result.warnings.length > 0 &&
        h(
          "ul",
          { className: "warnings", id: "warnings" },
          ...result.warnings.map((warning) => h("li", {}, warning)),
        ),
    );
    fill(this.#notices, noticesOf("notices", { ...result, file: this.#name }));
    this.#draw([...classified(result.predictions), ...unread(result.refused)], false);
    this.#detail.setResult(result);
    return summary;
  }

  showScores(scores: Scores, labelsName: string): void {
    fill(this.#scores, scoresPanel(scores, this.#info.classes, labelsName, originOf(this.#info.card)));
  }

  /** Draws again, in the colours of the present scheme. */
  redraw(): void {
    void this.#detail.redraw();
  }

  destroy(): void {
    this.#end();
    this.#detail.destroy();
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #grow(): void {
    this.#timer = undefined;
    if (this.#ended) return;
    const predictions = [...this.#found.values()];
    this.#summary.textContent = `${plural(predictions.length, "subject")} so far`;
    this.#draw(classified(predictions), true);
  }

  #draw(subjects: readonly Subject[], growing: boolean): void {
    const first = this.#drawn === Number.NEGATIVE_INFINITY;
    this.#drawn = performance.now();
    const counts = this.#table.update(subjects, growing);
    const total = Math.max(
      1,
      counts.reduce((sum, count) => sum + count, 0),
    );
    fill(
      this.#shares,
      stackedBar(
        this.#info.classes,
        counts.map((count) => count / total),
      ),
    );
    if (first) this.#onDrawn();
    this.#table.selectFirst();
  }
}

function stem(name: string): string {
  return name.replace(/(\.(csv|tsv|tab|txt|dat|gz|zip|xlsx|xls|ods))+$/i, "");
}
