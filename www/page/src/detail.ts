import {
  type ClassifierInfo,
  PainwaveError,
  type Prediction,
  type Recording,
  type Refusal,
  type Result,
} from "painwave";
import { adviceOn } from "./advice.js";
import { doubtOf, groundOf, singleBar, verdictTag } from "./bars.js";
import { channelColor, colorClass } from "./colors.js";
import { fill, h } from "./dom.js";
import { percent, plural, wholePercent } from "./format.js";
import { placeOf } from "./notices.js";
import { Plot } from "./plots.js";
import type { Subject } from "./subject.js";

/** How many channels are shown before the user chooses. */
const DEFAULT_CHANNELS = 4;

/** One subject: its probabilities, how they come about over its windows, and its signals. */
export class SubjectDetail {
  readonly element = h("section", {
    className: "panel detail",
    attributes: { "aria-label": "Subject", tabindex: -1 },
  });
  /** Where the recordings are; `undefined` while the file is being read. */
  #result: Result | undefined;
  readonly #info: ClassifierInfo;
  readonly #file: string;
  #plots: Plot[] = [];
  #shown: Subject | undefined;
  /** The channels that the user has chosen, kept from subject to subject. */
  #channels: Set<string> | undefined;

  /** `file` is the name of what is shown. */
  constructor(info: ClassifierInfo, file: string) {
    this.#info = info;
    this.#file = file;
  }

  /** The file is read: what is shown is now final, and there are signals to show with it. */
  setResult(result: Result): void {
    this.#result = result;
    const shown = this.#shown;
    if (shown?.prediction === undefined) return;
    const prediction = result.predictions.find(({ id }) => id === shown.id);
    const refusal = result.refused.find(({ id }) => id === shown.id);
    if (prediction !== undefined) void this.show({ id: shown.id, prediction });
    else if (refusal !== undefined) void this.show({ id: shown.id, refusal });
  }

  async show(subject: Subject): Promise<void> {
    this.#shown = subject;
    if (subject.refusal) {
      this.#drawRefusal(subject.id, subject.refusal);
      return;
    }
    let recording: Recording | undefined;
    let problem = this.#result ? undefined : "Its signals are shown when the whole file is read.";
    try {
      recording = await this.#result?.recording(subject.id);
    } catch (error) {
      if (!(error instanceof PainwaveError)) throw error;
      problem = error.message;
    }
    // Another subject may have been chosen meanwhile.
    if (this.#shown !== subject) return;
    this.#draw(subject.prediction, recording, problem);
  }

  /** Draws again, in the colours of the present scheme. */
  async redraw(): Promise<void> {
    if (this.#shown !== undefined) await this.show(this.#shown);
  }

  destroy(): void {
    this.#clear();
    this.#shown = undefined;
  }

  #clear(): void {
    for (const plot of this.#plots) plot.destroy();
    this.#plots = [];
  }

  /** Why a subject, or a file, could not be read. */
  #drawRefusal(id: string, refusal: Refusal): void {
    this.#clear();
    const { code, message } = refusal;
    const [place, advice] = [placeOf(refusal, this.#file), adviceOn(code)];
    fill(
      this.element,
      h(
        "header",
        { className: "detail-head" },
        h("h2", {}, h("span", { className: "overline" }, refusal.id === "" ? "File" : "Subject"), ` ${id}`),
        h("p", { className: "verdict" }, "Not read"),
      ),
      h(
        "div",
        { className: "refusal" },
        h("p", { className: "refusal-message" }, message),
        h("p", { className: "muted" }, h("code", {}, code), place !== "" && ` in ${place}`),
        advice && h("p", {}, advice),
      ),
      h(
        "p",
        { className: "muted" },
        "It is in none of the counts and downloads. All others are as if it were not there.",
      ),
    );
  }

  #draw(prediction: Prediction, recording: Recording | undefined, problem: string | undefined): void {
    const { classes } = this.#info;
    const { id, label, probabilities, warnings, notes, windows } = prediction;
    const doubt = doubtOf(prediction);
    this.#clear();
    const windowsPlot = h("div", { className: "plot" });
    const signals = h("figure", { className: "figure" });
    fill(
      this.element,
      h(
        "header",
        { className: "detail-head" },
        h("h2", {}, h("span", { className: "overline" }, "Subject"), ` ${id}`),
        h(
          "p",
          { className: `verdict ${groundOf(prediction)}` },
          verdictTag(prediction, classes),
          ` ${percent(probabilities[label] ?? 0)}`,
        ),
        doubt !== undefined && h("p", { className: "doubt" }, doubt),
      ),
      h(
        "dl",
        { className: `shares ${groundOf(prediction)}` },
        ...classes.map((name, i) =>
          h(
            "div",
            {},
            h("dt", {}, name),
            h(
              "dd",
              {},
              singleBar(probabilities[name] ?? 0, i),
              h("data", { attributes: { value: probabilities[name] } }, percent(probabilities[name] ?? 0)),
            ),
          ),
        ),
      ),
      warnings.length > 0 &&
        h("ul", { className: "warnings" }, ...warnings.map((warning) => h("li", {}, warning))),
      notes.length > 0 && h("p", { className: "muted notes" }, notes.join("; ")),
      h(
        "figure",
        { className: "figure" },
        h(
          "figcaption",
          {},
          h("h3", {}, "What each window says"),
          h(
            "p",
            {},
            `${plural(windows.count, "window")} of ${this.#info.window.length} steps, at their middle`,
          ),
        ),
        windowsPlot,
      ),
      recording ? signals : h("p", { className: "muted" }, problem ?? "There are no signals to show."),
    );
    this.#plots.push(new Plot(windowsPlot, this.#windowsData(prediction, recording)));
    if (recording) this.#drawSignals(signals, recording);
  }

  #windowsData({ label, windows }: Prediction, recording: Recording | undefined) {
    const { classes, window } = this.#info;
    const half = Math.floor(window.length / 2);
    const last = (recording?.times.length ?? Number.POSITIVE_INFINITY) - 1;
    const times = Array.from(windows.starts, (start) => {
      const step = Math.min(start + half, last);
      return recording?.times[step] ?? step;
    });
    return {
      times,
      range: [0, 1] as const,
      height: 190,
      format: wholePercent,
      lines: classes.map((name, index) => ({
        name,
        color: index,
        filled: name === label,
        values: times.map((_, i) => windows.probabilities[i * classes.length + index] ?? 0),
      })),
    };
  }

  #drawSignals(figure: HTMLElement, recording: Recording): void {
    const { channels } = recording;
    this.#channels ??= liveliest(recording);
    const chosen = this.#channels;
    const holder = h("div", { className: "plot" });
    const chips = channels.map((name) => {
      const box = h("input", {
        attributes: { type: "checkbox", checked: chosen.has(name) },
        on: {
          change: () => {
            if (box.checked) chosen.add(name);
            else chosen.delete(name);
            draw();
          },
        },
      });
      return h("label", {}, box, name);
    });
    let plot: Plot | undefined;
    const draw = () => {
      if (plot !== undefined) {
        plot.destroy();
        this.#plots = this.#plots.filter((other) => other !== plot);
      }
      plot = undefined;
      const shown = [...channels.keys()].filter((channel) => chosen.has(channels[channel] ?? ""));
      for (const [channel, chip] of chips.entries()) {
        const index = shown.indexOf(channel);
        chip.className = index < 0 ? "channel" : `channel ${colorClass(channelColor(index))}`;
      }
      fill(holder, shown.length === 0 && h("p", { className: "muted" }, "Choose a channel below."));
      if (shown.length === 0) return;
      plot = new Plot(holder, {
        times: recording.times,
        height: 230,
        format: (value) => String(Number(value.toPrecision(4))),
        lines: shown.map((channel, index) => ({
          name: channels[channel] ?? "",
          color: channelColor(index),
          values: Array.from(
            recording.times,
            (_, step) => recording.values[step * channels.length + channel] ?? 0,
          ),
        })),
      });
      this.#plots.push(plot);
    };
    fill(
      figure,
      h("figcaption", {}, h("h3", {}, "Signals"), h("p", {}, "Drag to zoom in, double-click to zoom out")),
      holder,
      h(
        "fieldset",
        { className: "channels" },
        h("legend", { className: "visually-hidden" }, "Channels to show"),
        ...chips,
      ),
    );
    draw();
  }
}

/** The channels that vary most in this recording, without those of whole numbers only (surveys and the like). */
function liveliest({ channels, values }: Recording): Set<string> {
  const width = channels.length;
  const steps = values.length / width;
  const spread = channels.map((name, channel) => {
    let [sum, squares, integers] = [0, 0, true];
    for (let step = 0; step < steps; step++) {
      const value = values[step * width + channel] ?? 0;
      sum += value;
      squares += value * value;
      integers &&= Number.isInteger(value);
    }
    return { name, variance: integers ? -1 : squares / steps - (sum / steps) ** 2 };
  });
  const names = spread.toSorted((a, b) => b.variance - a.variance).map(({ name }) => name);
  return new Set(names.slice(0, DEFAULT_CHANNELS));
}
