//! Fields, buttons, alerts, headings: what pages are made of. They know nothing of Cognito.

mod alert;
mod button;
mod field;
mod form;
mod live;
mod page;
mod retry;
mod rules;

pub use alert::{Alert, Tone};
pub use button::{Submit, WorkButton};
pub use field::{Field, FieldState, Kind};
pub use form::Form;
pub use live::{Live, effect, live};
pub use page::{Arrived, Page, SiteName, Skeleton, Title};
pub use retry::Retry;
pub use rules::{RuleState, Rules};
