import { PainwaveError } from "./errors.js";
import type { Prediction } from "./types.js";
import type { WasmPortion, WasmPrediction } from "./wasm.js";

/** The segments of a portion, without their data. */
export type PortionHead = Pick<WasmPortion, "ids" | "first" | "ended" | "steps">;

const NONE: readonly string[] = Object.freeze([]);

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

  constructor(classes: readonly string[]) {
    this.#classes = classes;
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
  #predictionOf({ id, label, probabilities, windows: found, warnings }: WasmPrediction): Prediction {
    const last = this.#last;
    const starts = last !== undefined && isSame(last.windows.starts, found.starts) ? last.windows.starts : found.starts;
    return {
      id,
      label: this.#classes.find((name) => name === label) ?? label,
      probabilities: Object.fromEntries(this.#classes.map((name, i) => [name, probabilities[i] ?? 0])),
      windows: { count: found.count, starts, probabilities: found.probabilities },
      warnings: warnings.length === 0 ? NONE : warnings,
    };
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
