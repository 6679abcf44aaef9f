// Real browsers, driven without a driver of their own.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";

const BROWSERS = {
  chromium: {
    variable: "PAINWAVE_CHROMIUM",
    programs: ["chromium", "chromium-browser", "google-chrome", "chrome"],
    options: (dark) => ({
      browser: "chrome",
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // A software adapter, for correctness only.
        "--enable-unsafe-webgpu",
        ...(dark ? ["--force-dark-mode"] : []),
      ],
    }),
  },
  firefox: {
    variable: "PAINWAVE_FIREFOX",
    programs: ["firefox-esr", "firefox"],
    options: (dark) => ({
      browser: "firefox",
      headless: true,
      extraPrefsFirefox: {
        "dom.webgpu.enabled": true,
        "dom.webgpu.workers.enabled": true,
        "gfx.webgpu.ignore-blocklist": true,
        "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
      },
    }),
  },
};

/** What browsers grumble about software adapters. */
export const SOFTWARE_ADAPTER = [/webgpu|adapter|vulkan|gpu/i];

/** Names of the browsers to test in: `PAINWAVE_BROWSERS=firefox` leaves the other out. */
export const browserNames = (process.env.PAINWAVE_BROWSERS ?? Object.keys(BROWSERS).join()).split(",");

/** Starts a browser with an empty profile. */
export async function launch(name, { dark = false } = {}) {
  const { variable, programs, options } = BROWSERS[name];
  const executablePath = process.env[variable] ?? find(programs);
  if (executablePath === undefined) {
    throw new Error(`no ${name} on PATH (looked for ${programs.join(", ")}): install it or set ${variable}`);
  }
  return puppeteer.launch({ executablePath, protocolTimeout: 620_000, ...options(dark) });
}

function find(programs) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const program of programs) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
