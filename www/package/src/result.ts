import { PainwaveError } from "./errors.js";
import type { Outcome } from "./file-job.js";
import { idColumns, idParts } from "./schema.js";
import type { WorkerSession } from "./session.js";
import type { CsvOptions, Prediction, Recording, Refusal, Repair, Result } from "./types.js";
import type { WasmInfo } from "./wasm.js";

/** Where the recordings of a result are kept. */
export interface KeptJob {
  readonly session: WorkerSession;
  readonly job: number;
}

/** The result of one call. */
export class JobResult implements Result {
  readonly predictions: readonly Prediction[];
  readonly warnings: readonly string[];
  readonly repairs: readonly Repair[];
  readonly refused: readonly Refusal[];
  readonly #info: WasmInfo;
  readonly #asked: boolean;
  #kept: KeptJob | undefined;

  constructor(outcome: Outcome, info: WasmInfo, kept: KeptJob | undefined) {
    this.predictions = outcome.predictions;
    this.warnings = outcome.warnings;
    this.repairs = outcome.repairs;
    this.refused = outcome.refused;
    this.#info = info;
    this.#asked = kept !== undefined;
    this.#kept = kept;
  }

  toCsv(options: CsvOptions = {}): string {
    const { classes, schema } = this.#info;
    const shown = options.probabilities ? classes : [];
    const ids = idColumns(schema);
    const rows = [[...ids, schema.label ?? "label", ...shown]];
    for (const { id, label, probabilities } of this.predictions) {
      rows.push([
        ...idParts(id, ids.length),
        label,
        ...shown.map((name) => shortest(probabilities[name] ?? 0)),
      ]);
    }
    return rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
  }

  async recording(id: string): Promise<Recording | undefined> {
    if (!this.#asked) {
      throw new PainwaveError(
        "RECORDINGS_NOT_KEPT",
        "call `classify` with `keepRecordings` to read recordings",
      );
    }
    if (!this.#kept?.session.alive) {
      throw new PainwaveError(
        "RECORDINGS_RELEASED",
        "the recordings of this result are gone; classify the file again",
      );
    }
    const recording = await this.#kept.session.call("recording", { job: this.#kept.job, id });
    if (recording?.times.length === 0) {
      throw new PainwaveError(
        "RECORDINGS_RELEASED",
        "this recording was let go of, since the file has more than can be kept",
      );
    }
    return recording;
  }

  release(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    kept?.session.call("release", { job: kept.job }).catch(() => undefined);
  }
}

/** The fewest digits that read back as the same 32-bit number, which is what probabilities are. */
function shortest(value: number): string {
  const digits = [6, 7, 8].find(
    (count) => Math.fround(Number(value.toPrecision(count))) === Math.fround(value),
  );
  return String(Number(value.toPrecision(digits ?? 9)));
}

/** A CSV field, in quotes where it needs them. */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
