import type { Scores } from "painwave";
import { byId, fill } from "./dom.js";
import type { ResultsView } from "./results.js";

/** The part of the page that has the results of one file, or else the introduction. */
export class ResultsPane {
  readonly #element = byId("results");
  readonly #intro = byId("intro");
  /** The results in use. A file that is being read has a view of its own until its end. */
  #current: ResultsView | undefined;

  /** Shows a view of a file that is still being read. */
  preview(view: ResultsView): void {
    this.#show(view);
  }

  /** Drops a preview, and shows again what is in use. */
  discard(view: ResultsView): void {
    view.destroy();
    this.#show(this.#current);
  }

  /** From now on this view is in use, or none. */
  use(view: ResultsView | undefined): void {
    if (view !== this.#current) this.#current?.destroy();
    this.#current = view;
    this.#show(view);
  }

  showScores(scores: Scores, labelsName: string): void {
    this.#current?.showScores(scores, labelsName);
  }

  /** Draws again, in the colours of the present scheme. */
  redraw(): void {
    this.#current?.redraw();
  }

  #show(view: ResultsView | undefined): void {
    if (view?.element.parentElement === this.#element) return;
    const first = this.#element.hidden;
    fill(this.#element, view?.element);
    this.#intro.hidden = view !== undefined;
    this.#element.hidden = view === undefined;
    // What had the focus is hidden now.
    if (first) view?.heading.focus({ preventScroll: true });
  }
}
