import { serve } from "../server.js";
import * as wasm from "../wasm/lean/painwave.js";
import { owner } from "./browser.js";

serve(wasm, owner);
