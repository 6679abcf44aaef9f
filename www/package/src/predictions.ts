import { PainwaveError } from "./errors.js";
import type { Prediction } from "./types.js";
import type { WasmPortion, WasmPrediction } from "./wasm.js";

/** The recordings of a portion, without their data. */
export type PortionHead = Pick<WasmPortion, "ids" | "steps">;

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

  constructor(classes: readonly string[]) {
    this.#classes = classes;
  }

  /** Subjects that have a prediction. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is a prediction for each of these recordings. */
  covers({ ids, steps }: PortionHead): boolean {
    return ids.every((id, i) => this.#knows(id, steps[i]));
  }

  /** Adds the predictions of a portion. Returns those that are new; a later one of a subject replaces the earlier. */
  add({ steps }: PortionHead, raw: readonly WasmPrediction[]): Prediction[] {
    const added: Prediction[] = [];
    for (const [i, one] of raw.entries()) {
      if (this.#knows(one.id, steps[i])) continue;
      const prediction = predictionOf(one, this.#classes);
      this.#entries.set(one.id, { prediction, steps: steps[i] ?? 0 });
      added.push(prediction);
    }
    return added;
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

  #knows(id: string, steps: number | undefined): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && steps !== undefined && steps <= entry.steps;
  }
}

/** A portion and what an engine says of its recordings. */
export interface Answered<P extends PortionHead> {
  readonly portion: P;
  readonly raw: readonly WasmPrediction[];
}

/** An engine's answer by portion. Throws if it is not one prediction for each recording, in their order. */
export function byPortion<P extends PortionHead>(
  portions: readonly P[],
  raw: readonly WasmPrediction[],
): Answered<P>[] {
  const ids = portions.flatMap((portion) => portion.ids);
  if (raw.length !== ids.length || raw.some(({ id }, i) => id !== ids[i])) {
    throw new PainwaveError("INTERNAL", "the engine did not give one prediction for each recording");
  }
  let from = 0;
  return portions.map((portion) => {
    const start = from;
    from += portion.ids.length;
    return { portion, raw: raw.slice(start, from) };
  });
}

/** Names the probabilities of a prediction. */
function predictionOf(raw: WasmPrediction, classes: readonly string[]): Prediction {
  const { id, label, windows, warnings } = raw;
  const probabilities = Object.fromEntries(classes.map((name, i) => [name, raw.probabilities[i] ?? 0]));
  return { id, label, probabilities, windows, warnings };
}
