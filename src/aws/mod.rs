//! AWS beyond Cognito, as far as a browser may call it: requests that are signed with a person's temporary
//! credentials.
//!
//! Pure Rust, like [`cognito`](crate::cognito): no browser, no globals, no clock.
//!
//! - [`sigv4`]: Signature Version 4;
//! - [`sts`]: whose credentials these are;
//! - [`xml`]: the little that has to be read of XML.

pub mod sigv4;
pub mod sts;
pub mod xml;
