import { Inflate as Stream } from "fflate";

/** What fflate keeps of a stream. Its own reader of gzip goes by the same fields. */
interface State {
  /** Bytes that were given and not used. */
  readonly p: Uint8Array<ArrayBuffer>;
  readonly s: {
    /** Whether the block is the last one. */
    readonly f?: number;
    /** The block's table of lengths, while it is not at its end. */
    readonly l?: unknown;
    /** Bits of `p`'s first byte that are used. */
    readonly p?: number;
  };
}

/** Max packed bytes that are unpacked at once: they may become a thousand times as many. */
export const PACKED_BYTES = 1 << 16;

/**
 * Unpacks one stream of DEFLATE, and knows where it ends, which a browser's `DecompressionStream` does not tell: there,
 * whatever follows the end is an error.
 */
export class Inflate {
  #unpacked: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  readonly #stream = new Stream((unpacked) => {
    this.#unpacked = unpacked;
  });

  /** Unpacks more. Throws on what is no DEFLATE. */
  push(packed: Uint8Array): Uint8Array<ArrayBuffer> {
    this.#stream.push(packed);
    return this.#unpacked;
  }

  /** Whether the stream is at its end. */
  get ended(): boolean {
    const { f: last, l: inBlock } = this.#state.s;
    return Boolean(last) && !inBlock;
  }

  /** Bytes that were pushed and come after its end. */
  get rest(): Uint8Array<ArrayBuffer> {
    const { p, s } = this.#state;
    return p.subarray(s.p ? 1 : 0);
  }

  get #state(): State {
    return this.#stream as unknown as State;
  }
}
