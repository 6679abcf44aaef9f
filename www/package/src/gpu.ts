import { PainwaveError } from "./errors.js";
import type { Engine } from "./types.js";

/** The part of WebGPU's interface that finds an adapter. */
interface Gpu {
  requestAdapter(): Promise<GpuAdapter | null>;
}

interface GpuAdapter {
  readonly info?: Partial<Record<"vendor" | "architecture" | "device" | "description", string>> & {
    readonly isFallbackAdapter?: boolean;
  };
  readonly isFallbackAdapter?: boolean;
}

/** What a machine offers for WebGPU: an adapter, or why there is none. */
export type Adapter =
  | { readonly name: string; readonly software: boolean }
  | { readonly name: undefined; readonly reason: string };

/** Names of software renderers, which not every browser marks as such. */
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
 * Throws if the machine lacks what an engine needs. Called before a large module is fetched, and again in the worker,
 * where a browser may offer less than on the page.
 */
export async function requireDevice(engine: Engine): Promise<void> {
  if (engine !== "webgpu") return;
  const adapter = await findAdapter();
  if (adapter.name === undefined) throw new PainwaveError("ENGINE_UNAVAILABLE", adapter.reason);
}
