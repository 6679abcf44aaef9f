import type { Companion } from "./companion.js";
import type { StartedEngine } from "./engines.js";
import { PainwaveError } from "./errors.js";
import { Meter, windowsOf } from "./meter.js";
import type { WorkerPool } from "./pool.js";
import { type Portion, PortionQueue } from "./portions.js";
import { predictionOf } from "./result.js";
import type { WorkerSession } from "./session.js";
import { openSource } from "./source.js";
import type { ClassifyOptions, Engine, Prediction, Source } from "./types.js";
import type { WasmPrediction } from "./wasm.js";

/** Windows of the first portion: one or two subjects, so that they are there at once. */
const FIRST_WINDOWS = 64;
/** Windows of a portion: 20 to 50 ms of work. */
const WINDOWS = 512;
/** Portions that are kept waiting for each helper, so that none runs dry while the reader classifies. */
const RESERVE = 2;
/** Calls that a worker has at once: the next one waits there when one is over. */
const CALLS_AT_ONCE = 2;
/** How many workers may die over one portion before the file is given up. */
const MOST_FAILURES = 1;

/** Portions that an engine gets in one call: a GPU wants all the windows that it can get. */
const PORTIONS_AT_ONCE: Record<Engine, number> = { cpu: 1, ndarray: 1, webgpu: 24 };

/** What works on a file. */
export interface Workplace {
  readonly reader: WorkerSession;
  readonly pool: WorkerPool;
  readonly companion: Companion;
  /** Whether the reader can be given a Blob. */
  readonly postsBlobs: boolean;
  readonly classes: readonly string[];
}

/** What a file came to. */
export interface Outcome {
  readonly predictions: readonly Prediction[];
  readonly warnings: readonly string[];
}

/**
 * One file on its way through the workers: one of them reads it and hands out complete recordings in portions;
 * the helpers, and itself when enough of them are waiting, classify those. This thread passes them on and
 * holds on to what is being classified, so that another worker can do it should one die.
 */
export class FileJob {
  readonly #reader: WorkerSession;
  readonly #place: Workplace;
  readonly #number: number;
  readonly #options: ClassifyOptions;
  readonly #signal: AbortSignal;
  readonly #queue = new PortionQueue();
  readonly #over = new AbortController();
  readonly #found = new Map<string, Prediction>();
  /** By portion: what waits for the predictions of an earlier one. */
  readonly #early = new Map<number, Prediction[]>();
  /** The helpers that are at work here. */
  readonly #helpers = new Set<WorkerSession>();
  /** The companion's engine, when it is at work here. */
  #engine: StartedEngine | undefined;
  #onCpu = false;
  #delivered = 0;
  #meter = new Meter(undefined);

  constructor(place: Workplace, number: number, options: ClassifyOptions, signal: AbortSignal) {
    this.#reader = place.reader;
    this.#place = place;
    this.#number = number;
    this.#options = options;
    this.#signal = signal;
  }

  /** Classifies the whole file. The reader keeps the recordings until `release`. */
  async run(source: Source): Promise<Outcome> {
    const { blob: whole, chunks, bytesTotal } = openSource(source, this.#over.signal);
    const blob = this.#place.postsBlobs ? whole : undefined;
    const job = this.#number;
    this.#meter = new Meter(bytesTotal);
    const abort = () => this.#queue.fail(this.#signal.reason);
    this.#signal.addEventListener("abort", abort, { once: true });
    try {
      await this.#reader.call("open", { job, blob });
      if (blob === undefined) this.#spawn(this.#push(chunks));
      this.#spawn(this.#read());
      this.#useCompanion();
      if (!this.#place.companion.alone || this.#engine === undefined) this.#useCpu();
      await this.#queue.finished();
      const { order, warnings } = await this.#reader.call("summary", { job });
      this.#report();
      return { predictions: order.flatMap((id) => this.#found.get(id) ?? []), warnings };
    } finally {
      this.#signal.removeEventListener("abort", abort);
      // Whatever still runs has nothing to do any more, and lets go of the source.
      const over = new PainwaveError("CLOSED", "the file is no longer worked on");
      this.#queue.fail(over);
      this.#over.abort(over);
    }
  }

  /** Lets go of the recordings, and of the file if it is not read to its end. */
  release(): void {
    this.#reader.call("release", { job: this.#number }).catch(() => undefined);
  }

  /** Runs parts of the work side by side; the first that fails ends all. */
  #spawn(...parts: Promise<void>[]): void {
    for (const part of parts) part.catch((error) => this.#queue.fail(error));
  }

  async #push(chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void>): Promise<void> {
    const job = this.#number;
    for await (const chunk of chunks) {
      if (this.#queue.over) return;
      await this.#reader.call("push", { job, chunk }, [chunk.buffer]);
    }
    await this.#reader.call("push", { job, chunk: undefined });
  }

  async #read(): Promise<void> {
    const job = this.#number;
    for (let number = 0; ; number++) {
      await this.#queue.until(() => this.#queue.over || this.#queue.waiting < this.#readAhead());
      if (this.#queue.over) return;
      const windows = number === 0 ? FIRST_WINDOWS : WINDOWS;
      const { portion, bytesRead } = await this.#reader.call("read", { job, windows });
      this.#meter.read(bytesRead, portion);
      this.#report();
      if (portion === undefined) return this.#queue.end();
      this.#queue.push({ ...portion, number, failures: 0 });
      this.#help();
    }
  }

  /** Starts one more helper while more portions wait than those that are there can take. */
  #help(): void {
    if (!this.#onCpu) return;
    this.#useHelpers();
    if (this.#queue.waiting > this.#reserve()) void this.#place.pool.grow().then(() => this.#useHelpers());
  }

  /** Portions that the reader leaves to the others. */
  #reserve(): number {
    const { limit, expected } = this.#place.pool;
    return (limit === 1 ? 0 : RESERVE * Math.max(1, expected)) + this.#batch();
  }

  #readAhead(): number {
    return this.#reserve() + RESERVE + this.#batch();
  }

  /** Portions in one call of the companion's engine. */
  #batch(): number {
    return this.#engine ? PORTIONS_AT_ONCE[this.#engine.info.engine] : 0;
  }

  #useCpu(): void {
    if (this.#onCpu) return;
    this.#onCpu = true;
    const alone = () => this.#delivered === 0 || this.#queue.ended;
    this.#spawn(this.#classify(this.#reader, 1, () => alone() || this.#queue.waiting > this.#reserve()));
    this.#useHelpers();
  }

  /** Puts every helper to work that is not yet, those included that were started for an earlier file. */
  #useHelpers(): void {
    for (const helper of this.#place.pool.helpers) {
      if (this.#helpers.has(helper)) continue;
      this.#helpers.add(helper);
      this.#spawn(...repeat(() => this.#classify(helper, 1, () => true)));
    }
  }

  /** Classifies up to `most` portions at a time on one worker, whenever `ready` agrees. */
  async #classify(session: WorkerSession, most: number, ready: () => boolean): Promise<void> {
    for (;;) {
      const portions = await this.#queue.take(most, () => session.alive && ready());
      if (portions.length === 0 || !(await this.#attempt(session, portions))) return;
    }
  }

  /** Puts the companion's engine to work, if there is one by now. */
  #useCompanion(): void {
    const { companion } = this.#place;
    const { engine } = companion;
    if (engine === undefined || engine === this.#engine) return;
    const { session } = engine;
    const lose = () => {
      companion.fail(session.ended.reason);
      this.#engine = undefined;
      this.#useCpu();
    };
    if (!session.alive) {
      lose();
      return;
    }
    session.ended.addEventListener("abort", lose, { once: true, signal: this.#over.signal });
    this.#engine = engine;
    const most = this.#batch();
    const soon = () => companion.alone && (this.#delivered === 0 || this.#queue.ended);
    this.#spawn(...repeat(() => this.#classify(session, most, () => soon() || this.#queue.waiting >= most)));
  }

  /** Whether the worker has survived it. If not, the portions wait for another one. */
  async #attempt(session: WorkerSession, portions: Portion[]): Promise<boolean> {
    let predictions: WasmPrediction[];
    try {
      predictions = await session.call("classify", { portions });
    } catch (error) {
      // The reader takes the file with it.
      const tooOften = portions.some(({ failures }) => failures >= MOST_FAILURES);
      if (session.alive || session === this.#reader || tooOften) throw error;
      for (const portion of portions) portion.failures++;
      this.#queue.giveBack(portions);
      return false;
    }
    this.#deliver(portions, predictions);
    this.#queue.done(portions);
    if (this.#engine === undefined) {
      this.#meter.done(portions, windowsOf(predictions));
      this.#place.companion.consider(this.#meter.pace());
      this.#useCompanion();
    }
    return true;
  }

  /** Passes predictions on in the order of the file, where a later one with the same id replaces the earlier. */
  #deliver(portions: readonly Portion[], raw: readonly WasmPrediction[]): void {
    let from = 0;
    for (const { number, ids } of portions) {
      const own = raw.slice(from, from + ids.length);
      from += ids.length;
      this.#early.set(
        number,
        own.map((one) => predictionOf(one, this.#place.classes)),
      );
    }
    const next: Prediction[] = [];
    for (;;) {
      const predictions = this.#early.get(this.#delivered);
      if (predictions === undefined) break;
      this.#early.delete(this.#delivered);
      this.#delivered++;
      for (const prediction of predictions) {
        this.#found.set(prediction.id, prediction);
        next.push(prediction);
      }
    }
    if (next.length > 0 && this.#heard) {
      this.#options.onPredictions?.(next);
      this.#report();
    }
  }

  /** Whether the caller still waits: an answer may come after the file was given up. */
  get #heard(): boolean {
    return !this.#signal.aborted && !this.#over.signal.aborted;
  }

  #report(): void {
    if (!this.#heard) return;
    const { bytesRead, bytesTotal } = this.#meter;
    this.#options.onProgress?.({ phase: "classify", bytesRead, bytesTotal, subjects: this.#found.size });
  }
}

function repeat(work: () => Promise<void>): Promise<void>[] {
  return Array.from({ length: CALLS_AT_ONCE }, work);
}
