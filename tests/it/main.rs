//! Tests from outside, in one binary because linking takes long.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests may"
)]

mod binary;
mod commands;
mod desk;
mod fake_runner;
mod golden_ric;
mod hostile;
mod lab;
mod lambda_events;
mod lambda_service;
