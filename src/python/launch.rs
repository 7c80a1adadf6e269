//! Starts programs other than the embedded interpreter as workers: a `python3`, or any `bootstrap`.
//!
//! The program starts itself with a hidden argument, joins and confines itself, and then becomes the other program.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;

use super::orders::{Enter, Order};
use crate::sandbox;

/// The hidden first argument that makes the program a launcher. The second is the launch, in JSON.
pub const ARGUMENT: &str = "__launch";

/// What the launcher becomes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment variables, and no others.
    pub environment: BTreeMap<String, String>,
    /// How it joins and confines itself.
    pub sandbox: Enter,
    /// Whether it says on its control socket why the program cannot be started; closing it says that it was.
    pub reports_failure: bool,
}

/// Becomes the program that the arguments describe; returns only if that fails.
#[must_use]
pub fn main() -> ExitCode {
    let launch = std::env::args().nth(2).unwrap_or_default();
    let error = match serde_json::from_str::<Launch>(&launch) {
        Ok(launch) => become_program(&launch),
        Err(error) => error.into(),
    };
    eprintln!("lambda-course: {error}");
    ExitCode::from(127)
}

fn become_program(launch: &Launch) -> io::Error {
    let control = match join(launch) {
        Ok(control) => control,
        Err(error) => return error,
    };
    let error = execute(launch);
    if let Some(mut control) = control {
        // The parent is gone if it does not listen.
        let _ = control.write_all(reason(&error).as_bytes());
    }
    io::Error::other(format!("{} cannot be started: {error}", launch.program.display()))
}

/// Becomes the program; returns only if that fails. Unlike the way that shells and the standard library go, what is no
/// program is no script either.
fn execute(launch: &Launch) -> io::Error {
    let text = |text: &[u8]| CString::new(text).map_err(io::Error::from);
    let program = launch.program.as_os_str().as_bytes();
    let arguments = std::iter::once(program).chain(launch.arguments.iter().map(String::as_bytes));
    let environment = launch.environment.iter().map(|(name, value)| format!("{name}={value}"));
    let all = || -> io::Result<_> {
        let arguments: Vec<CString> = arguments.map(text).collect::<io::Result<_>>()?;
        let environment: Vec<CString> = environment
            .map(|pair| text(pair.as_bytes()))
            .collect::<io::Result<_>>()?;
        Ok((text(program)?, arguments, environment))
    };
    let (program, arguments, environment) = match all() {
        Ok(all) => all,
        Err(error) => return error,
    };
    let pointers = |texts: &[CString]| -> Vec<*const libc::c_char> {
        let texts = texts.iter().map(|text| text.as_ptr());
        texts.chain(std::iter::once(std::ptr::null())).collect()
    };
    let (argument_pointers, environment_pointers) = (pointers(&arguments), pointers(&environment));
    // SAFETY: both arrays end with a null pointer, and all that they point to lives until this process is another one.
    unsafe {
        libc::execve(
            program.as_ptr(),
            argument_pointers.as_ptr(),
            environment_pointers.as_ptr(),
        )
    };
    io::Error::last_os_error()
}

/// Why a program could not be started, in the words of AWS's supervisor, which is written in Go.
fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::EACCES) => "permission denied".to_owned(),
        Some(libc::ENOENT) => "no such file or directory".to_owned(),
        Some(libc::ENOEXEC) => "exec format error".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

/// Why a program that was launched with `reports_failure` could not be started; `None` once it runs.
pub async fn failure(control: Option<tokio::net::UnixStream>) -> Option<String> {
    let mut reason = String::new();
    // A socket that breaks belongs to a process that ended, which is noticed elsewhere.
    let _ = control?.read_to_string(&mut reason).await;
    Some(reason).filter(|reason| !reason.is_empty())
}

/// Joins the parent. The control socket closes by itself when this process becomes another program.
fn join(launch: &Launch) -> io::Result<Option<UnixStream>> {
    let enter = &launch.sandbox;
    let log = UnixStream::connect(&enter.log)?;
    rustix::stdio::dup2_stdout(&log)?;
    rustix::stdio::dup2_stderr(&log)?;
    let control = launch
        .reports_failure
        .then(|| UnixStream::connect(&enter.control))
        .transpose()?;
    std::env::set_current_dir(&enter.directory)?;
    sandbox::end_with_parent()?;
    sandbox::confine(&enter.confinement)?;
    Ok(control)
}

/// The launch of a `python3` with our bootstrap, which lies unpacked in a folder.
///
/// # Errors
///
/// If the order cannot be written as JSON.
pub fn python(python: &Path, bootstrap: &Path, order: &Order) -> serde_json::Result<Launch> {
    let start = bootstrap.join("start.py");
    let environment = BTreeMap::from([
        ("_LAMBDA_COURSE_ORDER".to_owned(), serde_json::to_string(order)?),
        ("PYTHONPATH".to_owned(), bootstrap.display().to_string()),
        ("LC_CTYPE".to_owned(), "C.UTF-8".to_owned()),
    ]);
    // -B: no bytecode, so that a second save within the same second is never taken for the first.
    let arguments = vec![
        "-B".to_owned(),
        "-X".to_owned(),
        "utf8".to_owned(),
        start.display().to_string(),
    ];
    Ok(Launch {
        program: python.to_owned(),
        arguments,
        environment,
        sandbox: order.sandbox.clone(),
        reports_failure: false,
    })
}
