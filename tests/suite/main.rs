//! What the crate promises, natively and in a browser: nearly every test runs in both worlds.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod again;
mod aggregate;
mod bundle;
mod classifier;
mod cost;
mod decision;
mod engines;
mod evaluation;
mod features;
mod golden;
mod inputs;
mod long;
mod probabilities;
mod random;
mod reading;
mod sampling;
mod stages;
mod support;
mod windows;
