//! The story of a Region: its timeline, printed.

use anyhow::Result;
use serde_json::{Value, json};

use super::Context;
use super::printable::printable;
use crate::history::{Entry, EntryId, Moment, timeline};

/// Columns that a line keeps to.
const WIDTH: usize = 80;

/// Prints what happened, one line each; as JSON one object with all.
pub(super) fn print(context: &mut Context<'_>, entries: &[Entry], as_json: bool) -> Result<()> {
    let moments = timeline(entries);
    if as_json {
        let moments: Vec<Value> = moments.iter().map(object).collect();
        writeln!(context.out, "{}", json!({ "timeline": moments }))?;
        return Ok(());
    }
    let ellipsis = if context.globals.plain || context.globals.ascii {
        "..."
    } else {
        "…"
    };
    for moment in &moments {
        let line = moment.to_string();
        writeln!(context.out, "{}", cut(&printable(&line), ellipsis))?;
    }
    writeln!(context.out)?;
    Ok(())
}

fn object(moment: &Moment) -> Value {
    json!({
        "id": moment.id.place(),
        "cause": moment.cause.map(EntryId::place),
        "atMs": moment.at.as_secs_f64() * 1_000.0,
        "what": moment.text,
    })
}

/// A line cut to the width.
fn cut(line: &str, ellipsis: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    let kept: String = line.chars().take(WIDTH - ellipsis.chars().count()).collect();
    kept + ellipsis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut() {
        assert_eq!(cut("short", "…"), "short");
        let long = "x".repeat(100);
        assert_eq!(cut(&long, "…").chars().count(), WIDTH);
        assert!(cut(&long, "...").ends_with("x..."));
    }
}
