//! Fields, buttons, alerts, headings: what pages are made of. They know nothing of Cognito.

mod alert;
mod avatar;
mod button;
mod checkbox;
mod choice;
mod confirm;
mod copy;
mod countdown;
mod field;
mod form;
mod live;
mod page;
mod qr;
mod retry;
mod rules;
mod skeleton;
mod ways;

pub use alert::{Alert, Tone};
pub use avatar::Avatar;
pub use button::{Submit, WorkButton};
pub use checkbox::Checkbox;
pub use choice::{Select, TICKED, TickField, UNTICKED};
pub use confirm::Confirm;
pub use copy::{Copy, CopyButton};
pub use countdown::Countdown;
pub use field::{Field, FieldState, Kind};
pub use form::Form;
pub use live::{Live, effect, live};
pub use page::{Arrived, Page, SiteName, Title};
pub use qr::QrCode;
pub use retry::Retry;
pub use rules::{RuleState, Rules};
pub use skeleton::{Skeleton, SkeletonPanel, SkeletonRows};
pub use ways::way;
