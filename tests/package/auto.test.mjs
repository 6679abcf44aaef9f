// How `auto` decides, on machines that are made up.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Auto } from "../../pkg/auto.js";
import { findAdapter } from "../../pkg/gpu.js";

const PORTIONS = [{ ids: ["a", "b"] }];
const WINDOWS = 100;
const GPU = { name: "nvidia lovelace", software: false };

/** A machine whose engine needs so many seconds for a subject's windows, and what happened on it. */
function machine({ adapter = GPU, seconds = 1, start } = {}) {
  const seen = { asked: 0, started: 0, calls: 0, ended: 0, signal: undefined };
  const session = {
    alive: true,
    async call(name, { portions }) {
      assert.equal(name, "classify");
      const ids = portions.flatMap(({ ids }) => ids);
      const answers = ids.map(() => ({ windows: { count: WINDOWS } }));
      // Shaders are compiled at the first call.
      return { answers, busyMs: 1000 * (seen.calls++ === 0 ? 60 : seconds) };
    },
    end: () => seen.ended++,
  };
  const auto = new Auto({
    findAdapter: async () => {
      seen.asked++;
      return adapter;
    },
    start: async (signal) => {
      seen.started++;
      seen.signal = signal;
      return start ? start() : { session, info: { engine: "webgpu" } };
    },
  });
  const pace = async (windowsLeft, windowsPerSecond) => {
    auto.consider({ windowsLeft, windowsPerSecond, recent: () => PORTIONS });
    await setImmediate();
  };
  return { auto, pace, seen };
}

describe("auto", () => {
  it("asks for nothing while files are short", async () => {
    const { auto, pace, seen } = machine();
    await pace(1000, 50);
    assert.equal(seen.asked, 0);
    assert.match(auto.why, /^auto takes cpu/);
  });

  it("fetches nothing where there is no adapter, and says so", async () => {
    const { auto, pace, seen } = machine({
      adapter: { name: undefined, reason: "WebGPU is not offered here" },
    });
    for (let i = 0; i < 3; i++) await pace(1e6, 1000);
    assert.deepEqual([seen.asked, seen.started], [1, 0]);
    assert.equal(auto.why, "auto stays on cpu: WebGPU is not offered here");
  });

  it("fetches nothing for a software adapter, and names it", async () => {
    const { auto, pace, seen } = machine({ adapter: { name: "google swiftshader", software: true } });
    for (let i = 0; i < 3; i++) await pace(1e6, 1000);
    assert.equal(seen.started, 0);
    assert.match(auto.why, /software one \(google swiftshader\)/);
  });

  it("fetches nothing for a file that the CPU will soon be through with", async () => {
    const { pace, seen } = machine();
    for (let i = 0; i < 3; i++) await pace(50_000, 10_000);
    assert.deepEqual([seen.asked, seen.started], [1, 0]);
  });

  it("takes WebGPU where it is the faster one, not counting the first call", async () => {
    const { auto, pace, seen } = machine({ seconds: 0.1 });
    for (let i = 0; i < 4; i++) await pace(1e6, 1000);
    assert.equal(seen.started, 1);
    assert.equal(auto.engine?.info.engine, "webgpu");
    assert.equal(auto.why, "auto takes webgpu: 2,000 windows a second against 1,000 on cpu, measured here");
    const lost = auto.engine;
    auto.fail(lost, new Error("the device is gone"));
    assert.equal(auto.engine, undefined);
    assert.equal(seen.ended, 1);
    assert.match(auto.why, /the device is gone; cpu runs instead/);
    auto.fail(lost, new Error("a second file has noticed it"));
    assert.match(auto.why, /the device is gone/);
  });

  it("stays on the CPU where that is the faster one, and ends the other", async () => {
    const { auto, pace, seen } = machine({ seconds: 1 });
    for (let i = 0; i < 4; i++) await pace(1e6, 1000);
    assert.equal(auto.engine, undefined);
    assert.equal(seen.ended, 1);
    assert.equal(auto.why, "auto stays on cpu: 1,000 windows a second against 200 on webgpu, measured here");
  });

  it("does not measure for long where WebGPU is far slower", async () => {
    const { pace, seen } = machine({ seconds: 100 });
    for (let i = 0; i < 4; i++) await pace(1e6, 1000);
    assert.deepEqual([seen.calls, seen.ended], [2, 1]);
  });

  it("stays on the CPU where WebGPU does not start, and says why", async () => {
    const start = () => Promise.reject(new Error("it misses the known answers"));
    const { auto, pace, seen } = machine({ start });
    for (let i = 0; i < 4; i++) await pace(1e6, 1000);
    assert.equal(seen.started, 1);
    assert.equal(auto.why, "auto stays on cpu: webgpu was refused: it misses the known answers");
  });
});

describe("auto that is closed", () => {
  it("stops the download of the engine", async () => {
    const { auto, pace, seen } = machine({ start: () => new Promise(() => {}) });
    for (let i = 0; i < 3; i++) await pace(1e6, 1000);
    assert.equal(seen.signal.aborted, false);
    auto.close();
    assert.equal(seen.signal.aborted, true);
  });
});

describe("the adapter", () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  async function withAdapter(adapter) {
    const value = { gpu: { requestAdapter: async () => adapter } };
    Object.defineProperty(globalThis, "navigator", { value, configurable: true });
    try {
      return await findAdapter();
    } finally {
      if (before) Object.defineProperty(globalThis, "navigator", before);
      else delete globalThis.navigator;
    }
  }

  it("is a software one by its mark or by its name", async () => {
    for (const [adapter, software] of [
      [{ info: { vendor: "nvidia", architecture: "lovelace" } }, false],
      [{ info: { vendor: "google", architecture: "swiftshader" } }, true],
      [{ info: { vendor: "mesa", description: "llvmpipe (LLVM 15.0.6, 256 bits)" } }, true],
      [{ info: { vendor: "", isFallbackAdapter: true } }, true],
      [{ isFallbackAdapter: true }, true],
      [{}, false],
    ]) {
      assert.equal((await withAdapter(adapter)).software, software, JSON.stringify(adapter));
    }
    assert.match((await withAdapter(null)).reason, /no adapter/);
  });
});
