// Serves the built page with its production headers: `node serve.mjs [--port 8080] [--root dist]`.
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Encodings for which a file may lie ready next to the original, the best first. */
const ENCODINGS = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

/** Starts a server for the folder `root`; port 0 takes a free one. */
export async function serve({ root = join(here, "dist"), port = 0, host = "127.0.0.1" } = {}) {
  const folder = resolve(root);
  const rules = Object.entries(JSON.parse(await readFile(join(here, "headers.json"), "utf8")));
  const server = createServer((request, response) => {
    answer(request, response, folder, rules).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
  await new Promise((done, fail) => server.once("error", fail).listen(port, host, done));
  return {
    url: `http://${host}:${server.address().port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(request, response, root, rules) {
  const path = pathOf(request.url);
  for (const [pattern, headers] of rules) {
    if (path?.startsWith(pattern.slice(0, -1))) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    }
  }
  const file = path && join(root, normalize(path.endsWith("/") ? `${path}index.html` : path));
  const found = file?.startsWith(root + sep) ? await representation(file, request) : undefined;
  if (found === undefined) {
    response.setHeader("Cache-Control", "no-store");
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("not found\n");
    return;
  }
  response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
  response.setHeader("Content-Length", found.size);
  response.setHeader("Vary", "Accept-Encoding");
  if (found.encoding) response.setHeader("Content-Encoding", found.encoding);
  if (request.method === "HEAD") response.end();
  else
    createReadStream(found.file)
      .on("error", () => response.destroy())
      .pipe(response);
}

function pathOf(url) {
  try {
    return decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return undefined;
  }
}

async function representation(file, request) {
  const accepted = (request.headers["accept-encoding"] ?? "")
    .split(",")
    .map((part) => part.split(";")[0].trim());
  for (const [encoding, suffix] of [
    ...ENCODINGS.filter(([name]) => accepted.includes(name)),
    [undefined, ""],
  ]) {
    const found = await stat(file + suffix).catch(() => undefined);
    if (found?.isFile()) return { file: file + suffix, encoding, size: found.size };
  }
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8080" },
      root: { type: "string", default: join(here, "dist") },
    },
  });
  const { url } = await serve({ root: values.root, port: Number(values.port) });
  console.log(`painwave is served at ${url} (Ctrl-C ends it)`);
}
