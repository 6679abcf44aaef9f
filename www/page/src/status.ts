import { PainwaveError, type Progress } from "painwave";
import { adviceOn } from "./advice.js";
import { byId, fill, h } from "./dom.js";
import { bytes, messageOf, plural, wholePercent } from "./format.js";

/** Milliseconds between two announcements to a screen reader. */
const ANNOUNCE_EVERY = 3000;
/** Milliseconds between two changes of the progress. */
const SHOW_EVERY = 100;

/** Where the page says what it is doing and what went wrong. */
export class Status {
  readonly #element = byId("status");
  readonly #announcer = byId("announcer");
  #bar: HTMLProgressElement | undefined;
  #text: HTMLElement | undefined;
  #announced = 0;
  #phase: Progress["phase"] | undefined;
  #shown = 0;

  /** Says something to screen readers only. */
  announce(text: string): void {
    this.#announcer.textContent = text;
    this.#announced = performance.now();
  }

  /** Nothing to say. */
  clear(): void {
    this.#bar = undefined;
    fill(this.#element);
  }

  /** Says something that stays until the next action. */
  note(title: string, text: string): void {
    this.#bar = undefined;
    fill(this.#element, h("div", { className: "panel note" }, h("strong", {}, title), ` ${text}`));
    this.announce(`${title} ${text}`);
  }

  /** Asks something; what is shown stays until it is answered, or until the next action. */
  ask(question: HTMLElement, title: string): void {
    this.#bar = undefined;
    fill(this.#element, question);
    this.announce(title);
    this.#element.scrollIntoView({ block: "nearest" });
  }

  /** Starts to show progress. */
  begin(title: string, onCancel?: () => void): void {
    this.#bar = h("progress", { attributes: { max: 1, "aria-label": title } });
    this.#text = h("span", { className: "progress-text" });
    fill(
      this.#element,
      h(
        "div",
        { className: "panel progress" },
        h("p", { className: "progress-title" }, h("strong", {}, title), this.#text),
        this.#bar,
        onCancel && h("button", { attributes: { type: "button" }, on: { click: onCancel } }, "Cancel"),
      ),
    );
    this.announce(title);
  }

  /** How far it is. */
  progress({ phase, bytesRead, bytesTotal, subjects }: Progress): void {
    if (this.#bar === undefined || this.#text === undefined) return;
    const now = performance.now();
    if (phase === this.#phase && now - this.#shown < SHOW_EVERY) return;
    this.#phase = phase;
    this.#shown = now;
    const share = bytesTotal ? Math.min(1, bytesRead / bytesTotal) : undefined;
    if (phase === "start" || share === undefined) this.#bar.removeAttribute("value");
    else this.#bar.value = share;
    const read =
      share === undefined
        ? `${bytes(bytesRead)} read`
        : `${wholePercent(share)} of ${bytes(bytesTotal ?? 0)}`;
    const text =
      phase === "start"
        ? "checking the model's known answers"
        : phase === "download"
          ? `fetching the module: ${bytes(bytesRead)}`
          : `${read} · ${plural(subjects, "subject")}`;
    this.#text.textContent = text;
    if (now - this.#announced > ANNOUNCE_EVERY) this.announce(text);
  }

  /** What went wrong, where, and what to do. */
  fail(title: string, error: unknown): void {
    this.#bar = undefined;
    const known = error instanceof PainwaveError ? error : undefined;
    if (known === undefined) console.error(error);
    const message = messageOf(error);
    // Most messages say themselves where it is.
    const location = [
      known?.line !== undefined && `line ${known.line}`,
      known?.column !== undefined && `column ${known.column}`,
    ].filter((part) => part !== false);
    const named = known?.line === undefined || message.includes(`line ${known.line}`);
    const advice = known && adviceOn(known.code);
    fill(
      this.#element,
      h(
        "div",
        { className: "panel error", attributes: { role: "alert" } },
        h("h2", {}, title),
        h("p", { className: "error-message" }, message),
        h(
          "p",
          { className: "error-location" },
          known && h("code", { className: "error-code" }, known.code),
          !named && ` at ${location.join(", ")}`,
        ),
        advice && h("p", {}, advice),
        h("button", { attributes: { type: "button" }, on: { click: () => this.clear() } }, "Dismiss"),
      ),
    );
    this.#element.scrollIntoView({ block: "nearest" });
  }
}
