/** How many colours style.css defines for classes and channels. */
const COLORS = 10;

/** Channels take the colours after those of the first classes, so that no line looks like a class. */
const CHANNELS_FROM = 3;

/** Place of the colour of the channel that is shown in this place. */
export const channelColor = (shown: number): number => CHANNELS_FROM + (shown % (COLORS - CHANNELS_FROM));

/** Class name of the colour of a class, by its place. */
export const colorClass = (place: number): string => `color-${place % COLORS}`;

/** The same colour as a value, for a canvas. */
export const colorValue = (place: number): string => variable(`--color-${place % COLORS}`);

/** A custom property of the page's style, as it is in the present colour scheme. */
export const variable = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Calls back when the reader switches between light and dark. */
export function onSchemeChange(callback: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
