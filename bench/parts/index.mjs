// The parts of the benchmark, in the order in which they run and are reported. A part has a `name`, a `title`, the `keys`
// of its ratios, `run(context)`, and what follows from a run's results: `ratios(results)` and `tables(results)`.
// A part whose input comes from elsewhere says by `given(options)` whether it is there, and by `where(results)` what it was
// measured on. One that takes many minutes is `long`, and can be left out.
import * as csv from "./csv.mjs";
import * as drop from "./drop.mjs";
import * as formats from "./formats.mjs";
import * as forward from "./forward.mjs";
import * as gpu from "./gpu.mjs";
import * as growth from "./growth.mjs";
import * as native from "./native.mjs";
import * as start from "./start.mjs";
import * as stream from "./stream.mjs";
import * as training from "./training.mjs";
import * as week from "./week.mjs";

export const PARTS = [drop, forward, csv, formats, start, growth, stream, week, native, training, gpu];
