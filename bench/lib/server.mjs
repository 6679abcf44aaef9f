// Serves what the benchmark's pages load, from several folders, never cached.
import { createServer } from "node:http";
import sirv from "sirv";

const HEADERS = {
  // Isolated pages have the finest clocks and may measure their memory.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Serves folders by the first part of the path: `{ pkg: "/clone/pkg" }` is at `/pkg/`. `requests` gathers the paths that
 * are asked for.
 */
export async function serve(folders) {
  const requests = new Set();
  // In the mode `dev` files are looked up when they are asked for, since some are written later.
  const mounts = new Map(
    Object.entries(folders).map(([name, root]) => [name, sirv(root, { dev: true, extensions: [] })]),
  );
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    requests.add(decodeURIComponent(pathname));
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const notFound = () => response.writeHead(404).end(`${pathname} is not here\n`);
    const [, name, ...rest] = pathname.split("/");
    request.url = `/${rest.join("/")}`;
    const mount = mounts.get(name);
    if (mount === undefined) notFound();
    else mount(request, response, notFound);
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
