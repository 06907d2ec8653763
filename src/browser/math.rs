//! SRP's arithmetic on the browser's BigInt.

use crate::cognito::srp::BigMod;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/big_mod.js")]
extern "C" {
    #[wasm_bindgen(js_name = modPow)]
    fn mod_pow(base: &str, exponent: &str, modulus: &str) -> String;
    #[wasm_bindgen(js_name = subMulMod)]
    fn sub_mul_mod(minuend: &str, factor: &str, value: &str, modulus: &str) -> String;
    #[wasm_bindgen(js_name = addMul)]
    fn add_mul(a: &str, b: &str, c: &str) -> String;
}

/// BigInt behind [`BigMod`].
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserMath;

impl BigMod for BrowserMath {
    fn mod_pow(&self, base: &str, exponent: &str, modulus: &str) -> String {
        mod_pow(base, exponent, modulus)
    }

    fn sub_mul_mod(&self, minuend: &str, factor: &str, value: &str, modulus: &str) -> String {
        sub_mul_mod(minuend, factor, value, modulus)
    }

    fn add_mul(&self, a: &str, b: &str, c: &str) -> String {
        add_mul(a, b, c)
    }
}
