import { PainwaveError } from "./errors.js";
import {
  type CallName,
  type Calls,
  errorOf,
  type Failure,
  type Reply,
  type Request,
  type WorkerPort,
} from "./protocol.js";

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
  #answered = false;

  constructor(port: WorkerPort) {
    this.#port = port;
    port.setBusy(false);
    port.listen(
      (reply) => this.#settle(reply),
      (reason) => this.end(this.#answered ? crash(reason) : noStart(reason)),
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
      this.#port.post({ number, call: name, args } as Request, transfer);
      this.#pending.set(number, { resolve: resolve as Pending["resolve"], reject });
      this.#port.setBusy(true);
    });
  }

  /** Stops the worker and rejects what it still owes with this error. */
  end(error: unknown): void {
    if (!this.alive) return;
    this.#ending.abort(error);
    this.#port.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #settle(reply: Reply): void {
    this.#answered = true;
    const pending = this.#pending.get(reply.number);
    if (pending === undefined) return;
    this.#pending.delete(reply.number);
    if (this.#pending.size === 0) this.#port.setBusy(false);
    if (!("failure" in reply)) {
      pending.resolve(reply.answer);
      return;
    }
    const { failure } = reply;
    const error = failure.code === undefined ? crash(failure.message) : errorOf(failure);
    pending.reject(error);
    // A module that broke once may hold anything, and a lost device does not come back: start anew.
    if (error.code === "WORKER_CRASHED" || error.code === "DEVICE_LOST") this.end(error);
  }
}

function noStart(reason: Failure["message"]): PainwaveError {
  return new PainwaveError("WORKER_FAILED", `the worker could not be started: ${reason}`);
}

function crash(reason: Failure["message"]): PainwaveError {
  return new PainwaveError("WORKER_CRASHED", `the worker stopped in the middle of a call: ${reason}`);
}
