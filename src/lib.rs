//! Learn AWS Lambda in a terminal, offline, against a mock Lambda that behaves like Lambda.
//!
//! Each module may use only the modules listed above it here.

pub mod course;

pub mod chance;
pub mod clock;
pub mod history;
#[cfg(unix)]
pub mod lambda;
#[cfg(unix)]
pub mod python;
#[cfg(unix)]
pub mod sandbox;

pub mod grade;
pub mod markdown;
