//! `pictures`: the documentation's pictures, drawn from real screens.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use super::desk::Desk;
use super::engine::Engine;
use super::{Context, Exit};
use crate::learner::LearnerFiles;
use crate::progress::Store;
use crate::tui::theme::Theme;
use crate::tui::{Options, shots};

/// Draw the documentation's pictures from real screens
#[derive(Debug, Args)]
pub(super) struct Pictures {
    /// The folder they go to
    folder: PathBuf,
}

impl Pictures {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = Arc::new(context.course()?);
        let runner = (context.runners)(Engine::Builtin)?;
        // Each picture begins as a new learner does; nobody's progress or files are touched.
        let folders = tempfile::tempdir()?;
        let fresh = || {
            let files = tempfile::tempdir_in(folders.path())?.keep();
            Ok(Options {
                course: course.clone(),
                runner: runner.clone(),
                store: Arc::new(Desk::new(Store::in_memory()?, LearnerFiles::new(files))),
                theme: Theme {
                    color: true,
                    ..Theme::default()
                },
                own_editor: None,
            })
        };
        for file in shots::write(&fresh, &self.folder)? {
            writeln!(context.out, "{}", file.display())?;
        }
        Ok(Exit::Passed)
    }
}
