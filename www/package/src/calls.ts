import { abortable } from "./abort.js";
import { closed } from "./errors.js";

/** How a call takes its turn. */
export interface TurnOptions {
  readonly signal: AbortSignal | undefined;
  /** Whether later calls wait until this one is over. If not, they wait only until it has started. */
  readonly holdsTurn: boolean;
}

/** The calls of one classifier: those that run and those that wait for their turn. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();
  /** One for each call that runs or waits. */
  readonly #calls = new Set<AbortController>();
  #closed = false;

  /**
   * Runs `task` with a signal of its own, which the caller's signal and `close` abort. An abort rejects at once,
   * whatever the task does.
   */
  async run<T>(task: (own: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (this.#closed) throw closed();
    signal?.throwIfAborted();
    const own = new AbortController();
    const abort = () => own.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#calls.add(own);
    try {
      return await abortable(task(own.signal), own.signal);
    } finally {
      this.#calls.delete(own);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Runs `task` when its turn comes. */
  inTurn<T>(task: (own: AbortSignal) => Promise<T>, { signal, holdsTurn }: TurnOptions): Promise<T> {
    return this.run((own) => {
      const started = this.#last.then(() => own.throwIfAborted());
      const ended = started.then(() => task(own));
      this.#last = (holdsTurn ? ended : started).catch(() => undefined);
      return ended;
    }, signal);
  }

  /** Rejects every call from now on, and every one still running, with `CLOSED`. */
  close(): void {
    this.#closed = true;
    for (const own of this.#calls) own.abort(closed());
  }
}
