//! Sample events for `invoke`.

use anyhow::{Context as _, Result, bail};

use super::Context;
use crate::clock::Timestamp;
use crate::region::samples::Sample;

/// Lists the kinds.
pub(super) fn list(context: &mut Context<'_>) -> Result<()> {
    let width = Sample::ALL
        .iter()
        .map(|(_, name, _)| name.len())
        .max()
        .unwrap_or_default();
    for (_, name, about) in Sample::ALL {
        writeln!(context.out, "{name:width$}  {about}")?;
    }
    Ok(())
}

/// The event of a kind, indented.
pub(super) fn event(kind: &str) -> Result<String> {
    let Some(sample) = Sample::named(kind) else {
        let names: Vec<_> = Sample::ALL.iter().map(|(_, name, _)| *name).collect();
        bail!("there is no sample {kind:?}; there are {}", names.join(", "));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let event = runtime
        .block_on(sample.event(Timestamp::system()))
        .with_context(|| format!("the sample {kind} cannot be made"))?;
    Ok(serde_json::to_string_pretty(&event)?)
}
