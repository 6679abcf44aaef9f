import type { WasmPortion } from "./wasm.js";

/** Recordings that are classified together, numbered in the order of the file. */
export interface Portion extends WasmPortion {
  readonly number: number;
  /** About as many windows as they have. */
  readonly about: number;
  /** How often it was handed out to a worker that died over it. */
  failures: number;
}

/**
 * Copies of portions, and their buffers, which can be moved to a worker. What is posted without being moved is copied twice,
 * and the browser keeps one of the copies until it next looks for garbage.
 */
export function copied(portions: readonly WasmPortion[]): { copies: WasmPortion[]; buffers: ArrayBuffer[] } {
  const copies = portions.map(({ ids, first, ended, steps, values, codes }) => ({
    ids,
    first: first.slice(),
    ended: ended.slice(),
    steps: steps.slice(),
    values: values.slice(),
    codes: codes.slice(),
  }));
  const buffers = copies.flatMap(({ first, ended, steps, values, codes }) =>
    [first, ended, steps, values, codes].map(({ buffer }) => buffer),
  );
  return { copies, buffers };
}

/**
 * Portions between the worker that reads them and those that classify them. Every change wakes all who wait, and each
 * checks its condition again; there are only a few.
 */
export class PortionQueue {
  #waiting: Portion[] = [];
  #taken = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void)[] = [];

  /** Portions that wait for a worker. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** About as many windows as those portions have. */
  get windowsWaiting(): number {
    return this.#waiting.reduce((sum, { about }) => sum + about, 0);
  }

  /** Whether the whole file is read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether nothing is left to do. */
  get over(): boolean {
    return this.#failure !== undefined || (this.#ended && this.#waiting.length + this.#taken === 0);
  }

  push(portion: Portion): void {
    this.#waiting.push(portion);
    this.#changed();
  }

  /** No more portions will come. */
  end(): void {
    this.#ended = true;
    this.#changed();
  }

  /** Ends everything, with the first of all errors. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#changed();
  }

  /** Takes up to `max` portions once some are waiting and `ready` agrees; none, when nothing is left to do. */
  async take(max: number, ready: () => boolean): Promise<Portion[]> {
    const some = () => this.waiting > 0 && ready();
    // Another may have taken them before this one goes on.
    while (!this.over && !some()) await this.until(() => this.over || some());
    if (this.over) return [];
    const portions = this.#waiting.splice(0, max);
    this.#taken += portions.length;
    this.#changed();
    return portions;
  }

  /** Portions that were taken are classified. */
  done(portions: readonly Portion[]): void {
    this.#taken -= portions.length;
    this.#changed();
  }

  /** Portions that were taken go back to the front: somebody else has to classify them. */
  giveBack(portions: readonly Portion[]): void {
    this.#taken -= portions.length;
    this.#waiting = [...portions, ...this.#waiting].sort((a, b) => a.number - b.number);
    this.#changed();
  }

  /** Resolves when the last portion is classified, or is rejected with what `fail` was given. */
  async finished(): Promise<void> {
    await this.until(() => this.over);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits until `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
