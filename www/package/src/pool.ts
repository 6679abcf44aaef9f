import { closed } from "./errors.js";
import type { WorkerSession } from "./session.js";

/** Makes a worker that is ready for work. The signal stops that. */
export type StartWorker = (signal: AbortSignal) => Promise<WorkerSession>;

/**
 * Workers with the same engine: one that reads files, which is always there, and up to `limit - 1` helpers,
 * which are started when there is work for them. One that has died is replaced.
 */
export class WorkerPool {
  readonly limit: number;
  readonly #start: StartWorker;
  readonly #ending = new AbortController();
  #reader: Promise<WorkerSession>;
  #helpers: WorkerSession[] = [];
  #starting = 0;
  /** A helper did not start: no other is tried. */
  #refused = false;

  /** `first` is the worker to begin with. */
  constructor(limit: number, start: StartWorker, first: WorkerSession) {
    this.limit = limit;
    this.#start = start;
    this.#reader = Promise.resolve(first);
  }

  /** The worker that reads files, a new one if the last has died. */
  async reader(): Promise<WorkerSession> {
    const last = this.#reader;
    const session = await last.catch(() => undefined);
    this.#ending.signal.throwIfAborted();
    if (session?.alive) return session;
    // Of several callers that find it dead, the first replaces it.
    if (this.#reader === last) this.#reader = this.#start(this.#ending.signal);
    return this.#reader;
  }

  /** The helpers that are ready for work. */
  get helpers(): readonly WorkerSession[] {
    this.#helpers = this.#helpers.filter(({ alive }) => alive);
    return this.#helpers;
  }

  /** Helpers that are ready or about to be. */
  get expected(): number {
    return this.helpers.length + this.#starting;
  }

  /** Workers that share a file when there is enough work for all. */
  get capacity(): number {
    return this.#refused ? 1 + this.expected : this.limit;
  }

  /** Starts one more helper, if there may be more. Where none can be started, the others do its work. */
  async grow(): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted || this.#refused || this.expected >= this.limit - 1) return;
    this.#starting++;
    try {
      const session = await this.#start(signal);
      if (signal.aborted) session.end(signal.reason);
      else this.#helpers.push(session);
    } catch {
      this.#refused = true;
    } finally {
      this.#starting--;
    }
  }

  /** Ends all workers, those included that are about to start. */
  async close(): Promise<void> {
    this.#ending.abort(closed());
    for (const session of this.#helpers) session.end(closed());
    const reader = await this.#reader.catch(() => undefined);
    reader?.end(closed());
  }
}
