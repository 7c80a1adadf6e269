//! Tests from outside, in one binary because linking takes long.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::assigning_clones,
    clippy::unnecessary_wraps,
    missing_docs,
    reason = "tests may"
)]

mod binary;
mod boto3;
mod cloud;
mod commands;
mod cost;
mod course;
mod curl;
mod desk;
mod engines;
mod fake_runner;
mod gateway;
mod golden_push;
mod golden_ric;
mod golden_sources;
mod hostile;
mod invoke;
mod invoke_streaming;
mod kept_ready;
mod lab;
mod lambda_answers;
mod lambda_chain;
mod lambda_control;
mod lambda_destinations;
mod lambda_events;
mod lambda_service;
mod lambda_sources;
mod lifecycle;
mod log_levels;
mod program;
mod provided;
mod recording;
mod rust_runtime;
mod samples;
mod screen;
mod signed;
mod snap_start;
#[cfg(target_os = "linux")]
mod spares;
mod story;
mod tenants;
mod tumbling_windows;
