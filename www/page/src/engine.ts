import type { ClassifierInfo, Device } from "painwave";
import { h } from "./dom.js";

const DEVICES: readonly { device: Device; title: string; text: string }[] = [
  { device: "auto", title: "Automatic", text: "lets painwave choose" },
  { device: "cpu", title: "CPU", text: "the fused SIMD pass" },
  { device: "webgpu", title: "WebGPU", text: "fetches a larger module" },
  { device: "ndarray", title: "Reference", text: "burn-ndarray; same larger module" },
];

/** Which engine runs and why, with a switch. */
export class EnginePanel {
  readonly element: HTMLElement;
  readonly #used = h("strong", { id: "engine-used" });
  readonly #why = h("p", { id: "engine-why", className: "why" });
  readonly #radios: readonly { device: Device; radio: HTMLInputElement }[];

  constructor(onDevice: (device: Device) => void) {
    this.#radios = DEVICES.map(({ device }) => {
      const attributes = { type: "radio", name: "device", value: device };
      return { device, radio: h("input", { attributes, on: { change: () => onDevice(device) } }) };
    });
    this.element = h(
      "section",
      { className: "panel engine", attributes: { "aria-labelledby": "engine-title" } },
      h(
        "header",
        { className: "panel-head" },
        h("h2", { id: "engine-title" }, "Engine"),
        h("p", { className: "muted" }, "Running on ", this.#used),
      ),
      this.#why,
      h(
        "fieldset",
        { className: "devices" },
        h("legend", { className: "visually-hidden" }, "Compute on"),
        ...DEVICES.map(({ title, text }, i) =>
          h(
            "label",
            { className: "device" },
            this.#radios[i]?.radio,
            h("span", {}, h("strong", {}, title), h("span", { className: "muted" }, text)),
          ),
        ),
      ),
    );
  }

  /** Shows what runs and why, which may change while it does. */
  say({ device, why }: ClassifierInfo): void {
    if (this.#used.textContent !== device) this.#used.textContent = device;
    if (this.#why.textContent !== why) this.#why.textContent = why;
  }

  /** Shows what is in use, whatever was asked for since. */
  update(info: ClassifierInfo): void {
    const { asked } = info;
    this.say(info);
    for (const { device, radio } of this.#radios) radio.checked = device === asked;
  }
}
