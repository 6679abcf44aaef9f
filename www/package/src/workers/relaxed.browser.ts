import { serve } from "../server.js";
import { spreadsheet } from "../spreadsheet.browser.js";
import * as wasm from "../wasm/relaxed/painwave.js";
import { owner } from "./browser.js";

serve(wasm, owner, spreadsheet);
