import { concat, gathered } from "./chunks.js";
import { PainwaveError } from "./errors.js";
import { peek } from "./peek.js";
import { blobChunks } from "./source.js";
import type { Kind } from "./types.js";
import { HEAD_BYTES, tablesOf, type Unpacking } from "./unpack.js";

/** What looking into a file needs. */
export type InspectionTools = Pick<Unpacking, "kindOf" | "openWorkbook">;

const readPart = (part: Blob) => blobChunks(part, undefined);

/** What a file is, or what is in it, each kind once. */
export async function kindsIn(name: string, blob: Blob, tools: InspectionTools): Promise<Kind[]> {
  const kinds = new Set<Kind>();
  // Whatever is asked for, the others are found on the way.
  const kindOf: Unpacking["kindOf"] = async (...args) => {
    const kind = await tools.kindOf(...args);
    kinds.add(kind);
    return kind;
  };
  const file = { name, blob, chunks: () => readPart(blob) };
  const how: Unpacking = { ...tools, wanted: "recordings", kindOf, readPart, failed: () => undefined };
  try {
    for await (const table of tablesOf(file, how)) {
      const { head, complete, whole } = await peek(table.contents, HEAD_BYTES);
      await whole.return();
      await kindOf(table.name, head, complete);
    }
  } catch (error) {
    // What is wrong with a file is said when it is used.
    if (!(error instanceof PainwaveError) || error.code === "READ_FAILED") throw error;
  }
  return kinds.size === 0 ? ["unknown"] : [...kinds];
}

/** The labels in a file, unpacked. */
export async function labelsIn(
  name: string,
  blob: Blob,
  tools: InspectionTools,
): Promise<{ name: string; bytes: Uint8Array }> {
  const file = { name, blob, chunks: () => readPart(blob) };
  for await (const table of tablesOf(file, { ...tools, wanted: "labels", readPart })) {
    const parts = await gathered(table.contents);
    return { name: table.name, bytes: concat(parts, (length) => new Uint8Array(length)) };
  }
  throw new PainwaveError("EMPTY_FILE", "the file is empty");
}
