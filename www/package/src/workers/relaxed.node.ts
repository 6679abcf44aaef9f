import { serve } from "../server.js";
import { spreadsheet } from "../spreadsheet.node.js";
import * as wasm from "../wasm/relaxed/painwave.js";
import { owner } from "./node.js";

serve(wasm, owner, spreadsheet);
