import type { Chunks } from "./chunks.js";
import { PainwaveError } from "./errors.js";
import type { InspectionTools } from "./inspect.js";
import { errorOf, failureOf, type NamedBlob, type Piece } from "./protocol.js";
import { blobChunks } from "./source.js";
import type { Refusal } from "./types.js";
import { type PackedFile, type Table, tablesOf } from "./unpack.js";
import type { ReadOptions, Summary, WasmJob, WasmPortion } from "./wasm.js";

/** Pieces that may wait in the worker, so that it can go on while the next ones are posted. */
const PIECES_AHEAD = 4;

/** Errors that say only that a file ends too early: what was before is good. */
const BENIGN = ["GZIP_CUT"];

/** What the module's reader is told next. */
type Step =
  | { readonly table: string }
  | { readonly chunk: Uint8Array<ArrayBuffer> }
  | { readonly file: string; readonly error: unknown };

/** Runs work with the module when its turn comes. */
type Turn = <T>(work: () => T) => Promise<T>;

/** The worker's side of a job: where the bytes of its files come from, and the module's reader, which they go to. */
export class Reading {
  /** The module's reader. */
  readonly job: WasmJob;
  readonly #strict: boolean;
  readonly #tools: InspectionTools;
  /** The files that the worker reads itself. */
  readonly #files: readonly NamedBlob[] | undefined;
  readonly #repeatable: boolean;
  #steps: AsyncGenerator<Step, void, boolean>;
  /** Where pushed pieces enter; files that the worker reads itself have none. */
  #entry: WritableStreamDefaultWriter<Piece> | undefined;
  /** Whether the files are read once more: all that is to say of them is known. */
  #again = false;
  #bytesRead = 0;
  /** Names of all tables, and of files that have none that can be read. */
  readonly #seen = new Set<string>();
  /** Files that could not be unpacked or read to their end. */
  readonly #failed: { readonly file: string; readonly error: PainwaveError }[] = [];
  readonly #leftOut: string[] = [];
  /** Whether more of the file is wanted that pieces come from. */
  #wanted = true;
  /** The last call of `next`. */
  #last: Promise<unknown> = Promise.resolve();
  /** Whether the module's reader wants more of the table. */
  #goOn = true;
  #ended = false;
  #released = false;

  constructor(
    job: WasmJob,
    files: readonly NamedBlob[] | undefined,
    options: ReadOptions,
    repeatable: boolean,
    tools: InspectionTools,
  ) {
    this.job = job;
    this.#strict = options.strict ?? false;
    this.#files = files;
    this.#repeatable = repeatable;
    this.#tools = tools;
    this.#steps = this.#begin();
  }

  /** Begins with the first file. */
  #begin(): AsyncGenerator<Step, void, boolean> {
    if (this.#files !== undefined) return this.#stepsOf(this.#blobFiles(this.#files));
    const { readable, writable } = new TransformStream<Piece, Piece>(
      undefined,
      new CountQueuingStrategy({ highWaterMark: PIECES_AHEAD }),
    );
    this.#entry = writable.getWriter();
    return this.#stepsOf(this.#pushedFiles(readable.getReader()));
  }

  /** Bytes read so far, as they are in the files. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Takes the next piece, or the end, as soon as there is room for it. Says whether more of its file is wanted. */
  async push(piece: Piece | undefined): Promise<boolean> {
    const entry = this.#entry;
    if (entry === undefined) throw new Error("these files are read by the worker");
    // `next` rejects with the same error.
    await entry.ready.catch(() => undefined);
    if (piece !== undefined && "begin" in piece) this.#wanted = true;
    // Not awaited: it settles only when the piece has been read.
    (piece === undefined ? entry.close() : entry.write(piece)).catch(() => undefined);
    return this.#wanted;
  }

  /**
   * Reads on until subjects are complete that have this many windows, or until the end. What uses the module
   * goes through `turn`; waiting for bytes does not, so that others may use it meanwhile. "again" asks for all pieces
   * to be pushed once more. A call waits for the one before.
   */
  next(windows: number, turn: Turn): Promise<WasmPortion | "again" | undefined> {
    const next = this.#last.then(() => this.#next(windows, turn));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #next(windows: number, turn: Turn): Promise<WasmPortion | "again" | undefined> {
    for (;;) {
      const portion = await turn(() => this.#open().take(windows));
      if (portion !== undefined || this.#ended) return portion;
      const step = await this.#steps.next(this.#goOn);
      if (!step.done) await turn(() => this.#take(step.value));
      else if (await turn(() => this.#end())) {
        this.#again = true;
        this.#steps = this.#begin();
        if (this.#entry !== undefined) return "again";
      }
    }
  }

  /** What was found, when all is read. */
  summary(): Summary {
    const { order, warnings, repairs, refused } = this.#open().summary();
    const left = this.#leftOut.map(
      (name) => `${JSON.stringify(name)} was left out: it has no recordings in it`,
    );
    return {
      order,
      repairs,
      warnings: [...warnings, ...left],
      refused: [...refused, ...this.#failed.map(refusal)],
    };
  }

  /** Stops reading and frees the module's reader. */
  release(): void {
    this.#released = true;
    this.#entry?.abort(released()).catch(() => undefined);
    this.#steps.return().catch(() => undefined);
    this.job.free();
  }

  #open(): WasmJob {
    if (this.#released) throw released();
    return this.job;
  }

  /** Passes a step on to the module's reader, which says of most errors that a table has at the end of all. */
  #take(step: Step): void {
    if ("error" in step) {
      this.#fail(step.file, step.error);
      return;
    }
    if ("table" in step) this.#seen.add(step.table);
    const job = this.#open();
    this.#goOn = true;
    try {
      if ("table" in step) {
        // What has no name is read as if it were the only one.
        if (step.table !== "") job.file(step.table);
      } else job.read(step.chunk);
    } catch (error) {
      if (this.#strict || failureOf(error).code === undefined) throw error;
      this.#goOn = "table" in step;
    }
  }

  #fail(file: string, thrown: unknown): void {
    const failure = failureOf(thrown);
    if (this.#strict || failure.code === undefined) throw thrown;
    if (this.#again) return;
    this.#seen.add(file);
    this.#failed.push({ file, error: errorOf(failure) });
  }

  /** Ends the last file. Whether all have to be read once more. */
  #end(): boolean {
    const [first] = this.#failed;
    // Of one file nothing may be lost in silence by those who look at the predictions only.
    if (first !== undefined && this.#seen.size === 1 && !BENIGN.includes(first.error.code)) throw first.error;
    try {
      this.#ended = !this.#open().end(this.#repeatable);
    } catch (error) {
      throw first?.error ?? error;
    }
    return !this.#ended;
  }

  /** The steps of files that come one after the other. What is wrong with one does not keep the others from being read. */
  async *#stepsOf(files: AsyncGenerator<PackedFile, void>): AsyncGenerator<Step, void, boolean> {
    for await (const file of files) {
      try {
        for await (const table of this.#tablesOf(file)) yield* this.#stepsOfTable(table);
      } catch (error) {
        yield { file: file.name, error };
      }
    }
  }

  async *#stepsOfTable({ name, contents }: Table): AsyncGenerator<Step, void, boolean> {
    yield { table: name };
    try {
      for await (const chunk of contents) if (!(yield { chunk })) break;
    } catch (error) {
      yield { file: name, error };
    }
  }

  #tablesOf(file: PackedFile): AsyncGenerator<Table, void> {
    return tablesOf(file, {
      ...this.#tools,
      wanted: "recordings",
      readPart: (part) => this.#counted(blobChunks(part, undefined)),
      expect: (names) => {
        if (!this.#again) this.#open().expect(names);
      },
      failed: (name, error) => this.#fail(name, error),
      leftOut: (name) => {
        if (!this.#again) this.#leftOut.push(name);
      },
    });
  }

  async *#blobFiles(files: readonly NamedBlob[]): AsyncGenerator<PackedFile, void> {
    for (const { name, blob } of files) {
      const before = this.#bytesRead;
      yield { name, blob, chunks: () => this.#counted(blobChunks(blob, undefined)) };
      // Not all of an archive is unpacked, nor of what cannot be read.
      if (!this.#again) this.#bytesRead = before + blob.size;
    }
  }

  async *#pushedFiles(pieces: ReadableStreamDefaultReader<Piece>): AsyncGenerator<PackedFile, void> {
    let next = await pieces.read();
    const belongs = () => !next.done && !("begin" in next.value);
    const rest = async function* (): Chunks {
      for (; !next.done && !("begin" in next.value); next = await pieces.read()) {
        if ("failure" in next.value) throw errorOf(next.value.failure);
        yield next.value.chunk;
      }
    };
    while (!next.done) {
      const name = "begin" in next.value ? next.value.begin : "";
      next = await pieces.read();
      yield { name, chunks: () => this.#counted(rest()) };
      // What is still there of it is not wanted.
      this.#wanted = false;
      while (belongs()) next = await pieces.read();
    }
  }

  async *#counted(chunks: Chunks): Chunks {
    for await (const chunk of chunks) {
      if (!this.#again) this.#bytesRead += chunk.byteLength;
      yield chunk;
    }
  }
}

function refusal({ file, error }: { file: string; error: PainwaveError }): Refusal {
  return { id: "", code: error.code, file: file === "" ? undefined : file, message: error.message };
}

/** The error of a call that comes too late. */
export function released(): PainwaveError {
  return new PainwaveError("RELEASED", "the file was let go of");
}
