import { serve } from "../server.js";
import * as wasm from "../wasm/relaxed/painwave.js";
import { owner } from "./browser.js";

serve(wasm, owner);
