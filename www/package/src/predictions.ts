import { PainwaveError } from "./errors.js";
import type { ShiftSums } from "./protocol.js";
import type { Prediction, PredictionSet } from "./types.js";
import type { WasmPortion, WasmPrediction } from "./wasm.js";

/** The segments of a portion, without their data. */
export type PortionHead = Pick<WasmPortion, "ids" | "first" | "ended" | "steps">;

const NONE: readonly string[] = Object.freeze([]);
/** Coverage of the set that is a prediction's own. */
const USUAL_COVERAGE = 0.8;

interface Entry {
  readonly prediction: Prediction;
  /** Steps of the recording that it is for. */
  readonly steps: number;
}

/**
 * The predictions of one file. Rows of a subject only become more as the file is read, so a recording is known by its
 * id and its steps, and none is given out twice, even if the file is read a second time.
 */
export class Predictions {
  readonly #classes: readonly string[];
  readonly #entries = new Map<string, Entry>();
  /** The last prediction that was added. */
  #last: Prediction | undefined;
  /** Sets by what they hold, of which there are few. */
  readonly #sets = new Map<string, readonly PredictionSet[]>();
  #shift: ShiftSums = { subjects: 0, sums: [] };

  constructor(classes: readonly string[]) {
    this.#classes = classes;
  }

  /** What the levels of all subjects add up to. */
  get shift(): ShiftSums {
    return this.#shift;
  }

  /** Subjects that have a prediction. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is a prediction for each of the recordings that these segments are of. */
  covers(portion: PortionHead): boolean {
    return portion.ids.every((id, index) => this.#knows(id, stepsUpTo(portion, index)));
  }

  /** Adds the prediction for a recording of so many steps, in the place of an earlier one. None, if it is known. */
  add(raw: WasmPrediction, steps: number): Prediction | undefined {
    if (this.#knows(raw.id, steps)) return undefined;
    const prediction = this.#predictionOf(raw);
    // A subject of which more rows came back has hardly another level.
    if (!this.#entries.has(raw.id)) this.#count(raw.levels);
    this.#last = prediction;
    this.#entries.set(raw.id, { prediction, steps });
    return prediction;
  }

  /** One prediction for each of these subjects, which are all of the file. */
  inOrder(ids: readonly string[]): Prediction[] {
    return ids.map((id) => {
      const entry = this.#entries.get(id);
      if (entry === undefined) {
        throw new PainwaveError("INTERNAL", `subject "${id}" was read and not classified`);
      }
      return entry.prediction;
    });
  }

  /**
   * Names the probabilities of a prediction. What the one before has as well, as most have the starts of their windows,
   * they have in common: by the hundred thousand that is a third of their memory.
   */
  #predictionOf({ id, label, probabilities, windows: found, ...raw }: WasmPrediction): Prediction {
    const last = this.#last;
    const starts =
      last !== undefined && isSame(last.windows.starts, found.starts) ? last.windows.starts : found.starts;
    return {
      id,
      label: this.#classes.find((name) => name === label) ?? label,
      probabilities: Object.fromEntries(this.#classes.map((name, i) => [name, probabilities[i] ?? 0])),
      windows: { count: found.count, starts, probabilities: found.probabilities },
      ...this.#setsOf(raw.sets),
      ...(raw.pValue !== undefined && { pValue: raw.pValue }),
      unlike: raw.unlike,
      warnings: raw.warnings.length === 0 ? NONE : raw.warnings,
      notes: raw.notes.length === 0 ? NONE : raw.notes,
    };
  }

  #setsOf(found: readonly PredictionSet[]): Pick<Prediction, "set" | "sets"> {
    const key = found.map(({ coverage, classes }) => [coverage, ...classes].join("\0")).join("\n");
    const sets = this.#sets.get(key) ?? found;
    this.#sets.set(key, sets);
    const usual = sets.find(({ coverage }) => coverage === USUAL_COVERAGE);
    return usual === undefined ? { sets } : { sets, set: usual.classes };
  }

  #count(levels: Float32Array): void {
    const { subjects, sums } = this.#shift;
    this.#shift = { subjects: subjects + 1, sums: Array.from(levels, (level, i) => level + (sums[i] ?? 0)) };
  }

  #knows(id: string, steps: number): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && steps <= entry.steps;
  }
}

/** Steps of a recording up to the end of one of its segments. */
export function stepsUpTo({ first, steps }: PortionHead, index: number): number {
  return (first[index] ?? 0) + (steps[index] ?? 0);
}

function isSame(left: Uint32Array, right: Uint32Array): boolean {
  return left.length === right.length && left.every((start, i) => start === right[i]);
}
