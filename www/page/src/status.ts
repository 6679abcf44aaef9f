import { PainwaveError, type Progress } from "painwave";
import { byId, fill, h } from "./dom.js";
import { bytes, messageOf, plural, wholePercent } from "./format.js";

/** Milliseconds between two announcements to a screen reader. */
const ANNOUNCE_EVERY = 3000;
/** Milliseconds between two changes of the progress. */
const SHOW_EVERY = 100;

/** What to do about an error, by its code. */
const ADVICE: Record<string, string> = {
  EMPTY_FILE: "Choose a file that has a header line and at least one row.",
  NO_ROWS: "The file has a header line only. Export it again with its rows.",
  NOT_TEXT: "Save it as CSV text. A spreadsheet or an archive must be exported or unpacked first.",
  MISSING_COLUMN:
    "Check the header line: columns are found by name, in any order. The model card below says what the model reads.",
  DUPLICATE_COLUMN: "Rename or remove one of the two columns.",
  WRONG_FIELD_COUNT:
    "Each row needs as many fields as the header. Look for a stray separator or a cut-off line.",
  NOT_A_NUMBER: "Numbers are written with a decimal point, and without units.",
  NOT_FINITE: "Fill in or leave out steps that were not measured: every value must be a finite number.",
  LOGITS_NOT_FINITE:
    "Check the units of this subject's values, and that the file is of the kind that the model was trained on.",
  ROW_TOO_LONG: "Look for a quotation mark that is never closed, or for a file without line breaks.",
  EMPTY_VALUE: "Fill in or leave out steps that were not measured.",
  EMPTY_ID: "Each row must name its subject.",
  DUPLICATE_TIME: "A subject can have one row for each time. Perhaps two subjects share an id.",
  UNKNOWN_CATEGORY: "Only the words that the model was trained on can be read in this column.",
  INVALID_UTF8: "Save the file as UTF-8.",
  UNTERMINATED_QUOTE: "Close the quotation mark, or remove it.",
  UNKNOWN_LABEL: "Labels must be classes of this model, spelled the same way.",
  DUPLICATE_ID: "Leave one label for each subject.",
  GZIP_INVALID: "The file is damaged or cut off. Copy or download it again.",
  READ_FAILED: "Check that the file still exists and can be opened, then drop it again.",
  BUNDLE: "Choose a bundle that this version of the trainer wrote. The model in use stays as it was.",
  DOWNLOAD_FAILED: "Check the connection and try again. What is already loaded works offline.",
  WASM_FAILED: "Use a browser from 2023 or later: Firefox, Chrome, Edge or Safari.",
  WORKER_FAILED: "Reload the page. If it happens again, the page is not served from one origin.",
  WORKER_CRASHED:
    "Try again: a new worker stands ready. If it happens again with the same file, please report it.",
  ENGINE_NOT_BUILT: "Choose another engine below. This build of the page does not have that one.",
  ENGINE_UNAVAILABLE:
    "Choose another engine below. This browser or machine does not offer what that one needs.",
  ENGINE_REFUSED: "Choose another engine below. That one does not reproduce the model's known answers here.",
  DEVICE_LOST: "Try again, or switch to the CPU engine below.",
  INTERNAL: "This is a fault of painwave: please report it.",
};

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
    const advice = known && ADVICE[known.code];
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
