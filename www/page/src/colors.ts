/** How many colours style/base.css defines for classes and channels. */
const COLORS = 10;

/** Channels take the colours after those of the first classes, so that no line looks like a class. */
const FIRST_OF_CHANNELS = 3;

/** Index of the colour of a channel, by its index among those that are shown. A class has the colour of its own index. */
export const channelColor = (index: number): number =>
  FIRST_OF_CHANNELS + (index % (COLORS - FIRST_OF_CHANNELS));

/** The class in CSS of the colour with this index. */
export const colorClass = (color: number): string => `color-${color % COLORS}`;

/** The colour with this index as a value, for a canvas. */
export const colorValue = (color: number): string => variable(`--color-${color % COLORS}`);

/** A custom property of the page's style, as it is in the present colour scheme. */
export const variable = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Calls back when the user switches between light and dark. */
export function onSchemeChange(callback: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
