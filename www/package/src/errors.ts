import type { ColumnChoice } from "./types.js";

/**
 * What a {@link PainwaveError} can be about when this package itself raises it. The errors of a data file or
 * a bundle come from the classifier and have codes of their own, which are as stable as these.
 */
export type PackageErrorCode =
  /** The classifier was closed. */
  | "CLOSED"
  /** The input is not of an accepted kind. */
  | "SOURCE_TYPE"
  /** The input could not be read to its end. */
  | "READ_FAILED"
  /** The input starts like gzip but cannot be unpacked. */
  | "GZIP_INVALID"
  /** The input is gzip that is cut off. */
  | "GZIP_CUT"
  /** The input starts like a .zip but cannot be unpacked. */
  | "ZIP_INVALID"
  /** A file in a .zip has a password. */
  | "ZIP_ENCRYPTED"
  /** A .zip has no recordings in it, or no labels where these are wanted. */
  | "ZIP_EMPTY"
  /** The module that reads workbooks is not part of this build of the package. */
  | "SPREADSHEET_NOT_BUILT"
  /** A file of this package, or a bundle, could not be fetched. */
  | "DOWNLOAD_FAILED"
  /** The WebAssembly module could not be compiled here. */
  | "WASM_FAILED"
  /** The option `device` is not a known device. */
  | "UNKNOWN_DEVICE"
  /** The option `precision` is not a known precision. */
  | "UNKNOWN_PRECISION"
  /** An option has a value that it cannot have. */
  | "OPTION"
  /** The worker could not be started: its script must come from the page's own origin. */
  | "WORKER_FAILED"
  /** The engine is not part of this build of the package. */
  | "ENGINE_NOT_BUILT"
  /** The machine does not offer what the engine needs. */
  | "ENGINE_UNAVAILABLE"
  /** The worker stopped in the middle of a call that cannot be repeated, or did so twice. */
  | "WORKER_CRASHED"
  /** The recordings were not kept: `classify` was called without `keepRecordings`. */
  | "RECORDINGS_NOT_KEPT"
  /** The recordings are gone: the result was released, or its worker was replaced. */
  | "RECORDINGS_RELEASED"
  /** Something is wrong in this package itself. */
  | "INTERNAL";

/** Where in the input an error is, and what could be there. */
export interface ErrorLocation {
  /** Name of the file, where there are several. */
  readonly file?: string | undefined;
  /** Line of the file, counted from 1. */
  readonly line?: number | undefined;
  /** Name of the column, or its number counted from 1 where it has no name. */
  readonly column?: string | number | undefined;
  /** With code `MISSING_COLUMN`: the columns that are missing and those that could be meant. */
  readonly columns?: ColumnChoice | undefined;
}

/** Every failure of this package but an abort, which rejects with the signal's reason. */
export class PainwaveError extends Error {
  override readonly name = "PainwaveError";
  /** Stable: safe to compare with. */
  readonly code: PackageErrorCode | (string & {});
  /** Name of the file, where there are several. */
  readonly file: string | undefined;
  /** Line of the file, counted from 1, where the error has one. */
  readonly line: number | undefined;
  /** Name of the column, where the error has one. */
  readonly column: string | number | undefined;
  /** With code `MISSING_COLUMN`: the columns that are missing and those that could be meant. */
  readonly columns: ColumnChoice | undefined;

  constructor(code: PainwaveError["code"], message: string, location: ErrorLocation = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = location.file;
    this.line = location.line;
    this.column = location.column;
    this.columns = location.columns;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a call of a closed classifier is rejected with. */
export function closed(): PainwaveError {
  return new PainwaveError("CLOSED", "the classifier was closed");
}
