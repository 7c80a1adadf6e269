//! Learn AWS Lambda in a terminal, offline, against a mock Lambda that behaves like Lambda.
//!
//! Each module may use only the modules listed above it here.

pub mod chance;

pub mod course;

pub mod clock;

pub mod price;

pub mod history;

pub mod cloud;

pub mod sandbox;

pub mod python;

pub mod lambda;

pub mod endpoint;

pub mod region;

pub mod grade;

pub mod quiz;

pub mod progress;

pub mod learner;

pub mod markdown;

pub mod tui;

pub mod cli;
