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
  classify(
    ids: readonly string[],
    steps: Uint32Array,
    values: Float32Array,
    codes: Uint8Array,
  ): Promise<WasmPrediction[]>;
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
  /** Complete recordings that have this many windows, or what is left at the end. */
  take(windows: number): WasmPortion | undefined;
  summary(): Summary;
  recording(id: string): Recording | undefined;
  free(): void;
}

/** Recordings side by side. */
export interface WasmPortion {
  readonly ids: string[];
  /** Steps of each: `[recordings]`. */
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
  readonly windows: { readonly starts: Uint32Array; readonly probabilities: Float32Array };
  readonly warnings: readonly string[];
}

export interface WasmScores {
  readonly subjects: number;
  readonly accuracy: number;
  readonly weighted_f1: number;
  readonly macro_f1: number;
  readonly per_class: readonly ClassScores[];
  readonly confusion: readonly (readonly number[])[];
  readonly missing: MissingSubjects;
  readonly repairs: readonly Repair[];
}
