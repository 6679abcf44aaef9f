import { serve } from "../server.js";
import * as wasm from "../wasm/lean/painwave.js";
import { owner } from "./node.js";

serve(wasm, owner);
