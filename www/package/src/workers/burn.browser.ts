import { serve } from "../server.js";
import * as wasm from "../wasm/burn/painwave.js";
import { owner } from "./browser.js";

serve(wasm, owner);
