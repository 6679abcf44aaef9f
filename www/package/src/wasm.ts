import type {
  ClassifierInfo,
  ClassScores,
  Engine,
  Kind,
  MissingSubjects,
  Precision,
  Recording,
  Refusal,
  Repair,
} from "./types.js";

/** What each wasm-bindgen module exports. */
export interface WasmModule {
  default(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  WebClassifier: {
    load(
      bundle: Uint8Array | undefined,
      engine: Engine,
      precision: Precision | undefined,
    ): Promise<WasmClassifier>;
  };
  embeddedBundle(): Uint8Array | undefined;
  evaluate(
    classes: readonly string[],
    /** Columns that name a recording. */
    idColumns: readonly string[],
    /** Column with the true class, where the bundle says it. */
    labelColumn: string | undefined,
    labels: Uint8Array,
    /** Name of the labels' file, where it has one. */
    fileName: string | undefined,
    ids: readonly string[],
    predicted: readonly string[],
    options: ReadOptions,
  ): WasmScores;
}

export interface WasmClassifier {
  info(): WasmInfo;
  job(options: ReadOptions): WasmJob;
  /** Says what a file is by its first bytes, which may be all. */
  kindOf(name: string, head: Uint8Array, complete: boolean, options: ReadOptions): Kind;
  /** One answer for each segment of a portion, in their order. */
  classify(
    ids: readonly string[],
    first: Uint32Array,
    ended: Uint8Array,
    steps: Uint32Array,
    values: Float32Array,
    codes: Uint8Array,
  ): Promise<WasmAnswer[]>;
  /** In which channels a file of so many subjects is unlike the training data; `sums` are those of their `levels`. */
  shift(subjects: number, sums: Float64Array): string | undefined;
  free(): void;
}

/** What the module knows of a loaded model. */
export type WasmInfo = Omit<ClassifierInfo, "asked" | "device" | "why" | "workers"> & {
  readonly engine: Engine;
};

/** How files are read. */
export interface ReadOptions {
  readonly strict?: boolean | undefined;
  readonly columns?: Readonly<Record<string, string>> | undefined;
  /** Bytes of recordings that are kept after they were taken, in case that more of their rows follow. */
  readonly spare?: number | undefined;
  /** Whether as many stay when no more can follow. */
  readonly keep?: boolean | undefined;
  /** Names of the files to come, which may say whose recording each is. */
  readonly files?: readonly string[] | undefined;
}

/** What was found in the files of a job. */
export interface Summary {
  /** Ids of the subjects in the order of first appearance, without those that were refused. */
  readonly order: readonly string[];
  readonly warnings: readonly string[];
  readonly repairs: readonly Repair[];
  readonly refused: readonly Refusal[];
}

/** One file that is being read, or one after the other. */
export interface WasmJob {
  /** Names files that are to come, as an archive has them. */
  expect(names: readonly string[]): void;
  /** Begins the next file. Throws what is wrong with the end of the one before. */
  file(name: string): void;
  read(bytes: Uint8Array): void;
  /** Whether all files have to be read once more, which `repeatable` says that they can be. */
  end(repeatable: boolean): boolean;
  /** Complete recordings, and segments of long ones, that have this many windows, or what is left at the end. */
  take(windows: number): WasmPortion | undefined;
  /** Takes what was found in a recording's next segment; gives the prediction, if it was the last. */
  join(
    id: string,
    first: number,
    ended: boolean,
    numbers: Float64Array,
    starts: Uint32Array,
    probabilities: Float32Array,
  ): WasmPrediction | undefined;
  summary(): Summary;
  recording(id: string): Recording | undefined;
  free(): void;
}

/** Recordings, and segments of long ones, side by side. */
export interface WasmPortion {
  /** The recordings that the segments are of. */
  readonly ids: string[];
  /** Index in its recording of the first step of each: `[segments]`. */
  readonly first: Uint32Array<ArrayBuffer>;
  /** Whether its recording ends with each, 1 or 0: `[segments]`. */
  readonly ended: Uint8Array<ArrayBuffer>;
  /** Steps of each: `[segments]`. */
  readonly steps: Uint32Array<ArrayBuffer>;
  /** `[all steps, channels]`. */
  readonly values: Float32Array<ArrayBuffer>;
  /** `[all steps, categories]`. */
  readonly codes: Uint8Array<ArrayBuffer>;
}

export interface WasmPrediction {
  readonly id: string;
  readonly label: string;
  /** In the order of the classes. */
  readonly probabilities: readonly number[];
  readonly windows: WasmWindows;
  readonly sets: readonly WasmSet[];
  readonly pValue: number | undefined;
  readonly unlike: boolean;
  /** Of each channel that is compared with the training data, the normal score of its level. */
  readonly levels: Float32Array;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

export interface WasmSet {
  readonly coverage: number;
  readonly classes: readonly string[];
}

/** What the windows of a segment say of its recording. */
export interface WasmEvidence {
  readonly id: string;
  readonly windows: WasmWindows;
  readonly numbers: Float64Array;
}

/** Why a recording cannot be classified. */
export interface WasmFailure {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

export type WasmAnswer = WasmPrediction | WasmEvidence | WasmFailure;

export interface WasmWindows {
  /** How many there are. */
  readonly count: number;
  /** First steps of those that are kept. */
  readonly starts: Uint32Array;
  readonly probabilities: Float32Array;
}

export interface WasmScores {
  readonly subjects: number;
  readonly accuracy: number;
  readonly balanced_accuracy: number;
  readonly mcc: number;
  readonly weighted_f1: number;
  readonly macro_f1: number;
  readonly per_class: readonly ClassScores[];
  readonly confusion: readonly (readonly number[])[];
  readonly missing: MissingSubjects;
  readonly repairs: readonly Repair[];
}
