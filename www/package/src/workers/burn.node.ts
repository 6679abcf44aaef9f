import { serve } from "../server.js";
import * as wasm from "../wasm/burn/painwave.js";
import { owner } from "./node.js";

serve(wasm, owner);
