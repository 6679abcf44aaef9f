import type { Pace } from "./companion.js";
import type { Portion } from "./portions.js";
import type { WasmPortion } from "./wasm.js";

/** How many of the portions that were classified last are kept: as many as an engine is measured on. */
const RECENT = 24;

/** How quickly a file is classified, and how much of it is left. */
export class Meter {
  readonly bytesTotal: number | undefined;
  #bytesRead = 0;
  #portionsRead = 0;
  #portionsDone = 0;
  #windows = 0;
  #since = 0;
  readonly #recent: Portion[] = [];

  constructor(bytesTotal: number | undefined) {
    this.bytesTotal = bytesTotal;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** The file is read up to here, which may have made one more portion complete. */
  read(bytes: number, portion: WasmPortion | undefined): void {
    this.#bytesRead = bytes;
    if (portion === undefined) return;
    if (this.#portionsRead === 0) this.#since = performance.now();
    this.#portionsRead++;
  }

  /** Portions of so many windows are classified. */
  done(portions: readonly Portion[], windows: number): void {
    this.#portionsDone += portions.length;
    this.#windows += windows;
    this.#recent.push(...portions);
    this.#recent.splice(0, this.#recent.length - RECENT);
  }

  pace(): Pace {
    return {
      windowsLeft: this.#windowsLeft(),
      windowsPerSecond: (1000 * this.#windows) / (performance.now() - this.#since),
      recent: () => this.#recent,
    };
  }

  /** By the bytes that are left, or as many as were there already where that is not known. */
  #windowsLeft(): number {
    if (this.bytesTotal === undefined) return this.#windows;
    const bytesDone = (this.#bytesRead * this.#portionsDone) / this.#portionsRead;
    return bytesDone > 0 ? this.#windows * (this.bytesTotal / bytesDone - 1) : 0;
  }
}

/** How many windows predictions are made of. */
export function windowsOf(
  predictions: readonly { readonly windows: { readonly starts: { readonly length: number } } }[],
): number {
  return predictions.reduce((sum, { windows }) => sum + windows.starts.length, 0);
}
