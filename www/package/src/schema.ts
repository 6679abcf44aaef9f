import type { Schema } from "./types.js";

/** The columns that name a recording together. */
export function idColumns({ id }: Pick<Schema, "id">): readonly string[] {
  return typeof id === "string" ? [id] : id;
}

/** The parts of an id, one for each of so many columns: they stand with "/" between them, and "//" for one inside. */
export function idParts(id: string, columns: number): string[] {
  if (columns === 1) return [id];
  const parts = [""];
  for (const [piece] of id.matchAll(/[^/]+|\/\/?/g)) {
    if (piece === "/") parts.push("");
    else parts[parts.length - 1] += piece === "//" ? "/" : piece;
  }
  return parts;
}
