import { serve } from "../server.js";
import { spreadsheet } from "../spreadsheet.browser.js";
import * as wasm from "../wasm/lean/painwave.js";
import { owner } from "./browser.js";

serve(wasm, owner, spreadsheet);
