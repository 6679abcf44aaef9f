import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const repository = fileURLToPath(new URL("../../", import.meta.url));

export default defineConfig({
  // The page may be put into any folder of a site.
  base: "./",
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
