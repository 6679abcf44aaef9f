import type { Engine, Precision, Recording } from "./types.js";
import type { WasmInfo, WasmPortion, WasmPrediction, WasmScores } from "./wasm.js";

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
  /** Opens a file, under a number that the caller chooses. Without `blob` its bytes come by `push`. */
  open: { args: { job: number; blob: Blob | undefined }; answer: undefined };
  /** The next bytes of the file, or its end; answered when there is room for more. */
  push: { args: { job: number; chunk: Uint8Array<ArrayBuffer> | undefined }; answer: undefined };
  /** Reads on until some subjects are complete that have this many windows, or until the end of the file. */
  read: { args: { job: number; windows: number }; answer: Read };
  /** Classifies the recordings of some portions, in their order. */
  classify: { args: { portions: WasmPortion[] }; answer: Classified };
  /** The ids of all subjects in the order of the file, and its warnings. Only after its end is read. */
  summary: { args: { job: number }; answer: { order: string[]; warnings: string[] } };
  /** One subject's signals; `undefined` for an id that is not in the file. */
  recording: { args: { job: number; id: string }; answer: Recording | undefined };
  /** Frees a file and its recordings, read to its end or not. */
  release: { args: { job: number }; answer: undefined };
  /** Compares predicted labels with a labels file. */
  evaluate: {
    args: {
      classes: readonly string[];
      idColumn: string;
      labels: Uint8Array;
      ids: string[];
      predicted: string[];
    };
    answer: WasmScores;
  };
}

/** How far a file is read. */
export interface Read {
  /** The next subjects; none, if none are left. */
  readonly portion: WasmPortion | undefined;
  /** Bytes read so far, as they are in the file. */
  readonly bytesRead: number;
}

/** What came of some portions. */
export interface Classified {
  /** One for each recording, in their order. */
  readonly predictions: readonly WasmPrediction[];
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
  readonly line: number | undefined;
  readonly column: string | number | undefined;
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
