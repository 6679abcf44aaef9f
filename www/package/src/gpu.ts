import { PainwaveError } from "./errors.js";
import type { Engine } from "./types.js";

/** As much of WebGPU as is needed to know whether it is there. */
interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/**
 * Makes sure that what an engine needs of the machine is there: before a large module is fetched in vain, and
 * once more in the worker, which browsers may offer less than the page.
 */
export async function requireDevice(engine: Engine): Promise<void> {
  if (engine !== "webgpu") return;
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: Gpu };
  if (gpu === undefined) throw unavailable("WebGPU is not offered here");
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter === null) throw unavailable("WebGPU finds no adapter on this machine");
}

function unavailable(message: string): PainwaveError {
  return new PainwaveError("ENGINE_UNAVAILABLE", message);
}
