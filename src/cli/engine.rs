//! What runs the handlers.

use std::sync::Arc;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::grade::Runner;

/// What runs the handlers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The Python that is built in.
    #[default]
    Builtin,
    /// A `python3` of yours, with whatever is installed there.
    Cpython,
    /// An executable named `bootstrap`.
    Provided,
}

/// The runner of an engine.
///
/// # Errors
/// If the engine cannot be used here.
pub fn runner(engine: Engine) -> Result<Arc<dyn Runner>> {
    // Seam: `grade`'s runner of Regions goes here.
    bail!("handlers cannot be run yet (engine {engine:?})")
}

/// What `doctor` says of the engine that is used unless told otherwise.
#[must_use]
pub fn description() -> String {
    // Seam: the version of the built-in Python goes here.
    "built in".to_owned()
}
