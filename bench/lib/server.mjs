// Serves what the benchmark's pages load, from several folders, never cached.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve, sep } from "node:path";
import { pipeline } from "node:stream";

const TYPES = {
  ".csv": "text/csv",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

const HEADERS = {
  // Isolated pages have the finest clocks and may measure their memory.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cache-Control": "no-store",
};

/**
 * Serves folders by the first part of the path: `{ pkg: "/clone/pkg" }` is at `/pkg/`. `requests` gathers the paths that
 * are asked for.
 */
export async function serve(folders) {
  const requests = new Set();
  const server = createServer((request, response) => {
    requests.add(pathOf(request));
    answer(request, response, folders).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  return {
    requests,
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(request, response, folders) {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const [, mount, ...rest] = pathOf(request).split("/");
  const root = Object.hasOwn(folders, mount) ? resolve(folders[mount]) : undefined;
  const file = root && resolve(root, ...rest);
  const found = file?.startsWith(root + sep) ? await stat(file).catch(() => undefined) : undefined;
  if (!found?.isFile()) {
    response.writeHead(404).end(`${request.url} is not here\n`);
    return;
  }
  const bytes = firstBytes(request.headers.range, found.size);
  response.writeHead(bytes === found.size ? 200 : 206, {
    "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
    "Content-Length": bytes,
  });
  pipeline(createReadStream(file, { end: bytes - 1 }), response, () => undefined);
}

function pathOf(request) {
  return decodeURIComponent(new URL(request.url, "http://localhost").pathname);
}

/** How many bytes are asked for: all, or a range from the beginning. */
function firstBytes(range, size) {
  const last = range?.match(/^bytes=0-(\d+)$/)?.[1];
  return last === undefined ? size : Math.min(Number(last) + 1, size);
}
