import type { Pace } from "./companion.js";
import type { WasmAnswer, WasmPortion } from "./wasm.js";

/** How many of the portions that were classified last are kept: as many as an engine is measured on. */
const RECENT = 8;

/** How quickly a file is classified, and how much of it is left. */
export class Meter {
  readonly bytesTotal: number | undefined;
  #bytesRead = 0;
  #portionsRead = 0;
  #windowsRead = 0;
  /** Bytes of the portions that were read. */
  #portionBytes = 0;
  #portionsDone = 0;
  #windows = 0;
  #busyMs = 0;
  readonly #recent: WasmPortion[] = [];

  constructor(bytesTotal: number | undefined) {
    this.bytesTotal = bytesTotal;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** The file is read up to this byte, which may have completed one more portion, of about so many windows. */
  read(bytes: number, portion: WasmPortion | undefined, windows: number): void {
    this.#bytesRead = bytes;
    if (portion === undefined) return;
    this.#portionsRead++;
    this.#windowsRead += windows;
    this.#portionBytes += portion.values.byteLength + portion.codes.byteLength;
  }

  /** Bytes that a window takes in the portions that were read. */
  get bytesAWindow(): number {
    return this.#portionBytes / this.#windowsRead;
  }

  /** How many windows the rest of the file may have; unknown where its size is, or before the first portion. */
  get windowsAhead(): number | undefined {
    if (this.bytesTotal === undefined || this.#portionsRead === 0) return undefined;
    return this.#windowsRead * Math.max(0, this.bytesTotal / this.#bytesRead - 1);
  }

  /** Portions of so many windows are classified, which kept one worker busy for so many milliseconds. */
  done(portions: readonly WasmPortion[], windows: number, busyMs: number): void {
    this.#portionsDone += portions.length;
    this.#windows += windows;
    this.#busyMs += busyMs;
    this.#recent.push(...portions);
    this.#recent.splice(0, this.#recent.length - RECENT);
  }

  /** The pace of so many workers while they have work, without the time in which they wait for the file. */
  pace(workers: number): Pace {
    return {
      windowsLeft: this.#windowsLeft(),
      windowsPerSecond: windowsPerSecond(this.#windows, this.#busyMs) * workers,
      recent: () => this.#recent,
    };
  }

  /** Estimated by the bytes that are left; where that is not known, as many as are done. */
  #windowsLeft(): number {
    if (this.bytesTotal === undefined) return this.#windows;
    const bytesDone = (this.#bytesRead * this.#portionsDone) / this.#portionsRead;
    return bytesDone > 0 ? this.#windows * (this.bytesTotal / bytesDone - 1) : 0;
  }
}

/** The rate of one worker that needed so many milliseconds. */
export function windowsPerSecond(windows: number, busyMs: number): number {
  return (1000 * windows) / busyMs;
}

/** How many windows answers are made of. */
export function windowsOf(answers: readonly WasmAnswer[]): number {
  return answers.reduce((sum, answer) => sum + ("windows" in answer ? answer.windows.count : 0), 0);
}
