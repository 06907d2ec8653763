//! What people call the authenticator that made a passkey.

use super::{Aaguid, Attachment};

/// From the passkey community's list of AAGUIDs (passkeydeveloper/passkey-authenticator-aaguids): the providers that
/// most people have.
const NAMES: [(u128, &str); 16] = [
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "iCloud Keychain"),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain (Managed)"),
    (0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4, "Google Password Manager"),
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac"),
    (0xb5397666_4885_aa6b_cebf_e52262a439a2, "Chromium Browser"),
    (0x771b48fd_d3d4_4f74_9232_fc157ab0507a, "Edge on Mac"),
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello"),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello"),
    (0xd3452668_01fd_4c12_926c_83a4204853aa, "Microsoft Password Manager"),
    (0x53414d53_554e_4700_0000_000000000000, "Samsung Pass"),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane"),
    (0x50726f74_6f6e_5061_7373_50726f746f6e, "Proton Pass"),
    (0xfdb141b2_5d84_443e_8a35_4698c205a502, "KeePassXC"),
];

/// The provider's name if it is a well-known one, otherwise "Security key" for one that is plugged in or held near, or
/// "Passkey".
pub fn friendly_name(aaguid: Aaguid, attachment: Option<Attachment>) -> &'static str {
    let known = NAMES.iter().find(|(number, _)| Aaguid(*number) == aaguid).map(|(_, name)| *name);
    known.unwrap_or(match attachment {
        Some(Attachment::CrossPlatform) => "Security key",
        Some(Attachment::Platform) | None => "Passkey",
    })
}
