/** The views of recordings. Fetched once; afterwards they are there without a network. */
export const views = (): Promise<typeof import("./views.js")> => import("./views.js");
