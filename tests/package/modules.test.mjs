// How the wasm modules are fetched.
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { compiledOnce } from "../../pkg/host.js";
import { compileFile } from "../../pkg/node.js";
import { compileFrom } from "../../pkg/web.js";
import { settle } from "./fakes.mjs";

/** A module whose download the test ends. */
function slowSource() {
  const downloads = [];
  const compile = (onBytes, signal) =>
    new Promise((resolve, reject) => {
      downloads.push({ onBytes, signal, resolve });
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  return { downloads, source: compiledOnce({ compile, spawn() {} }) };
}

const nothing = () => {};

describe("a module that several callers wait for", () => {
  it("is downloaded once, and all hear how far it is", async () => {
    const { downloads, source } = slowSource();
    const heard = [];
    const calls = [1, 2].map((caller) => source.compile((read) => heard.push([caller, read]), undefined));
    downloads[0].onBytes(10, 20);
    downloads[0].resolve("module");
    assert.deepEqual(await Promise.all(calls), ["module", "module"]);
    assert.equal(await source.compile(nothing, undefined), "module");
    assert.deepEqual(heard, [
      [1, 10],
      [2, 10],
    ]);
    assert.equal(downloads.length, 1);
  });

  it("is still downloaded for those who wait when one gives up, and no longer when all do", async () => {
    const { downloads, source } = slowSource();
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [first, second].map(({ signal }) => source.compile(nothing, signal));
    first.abort();
    await assert.rejects(calls[0], { name: "AbortError" });
    assert.equal(downloads[0].signal.aborted, false);
    second.abort();
    await assert.rejects(calls[1], { name: "AbortError" });
    assert.equal(downloads[0].signal.aborted, true);
    const again = source.compile(nothing, undefined);
    downloads[1].resolve("module");
    assert.equal(await again, "module");
  });
});

describe("a download that is aborted", () => {
  it("ends its request, and is no failed download", async () => {
    const fetched = mock.method(
      globalThis,
      "fetch",
      (_, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    const controller = new AbortController();
    const compiling = compileFrom(new URL("https://example.org/a.wasm"), nothing, controller.signal);
    await settle();
    controller.abort();
    await assert.rejects(compiling, { name: "AbortError" });
    fetched.mock.restore();
  });

  it("ends the reading of a file", async () => {
    const reading = compileFile(new URL(import.meta.url), AbortSignal.abort());
    await assert.rejects(reading, { name: "AbortError" });
  });
});

it("the answer of a server that has no module is not left open", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    cancel() {
      cancelled = true;
    },
  });
  const fetched = mock.method(globalThis, "fetch", async () => new Response(body, { status: 404 }));
  const compiling = compileFrom(new URL("https://example.org/a.wasm"), nothing, undefined);
  await assert.rejects(compiling, { code: "DOWNLOAD_FAILED" });
  assert.equal(cancelled, true);
  fetched.mock.restore();
});
