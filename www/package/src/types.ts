/** What to compute on. `auto` lets the package choose. */
export type Device = "auto" | Engine;

/**
 * What computes: `cpu` is the fused SIMD forward pass; `webgpu` and `ndarray` are the Burn network on WebGPU
 * and on the CPU, in a larger module that is fetched only when needed.
 */
export type Engine = "cpu" | "webgpu" | "ndarray";

/**
 * What the engine `cpu` computes the products of recurrent layers in: 32-bit floating point, 16-bit integers, or 8-bit
 * integers. The other engines have `f32` only.
 */
export type Precision = "f32" | "i16" | "i8";

/**
 * A file in any of the forms that the platform has: a table as text, gzip of one, a .zip of some, or a workbook (.xlsx,
 * .xls, .ods). Its first bytes tell which. A stream that is not read to its end, since its call was aborted or failed,
 * is cancelled.
 */
export type Source =
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | ArrayBuffer
  | ArrayBufferView
  /** The text itself, not an address. */
  | string
  | AsyncIterable<Uint8Array | string>;

/** A file with its name, which may say whose recording it is. A `File` brings its own. */
export interface NamedSource {
  /** Its name, or its path in a folder. */
  readonly name: string;
  readonly source: Source;
}

/** What a file is: `bundle` is a model; `unknown` may be recordings whose columns are named differently. */
export type Kind = "recordings" | "labels" | "bundle" | "unknown";

/** A bundle: its bytes, or where to fetch them. In Node an address must be absolute, with its scheme. */
export type BundleSource = Blob | ArrayBuffer | ArrayBufferView | URL | string;

/** How far a call is. */
export interface Progress {
  /** `download`: fetching the module; `start`: compiling it and proving the engine; `classify`: the rest. */
  readonly phase: "download" | "start" | "classify";
  /** Bytes read so far, as they are in the file or on the wire. */
  readonly bytesRead: number;
  /** All bytes, where that is known. */
  readonly bytesTotal: number | undefined;
  /** Subjects classified so far. */
  readonly subjects: number;
}

/** Called with the progress of a call. It should not throw. */
export type OnProgress = (progress: Progress) => void;

/** Options of `createClassifier`. */
export interface ClassifierOptions {
  /** What to compute on; default `auto`. An engine that cannot run is refused and `info.why` says so. */
  readonly device?: Device | undefined;
  /**
   * The least exact precision that may be computed in; the fastest here that is at least as exact is taken. Default:
   * those that the bundle allows, since they were measured to change no label and hardly a probability.
   */
  readonly precision?: Precision | undefined;
  /**
   * Max workers that share the work on a file; default as many as the machine can run at once, but at most 8.
   * All but the first are started when a file is long enough to gain from them.
   */
  readonly workers?: number | undefined;
  /** Another model; default the embedded one. */
  readonly bundle?: BundleSource | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of `classify`. */
export interface ClassifyOptions {
  /** Makes an error of anything that would have to be put right. Default `false`. */
  readonly strict?: boolean | undefined;
  /** The files' names of columns that the model has under other names: `{ joint_00: "Knee angle" }`. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
  /**
   * Called with subjects as soon as they are classified, some at a time, in the order in which their rows end in
   * the file. A subject with more rows further down comes again at the end. It should not throw.
   */
  readonly onPredictions?: ((predictions: readonly Prediction[]) => void) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Keeps the recordings in a worker, for `result.recording(id)`, until `result.release()` or
   * `classifier.close()`; of very large files the last 256 MB of them. Default `false`.
   */
  readonly keepRecordings?: boolean | undefined;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Makes an error of anything that would have to be put right in the labels. Default `false`. */
  readonly strict?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One subject's outcome. */
export interface Prediction {
  /** The subject's id, as written in the file. */
  readonly id: string;
  /** The class that the model decides for: the most probable one, unless it has thresholds or its windows vote. */
  readonly label: string;
  /** Probability of each class by name; they sum to one. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** The windows that the recording was cut into. */
  readonly windows: {
    /** How many there are. All of them count for the probabilities. */
    readonly count: number;
    /**
     * First step of each window, or of evenly spaced ones if there are more than 4096: `[windows]`. Subjects whose windows
     * start alike may have the array in common.
     */
    readonly starts: Uint32Array;
    /** Probability of each class in each of those: `[windows, classes]`, classes as in `info.classes`. */
    readonly probabilities: Float32Array;
  };
  /**
   * The classes that the subject may well be of, which are four times in five with the true one among them, if the subject is
   * as those were that the model was judged on. All classes, if it is `unlike` them. Not there, if the model has no sets.
   */
  readonly set?: readonly string[];
  /** The same for each coverage that the model has. */
  readonly sets: readonly PredictionSet[];
  /** Share of the training subjects that are at least as unlike the others. Not there, if the model cannot tell. */
  readonly pValue?: number;
  /** Whether the recording is unlike all that the model has seen: what is predicted then has no ground. */
  readonly unlike: boolean;
  /** What is unusual about this subject. */
  readonly warnings: readonly string[];
  /** What is worth knowing and no reason to doubt. */
  readonly notes: readonly string[];
}

/** The classes that a subject may well be of. */
export interface PredictionSet {
  /** In this share of subjects of each class the true one is among them. */
  readonly coverage: number;
  readonly classes: readonly string[];
}

/** One subject's signals, in the order of time. */
export interface Recording {
  /** Time of each step: `[steps]`. */
  readonly times: Float64Array;
  /** Names of the numeric channels. */
  readonly channels: readonly string[];
  /** Their values: `[steps, channels]`. */
  readonly values: Float32Array;
}

/** What to write into a results file. */
export interface CsvOptions {
  /** Adds a column with the probability of each class. Default `false`. */
  readonly probabilities?: boolean | undefined;
}

/** One kind of thing that was put right, so that a file could be read. */
export interface Repair {
  /** Stable name of the kind. */
  readonly code: string;
  /** How often it was done. */
  readonly count: number;
  /** Name of the file that it was done in first, where files have names. */
  readonly file?: string | undefined;
  /** Line of the first, counted from 1. */
  readonly line: number;
  /** What was done, in words. */
  readonly message: string;
}

/** A subject that cannot be read, or a file of several. */
export interface Refusal {
  /** The subject's id; empty for a file, and for rows that do not say whose they are. */
  readonly id: string;
  /** Stable name of what is wrong. */
  readonly code: string;
  /** Name of the file, where files have names. */
  readonly file?: string | undefined;
  /** Line of the file, counted from 1, where the reason has one. */
  readonly line?: number | undefined;
  /** Name of the column, where the reason is in one. */
  readonly column?: string | undefined;
  /** What is wrong, in words. */
  readonly message: string;
}

/** What an error about missing columns says beside its message. */
export interface ColumnChoice {
  /** The model's columns that are not in the file, each with the most similar one that is. */
  readonly missing: readonly { readonly name: string; readonly similar?: string | undefined }[];
  /** The file's columns, with some values of each. */
  readonly found: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** The result of one call: of a file, or of several as if they were one. */
export interface Result {
  /** One per subject that could be read, in the order in which the subjects first appear. */
  readonly predictions: readonly Prediction[];
  /** What is unusual about the files. */
  readonly warnings: readonly string[];
  /** What was put right, each kind once. */
  readonly repairs: readonly Repair[];
  /** Subjects that could not be read, and files where there were several. */
  readonly refused: readonly Refusal[];
  /** The results as CSV: id and label, with the names that the training files use. */
  toCsv(options?: CsvOptions): string;
  /**
   * One subject's signals, for plotting; `undefined` for an id that is not in the file. Only for a call with
   * `keepRecordings`.
   */
  recording(id: string): Promise<Recording | undefined>;
  /** Frees the kept recordings. The predictions stay. */
  release(): void;
}

/** Scores of one class. */
export interface ClassScores {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Subjects whose true class it is. */
  readonly support: number;
}

/** How well predictions match known labels, computed as scikit-learn does. */
export interface Scores {
  /** Subjects with a prediction and a label: those that are compared. */
  readonly subjects: number;
  readonly accuracy: number;
  /** Mean recall of the classes that have subjects. */
  readonly balancedAccuracy: number;
  /** Matthews correlation coefficient, from -1 to 1; 0 is as good as chance. */
  readonly mcc: number;
  readonly weightedF1: number;
  readonly macroF1: number;
  /** `[true class][predicted class]`, classes as in `info.classes`. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassScores[];
  /** Subjects that are in only one of the two files: part of no score. */
  readonly missing: MissingSubjects;
  /** What was put right in the labels, each kind once. */
  readonly repairs: readonly Repair[];
}

/** Ids that are in only one of the two files. */
export interface MissingSubjects {
  /** Subjects that have a prediction and no label. */
  readonly withoutLabel: readonly string[];
  /** Subjects that have a label and no prediction. */
  readonly withoutPrediction: readonly string[];
  /** How many subjects the labels name without a class. */
  readonly unlabelled: number;
}

/** Which columns of a CSV a model reads, and as what. */
export interface Schema {
  /** Column with the subject's id, or the columns that name a recording together. */
  readonly id: string | readonly string[];
  /** Column with the time of a row; none, where the order of the rows is their time. */
  readonly time?: string | undefined;
  /** Column with the true class, where there is one. */
  readonly label?: string | undefined;
  /** Numeric columns. */
  readonly channels: readonly string[];
  /** Columns that hold one of a few words. */
  readonly categories: readonly { readonly column: string; readonly levels: readonly string[] }[];
  /** Columns that such files have but the model does not read. */
  readonly ignored: readonly string[];
}

/** Where a model comes from and how good it is. */
export interface ModelCard {
  readonly name: string;
  readonly description: string;
  /** The recipe, as the trainer read it. */
  readonly recipe: string;
  /** Description and SHA-256 of the training files; `origin` says what the recordings are. */
  readonly data: Readonly<Record<string, string>>;
  readonly split: string;
  /** Scores on the validation subjects. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The 95 % confidence interval of each score, low and high end; not in bundles of older trainers. */
  readonly intervals?: Readonly<Record<string, readonly [number, number]>>;
  /** On the validation subjects: `[true class][predicted class]`. */
  readonly confusion: readonly (readonly number[])[];
  /** What precisions other than `f32` change on the validation subjects. */
  readonly precisions?: readonly PrecisionCheck[];
  readonly date: string;
  readonly trainer: string;
}

/** What a precision changes, compared with `f32`. */
export interface PrecisionCheck {
  readonly precision: Precision;
  /** How many subjects it was measured on. */
  readonly subjects: number;
  /** How many of them got another label. */
  readonly flips: number;
  /** The max change of a subject's probability of a class. */
  readonly greatest_change: number;
}

/** What a classifier runs on and with. */
export interface ClassifierInfo {
  /** The device that was asked for. */
  readonly asked: Device;
  /** The engine that runs. */
  readonly device: Engine;
  /** Why that one. */
  readonly why: string;
  /** What the engine multiplies in. */
  readonly precision: Precision;
  /** Max workers that share the work on a file. */
  readonly workers: number;
  readonly classes: readonly string[];
  readonly schema: Schema;
  /** How recordings are cut into windows, in steps. */
  readonly window: { readonly length: number; readonly stride: number; readonly tail: "drop" | "pad" };
  /** Networks in the ensemble. */
  readonly members: number;
  readonly card: ModelCard;
}

/** A model, ready in its workers. */
export interface Classifier {
  /** What it runs on at present: a device that fails is replaced. */
  readonly info: ClassifierInfo;
  /**
   * Classifies every subject of a file, or of several, which are read one after the other. Calls may overlap: they
   * start in their order, each when those before it are over, but none waits for the end of a stream.
   */
  classify(
    source: Source | NamedSource | readonly (Source | NamedSource)[],
    options?: ClassifyOptions,
  ): Promise<Result>;
  /** Compares a result with a labels file (id, label). */
  evaluate(labels: Source | NamedSource, result: Result, options?: EvaluateOptions): Promise<Scores>;
  /** What a file is by its first bytes, or what is in it: an archive may hold recordings and labels. */
  kindsOf(
    source: Source | NamedSource,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly Kind[]>;
  /** Ends the workers. Calls that still run are rejected with code `CLOSED`. */
  close(): Promise<void>;
}
