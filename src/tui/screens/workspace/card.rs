//! Results as lines: every case up to the first that fails, and that one open.

use serde_json::Value;

use super::results::{CaseState, Results};
use super::{Tab, Workspace};
use crate::course::Exercise;
use crate::grade::verdict::{DiffLine, DiffSide};
use crate::grade::{CaseStatus, CaseVerdict, ExerciseStatus};
use crate::markdown::line::{Face, wrap};
use crate::markdown::{Document, Line, Role, Span};
use crate::tui::course_map::Stop;
use crate::tui::keymap::{Command, Context, key_for};
use crate::tui::model::Model;
use crate::tui::report;

/// More lines of what was sent, or printed, are left for the log.
const MAX_SENT: usize = 12;
const MAX_LOG: usize = 12;
/// More lines of a diff are not shown, which is then said.
const MAX_DIFF: usize = 200;

fn key(command: Command) -> String {
    key_for(Context::Workspace, command)
}

/// The results tab.
#[must_use]
pub fn lines(model: &Model, workspace: &Workspace, width: usize) -> Vec<Line> {
    let Some(results) = &workspace.results else {
        let text = format!(
            "Not checked yet. **{}** saves your code and checks it.",
            key(Command::Check)
        );
        return Document::parse(&text).layout(width).lines;
    };
    let mut lines = summary(results, width);
    lines.push(Line::default());
    if results.status == Some(ExerciseStatus::Error)
        && results.failing().next().is_none_or(|case| case.message.is_none())
    {
        lines.extend(hint_line(model, &workspace.exercise, width));
        return lines;
    }
    let first = results.failing().next().map(|verdict| verdict.id.as_str());
    let mut folded = 0;
    let mut failed = false;
    for case in &results.cases {
        let open = case.verdict.as_ref().is_some_and(|verdict| {
            matches!(verdict.status, CaseStatus::Fail | CaseStatus::Error)
                && (Some(verdict.id.as_str()) == first || workspace.all_cases)
        });
        if failed && !workspace.all_cases && case.verdict.is_some() && results.status.is_some() {
            folded += 1;
            continue;
        }
        lines.extend(case_line(case, results, width));
        if let Some(verdict) = case.verdict.as_ref().filter(|_| open) {
            failed = true;
            lines.extend(failure(verdict, width));
            lines.extend(hint_line(model, &workspace.exercise, width));
            lines.push(Line::default());
        }
    }
    if folded > 0 {
        let cases = if folded == 1 { "case is" } else { "cases are" };
        let more = format!(
            "{folded} more {cases} not shown before this one passes; {} shows all",
            key(Command::AllCases)
        );
        let can = results.failing().count() > 1;
        let more = if can {
            more
        } else {
            format!("{folded} more {cases} below it, all passed")
        };
        lines.extend(wrap(&[Span::new(more, Role::Quiet)], width));
    }
    if results.status == Some(ExerciseStatus::Pass) {
        lines.extend(celebration(model, workspace, width));
    }
    lines
}

fn summary(results: &Results, width: usize) -> Vec<Line> {
    let (done, all) = (
        results.cases.iter().filter(|case| case.verdict.is_some()).count(),
        results.cases.len(),
    );
    let seconds = f64::from(u32::try_from(results.duration_ms).unwrap_or(u32::MAX)) / 1000.0;
    let (text, role) = match results.status {
        None if results.stopped => ("Stopped.".to_owned(), Role::Accent),
        None => (format!("Checking… {done} of {all} cases done"), Role::Accent),
        Some(ExerciseStatus::Pass) => (format!("✓ Passed: all {all} cases ({seconds:.2} s)"), Role::Good),
        Some(ExerciseStatus::Fail) => (
            format!("✗ Not yet: {} of {all} cases pass ({seconds:.2} s)", results.passed()),
            Role::Bad,
        ),
        Some(ExerciseStatus::Error) => (
            "✗ Your code could not be loaded, so no case was run".to_owned(),
            Role::Bad,
        ),
    };
    let face = Face {
        role,
        strong: true,
        emphasis: false,
    };
    let mut lines = wrap(&[Span::new(text, face)], width);
    if let Some(message) = &results.message {
        lines.push(Line::default());
        lines.extend(report::text(message, Role::Text, width));
    }
    lines
}

fn case_line(case: &CaseState, results: &Results, width: usize) -> Vec<Line> {
    let (mark, role) = match (&case.verdict, case.running) {
        (Some(verdict), _) => match verdict.status {
            CaseStatus::Pass => ("✓", Role::Good),
            CaseStatus::Fail => ("✗", Role::Bad),
            CaseStatus::Error => ("✗ could not be run:", Role::Bad),
            CaseStatus::Skipped => ("○ not run:", Role::Quiet),
        },
        (None, true) => ("▸", Role::Accent),
        (None, false) => ("○", Role::Quiet),
    };
    let quiet = case.verdict.is_none() && !case.running && results.status.is_none();
    let name = Span::new(format!(" {}", case.name), if quiet { Role::Quiet } else { Role::Text });
    wrap(
        &[
            Span::new(
                mark,
                Face {
                    role,
                    strong: true,
                    emphasis: false,
                },
            ),
            name,
        ],
        width,
    )
}

/// What was sent, what was expected, what came, where, what was printed, what to look at.
fn failure(verdict: &CaseVerdict, width: usize) -> Vec<Line> {
    let inner = width.saturating_sub(4).max(1);
    let mut card = Card {
        lines: Vec::new(),
        width,
    };
    if let Some(message) = &verdict.message {
        card.put(report::text(message, Role::Bad, inner));
    }
    if let Some(sent) = &verdict.sent {
        card.part("Sent", cut(report::text(sent, Role::Text, inner), MAX_SENT));
    }
    if verdict.diff.is_empty() {
        let sides = [
            ("Expected", &verdict.expected, Role::Good),
            ("Got", &verdict.actual, Role::Bad),
        ];
        for (title, value, role) in sides {
            if let Some(value) = value {
                card.part(title, report::text(&pretty(value), role, inner));
            }
        }
    } else {
        card.diff_part(diff(&verdict.diff, inner));
    }
    if let Some(line) = &verdict.line {
        let title = format!("Line {} of {}", line.line, line.file);
        card.part(&title, report::text(line.text.trim(), Role::Code, inner));
    }
    let own: Vec<String> = verdict
        .log
        .iter()
        .filter(|line| !report::is_platform(line))
        .cloned()
        .collect();
    if !own.is_empty() {
        let title = format!(
            "Printed and logged (whole log: {})",
            key(Command::Tab(Tab::Log as usize))
        );
        card.part(&title, report::log(&own, inner, MAX_LOG));
    }
    if let Some(mistake) = &verdict.mistake {
        card.part("What happened", Document::parse(mistake).layout(inner).lines);
    }
    if let Some(hint) = &verdict.hint {
        card.part("What to look at", Document::parse(hint).layout(inner).lines);
    }
    card.lines
}

struct Card {
    lines: Vec<Line>,
    width: usize,
}

impl Card {
    fn put(&mut self, lines: Vec<Line>) {
        self.lines
            .extend(lines.into_iter().map(|line| line.prefixed(Span::new("  ", Role::Text))));
    }

    fn part(&mut self, title: &str, lines: Vec<Line>) {
        let face = Face {
            role: Role::Text,
            strong: true,
            emphasis: false,
        };
        self.put(wrap(&[Span::new(title, face)], self.width.saturating_sub(2).max(1)));
        self.lines.extend(
            lines
                .into_iter()
                .map(|line| line.prefixed(Span::new("    ", Role::Text))),
        );
    }

    fn diff_part(&mut self, lines: Vec<Line>) {
        let strong = |role| Face {
            role,
            strong: true,
            emphasis: false,
        };
        let legend = [
            Span::new("- expected", strong(Role::Good)),
            Span::new(" ", Role::Text),
            Span::new("+ got", strong(Role::Bad)),
        ];
        self.put(wrap(&legend, self.width.saturating_sub(2).max(1)));
        self.lines.extend(
            lines
                .into_iter()
                .map(|line| line.prefixed(Span::new("    ", Role::Text))),
        );
    }
}

fn diff(diff: &[DiffLine], width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for line in diff.iter().take(MAX_DIFF) {
        let (sign, role) = match line.side {
            DiffSide::Same => ("  ", Role::Quiet),
            DiffSide::Expected => ("- ", Role::Good),
            DiffSide::Actual => ("+ ", Role::Bad),
        };
        for (index, part) in report::text(&line.text, role, width.saturating_sub(2).max(1))
            .into_iter()
            .enumerate()
        {
            lines.push(part.prefixed(Span::new(if index == 0 { sign } else { "  " }, role)));
        }
    }
    if diff.len() > MAX_DIFF {
        lines.push(Line::of(
            format!("… {} more lines are not shown", diff.len() - MAX_DIFF),
            Role::Accent,
        ));
    }
    lines
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn cut(mut lines: Vec<Line>, max: usize) -> Vec<Line> {
    if lines.len() > max {
        let more = lines.len() - max;
        lines.truncate(max);
        lines.push(Line::of(format!("… {more} more lines in the log"), Role::Accent));
    }
    lines
}

fn hint_line(model: &Model, exercise: &Exercise, width: usize) -> Vec<Line> {
    let (all, shown) = (exercise.hints.len(), model.progress.exercise(&exercise.id).hints);
    if all == 0 {
        return Vec::new();
    }
    let what = if shown >= all {
        "the hints again".to_owned()
    } else {
        format!("hint {} of {all}", shown + 1)
    };
    let text = format!(
        "**{}** shows {what}, **{}** goes back to the code.",
        key(Command::Hint),
        key(Command::Type)
    );
    let lines = Document::parse(&text).layout(width.saturating_sub(2).max(1)).lines;
    lines
        .into_iter()
        .map(|line| line.prefixed(Span::new("  ", Role::Text)))
        .collect()
}

fn celebration(model: &Model, workspace: &Workspace, width: usize) -> Vec<Line> {
    let solution = key(Command::Solution);
    let goes_on = match model.map.after(Stop::Exercise(workspace.index)) {
        Some(next) => format!("**{}** goes on to {}.", key(Command::Next), next.title(&model.course)),
        None => format!(
            "That was the last one. **{}** goes to the course map.",
            key(Command::Back)
        ),
    };
    let text = format!("Well done. The solution is open now: **{solution}** shows it beside yours.\n\n{goes_on}");
    let mut lines = vec![Line::default()];
    lines.extend(Document::parse(&text).layout(width).lines);
    lines
}

/// The log tab: an event's run, or the log of the failing case, or of all.
#[must_use]
pub fn log_lines(workspace: &Workspace, width: usize) -> Vec<Line> {
    let heading = |text: String| {
        Line::of(
            text,
            Face {
                role: Role::Text,
                strong: true,
                emphasis: false,
            },
        )
    };
    if let Some((name, run)) = &workspace.event {
        let mut lines = vec![heading(format!("Event {name}")), Line::default()];
        lines.extend(report::lines(run, width));
        return lines;
    }
    let Some(results) = &workspace.results else {
        let text = format!(
            "Nothing has run yet. **{}** checks your code, **{}** runs an event.",
            key(Command::Check),
            key(Command::Events)
        );
        return Document::parse(&text).layout(width).lines;
    };
    let first = results.failing().next().map(|verdict| verdict.id.as_str());
    let verdicts = results.cases.iter().filter_map(|case| case.verdict.as_deref());
    let mut lines = Vec::new();
    for verdict in verdicts.filter(|verdict| first.is_none_or(|id| id == verdict.id) || workspace.all_cases) {
        lines.extend(wrap(
            &[Span::new(
                verdict.name.clone(),
                Face {
                    role: Role::Text,
                    strong: true,
                    emphasis: false,
                },
            )],
            width,
        ));
        if let Some(sent) = &verdict.sent {
            lines.extend(report::text(sent, Role::Accent, width));
        }
        if verdict.log.is_empty() {
            lines.push(Line::of("Nothing was logged.", Role::Quiet));
        }
        lines.extend(report::log(&verdict.log, width, 500));
        lines.push(Line::default());
    }
    if lines.is_empty() {
        lines.push(Line::of("Nothing was logged.", Role::Quiet));
    }
    lines
}
