import { closed } from "./calls.js";
import type { WorkerSession } from "./session.js";

/**
 * Workers with the same engine: one that reads files, which is always there, and up to `limit - 1` helpers,
 * which are started when there is work for them. One that has died is replaced.
 */
export class WorkerPool {
  readonly limit: number;
  readonly #start: () => Promise<WorkerSession>;
  #reader: Promise<WorkerSession>;
  #helpers: WorkerSession[] = [];
  #starting = 0;
  /** No helper starts here: nobody asks again. */
  #refused = false;
  #closed = false;

  /** `start` makes a worker that is ready for work; `first` is the one to begin with. */
  constructor(limit: number, start: () => Promise<WorkerSession>, first: WorkerSession) {
    this.limit = limit;
    this.#start = start;
    this.#reader = Promise.resolve(first);
  }

  /** The worker that reads files, a new one if the last has died. */
  async reader(): Promise<WorkerSession> {
    const last = this.#reader;
    const session = await last.catch(() => undefined);
    if (this.#closed) throw closed();
    if (session?.alive) return session;
    // Of several callers that find it dead, the first replaces it.
    if (this.#reader === last) this.#reader = this.#start();
    const next = await this.#reader;
    if (this.#closed) {
      next.end(closed());
      throw closed();
    }
    return next;
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

  /**
   * Starts one more helper, if there may be more. Nothing comes of it where none can be started: the others do
   * its work.
   */
  async grow(): Promise<WorkerSession | undefined> {
    if (this.#closed || this.#refused || this.expected >= this.limit - 1) return undefined;
    this.#starting++;
    try {
      const session = await this.#start();
      if (this.#closed) session.end(closed());
      else this.#helpers.push(session);
      return session.alive ? session : undefined;
    } catch {
      this.#refused = true;
      return undefined;
    } finally {
      this.#starting--;
    }
  }

  /** Ends all workers. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const session of this.#helpers) session.end(closed());
    const reader = await this.#reader.catch(() => undefined);
    reader?.end(closed());
  }
}
