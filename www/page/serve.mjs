// Serves the built page with its production headers: `node serve.mjs [--port 8080] [--root dist]`.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sirv from "sirv";

const DIST = fileURLToPath(new URL("dist", import.meta.url));
const HEADERS = new URL("headers.json", import.meta.url);

/** Starts a server for the folder `root`, as it is now; port 0 takes a free one. */
export async function serve({ root = DIST, port = 0, host = "127.0.0.1" } = {}) {
  const rules = Object.entries(JSON.parse(await readFile(HEADERS, "utf8")));
  const setHeaders = (response, path) => {
    for (const [pattern, headers] of rules) {
      if (!path.startsWith(pattern.slice(0, -1))) continue;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    }
  };
  const answer = sirv(root, { brotli: true, gzip: true, setHeaders });
  const server = createServer((request, response) =>
    answer(request, response, () => {
      setHeaders(response, "/");
      response.setHeader("Cache-Control", "no-store");
      response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("not found\n");
    }),
  );
  await new Promise((done, fail) => server.once("error", fail).listen(port, host, done));
  return {
    url: `http://${host}:${server.address().port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8080" },
      root: { type: "string", default: DIST },
    },
  });
  const { url } = await serve({ root: values.root, port: Number(values.port) });
  console.log(`painwave is served at ${url} (Ctrl-C ends it)`);
}
