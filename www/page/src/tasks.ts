import type { Status } from "./status.js";

/** A message that is shown when a task is done. */
export interface Note {
  readonly title: string;
  readonly text: string;
}

/** A question that a task ends with. The answer starts another one. */
export interface Question {
  readonly title: string;
  readonly element: HTMLElement;
}

/** What a task is handed. */
export interface TaskContext {
  /** Aborted when another task takes this one's turn, or when the user cancels it. */
  readonly signal: AbortSignal;
  /** Names the step that the task is at. */
  step(title: string): void;
}

/** What is left to say when a task is done. */
export type Ending = Note | Question | undefined;

export type Task = (context: TaskContext) => Promise<Ending>;

/** A failure that what has this name is to blame for. */
export class UnusableFile extends Error {
  constructor(name: string, cause: unknown) {
    super(`${name} could not be used`, { cause });
  }
}

/** Settles as `work` does; a failure of it is that of the file with this name. */
export async function blame<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new UnusableFile(name, error);
  }
}

/** One task at a time, with its progress on the page: what the user asks for now ends what is still running. */
export class Tasks {
  readonly #status: Status;
  readonly #onEnd: () => void;
  #running: AbortController | undefined;

  /** `onEnd` is called after each task, whatever came of it. */
  constructor(status: Status, onEnd: () => void) {
    this.#status = status;
    this.#onEnd = onEnd;
  }

  /** Runs a task. `failure` is the title of an error that no file is to blame for. */
  async run(title: string, failure: string, task: Task): Promise<void> {
    this.#running?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    this.#running = controller;
    const step = (title: string) => this.#status.begin(title, () => controller.abort());
    step(title);
    const current = () => this.#running === controller;
    try {
      const ending = await task({ signal, step });
      if (current()) this.#succeed(ending);
    } catch (error) {
      if (current()) this.#fail(failure, error, signal);
    } finally {
      if (current()) this.#running = undefined;
      this.#onEnd();
    }
  }

  #succeed(ending: Ending): void {
    if (ending === undefined) this.#status.clear();
    else if ("element" in ending) this.#status.ask(ending.element, ending.title);
    else this.#status.note(ending.title, ending.text);
  }

  #fail(failure: string, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      this.#status.clear();
      this.#status.announce("Cancelled");
    } else if (error instanceof UnusableFile) {
      this.#status.fail(error.message, error.cause);
    } else {
      this.#status.fail(failure, error);
    }
  }
}
