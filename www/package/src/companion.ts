import { type EngineOptions, type StartedEngine, startEngine } from "./engines.js";
import { closed, messageOf } from "./errors.js";
import type { Host } from "./host.js";
import type { WasmPortion } from "./wasm.js";

/** The progress of a file on the CPU. */
export interface Pace {
  /** Windows still to be classified. */
  readonly windowsLeft: number;
  /** What all workers together do while they have work. */
  readonly windowsPerSecond: number;
  /** The portions that were classified last. */
  recent(): readonly WasmPortion[];
}

/** An engine beside `cpu`, or in its stead. */
export interface Companion {
  /** What runs and why. */
  readonly why: string;
  /** The engine, as long as there is one. */
  readonly engine: StartedEngine | undefined;
  /** Whether it classifies all by itself. */
  readonly alone: boolean;
  /** Takes note of how a file goes, which may be a reason to look for an engine. Returns at once. */
  consider(pace: Pace): void;
  /** The engine has failed: from now on it is the CPU. Does nothing for an engine that is no longer in use. */
  fail(engine: StartedEngine, error: unknown): void;
  close(): void;
}

/** The engine that was asked for, and nothing else. */
export class AskedFor implements Companion {
  readonly alone = true;
  why: string;
  engine: StartedEngine | undefined;

  private constructor(why: string, engine: StartedEngine | undefined) {
    this.why = why;
    this.engine = engine;
  }

  static cpu(): AskedFor {
    return new AskedFor("cpu was asked for and reproduces the model's known answers", undefined);
  }

  /** Starts an engine. If it does not run here, it is the CPU. */
  static async start(host: Host, options: EngineOptions): Promise<AskedFor> {
    const { engine, signal } = options;
    try {
      const started = await startEngine(host, options);
      return new AskedFor(`${engine} was asked for and reproduces the model's known answers`, started);
    } catch (error) {
      if (signal?.aborted) throw error;
      return new AskedFor(`${engine} was refused: ${messageOf(error)}; cpu runs instead`, undefined);
    }
  }

  consider(): void {}

  fail(engine: StartedEngine, error: unknown): void {
    if (engine !== this.engine) return;
    this.why = `${engine.info.engine} failed: ${messageOf(error)}; cpu runs instead`;
    this.engine = undefined;
    engine.session.end(error);
  }

  close(): void {
    this.engine?.session.end(closed());
  }
}
