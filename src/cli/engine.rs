//! What runs the handlers.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::grade::{RegionRunner, Runner};
use crate::lambda;
use crate::python::INSTALLED_CLIENT;

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

/// The oldest `python3` that the bootstrap runs on.
const OLDEST: (u32, u32) = (3, 10);

/// The runner of an engine.
///
/// # Errors
/// If the engine cannot be used here.
pub fn runner(engine: Engine) -> Result<Arc<dyn Runner>> {
    Ok(Arc::new(RegionRunner::new(start(engine)?)))
}

/// An engine, ready to be given to Regions.
///
/// # Errors
/// If it cannot be used here.
pub(super) fn start(engine: Engine) -> Result<lambda::Engine> {
    let program = std::env::current_exe().context("this program's own file cannot be found")?;
    Ok(match engine {
        Engine::Builtin => lambda::Engine::embedded(&program),
        Engine::Cpython => lambda::Engine::cpython(&program, &find_python(&|name| std::env::var_os(name))?.executable)?,
        Engine::Provided => lambda::Engine::provided(&program),
    })
}

/// What `doctor` says of the engines.
#[must_use]
pub fn description() -> String {
    let python = find_python(&|name| std::env::var_os(name));
    let own = python.map_or_else(|_| "no python3 of yours found".to_owned(), |python| python.describe());
    format!(
        "built in: Python {} (RustPython 0.5.0); --engine cpython: {own}",
        lambda::engine::PYTHON_VERSION
    )
}

/// A `python3` of the learner's.
struct Python {
    executable: PathBuf,
    /// As `3.13.1`.
    version: String,
}

impl Python {
    /// Where it is, which version it is, and whose runtime client runs handlers on it.
    fn describe(&self) -> String {
        let (path, version) = (self.executable.display(), &self.version);
        let client = self
            .client()
            .unwrap_or_else(|| "whose runtime client, it does not say".to_owned());
        format!("{path} (Python {version}), {client}")
    }

    fn client(&self) -> Option<String> {
        let mut probe = Command::new(&self.executable);
        // The engine has none of the learner's variables either.
        probe.env_remove("PYTHONPATH").args(["-c", INSTALLED_CLIENT]);
        let output = probe.output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (usable, version) = text.trim_end_matches('\n').split_once(' ')?;
        Some(match (usable, version) {
            ("usable", "") => "with the awslambdaric installed there".to_owned(),
            ("usable", version) => format!("with the awslambdaric {version} installed there"),
            ("unusable", "") => "with this program's own runtime client".to_owned(),
            ("unusable", version) => {
                format!("with this program's own runtime client (awslambdaric {version} is not used: 4.0 or later is)")
            }
            _ => return None,
        })
    }
}

/// The learner's interpreter: what `LAMBDA_COURSE_PYTHON` names, or the `python3` on PATH. A launcher of several
/// versions is asked once which one it means, since it costs more than the start itself.
fn find_python(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Python> {
    let named = variable("LAMBDA_COURSE_PYTHON").map(PathBuf::from);
    let python = named.clone().unwrap_or_else(|| PathBuf::from("python3"));
    let help = "install Python 3.10 or later, or name one in LAMBDA_COURSE_PYTHON; without --engine none is needed";
    let output = Command::new(&python)
        .args(["-c", "import sys; print(sys.executable); print(*sys.version_info[:3])"])
        .output()
        .with_context(|| format!("{} cannot be started: {help}", python.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let (Some(executable), Some(release)) = (lines.next(), lines.next()) else {
        bail!("{} does not answer as Python does: {help}", python.display());
    };
    let mut numbers = release.split(' ').filter_map(|number| number.parse().ok());
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < OLDEST {
        bail!("{executable} is Python {}.{}: {help}", version.0, version.1);
    }
    Ok(Python {
        executable: PathBuf::from(executable),
        version: release.replace(' ', "."),
    })
}
