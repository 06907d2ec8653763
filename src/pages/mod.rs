//! One file a page: draws a step and sends events. What a page needs from outside comes through
//! [`AppState`](crate::state::AppState).

pub mod account;
pub mod attributes;
pub mod authenticated;
pub mod aws_access;
pub mod callback;
pub mod config_problem;
pub mod forgot_password;
pub mod home;
mod inputs;
pub mod languages;
pub mod login;
pub mod not_found;
mod password_fields;
pub mod problem;
mod profile;
pub mod protected_api;
pub mod sign_out;
pub mod sign_up;
mod social;
pub mod steps;
mod totp;
pub mod verify;
pub mod warning;
pub mod ways;
