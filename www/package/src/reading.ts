import { type Chunks, chunksOf } from "./chunks.js";
import { PainwaveError } from "./errors.js";
import { blobChunks } from "./source.js";
import { unpacked } from "./unpack.js";
import type { WasmJob, WasmPortion } from "./wasm.js";

/** Chunks that may wait in the worker, so that it can go on while the next ones are posted. */
const CHUNKS_AHEAD = 4;

/** The worker's side of one file: where its bytes come from, and the module's reader, which they go to. */
export class Reading {
  /** The module's reader. */
  readonly job: WasmJob;
  readonly #contents: Chunks;
  /** Where pushed chunks enter; a file that the worker reads itself has none. */
  readonly #entry: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #bytesRead = 0;
  #ended = false;
  #released = false;

  constructor(job: WasmJob, blob: Blob | undefined) {
    this.job = job;
    if (blob !== undefined) {
      this.#contents = unpacked(this.#counted(blobChunks(blob, undefined)));
      return;
    }
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>(
      undefined,
      new CountQueuingStrategy({ highWaterMark: CHUNKS_AHEAD }),
    );
    this.#entry = writable.getWriter();
    this.#contents = unpacked(this.#counted(chunksOf(readable)));
  }

  /** Bytes read so far, as they are in the file. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Takes the next chunk, or the end, as soon as there is room for it. */
  async push(chunk: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    const entry = this.#entry;
    if (entry === undefined) throw new Error("this file is read by the worker");
    // `next` rejects with the same error.
    await entry.ready.catch(() => undefined);
    // Not awaited: it settles only when the chunk has been read.
    (chunk === undefined ? entry.close() : entry.write(chunk)).catch(() => undefined);
  }

  /**
   * Reads on until subjects are complete that have this many windows, or until the end. What uses the module
   * goes through `turn`; waiting for bytes does not, so that others may use it meanwhile.
   */
  async next(windows: number, turn: <T>(work: () => T) => Promise<T>): Promise<WasmPortion | undefined> {
    for (;;) {
      const portion = await turn(() => this.#open().take(windows));
      if (portion !== undefined || this.#ended) return portion;
      const chunk = await this.#contents.next();
      await turn(() => {
        if (!chunk.done) {
          this.#open().read(chunk.value);
          return;
        }
        this.#open().end();
        this.#ended = true;
      });
    }
  }

  /** Stops reading and frees the module's reader. */
  release(): void {
    this.#released = true;
    this.#entry?.abort(released()).catch(() => undefined);
    this.#contents.return().catch(() => undefined);
    this.job.free();
  }

  #open(): WasmJob {
    if (this.#released) throw released();
    return this.job;
  }

  async *#counted(chunks: Chunks): Chunks {
    for await (const chunk of chunks) {
      this.#bytesRead += chunk.byteLength;
      yield chunk;
    }
  }
}

/** The error of a call that comes too late. */
export function released(): PainwaveError {
  return new PainwaveError("RELEASED", "the file was let go of");
}
