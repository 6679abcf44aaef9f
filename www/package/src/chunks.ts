/** Bytes in chunks of any size. */
export type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void>;

/**
 * The chunks of a stream, by its reader: Safari's streams cannot be iterated. `return()` before the end cancels the stream.
 */
export async function* chunksOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Chunks {
  const reader = stream.getReader();
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Concatenates arrays of numbers into an array that `make` allocates. */
export function concat<T extends { readonly length: number; set(part: T, offset: number): void }>(
  parts: readonly T[],
  make: (length: number) => T,
): T {
  const whole = make(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** All chunks, up to the end. */
export async function gathered(chunks: Chunks): Promise<Uint8Array<ArrayBuffer>[]> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return parts;
}
