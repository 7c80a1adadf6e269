//! The code that a Region begins with, and its deployment on every save.

use std::sync::Arc;

use anyhow::Result;

use super::Cloud;
use super::activity::Activity;
use super::check::Checker;
use crate::cli::Context;
use crate::cli::context;
use crate::cli::engine::Engine;
use crate::cli::handler::Target;
use crate::course::Exercise;
use crate::lambda::{self, FunctionConfig, FunctionName, MemorySize};
use crate::learner::{FolderWatch, NotCode};
use crate::region::{Content, Region};

/// Whose code is deployed.
#[derive(Debug)]
pub(super) struct Deployment {
    source: Source,
    watch: Option<FolderWatch>,
    /// Made for the first check.
    checker: Option<Checker>,
    checks: bool,
    /// Why the folder could not be read at the last look.
    unreadable: Option<String>,
}

#[derive(Debug)]
enum Source {
    /// An empty Region.
    Nothing,
    /// The learner's handler with an exercise's resources.
    Exercise(Arc<Exercise>),
    /// A function made of a handler.
    Handler { target: Target, name: FunctionName },
}

impl Deployment {
    /// What the command asks for.
    ///
    /// # Errors
    /// If there is no such exercise or handler, or its files cannot be read.
    pub(super) fn of(command: &Cloud, context: &Context<'_>) -> Result<Self> {
        let (source, folder) = if let Some(id) = &command.exercise {
            let course = context.course()?;
            let exercise = context::exercise(&course, id)?;
            let files = context.files()?;
            files.begin(exercise)?;
            let folder = files.folder(exercise);
            (Source::Exercise(Arc::new(exercise.clone())), Some(folder))
        } else if let Some(handler) = &command.watch {
            let target = Target::of(handler)?;
            let folder = target.folder.canonicalize()?;
            let name = target.function_name()?;
            (Source::Handler { target, name }, Some(folder))
        } else {
            (Source::Nothing, None)
        };
        let own = [&command.state, &command.env_file];
        let not_code = NotCode::at(own.into_iter().flatten().cloned().collect());
        Ok(Self {
            source,
            watch: folder.map(|folder| FolderWatch::new(folder, not_code)).transpose()?,
            checker: None,
            checks: command.setup.engine != Engine::Provided,
            unreadable: None,
        })
    }

    /// The exercise that it begins with.
    pub(super) fn exercise(&self) -> Option<&str> {
        match &self.source {
            Source::Exercise(exercise) => Some(&exercise.id),
            _ => None,
        }
    }

    /// Whether there is a folder to look at.
    pub(super) fn is_watched(&self) -> bool {
        self.watch.is_some()
    }

    /// What it is, in a line or two.
    pub(super) fn description(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match &self.source {
            Source::Nothing => {}
            Source::Exercise(exercise) => {
                let resources = exercise.manifest.resources.names().join(", ");
                lines.push(resources);
            }
            Source::Handler { name, .. } => lines.push(format!("function {name}")),
        }
        if let Some(watch) = &self.watch {
            lines.push(format!(
                "Deployed again whenever you save in {}",
                watch.folder().display()
            ));
        }
        lines
    }

    /// Creates what a Region begins with. One that goes on has it all; only its code may be another now.
    ///
    /// # Errors
    /// If a service refuses a resource.
    pub(super) fn set_up(&self, command: &Cloud, region: &Region, goes_on: bool) -> Result<()> {
        let Some(watch) = &self.watch else { return Ok(()) };
        match &self.source {
            Source::Nothing => {}
            Source::Exercise(_) if goes_on => region.deploy(&self.functions(), watch.files())?,
            Source::Exercise(exercise) => {
                let content = Content {
                    code: watch.files(),
                    layers: &exercise.layers,
                    data: &exercise.data,
                };
                region.create(&exercise.manifest.resources, content)?;
            }
            Source::Handler { target, .. } => {
                let mut config = command.setup.function(region, target)?;
                config.memory = MemorySize::new(command.memory)?;
                config.code = region.unpack_code(watch.files())?;
                if let Ok(function) = region.lambda().reference(config.name.as_str(), None)
                    && region.lambda().invocable(&function).is_ok()
                {
                    let update = |kept: &mut FunctionConfig| {
                        kept.clone_from(&config);
                        Ok(())
                    };
                    region.lambda().update_configuration(&function, None, None, update)?;
                } else {
                    region.lambda().create_function(config)?;
                }
            }
        }
        Ok(())
    }

    /// The functions that have the code.
    fn functions(&self) -> Vec<&str> {
        match &self.source {
            Source::Nothing => Vec::new(),
            Source::Exercise(exercise) => {
                let functions = &exercise.manifest.resources.functions;
                functions.iter().map(|function| function.name.as_str()).collect()
            }
            Source::Handler { name, .. } => vec![name.as_str()],
        }
    }

    /// What is wrong with the code as it is now, without running it.
    pub(super) async fn problem(&mut self, engine: &lambda::Engine) -> Option<String> {
        let files = self.watch.as_ref().filter(|_| self.checks)?.files();
        if self.checker.is_none() {
            // Without a checker the first invocation tells.
            self.checker = Checker::start(engine).await.ok();
        }
        self.checker.as_ref()?.problem(files).await
    }

    /// Looks at the folder, and deploys what has changed. Runs in flight end on the code they began with.
    pub(super) async fn look(&mut self, region: &Region, engine: &lambda::Engine) -> Vec<Activity> {
        let Some(watch) = &mut self.watch else {
            return Vec::new();
        };
        match watch.changed() {
            Ok(None) => {
                self.unreadable = None;
                return Vec::new();
            }
            Ok(Some(_)) => {}
            Err(error) => {
                let told = Some(error.to_string());
                let known = std::mem::replace(&mut self.unreadable, told.clone()) == told;
                let told = told.filter(|_| !known);
                return told.iter().map(|text| Activity::problem(region, text)).collect();
            }
        }
        let Some(files) = self.watch.as_ref().map(FolderWatch::files) else {
            return Vec::new();
        };
        let functions = self.functions();
        let (count, mut told) = (files.len(), Vec::new());
        match region.deploy(&functions, files) {
            Ok(()) => {
                let text = format!(
                    "UpdateFunctionCode, {count} {}",
                    if count == 1 { "file" } else { "files" }
                );
                told.extend(
                    functions
                        .iter()
                        .map(|function| Activity::deploy(region, function, &text)),
                );
            }
            Err(error) => told.push(Activity::problem(region, &error.to_string())),
        }
        if let Some(problem) = self.problem(engine).await {
            told.push(Activity::problem(region, &problem));
        }
        told
    }
}
