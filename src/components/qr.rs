//! A QR code, drawn as one path.

use crate::i18n::Msg;
use leptos::prelude::*;
use qrcodegen::{QrCode as Code, QrCodeEcc};

/// Modules of white around the code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// The picture. Dark on white whatever the colours of the page are: cameras expect that.
#[component]
pub fn QrCode(
    /// What it holds.
    text: String,
    /// What it is, for people who do not see it.
    label: Msg,
) -> impl IntoView {
    // Too long a text has no picture; the text itself stands beside it.
    let code = Code::encode_text(&text, QrCodeEcc::Medium).ok();
    code.map(|code| {
        let side = code.size() + 2 * QUIET;
        let view_box = format!("0 0 {side} {side}");
        view! {
            <svg class="qr" viewBox=view_box role="img" aria-label=label.text() shape-rendering="crispEdges">
                <path fill="#fff" d=format!("M0 0h{side}v{side}H0z") />
                <path fill="#000" d=path(&code) />
            </svg>
        }
    })
}

/// Every dark module as a square.
fn path(code: &Code) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_a_square() {
        let code = Code::encode_text("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP", QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dark.filter(|(x, y)| code.get_module(*x, *y)).count();
        assert_eq!(path(&code).matches('M').count(), dark);
        assert!(path(&code).starts_with("M4 4h1v1h-1z"), "the finder pattern begins behind the quiet zone");
    }
}
