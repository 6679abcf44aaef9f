import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Carries the production headers to hosts that do not know headers.json: the security policy into the page
 * itself, and all of them into `_headers`, which many static hosts read.
 */
function productionHeaders(): Plugin {
  const read = async () => {
    const file = new URL("headers.json", import.meta.url);
    return JSON.parse(await readFile(file, "utf8")) as Record<string, Record<string, string>>;
  };
  return {
    name: "production-headers",
    apply: "build",
    async transformIndexHtml() {
      const policy = (await read())["/*"]?.["Content-Security-Policy"];
      if (policy === undefined) throw new Error("headers.json has no Content-Security-Policy for /*");
      // In a <meta> element this directive is not allowed.
      const content = policy
        .split("; ")
        .filter((directive) => !directive.startsWith("frame-ancestors"))
        .join("; ");
      const attrs = { "http-equiv": "Content-Security-Policy", content };
      return [{ tag: "meta", attrs, injectTo: "head-prepend" }];
    },
    async generateBundle() {
      const rules = Object.entries(await read());
      const lines = rules.flatMap(([path, headers], i) => [
        path,
        ...Object.entries(headers)
          // Hosts join what several rules say, where serve.mjs lets the last one win.
          .filter(([name]) => !rules.slice(i + 1).some(([, later]) => name in later))
          .map(([name, value]) => `  ${name}: ${value}`),
      ]);
      this.emitFile({ type: "asset", fileName: "_headers", source: `${lines.join("\n")}\n` });
    },
  };
}

export default defineConfig({
  // The page may be put into any folder of a site.
  base: "./",
  plugins: [productionHeaders()],
  resolve: {
    // The built package, as everyone gets it.
    alias: { painwave: `${repository}pkg/index.js` },
  },
  build: {
    target: "es2022",
    // The content security policy allows no data: addresses and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
  },
  worker: { format: "es" },
  server: { fs: { allow: [repository] } },
});
