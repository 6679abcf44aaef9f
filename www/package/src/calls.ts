import { abortable } from "./abort.js";
import { PainwaveError } from "./errors.js";

/** The calls of one classifier: those that run, those that wait for their turn, and the end of all. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();
  /** One for each call that runs or waits. */
  readonly #calls = new Set<AbortController>();
  #closed = false;

  /**
   * Runs `task` with a signal of its own, which the caller's signal and `close` abort. An abort rejects at
   * once; the task learns of it from its signal.
   */
  async run<T>(task: (own: AbortController) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    this.throwIfClosed();
    signal?.throwIfAborted();
    const own = new AbortController();
    const abort = () => own.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#calls.add(own);
    try {
      return await abortable(task(own), own.signal);
    } finally {
      this.#calls.delete(own);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Runs `task` when all earlier ones are over, successful or not, and have let go of the workers. */
  inTurn<T>(task: (own: AbortController) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.run((own) => {
      const turn = this.#last.then(() => {
        own.signal.throwIfAborted();
        return task(own);
      });
      this.#last = turn.catch(() => undefined);
      return turn;
    }, signal);
  }

  /** Rejects every call from now on, and every one still running, with `CLOSED`. */
  close(): void {
    this.#closed = true;
    for (const own of this.#calls) own.abort(closed());
  }

  throwIfClosed(): void {
    if (this.#closed) throw closed();
  }
}

export function closed(): PainwaveError {
  return new PainwaveError("CLOSED", "the classifier was closed");
}
