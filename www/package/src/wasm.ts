import type { ClassifierInfo, ClassScores, Engine, MissingSubjects, Precision, Recording } from "./types.js";

/** What one of the two wasm-bindgen modules exports. */
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
  free(): void;
}

/** What the module knows of a loaded model. */
export type WasmInfo = Omit<ClassifierInfo, "asked" | "device" | "why"> & { readonly engine: Engine };

/** One input file. */
export interface WasmJob {
  feed(chunk: Uint8Array): Promise<WasmPrediction[]>;
  end(): void;
  next(): Promise<WasmPrediction[]>;
  warnings(): string[];
  order(): string[];
  recording(id: string): Recording | undefined;
  free(): void;
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
