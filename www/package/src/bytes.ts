import { type Chunks, concat } from "./chunks.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** Chunks, read by as many bytes as are wanted. */
export class ByteReader {
  readonly #chunks: Chunks;
  #rest: Bytes = new Uint8Array(0);

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  /** The next bytes, up to so many; none, at the end. */
  async some(max: number): Promise<Bytes | undefined> {
    if (!(await this.#fill(1))) return undefined;
    const bytes = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(max);
    return bytes;
  }

  /** So many bytes, or none where there are fewer. */
  async exactly(count: number): Promise<Bytes | undefined> {
    return (await this.#fill(count)) ? this.some(count) : undefined;
  }

  /** Passes over bytes up to this one and with it, or over all. */
  async skipPast(byte: number): Promise<void> {
    for (let bytes = await this.some(1); bytes !== undefined && bytes[0] !== byte; )
      bytes = await this.some(1);
  }

  /** Passes over zeros. */
  async skipZeros(): Promise<void> {
    while (await this.#fill(1)) {
      const next = this.#rest.findIndex((byte) => byte !== 0);
      this.#rest = next < 0 ? new Uint8Array(0) : this.#rest.subarray(next);
      if (next >= 0) return;
    }
  }

  /** Puts bytes back, to be read next. */
  putBack(bytes: Bytes): void {
    this.#rest = concat([bytes, this.#rest], (length) => new Uint8Array(length));
  }

  /** Ends all reading. */
  async return(): Promise<void> {
    await this.#chunks.return();
  }

  async #fill(count: number): Promise<boolean> {
    while (this.#rest.length < count) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.#rest =
        this.#rest.length === 0
          ? next.value
          : concat([this.#rest, next.value], (length) => new Uint8Array(length));
    }
    return true;
  }
}
