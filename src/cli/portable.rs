//! `export` and `import`: progress as a file.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;

use super::{Context, Exit};
use crate::learner::write_atomically;

/// Write your progress to a file, to carry it to another machine
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file; - for standard output
    file: PathBuf,
}

impl Export {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let text = context.store()?.export()?;
        if self.file.as_os_str() == "-" {
            write!(context.out, "{text}")?;
            return Ok(Exit::Passed);
        }
        let file = self.file.display();
        write_atomically(&self.file, text.as_bytes()).with_context(|| format!("{file} cannot be written"))?;
        writeln!(
            context.out,
            "Your progress is in {file}. `lambda-course import {file}` adds it elsewhere."
        )?;
        Ok(Exit::Passed)
    }
}

/// Add exported progress to yours; nothing of yours is lost
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file; - for standard input
    file: PathBuf,
}

impl Import {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let file = self.file.display().to_string();
        let text = if file == "-" {
            let mut text = String::new();
            context.input.read_to_string(&mut text)?;
            text
        } else {
            fs::read_to_string(&self.file).with_context(|| format!("{file} cannot be read"))?
        };
        let merged = context
            .store()?
            .import(&text)
            .with_context(|| format!("{file} was not imported"))?;
        writeln!(
            context.out,
            "Added {} attempts and {} answers.",
            merged.attempts, merged.answers
        )?;
        Ok(Exit::Passed)
    }
}
