//! The learner's own editor.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// Editors that take `+LINE` before the file.
const TAKE_LINE: &[&str] = &[
    "vi",
    "vim",
    "nvim",
    "view",
    "nano",
    "pico",
    "emacs",
    "emacsclient",
    "kak",
    "joe",
    "micro",
    "ne",
];

/// Opens a file and waits until the editor is left.
///
/// # Errors
/// When the editor cannot be started or says that it failed.
pub fn open(command: &str, file: &Path, line: usize) -> anyhow::Result<()> {
    let mut words = command.split_whitespace();
    let program = words.next().context("set VISUAL or EDITOR to your editor")?;
    let mut child = Command::new(program);
    child.args(words);
    if takes_line(program) {
        child.arg(format!("+{line}"));
    }
    let status = child
        .arg(file)
        .status()
        .with_context(|| format!("{program} could not be started"))?;
    if !status.success() {
        bail!("{program} ended with an error");
    }
    Ok(())
}

fn takes_line(program: &str) -> bool {
    let name = Path::new(program)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    TAKE_LINE.contains(&name)
}
