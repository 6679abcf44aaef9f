import { messageOf, PainwaveError } from "./errors.js";
import type { ColumnChoice, Engine, Kind, Precision, Recording } from "./types.js";
import type {
  ReadOptions,
  Summary,
  WasmAnswer,
  WasmEvidence,
  WasmInfo,
  WasmPortion,
  WasmPrediction,
  WasmScores,
} from "./wasm.js";

/** What the page thread can ask of a worker: the arguments and the answer of each call. */
export interface Calls {
  /** Starts the module; must come first. */
  start: { args: { module: WebAssembly.Module }; answer: undefined };
  /** The bundle inside the module, if it has one. */
  embeddedBundle: { args: undefined; answer: Uint8Array | undefined };
  /** Makes the classifier that all later jobs use. */
  load: {
    args: { bundle: Uint8Array | undefined; engine: Engine; precision: Precision | undefined };
    answer: WasmInfo;
  };
  /**
   * Opens a job under a number that the caller chooses. Without `files` their bytes come by `push`; `repeatable` says
   * whether once more, if that is asked for.
   */
  open: {
    args: {
      job: number;
      files: readonly NamedBlob[] | undefined;
      options: ReadOptions;
      repeatable: boolean;
    };
    answer: undefined;
  };
  /**
   * The next piece of the files, or the end of all; answered when there is room for more, by whether more of the
   * same file is wanted.
   */
  push: { args: { job: number; piece: Piece | undefined }; answer: boolean };
  /** Reads on until some subjects are complete that have this many windows, or until the end of all files. */
  read: { args: { job: number; windows: number }; answer: Read };
  /** Classifies the segments of some portions, in their order. */
  classify: { args: { portions: WasmPortion[] }; answer: Classified };
  /** Puts together what was found in segments that follow each other: the predictions for recordings that end with one. */
  join: {
    args: { job: number; segments: readonly AnsweredSegment[] };
    answer: (WasmPrediction | undefined)[];
  };
  /** What was found in the files. Only after their end is read. */
  summary: { args: { job: number; shift: ShiftSums }; answer: Summary };
  /** One subject's signals; `undefined` for an id that is not in the file. */
  recording: { args: { job: number; id: string }; answer: Recording | undefined };
  /** Frees files and their recordings, read to their end or not. */
  release: { args: { job: number }; answer: undefined };
  /** Compares predicted labels with a labels file. */
  evaluate: {
    args: {
      classes: readonly string[];
      idColumns: readonly string[];
      labelColumn: string | undefined;
      /** The labels' file as it is, packed or not. */
      labels: Uint8Array<ArrayBuffer>;
      /** Empty, where it has none. */
      fileName: string;
      strict: boolean;
      ids: string[];
      predicted: string[];
    };
    answer: WasmScores;
  };
  /** What a file is, or what is in it. */
  kindsOf: { args: { name: string; blob: Blob }; answer: Kind[] };
}

/** A file that the worker reads itself. */
export interface NamedBlob {
  readonly name: string;
  readonly blob: Blob;
}

/** A part of files that come one after the other: the beginning of one, some of its bytes, or why there are no more. */
export type Piece =
  | { readonly begin: string }
  | { readonly chunk: Uint8Array<ArrayBuffer> }
  | { readonly failure: Failure };

/** How far a file is read. */
export interface Read {
  /** The next subjects; none, if none are left. "again": all pieces are to be pushed once more. */
  readonly portion: WasmPortion | "again" | undefined;
  /** Bytes read so far, as they are in the file. */
  readonly bytesRead: number;
}

/** Sums over subjects of the normal scores of their channels' levels. */
export interface ShiftSums {
  readonly subjects: number;
  readonly sums: readonly number[];
}

/** A segment and what was found in it. */
export interface AnsweredSegment {
  readonly first: number;
  readonly ended: boolean;
  readonly evidence: WasmEvidence;
}

/** What came of some portions. */
export interface Classified {
  /** One for each segment, in their order. */
  readonly answers: readonly WasmAnswer[];
  /** Milliseconds that the engine worked on them, without any time that the call waited for its turn. */
  readonly busyMs: number;
}

export type CallName = keyof Calls;

/** Page thread to worker. */
export type Request = {
  [K in CallName]: { readonly number: number; readonly call: K; readonly args: Calls[K]["args"] };
}[CallName];

/** Worker to page thread: the answer to the request of the same number, or why there is none. */
export type Reply =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly failure: Failure };

/** An error in a form that can be posted. */
export interface Failure {
  /** A code means that the call failed; none means that the module broke and must not be used again. */
  readonly code: string | undefined;
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: string | number | undefined;
  readonly columns?: ColumnChoice | undefined;
}

/** An error as it can be posted. */
export function failureOf(error: unknown): Failure {
  const { code, file, line, column, columns } = (
    typeof error === "object" && error !== null ? error : {}
  ) as Partial<Failure>;
  const message = messageOf(error);
  return { code: typeof code === "string" ? code : undefined, message, file, line, column, columns };
}

/** A posted error that has a code. */
export function errorOf(failure: Failure): PainwaveError {
  return new PainwaveError(failure.code ?? "INTERNAL", failure.message, failure);
}

/** A worker as its owner sees it, the same in browsers and Node. */
export interface WorkerPort {
  post(request: Request, transfer: ArrayBuffer[]): void;
  /** Sets what is called with each reply, and what is called when the worker has died. */
  listen(onReply: (reply: Reply) => void, onDeath: (reason: string) => void): void;
  /** Whether an answer is awaited: an idle worker must not keep a Node process alive. */
  setBusy(busy: boolean): void;
  terminate(): void;
}

/** The owner as the worker sees it. */
export interface OwnerPort {
  post(reply: Reply, transfer: ArrayBuffer[]): void;
  listen(onRequest: (request: Request) => void): void;
}
