//! Doorward
pub mod cognito;
pub mod routes;
