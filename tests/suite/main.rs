//! What the crate promises, natively and in a browser: every test runs in both worlds.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod aggregate;
mod csv;
mod evaluation;
mod features;
#[allow(dead_code)]
mod support;
mod windows;
