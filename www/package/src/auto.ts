import type { Companion, Pace } from "./companion.js";
import type { StartedEngine } from "./engines.js";
import { closed, messageOf } from "./errors.js";
import type { Adapter } from "./gpu.js";
import { windowsOf, windowsPerSecond } from "./meter.js";
import type { WasmPortion } from "./wasm.js";

/** From this many windows still to be classified on, the adapter is asked for. */
const MANY_WINDOWS = 4096;
/**
 * From this many seconds that the CPU still needs on, WebGPU is tried. The download and compilation of its module and the
 * compilation of its shaders take about five seconds.
 */
const LONG_SECONDS = 10;
/** An engine that is this many times slower than the CPU on one portion will not be faster on many. */
const HOPELESS = 50;

/** What `auto` needs of its surroundings; tests replace it. */
export interface AutoHost {
  findAdapter(): Promise<Adapter>;
  /** Fetches and starts the engine `webgpu`; absent, if this build does not have it. The signal stops that. */
  readonly start: ((signal: AbortSignal) => Promise<StartedEngine>) | undefined;
}

/**
 * The device `auto`: the CPU, until a file is long enough for a try of WebGPU to pay. The try is a calibration
 * beside the running work, on windows that the CPU has done already, so that nothing waits for it; WebGPU joins
 * in where it is the faster of the two. Both are measured by the time that they are busy. The outcome holds for all
 * later files.
 */
export class Auto implements Companion {
  readonly alone = false;
  readonly #host: AutoHost;
  readonly #ending = new AbortController();
  #state: "untried" | "found" | "busy" | "decided" = "untried";
  #why: string;
  #engine: StartedEngine | undefined;
  /** The engine that is being calibrated. */
  #trial: StartedEngine | undefined;

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

  fail(engine: StartedEngine, error: unknown): void {
    if (engine !== this.#engine) return;
    this.#decide(`webgpu failed: ${messageOf(error)}; cpu runs instead`);
    engine.session.end(error);
  }

  close(): void {
    this.#ending.abort(closed());
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
    const { signal } = this.#ending;
    const engine = await this.#host.start?.(signal);
    if (engine === undefined) return;
    this.#trial = engine;
    try {
      if (signal.aborted) return;
      const webgpu = await this.#rate(engine, [...recent()], cpu);
      const [slower = "", faster = ""] = [cpu, webgpu].sort((a, b) => a - b).map(rounded);
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
   * Windows a second, once the shaders are compiled. One portion is measured before many: a software adapter that is not
   * marked as such would take minutes for them.
   */
  async #rate({ session }: StartedEngine, portions: WasmPortion[], cpu: number): Promise<number> {
    let rate = 0;
    for (const some of [portions.slice(0, 1), portions]) {
      await session.call("classify", { portions: some });
      const { answers, busyMs } = await session.call("classify", { portions: some });
      rate = windowsPerSecond(windowsOf(answers), busyMs);
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

function rounded(number: number): string {
  return Math.round(number).toLocaleString("en");
}
