import { abortable } from "./abort.js";
import { PainwaveError } from "./errors.js";
import type { CallName, Calls, Failure, Reply, Request, WorkerPort } from "./protocol.js";

interface Pending {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** One worker's life: typed calls to it, all of which are rejected when it dies. */
export class WorkerSession {
  readonly #port: WorkerPort;
  readonly #pending = new Map<number, Pending>();
  readonly #ending = new AbortController();
  #next = 0;

  constructor(port: WorkerPort) {
    this.#port = port;
    port.setBusy(false);
    port.listen(
      (reply) => this.#settle(reply),
      (reason) => this.end(crash(reason)),
    );
  }

  /** Whether the worker can still answer. */
  get alive(): boolean {
    return !this.ended.aborted;
  }

  /** Aborted when the worker has ended, with the error that its calls are rejected with. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** Asks the worker. What is in `transfer` is moved there and no longer usable here. */
  call<K extends CallName>(
    name: K,
    args: Calls[K]["args"],
    transfer: ArrayBuffer[] = [],
  ): Promise<Calls[K]["answer"]> {
    if (!this.alive) return Promise.reject(this.ended.reason);
    return new Promise((resolve, reject) => {
      const number = this.#next++;
      this.#pending.set(number, { resolve: resolve as Pending["resolve"], reject });
      this.#port.setBusy(true);
      this.#port.post({ number, call: name, args } as Request, transfer);
    });
  }

  /** Stops the worker and rejects what it still owes. */
  end(error: PainwaveError): void {
    if (!this.alive) return;
    this.#ending.abort(error);
    this.#port.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.number);
    if (pending === undefined) return;
    this.#pending.delete(reply.number);
    if (this.#pending.size === 0) this.#port.setBusy(false);
    if (!("failure" in reply)) {
      pending.resolve(reply.answer);
      return;
    }
    const { failure } = reply;
    const error =
      failure.code === undefined
        ? crash(failure.message)
        : new PainwaveError(failure.code, failure.message, failure);
    pending.reject(error);
    // A module that broke once may hold anything, and a lost device does not come back: start anew.
    if (error.code === "WORKER_CRASHED" || error.code === "DEVICE_LOST") this.end(error);
  }
}

/** A queue in front of a worker that is replaced when it has died. */
export class WorkerBridge {
  readonly #start: () => Promise<WorkerSession>;
  #session: Promise<WorkerSession>;
  #queue: Promise<unknown> = Promise.resolve();
  /** One for each task that runs or waits. */
  readonly #tasks = new Set<AbortController>();
  #closed = false;

  /** `start` makes a worker that is ready for work; `first` is the one to begin with. */
  constructor(start: () => Promise<WorkerSession>, first: WorkerSession) {
    this.#start = start;
    this.#session = Promise.resolve(first);
  }

  /** The worker, a new one if the last has died. */
  async session(): Promise<WorkerSession> {
    if (this.#closed) throw closed();
    const last = this.#session;
    const session = await last.catch(() => undefined);
    if (session?.alive) return session;
    // Of several callers that find it dead, the first replaces it.
    if (this.#session === last) this.#session = this.#start();
    const next = await this.#session;
    if (this.#closed) {
      next.end(closed());
      throw closed();
    }
    return next;
  }

  /**
   * Runs `task` with a signal of its own, which the caller's signal and `close` abort. An abort rejects at
   * once; the task learns of it from its signal.
   */
  async task<T>(task: (own: AbortController) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (this.#closed) throw closed();
    signal?.throwIfAborted();
    const own = new AbortController();
    const abort = () => own.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#tasks.add(own);
    try {
      return await abortable(task(own), own.signal);
    } finally {
      this.#tasks.delete(own);
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * Runs `task` when all earlier ones are over, successful or not, with a signal that the end of the worker
   * aborts, too. The queue waits until the task itself has let go of the worker.
   */
  exclusive<T>(
    task: (session: WorkerSession, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return this.task((own) => {
      const turn = this.#queue.then(async () => {
        own.signal.throwIfAborted();
        const session = await this.session();
        const { ended } = session;
        const end = () => own.abort(ended.reason);
        ended.addEventListener("abort", end, { once: true });
        try {
          return await task(session, own.signal);
        } finally {
          ended.removeEventListener("abort", end);
        }
      });
      this.#queue = turn.catch(() => undefined);
      return turn;
    }, signal);
  }

  /** Ends the worker; every call from now on, and every one still running, is rejected with `CLOSED`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const own of this.#tasks) own.abort(closed());
    const session = await this.#session.catch(() => undefined);
    session?.end(closed());
  }
}

function closed(): PainwaveError {
  return new PainwaveError("CLOSED", "the classifier was closed");
}

function crash(reason: Failure["message"]): PainwaveError {
  return new PainwaveError("WORKER_CRASHED", `the worker stopped in the middle of a call: ${reason}`);
}
