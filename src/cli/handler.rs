//! A learner's handler on the command line: where it is, how its function is set up, the event that it gets.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use super::Context;
use super::engine::Engine;
use crate::lambda::{FunctionConfig, FunctionName, Runtime, Timeout};
use crate::learner::read_folder;
use crate::region::Region;

/// How the handler's function is set up, whatever is done with it.
#[derive(Debug, Args)]
pub(super) struct Setup {
    /// Timeout in seconds
    #[arg(long, value_name = "S", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=900))]
    pub(super) timeout: u32,
    /// An environment variable; may be given again
    #[arg(long, value_name = "K=V", value_parser = variable)]
    pub(super) env: Vec<(String, String)>,
    /// A folder or a zip that is laid out as a layer (packages in python/); may be given again
    #[arg(long, value_name = "DIR|ZIP")]
    pub(super) layer: Vec<PathBuf>,
    /// What runs the handler
    #[arg(long, value_enum, default_value_t)]
    pub(super) engine: Engine,
}

/// A handler: `PATH[:FUNCTION]`.
#[derive(Debug)]
pub(super) struct Target {
    /// The folder that becomes `/var/task`.
    pub(super) folder: PathBuf,
    /// `Handler` in it, as `app.lambda_handler`.
    handler: String,
}

impl Target {
    /// What `PATH[:FUNCTION]` means: a file, or a folder with `handler.py`, and `lambda_handler` unless it says another.
    pub(super) fn of(text: &str) -> Result<Self> {
        let (path, function) = match text.rsplit_once(':') {
            Some((path, function)) if !Path::new(text).exists() => (path, function),
            _ => (text, ""),
        };
        let path = Path::new(path);
        let function = if function.is_empty() {
            "lambda_handler"
        } else {
            function
        };
        if path.is_dir() {
            let dotted = function.contains('.');
            let handler = if dotted {
                function.to_owned()
            } else {
                format!("handler.{function}")
            };
            let folder = path.to_owned();
            return Ok(Self { folder, handler });
        }
        if !path.exists() {
            bail!(
                "there is no file or folder {}; write PATH or PATH:FUNCTION, as app.py:lambda_handler",
                path.display()
            );
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned();
        let module = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .context("the file's name is not UTF-8")?;
        let handler = format!("{module}.{function}");
        Ok(Self { folder, handler })
    }

    /// `Handler`, as `app.lambda_handler`.
    pub(super) fn handler(&self) -> &str {
        &self.handler
    }

    /// A function's name made of its file's.
    pub(super) fn function_name(&self) -> Result<FunctionName> {
        let module = self.handler.split('.').next().unwrap_or("function");
        let name: String = module
            .chars()
            .chain(
                self.folder
                    .file_stem()
                    .filter(|_| module.is_empty())
                    .and_then(|stem| stem.to_str())
                    .unwrap_or("")
                    .chars(),
            )
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                    c
                } else {
                    '-'
                }
            })
            .take(64)
            .collect();
        Ok(FunctionName::new(&name)?)
    }
}

impl Setup {
    /// The function of a handler, not yet created.
    pub(super) fn function(&self, region: &Region, target: &Target) -> Result<FunctionConfig> {
        let mut config = FunctionConfig::new(target.function_name()?, target.folder.canonicalize()?);
        config.handler.clone_from(&target.handler);
        if self.engine == Engine::Provided {
            config.runtime = Runtime::provided();
        }
        config.timeout = Timeout::new(self.timeout)?;
        config.environment = self.env.iter().cloned().collect();
        config.layers = self.layers(region)?;
        Ok(config)
    }

    fn layers(&self, region: &Region) -> Result<Option<PathBuf>> {
        const MOST: usize = 5;
        if self.layer.len() > MOST {
            bail!("Cannot reference more than {MOST} layers.");
        }
        let mut content = None;
        for layer in &self.layer {
            let unpacked = if layer.is_file() {
                let zip = std::fs::read(layer).with_context(|| format!("{} cannot be read", layer.display()))?;
                region.unpack_layer_zip(&zip)
            } else {
                region.unpack_layer(&read_folder(layer)?)
            };
            content = Some(unpacked.with_context(|| format!("the layer {}", layer.display()))?);
        }
        Ok(content)
    }
}

/// An event as it is given: JSON, a file, or `-` for standard input. Gives its text, which is JSON.
pub(super) fn event(context: &mut Context<'_>, given: &str) -> Result<String> {
    let (text, place) = if given == "-" {
        let mut text = String::new();
        context
            .input
            .read_to_string(&mut text)
            .context("standard input cannot be read as UTF-8")?;
        (text, "standard input")
    } else if looks_like_json(given) {
        (given.to_owned(), "--event")
    } else {
        let text = std::fs::read_to_string(given)
            .with_context(|| format!("the event {given} is neither JSON nor a file that can be read"))?;
        (text, given)
    };
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        bail!(
            "the event is not JSON ({place}, line {}, column {}): {error}",
            error.line(),
            error.column()
        );
    }
    Ok(text)
}

fn looks_like_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() || text.trim_start().starts_with(['{', '[', '"'])
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=value".to_owned()),
    }
}
