import { closed } from "./calls.js";
import { type EngineOptions, type StartedEngine, startEngine } from "./engines.js";
import { messageOf } from "./errors.js";
import type { Host } from "./host.js";
import type { WasmPortion } from "./wasm.js";

/** How a file goes on the CPU. */
export interface Pace {
  readonly windowsLeft: number;
  readonly windowsPerSecond: number;
  /** The portions that were classified last. */
  recent(): readonly WasmPortion[];
}

/** What computes beside the engine `cpu` or instead of it. */
export interface Companion {
  /** What runs and why. */
  readonly why: string;
  /** The engine, as long as there is one. */
  readonly engine: StartedEngine | undefined;
  /** Whether it classifies all by itself. */
  readonly alone: boolean;
  /** Hears how a file goes, which may be a reason to look for an engine. Nothing waits for it. */
  consider(pace: Pace): void;
  /** The engine has failed: from now on it is the CPU. */
  fail(error: unknown): void;
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

  fail(error: unknown): void {
    this.why = `${this.engine?.info.engine} failed: ${messageOf(error)}; cpu runs instead`;
    this.engine = undefined;
  }

  close(): void {
    this.engine?.session.end(closed());
  }
}
