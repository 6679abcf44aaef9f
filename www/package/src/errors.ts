/**
 * What a {@link PainwaveError} can be about when this package itself raises it. The errors of a data file or
 * a bundle come from the classifier and have codes of their own, which are as stable as these.
 */
export type PackageErrorCode =
  /** The classifier was closed. */
  | "closed"
  /** The input is none of the accepted kinds. */
  | "source_type"
  /** The input could not be read to its end. */
  | "read_failed"
  /** The input starts like gzip but cannot be unpacked. */
  | "gzip_invalid"
  /** A file of this package, or a bundle, could not be fetched. */
  | "download_failed"
  /** The WebAssembly module could not be compiled here. */
  | "wasm_failed"
  /** The engine is not part of this build of the package. */
  | "engine_not_built"
  /** The worker stopped in the middle of a call; the next call gets a new one. */
  | "worker_crashed"
  /** The recordings were not kept: `classify` was called without `keepRecordings`. */
  | "recordings_not_kept"
  /** The recordings are gone: the result was released, or its worker was replaced. */
  | "recordings_released";

/** Where in the input an error is. */
export interface ErrorPlace {
  /** Line of the file, counted from 1. */
  readonly line?: number | undefined;
  /** Name of the column, or its place counted from 1 where it has no name. */
  readonly column?: string | number | undefined;
}

/** Every failure of this package but an abort, which rejects with the signal's reason. */
export class PainwaveError extends Error {
  override readonly name = "PainwaveError";
  /** Stable: safe to compare with. */
  readonly code: PackageErrorCode | (string & {});
  /** Line of the file, counted from 1, where the error has one. */
  readonly line: number | undefined;
  /** Name of the column, where the error has one. */
  readonly column: string | number | undefined;

  constructor(code: PainwaveError["code"], message: string, place: ErrorPlace = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.line = place.line;
    this.column = place.column;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
