import type { ClassifierInfo, ClassScores, Engine, MissingSubjects, Precision, Recording } from "./types.js";

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
    idColumn: string,
    labels: Uint8Array,
    ids: readonly string[],
    predicted: readonly string[],
  ): WasmScores;
}

export interface WasmClassifier {
  info(): WasmInfo;
  job(): WasmJob;
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

/** One file that is being read. */
export interface WasmJob {
  read(bytes: Uint8Array): void;
  end(): void;
  /** Complete recordings that have this many windows, or what is left at the end. */
  take(windows: number): WasmPortion | undefined;
  warnings(): string[];
  order(): string[];
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
}
