import type { Companion } from "./companion.js";
import { type Answered, byPortion, Delivery } from "./delivery.js";
import type { StartedEngine } from "./engines.js";
import { PainwaveError } from "./errors.js";
import type { OpenFile, OpenInput } from "./inputs.js";
import { Meter, windowsOf } from "./meter.js";
import { holdsOthers, unpackedName } from "./names.js";
import type { WorkerPool } from "./pool.js";
import { copied, type Portion, PortionQueue } from "./portions.js";
import type { Predictions } from "./predictions.js";
import { type Classified, failureOf, type Piece } from "./protocol.js";
import type { WorkerSession } from "./session.js";
import type { ClassifyOptions, Engine, Prediction } from "./types.js";
import type { Summary } from "./wasm.js";

/** Windows of the first portion: one or two subjects, so that the first predictions do not wait for more. */
const FIRST_WINDOWS = 64;
/**
 * Windows of a portion: enough for a message, and for what a page does with predictions, to be little beside them. A page that
 * shows each as it comes takes a good part of a core from the workers if they come at every frame.
 */
const MAX_WINDOWS = 2048;
/** Bytes of a portion, where its windows are large: several wait for each worker. */
const MAX_BYTES = 1 << 22;
/** Windows of the last portions: few enough that all workers end at nearly the same time. */
const MIN_WINDOWS = 128;
/** Portions for each worker that the rest of a file is shared out in at least. */
const PORTIONS_A_WORKER = 4;
/** Windows of a portion of a file of unknown size. */
const USUAL_WINDOWS = 512;
/** Portions that are kept waiting for each helper, so that none runs dry while the reader classifies. */
const RESERVE = 2;
/** Calls of one kind that a worker has at once: the next one waits there when one is over. */
const CALLS_AT_ONCE = 2;
/** Windows that there must be for each worker before one more helper is started, which takes as long as some hundred. */
const HELPED_WINDOWS = 1024;
/** Bytes of recordings that are kept for rows that may come back: a file by subject needs none. */
const SPARE_BYTES = 1 << 26;
/** As many of a stream, whose size nothing bounds. */
const STREAM_SPARE_BYTES = 1 << 25;
/** Bytes of recordings that are kept for the caller. */
const KEPT_BYTES = 1 << 28;
/** How many workers may crash on one portion before the file fails. */
const MAX_FAILURES = 1;

/** Portions that an engine gets in one call: a GPU wants all the windows that it can get. */
const PORTIONS_AT_ONCE: Record<Engine, number> = { cpu: 1, ndarray: 1, webgpu: 8 };

/** What works on files. */
export interface Workers {
  readonly reader: WorkerSession;
  readonly pool: WorkerPool;
  readonly companion: Companion;
  /** Whether the reader can be given a Blob. */
  readonly postsBlobs: boolean;
}

/** The result of a job. */
export interface Outcome extends Omit<Summary, "order"> {
  readonly predictions: readonly Prediction[];
}

/** One worker that classifies. */
interface Hand {
  readonly session: WorkerSession;
  /** Portions that it takes at a time. */
  readonly max: number;
  /** Whether what it cannot classify cannot be classified at all. */
  readonly judges: boolean;
  /** Whether it takes some now. */
  ready(): boolean;
  /** Throws if its failure is the file's as well. If not, another worker gets the portions. */
  recover(error: unknown, portions: readonly Portion[]): void;
}

/**
 * A file, or several one after the other, on the way through the workers: one of them reads it and hands out complete recordings in portions;
 * the helpers, and itself when enough of them are waiting, classify those. This thread passes them on and
 * holds on to what is being classified, so that another worker can do it should one die.
 */
export class FileJob {
  readonly #workers: Workers;
  readonly #number: number;
  readonly #options: ClassifyOptions;
  readonly #signal: AbortSignal;
  readonly #predictions: Predictions;
  readonly #queue = new PortionQueue();
  readonly #over = new AbortController();
  readonly #delivery: Delivery;
  /** The helpers that are at work here. */
  readonly #helpers = new Set<WorkerSession>();
  /** The companion's engine, when it is at work here. */
  #engine: StartedEngine | undefined;
  #onCpu = false;
  /** Calls to the reader to read on that have no answer yet. */
  #reading = 0;
  /** Portions that it has found so far. */
  #found = 0;
  #meter = new Meter(undefined);

  /** `predictions` has those that an earlier attempt at the file has already given. */
  constructor(
    workers: Workers,
    number: number,
    options: ClassifyOptions,
    signal: AbortSignal,
    predictions: Predictions,
  ) {
    this.#workers = workers;
    this.#number = number;
    this.#options = options;
    this.#signal = signal;
    this.#predictions = predictions;
    this.#delivery = new Delivery(predictions, {
      join: (segments) => this.#tell(workers.reader.call("join", { job: number, segments })),
      added: (added) => this.#hear(added),
    });
  }

  /** Classifies the whole input. The reader keeps the recordings until `release`. */
  async run(input: OpenInput): Promise<Outcome> {
    const { reader, companion, postsBlobs } = this.#workers;
    const files = postsBlobs ? input.blobs : undefined;
    const job = this.#number;
    const { strict, columns, keepRecordings: keep } = this.#options;
    this.#meter = new Meter(input.bytesTotal);
    this.#failWith(this.#signal);
    this.#failWith(reader.ended);
    try {
      const names = input.files.map(({ name }) => unpackedName(name)).filter((name) => !holdsOthers(name));
      const spare = keep ? KEPT_BYTES : input.atHand ? SPARE_BYTES : STREAM_SPARE_BYTES;
      const options = { strict, columns, spare, keep, files: names };
      await reader.call("open", { job, files, options, repeatable: input.atHand });
      const push = () => {
        if (files === undefined) this.#spawn(this.#push(input.files));
      };
      push();
      this.#spawn(...Array.from({ length: CALLS_AT_ONCE }, () => this.#read(push)));
      this.#useCompanion();
      if (!companion.alone || this.#engine === undefined) this.#useCpu();
      await this.#queue.finished();
      await this.#delivery.settled();
      // Throws if parts of a recording could not be put together.
      await this.#queue.finished();
      const { order, ...found } = await reader.call("summary", { job, shift: this.#predictions.shift });
      this.#report();
      const { predictions, failed } = this.#delivery.outcome(order);
      const [first] = failed;
      // As of a file in which nothing can be read.
      if (first !== undefined && (strict || predictions.length === 0)) {
        throw new PainwaveError(first.code, first.message);
      }
      return { predictions, ...found, refused: [...found.refused, ...failed] };
    } finally {
      // Ends whatever still runs.
      const over = new PainwaveError("CLOSED", "the file is no longer worked on");
      this.#queue.fail(over);
      this.#over.abort(over);
    }
  }

  /** Frees the recordings, and stops reading the file if its end is not reached. */
  release(): void {
    this.#workers.reader.call("release", { job: this.#number }).catch(() => undefined);
  }

  /** Ends everything when this signal is aborted, with its reason. */
  #failWith(signal: AbortSignal): void {
    const fail = () => this.#queue.fail(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail, { once: true, signal: this.#over.signal });
  }

  /** An error of this ends everything. */
  #tell<T>(part: Promise<T>): Promise<T> {
    part.catch((error) => this.#queue.fail(error));
    return part;
  }

  /** Runs parts of the work side by side; the first that fails ends all. */
  #spawn(...parts: Promise<void>[]): void {
    for (const part of parts) void this.#tell(part).catch(() => undefined);
  }

  /** Passes the files on, piece by piece. A file that cannot be read to its end is said to be one. */
  async #push(files: readonly OpenFile[]): Promise<void> {
    for (const file of files) {
      await this.#pushPiece({ begin: file.name });
      try {
        for await (const chunk of file.source.chunks()) {
          if (this.#queue.over) return;
          if (!(await this.#pushPiece({ chunk }, [chunk.buffer]))) break;
        }
      } catch (error) {
        if (this.#queue.over) return;
        const failure = failureOf(error);
        if (failure.code !== "READ_FAILED") throw error;
        await this.#pushPiece({ failure });
      }
    }
    await this.#pushPiece(undefined);
  }

  #pushPiece(piece: Piece | undefined, transfer: ArrayBuffer[] = []): Promise<boolean> {
    return this.#workers.reader.call("push", { job: this.#number, piece }, transfer);
  }

  /** Reads to the end. `pushAgain` is called when the files are needed once more. */
  async #read(pushAgain: () => void): Promise<void> {
    const job = this.#number;
    for (;;) {
      const allRead = () => this.#queue.over || this.#queue.ended;
      // The other call may have been made before this one goes on.
      while (!allRead() && !this.#mayRead()) await this.#queue.until(() => allRead() || this.#mayRead());
      if (allRead()) return;
      const windows = this.#nextWindows();
      this.#reading++;
      // Answers come in the order of the calls.
      const { portion, bytesRead } = await this.#workers.reader.call("read", { job, windows });
      this.#reading--;
      if (portion === "again") {
        pushAgain();
        continue;
      }
      this.#meter.read(bytesRead, portion, windows);
      this.#report();
      if (portion === undefined) return this.#queue.end();
      if (this.#predictions.covers(portion)) {
        this.#delivery.add(this.#found++, portion, []);
        continue;
      }
      this.#queue.push({ ...portion, number: this.#found++, about: windows, failures: 0 });
      this.#help();
    }
  }

  /** Starts one more helper while portions wait that those at work cannot take, and the file has enough for it. */
  #help(): void {
    if (!this.#onCpu) return;
    this.#useHelpers();
    if (this.#wantsHelp()) void this.#workers.pool.grow().then(() => this.#useHelpers());
  }

  #wantsHelp(): boolean {
    const { waiting, windowsWaiting } = this.#queue;
    const { windowsAhead } = this.#meter;
    const { expected } = this.#workers.pool;
    if (windowsAhead === undefined) return waiting > this.#reserve();
    const enough = windowsWaiting + windowsAhead > HELPED_WINDOWS * (1 + expected);
    return enough && waiting > RESERVE * expected + this.#batch();
  }

  /** Whether the reader gets one more call to read. What is behind the first portion must not hold that up. */
  #mayRead(): boolean {
    if (this.#delivery.count === 0) return this.#reading + this.#queue.waiting === 0;
    return this.#reading < CALLS_AT_ONCE && this.#queue.waiting < this.#readAhead();
  }

  /** Windows of the next portion: ever more, and fewer again towards the end. */
  #nextWindows(): number {
    if (this.#found === 0) return FIRST_WINDOWS;
    const { windowsAhead, bytesAWindow } = this.#meter;
    if (windowsAhead === undefined) return USUAL_WINDOWS;
    const share = windowsAhead / (PORTIONS_A_WORKER * this.#workers.pool.capacity);
    const most = Math.min(MAX_WINDOWS, FIRST_WINDOWS * 2 ** this.#found, MAX_BYTES / bytesAWindow);
    return Math.ceil(Math.min(most, Math.max(MIN_WINDOWS, share)));
  }

  /** Portions that the reader leaves to the others. */
  #reserve(): number {
    const { limit, expected } = this.#workers.pool;
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
    const { reader } = this.#workers;
    const alone = () => this.#delivery.count === 0 || this.#queue.ended;
    this.#employ({
      session: reader,
      max: 1,
      judges: true,
      ready: () => alone() || this.#queue.waiting > this.#reserve(),
      recover(error) {
        throw error;
      },
    });
    this.#useHelpers();
  }

  /** Puts every helper to work that is not yet, those included that were started for an earlier file. */
  #useHelpers(): void {
    for (const helper of this.#workers.pool.helpers) {
      if (this.#helpers.has(helper)) continue;
      this.#helpers.add(helper);
      this.#employ({
        session: helper,
        max: 1,
        judges: true,
        ready: () => true,
        recover(error, portions) {
          const tooOften = portions.some(({ failures }) => failures >= MAX_FAILURES);
          if (helper.alive || tooOften) throw error;
          for (const portion of portions) portion.failures++;
        },
      });
    }
  }

  /** Puts the companion's engine to work, if there is one by now. */
  #useCompanion(): void {
    const { companion } = this.#workers;
    const { engine } = companion;
    if (engine === undefined || engine === this.#engine) return;
    const { session } = engine;
    const lose = (error: unknown) => {
      companion.fail(engine, error);
      if (this.#engine === engine) this.#engine = undefined;
      this.#useCpu();
    };
    if (!session.alive) {
      lose(session.ended.reason);
      return;
    }
    const { signal } = this.#over;
    session.ended.addEventListener("abort", () => lose(session.ended.reason), { once: true, signal });
    this.#engine = engine;
    const max = this.#batch();
    const soon = () => companion.alone && (this.#delivery.count === 0 || this.#queue.ended);
    const ready = () => soon() || this.#queue.waiting >= max;
    // Its failures say nothing about the file: the CPU does the portions again, and its failures do.
    this.#employ({ session, max, judges: false, ready, recover: lose });
  }

  #employ(hand: Hand): void {
    this.#spawn(...Array.from({ length: CALLS_AT_ONCE }, () => this.#classify(hand)));
  }

  /** Classifies one batch of portions after the other, as long as the worker does its work. */
  async #classify(hand: Hand): Promise<void> {
    const { session, max } = hand;
    for (;;) {
      const portions = await this.#queue.take(max, () => session.alive && hand.ready());
      if (portions.length === 0) return;
      let answer: Classified;
      let answered: Answered<Portion>[];
      try {
        const { copies, buffers } = copied(portions);
        answer = await session.call("classify", { portions: copies }, buffers);
        answered = byPortion(portions, answer.answers);
        if (!hand.judges) refuseFailures(answer);
      } catch (error) {
        hand.recover(error, portions);
        this.#queue.giveBack(portions);
        return;
      }
      for (const { portion, answers } of answered) this.#delivery.add(portion.number, portion, answers);
      this.#queue.done(portions);
      this.#measure(portions, answer);
    }
  }

  #measure(portions: readonly Portion[], { answers, busyMs }: Classified): void {
    if (this.#engine !== undefined) return;
    const { companion, pool } = this.#workers;
    this.#meter.done(portions, windowsOf(answers), busyMs);
    companion.consider(this.#meter.pace(pool.capacity));
    this.#useCompanion();
  }

  #hear(added: readonly Prediction[]): void {
    if (!this.#heard) return;
    this.#options.onPredictions?.(added);
    this.#report();
  }

  /** Whether the caller still waits: an answer may come after the file was given up. */
  get #heard(): boolean {
    return !this.#signal.aborted && !this.#over.signal.aborted;
  }

  #report(): void {
    if (!this.#heard) return;
    const { bytesRead, bytesTotal } = this.#meter;
    const subjects = this.#predictions.size;
    this.#options.onProgress?.({ phase: "classify", bytesRead, bytesTotal, subjects });
  }
}

/** Throws the first failure. */
function refuseFailures({ answers }: Classified): void {
  for (const answer of answers) {
    if ("message" in answer) throw new PainwaveError(answer.code, answer.message);
  }
}
