import { PainwaveError } from "./errors.js";
import { type PortionHead, type Predictions, stepsUpTo } from "./predictions.js";
import type { AnsweredSegment } from "./protocol.js";
import type { Prediction, Refusal } from "./types.js";
import type { WasmAnswer, WasmFailure, WasmPrediction } from "./wasm.js";

/** A portion and what an engine says of its segments. */
export interface Answered<P extends PortionHead> {
  readonly portion: P;
  readonly answers: readonly WasmAnswer[];
}

/** What a delivery needs of its surroundings. */
export interface Receiver {
  /** Puts segments together that follow each other: the predictions for recordings that end with one. */
  join(segments: readonly AnsweredSegment[]): Promise<readonly (WasmPrediction | undefined)[]>;
  /** Hears of new predictions. */
  added(predictions: readonly Prediction[]): void;
}

/**
 * Passes on what is found in portions in the order of the file, where a later prediction with the same id replaces the
 * earlier.
 */
export class Delivery {
  readonly #predictions: Predictions;
  readonly #receiver: Receiver;
  /** By number: portions that wait for an earlier one. */
  readonly #early = new Map<number, Answered<PortionHead>>();
  /** Recordings that cannot be classified, by id. */
  readonly #failed = new Map<string, WasmFailure>();
  #count = 0;
  /** The portion that is being put together with those before it. */
  #joining: Promise<void> | undefined;

  constructor(predictions: Predictions, receiver: Receiver) {
    this.#predictions = predictions;
    this.#receiver = receiver;
  }

  /** Portions that have been passed on. */
  get count(): number {
    return this.#count;
  }

  /** Takes what came of the portion with this number; without answers its predictions are known. */
  add(number: number, { ids, first, ended, steps }: PortionHead, answers: readonly WasmAnswer[]): void {
    this.#early.set(number, { portion: { ids, first, ended, steps }, answers });
    if (this.#joining === undefined) this.#passOn();
  }

  /** Resolves when all that was taken has been passed on. */
  async settled(): Promise<void> {
    while (this.#joining !== undefined) await this.#joining;
  }

  /** The prediction for each of these subjects, and those that cannot be classified. */
  outcome(order: readonly string[]): { predictions: Prediction[]; failed: Refusal[] } {
    const failures = order.flatMap((id) => this.#failed.get(id) ?? []);
    const predictions = this.#predictions.inOrder(order.filter((id) => !this.#failed.has(id)));
    return { predictions, failed: failures.map(({ id, code, message }) => ({ id, code, message })) };
  }

  #passOn(): void {
    for (;;) {
      const next = this.#early.get(this.#count);
      if (next === undefined) return;
      this.#early.delete(this.#count);
      const segments = segmentsOf(next);
      if (segments.length > 0) {
        this.#joining = this.#join(next, segments);
        return;
      }
      this.#pass(next, []);
    }
  }

  /** Goes on when these are put together. An error is the receiver's to tell. */
  async #join(answered: Answered<PortionHead>, segments: readonly AnsweredSegment[]): Promise<void> {
    const joined = await this.#receiver.join(segments).catch(() => undefined);
    this.#joining = undefined;
    if (joined === undefined) return;
    this.#pass(answered, joined);
    this.#passOn();
  }

  /** Passes on a portion; `joined` are the predictions of its segments. */
  #pass({ portion, answers }: Answered<PortionHead>, joined: readonly (WasmPrediction | undefined)[]): void {
    this.#count++;
    const added: Prediction[] = [];
    let next = 0;
    for (const [index, answer] of answers.entries()) {
      if ("message" in answer) this.#failed.set(answer.id, answer);
      const whole = "label" in answer;
      const raw = whole ? answer : "numbers" in answer ? joined[next++] : undefined;
      if (raw === undefined || (!whole && this.#failed.has(raw.id))) continue;
      if (whole) this.#failed.delete(raw.id);
      const prediction = this.#predictions.add(raw, stepsUpTo(portion, index));
      if (prediction !== undefined) added.push(prediction);
    }
    if (added.length > 0) this.#receiver.added(added);
  }
}

/** The parts of recordings in a portion, with what was found in each. */
function segmentsOf({ portion, answers }: Answered<PortionHead>): AnsweredSegment[] {
  const { first, ended } = portion;
  return answers.flatMap((answer, index) =>
    "numbers" in answer ? { first: first[index] ?? 0, ended: ended[index] === 1, evidence: answer } : [],
  );
}

/** An engine's answers by portion. Throws if there is not one for each segment, in their order. */
export function byPortion<P extends PortionHead>(
  portions: readonly P[],
  answers: readonly WasmAnswer[],
): Answered<P>[] {
  const ids = portions.flatMap((portion) => portion.ids);
  if (answers.length !== ids.length || answers.some(({ id }, i) => id !== ids[i])) {
    throw new PainwaveError("INTERNAL", "the engine did not give one answer for each recording");
  }
  let from = 0;
  return portions.map((portion) => {
    const start = from;
    from += portion.ids.length;
    return { portion, answers: answers.slice(start, from) };
  });
}
