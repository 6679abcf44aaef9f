// The page as a reader uses it.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const SCREENSHOTS = fileURLToPath(new URL("screenshots/", import.meta.url));
const PATIENCE = { timeout: 120_000 };

/** One open page, and everything that it complained about. */
export class App {
  /** Console errors, uncaught errors, policy violations and requests that left the origin. */
  complaints = [];
  /** Addresses of all requests. */
  requests = [];

  static async open(browser, url, { width = 1280, height = 900 } = {}) {
    const app = new App();
    app.browser = browser;
    app.page = await browser.newPage();
    await app.page.setViewport({ width, height });
    const { origin } = new URL(url);
    app.page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) app.complaints.push(`console: ${message.text()}`);
    });
    app.page.on("pageerror", (error) => app.complaints.push(`uncaught: ${error.message}`));
    app.page.on("request", (request) => {
      app.requests.push(request.url());
      if (!request.url().startsWith(origin) && !/^(blob|data):/.test(request.url())) {
        app.complaints.push(`left the origin: ${request.url()}`);
      }
    });
    await app.page.evaluateOnNewDocument(() => {
      globalThis.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        globalThis.violations.push(`policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
      // Downloads are read where they are made: a headless browser has nowhere to put them.
      globalThis.downloads = [];
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        globalThis.downloads.push(blob);
        return make(blob);
      };
    });
    await app.page.goto(url);
    await app.ready();
    return app;
  }

  /** Waits until nothing is running any more. */
  async ready() {
    await this.page.waitForSelector("#model-name", PATIENCE);
    await this.page.waitForFunction(() => document.querySelector("#status progress") === null, PATIENCE);
  }

  /** Drops files on the page: as the system does it in Chromium, by an event of the page's own in Firefox. */
  async drop(...files) {
    if ((await this.browser.version()).startsWith("Chrome")) {
      const session = await this.page.createCDPSession();
      const data = { items: [], files, dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"]) {
        await session.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data });
      }
      await session.detach();
    } else {
      const contents = await Promise.all(
        files.map(async (file) => ({ name: basename(file), base64: await readFile(file, "base64") })),
      );
      await this.page.evaluate((contents) => {
        const transfer = new DataTransfer();
        for (const { name, base64 } of contents) {
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          transfer.items.add(new File([bytes], name));
        }
        for (const type of ["dragenter", "dragover", "drop"]) {
          document.body.dispatchEvent(
            new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
          );
        }
      }, contents);
    }
  }

  /** Chooses files in the dialog. */
  async choose(...files) {
    const chooser = await this.page.$("#chooser");
    await chooser.uploadFile(...files);
  }

  async click(selector) {
    await this.page.locator(selector).click();
  }

  /** Switches to an engine and waits until it has classified what is shown; no other may stand in for it. */
  async use(device) {
    await this.click(`input[name="device"][value="${device}"]`);
    await this.page.waitForFunction(
      (device) =>
        document.querySelector(".progress, .error") === null &&
        document.querySelector(`[value="${device}"]`).checked,
      { timeout: 600_000 },
      device,
    );
    const why = await this.text("#engine-why");
    assert.equal(await this.text("#engine-used"), device, why);
    assert.match(await this.text("#summary"), new RegExp(` on ${device}$`));
  }

  /** Waits for the results of the file with this name. */
  async results(name) {
    await this.page.waitForFunction(
      (name) =>
        document.querySelector("#results h1")?.textContent === name &&
        document.querySelector("#status progress") === null,
      PATIENCE,
      name,
    );
  }

  /** Every row of the table, scrolled through as a reader would. */
  async rows() {
    return this.page.evaluate(async () => {
      const scroller = document.querySelector(".scroller");
      const rows = new Map();
      scroller.scrollTop = 0;
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        for (const row of document.querySelectorAll("#subjects tr[data-index]")) {
          rows.set(Number(row.dataset.index), {
            id: row.dataset.id,
            label: row.querySelector(".tag").textContent,
            // One that could not be read has none.
            probability: Number(row.querySelector("data")?.value),
          });
        }
        if (scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1) break;
        scroller.scrollTop += scroller.clientHeight;
      }
      scroller.scrollTop = 0;
      return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
    });
  }

  async text(selector) {
    return this.page.$eval(selector, (element) => element.textContent);
  }

  /** The numbers in the cells of some rows. */
  async numbers(rows, cells) {
    return this.page.$$eval(
      rows,
      (rows, cells) =>
        rows.map((row) =>
          [...row.querySelectorAll(cells)].map((cell) => Number(cell.textContent.replaceAll(",", ""))),
        ),
      cells,
    );
  }

  /** The exact value behind a number that is shown rounded. */
  async value(selector) {
    return this.page.$eval(selector, (element) => Number(element.value));
  }

  /** What a download button hands out. */
  async download(selector) {
    await this.click(selector);
    return this.page.evaluate(() => globalThis.downloads.at(-1).text());
  }

  async screenshot(name, { fullPage = true } = {}) {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage });
  }

  /** Everything that was wrong so far. */
  async allComplaints() {
    return [...this.complaints, ...(await this.page.evaluate(() => globalThis.violations))];
  }

  async close() {
    await this.page.close();
  }
}
