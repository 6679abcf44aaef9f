import { type Chunks, concat } from "./chunks.js";

/** Chunks whose first bytes are known. */
export interface Peeked {
  /** At least as many bytes as were asked for, unless there are fewer. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** Whether these are all. */
  readonly complete: boolean;
  /** All chunks, the first ones included. */
  readonly whole: Chunks;
}

/** Looks at the first bytes: a source may deliver them one at a time. */
export async function peek(chunks: Chunks, count: number): Promise<Peeked> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [length, complete] = [0, false];
  while (length < count && !complete) {
    const next = await chunks.next();
    if (next.done) complete = true;
    else {
      parts.push(next.value);
      length += next.value.length;
    }
  }
  const head = parts.length === 1 && parts[0] ? parts[0] : concat(parts, (length) => new Uint8Array(length));
  return { head, complete, whole: prepend(head, chunks) };
}

async function* prepend(head: Uint8Array<ArrayBuffer>, rest: Chunks): Chunks {
  try {
    if (head.byteLength > 0) yield head;
    yield* rest;
  } finally {
    await rest.return();
  }
}
