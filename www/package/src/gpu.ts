import { PainwaveError } from "./errors.js";
import type { Engine } from "./types.js";

/** As much of WebGPU as is needed to know what is there. */
interface Gpu {
  requestAdapter(): Promise<GpuAdapter | null>;
}

interface GpuAdapter {
  readonly info?: Partial<Record<"vendor" | "architecture" | "device" | "description", string>> & {
    readonly isFallbackAdapter?: boolean;
  };
  readonly isFallbackAdapter?: boolean;
}

/** What a machine offers for WebGPU: an adapter, or why there is none that is worth a try. */
export type Adapter =
  | { readonly name: string; readonly software: boolean }
  | { readonly name: undefined; readonly reason: string };

/** Software renderers by the names that they go by; not every browser marks them. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** Looks for an adapter. */
export async function findAdapter(): Promise<Adapter> {
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: Gpu };
  if (gpu === undefined) return { name: undefined, reason: "WebGPU is not offered here" };
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter === null) return { name: undefined, reason: "WebGPU finds no adapter on this machine" };
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
  const name = [vendor, architecture, device, description].filter(Boolean).join(" ");
  const software = isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;
  return { name: name || "an unnamed adapter", software: software || SOFTWARE.test(name) };
}

/**
 * Makes sure that what an engine needs of the machine is there: before a large module is fetched in vain, and
 * once more in the worker, which browsers may offer less than the page.
 */
export async function requireDevice(engine: Engine): Promise<void> {
  if (engine !== "webgpu") return;
  const adapter = await findAdapter();
  if (adapter.name === undefined) throw new PainwaveError("ENGINE_UNAVAILABLE", adapter.reason);
}
