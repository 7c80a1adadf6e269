//! Finds out, as soon as code is saved, whether it compiles.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use crate::course::exercise::Files;
use crate::lambda::{self, FunctionConfig, FunctionName, Invocation, MemorySize, Timeout};
use crate::region::{Region, RegionConfig};

/// Compiles and runs nothing.
const HANDLER: &str = r#"
import traceback


def lambda_handler(event, context):
    for name, source in event.items():
        try:
            compile(source, "/var/task/" + name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            return "".join(traceback.format_exception_only(error)).rstrip()
    return None
"#;

/// More source than this, in bytes, is not checked: the invocations will tell.
const MOST: usize = 4 * 1024 * 1024;

/// Compiles code on the engine that will run it, so that the words are the same: in a function of its own, in a Region
/// of its own, which nobody sees.
#[derive(Debug)]
pub(super) struct Checker {
    region: Region,
}

impl Checker {
    pub(super) async fn start(engine: &lambda::Engine) -> Result<Self> {
        let region = Region::start(engine, RegionConfig::default()).await?;
        let files = Files::from([("handler.py".to_owned(), HANDLER.as_bytes().to_vec())]);
        let mut config = FunctionConfig::new(FunctionName::new("compile")?, region.unpack_code(&files)?);
        config.memory = MemorySize::new(1769)?;
        config.timeout = Timeout::new(30)?;
        region.lambda().create_function(config)?;
        Ok(Self { region })
    }

    /// What the compiler says of the first file that it does not take.
    pub(super) async fn problem(&self, files: &Files) -> Option<String> {
        let python = files
            .iter()
            .filter(|(name, _)| Path::new(name).extension().is_some_and(|ending| ending == "py"));
        let sources = python.filter_map(|(name, text)| Some((name.clone(), json!(std::str::from_utf8(text).ok()?))));
        let event = Value::Object(sources.collect()).to_string();
        if event.len() > MOST {
            return None;
        }
        let invocation = Invocation {
            payload: event.into(),
            ..Invocation::default()
        };
        let busy = self.region.clock().busy();
        let (result, _busy) = self.region.lambda().invoke("compile", &invocation, busy).await;
        let answer: Value = serde_json::from_slice(&result.ok()?.payload).ok()?;
        answer.as_str().map(str::to_owned)
    }
}
