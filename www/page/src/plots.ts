import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colorValue, variable } from "./colors.js";

/** One line of a plot. */
export interface Line {
  readonly name: string;
  /** Index of its colour. */
  readonly color: number;
  readonly values: ArrayLike<number>;
  readonly filled?: boolean;
}

/** What is drawn. */
export interface PlotData {
  readonly times: ArrayLike<number>;
  readonly lines: readonly Line[];
  /** Limits of the vertical axis, where the data does not set them. */
  readonly range?: readonly [number, number];
  readonly height: number;
  /** Writes a value. */
  readonly format: (value: number) => string;
}

/** Plots with the same key move their cursors together. */
const CURSOR_KEY = "time";

/** A plot that fits the width of its element. */
export class Plot {
  readonly #element: HTMLElement;
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;

  constructor(element: HTMLElement, data: PlotData) {
    this.#element = element;
    const { times, lines, height } = data;
    const values = [times, ...lines.map((line) => line.values)] as unknown as uPlot.AlignedData;
    this.#plot = new uPlot(options(data, this.#width(), height), values, element);
    this.#observer = new ResizeObserver(() => this.#plot.setSize({ width: this.#width(), height }));
    this.#observer.observe(element);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  #width(): number {
    return Math.max(200, this.#element.clientWidth);
  }
}

function options({ times, lines, range, format }: PlotData, width: number, height: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: variable("--muted"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: variable("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { live: true, markers: { width: 2 } },
    cursor: { sync: { key: CURSOR_KEY }, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: false }, y: range ? { range: [range[0], range[1]] } : {} },
    axes: [
      { ...axis, size: 28, values: (_, ticks) => ticks.map((tick) => String(tick)) },
      { ...axis, size: 48, values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      { label: "time", value: (_, value) => (value === null ? "–" : String(value)) },
      ...lines.map(({ name, color, filled }): uPlot.Series => {
        const stroke = colorValue(color);
        return {
          label: name,
          stroke,
          width: 2,
          // A single point makes no line.
          points: { show: times.length < 2 },
          value: (_, value) => (value === null ? "–" : format(value)),
          ...(filled ? { fill: `color-mix(in srgb, ${stroke} 14%, transparent)` } : {}),
        };
      }),
    ],
  };
}
