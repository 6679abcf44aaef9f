import { closed } from "./calls.js";
import type { Companion, Pace } from "./companion.js";
import type { StartedEngine } from "./engines.js";
import { messageOf } from "./errors.js";
import type { Adapter } from "./gpu.js";
import { windowsOf } from "./meter.js";
import type { WasmPortion } from "./wasm.js";

/** Windows still to be classified from which on it is worth asking for an adapter. */
const MANY_WINDOWS = 4096;
/**
 * Seconds that the CPU still needs from which on the large module is worth its download, its compilation and
 * the time until its shaders are compiled: some five seconds together.
 */
const LONG_SECONDS = 10;
/** How many times slower than the CPU on one portion an engine is that will not be faster on many. */
const HOPELESS = 50;

/** What `auto` goes by, for tests to replace. */
export interface AutoHost {
  findAdapter(): Promise<Adapter>;
  /** Fetches the engine `webgpu`; absent, if this build does not have it. */
  readonly start: (() => Promise<StartedEngine>) | undefined;
  /** Milliseconds. */
  now(): number;
}

/**
 * The device `auto`: the CPU, until a file is long enough for a try of WebGPU to pay. The try is a calibration
 * beside the running work, on windows that the CPU has done already, so that it holds nothing up; WebGPU joins
 * in where it is the faster of the two. What it comes to holds for all later files.
 */
export class Auto implements Companion {
  readonly alone = false;
  readonly #host: AutoHost;
  #state: "untried" | "found" | "busy" | "decided" = "untried";
  #why: string;
  #engine: StartedEngine | undefined;
  /** The engine that is being calibrated. */
  #trial: StartedEngine | undefined;
  #closed = false;

  constructor(host: AutoHost) {
    this.#host = host;
    this.#why = "auto takes cpu: it starts at once and needs no further download";
    if (host.start === undefined) this.#state = "decided";
    else this.#why += "; a file that takes it long is a reason to try webgpu";
  }

  get why(): string {
    return this.#why;
  }

  get engine(): StartedEngine | undefined {
    return this.#engine;
  }

  consider(pace: Pace): void {
    const { windowsLeft, windowsPerSecond } = pace;
    if (this.#state === "untried" && windowsLeft >= MANY_WINDOWS) this.#run(() => this.#look());
    const long = windowsLeft >= LONG_SECONDS * windowsPerSecond;
    if (this.#state === "found" && long) this.#run(() => this.#calibrate(pace));
  }

  fail(error: unknown): void {
    this.#decide(`webgpu failed: ${messageOf(error)}; cpu runs instead`);
  }

  close(): void {
    this.#closed = true;
    for (const engine of [this.#engine, this.#trial]) engine?.session.end(closed());
  }

  #run(step: () => Promise<void>): void {
    this.#state = "busy";
    step().catch((error) => this.#decide(`auto stays on cpu: webgpu was refused: ${messageOf(error)}`));
  }

  async #look(): Promise<void> {
    const adapter = await this.#host.findAdapter();
    if (adapter.name === undefined) this.#decide(`auto stays on cpu: ${adapter.reason}`);
    else if (adapter.software) {
      this.#decide(`auto stays on cpu: the adapter for WebGPU is a software one (${adapter.name})`);
    } else this.#state = "found";
  }

  async #calibrate({ windowsPerSecond: cpu, recent }: Pace): Promise<void> {
    this.#why = "auto takes cpu, and measures webgpu beside it";
    const engine = await this.#host.start?.();
    if (engine === undefined) return;
    this.#trial = engine;
    try {
      if (this.#closed) return;
      const webgpu = await this.#rate(engine, [...recent()], cpu);
      const [slower = "", faster = ""] = [cpu, webgpu].sort((a, b) => a - b).map(whole);
      if (webgpu > cpu) {
        this.#decide(
          `auto takes webgpu: ${faster} windows a second against ${slower} on cpu, measured here`,
          engine,
        );
        return;
      }
      this.#decide(
        `auto stays on cpu: ${faster} windows a second against ${slower} on webgpu, measured here`,
      );
    } finally {
      this.#trial = undefined;
      if (this.#engine !== engine) engine.session.end(closed());
    }
  }

  /**
   * Windows a second, once the shaders are compiled. One portion tells whether it is worth to measure many: a
   * software adapter that does not say so would take minutes.
   */
  async #rate({ session }: StartedEngine, portions: WasmPortion[], cpu: number): Promise<number> {
    let rate = 0;
    for (const some of [portions.slice(0, 1), portions]) {
      await session.call("classify", { portions: some });
      const before = this.#host.now();
      const predictions = await session.call("classify", { portions: some });
      rate = (1000 * windowsOf(predictions)) / (this.#host.now() - before);
      if (rate < cpu / HOPELESS) break;
    }
    return rate;
  }

  #decide(why: string, engine?: StartedEngine): void {
    this.#state = "decided";
    this.#why = why;
    this.#engine = engine;
  }
}

function whole(number: number): string {
  return Math.round(number).toLocaleString("en");
}
