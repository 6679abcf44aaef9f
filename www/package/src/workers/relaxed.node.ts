import { serve } from "../server.js";
import * as wasm from "../wasm/relaxed/painwave.js";
import { owner } from "./node.js";

serve(wasm, owner);
