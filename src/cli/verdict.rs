//! A verdict on lines: all cases as they end, then the first failure in full.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use serde_json::Value;

use super::printable::printable;
use super::style::Style;
use crate::course::Exercise;
use crate::grade::verdict::{DiffSide, SourceLine};
use crate::grade::{CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict, GradeEvent};

/// At most so many lines of a failing case's log are printed.
const LOG_LINES: usize = 40;

/// Prints one exercise's grading.
pub(super) struct Screen<'a> {
    out: &'a mut dyn Write,
    style: Style,
    exercise: &'a Exercise,
    /// Cases that ended before one that stands above them.
    waiting: BTreeMap<usize, CaseVerdict>,
    printed: usize,
}

impl<'a> Screen<'a> {
    pub(super) fn new(out: &'a mut dyn Write, style: Style, exercise: &'a Exercise) -> Self {
        Self {
            out,
            style,
            exercise,
            waiting: BTreeMap::new(),
            printed: 0,
        }
    }

    /// Prints what is graded.
    pub(super) fn heading(&mut self, graded: &str) -> Result<()> {
        let Exercise { id, manifest, .. } = self.exercise;
        writeln!(
            self.out,
            "{}\n{graded}\n",
            self.style.bold(&format!("{id}: {}", manifest.title))
        )?;
        Ok(self.out.flush()?)
    }

    /// Prints each case once those above it have ended.
    pub(super) fn event(&mut self, event: GradeEvent) -> Result<()> {
        if let GradeEvent::CaseFinished { index, verdict } = event {
            self.waiting.insert(index, *verdict);
            while let Some(case) = self.waiting.remove(&self.printed) {
                self.case_line(&case)?;
            }
        }
        Ok(())
    }

    pub(super) fn verdict(&mut self, verdict: &ExerciseVerdict) -> Result<()> {
        for case in verdict.cases.iter().skip(self.printed) {
            self.case_line(case)?;
        }
        if !verdict.cases.is_empty() {
            writeln!(self.out)?;
        }
        if let Some(message) = &verdict.message {
            writeln!(self.out, "{} {}\n", self.style.fail(), printable(message.trim()))?;
        }
        let failed = verdict
            .cases
            .iter()
            .find(|case| matches!(case.status, CaseStatus::Fail | CaseStatus::Error));
        if let Some(case) = failed.filter(|_| verdict.message.is_none()) {
            self.failure(case)?;
        }
        self.summary(verdict)?;
        Ok(self.out.flush()?)
    }

    fn case_line(&mut self, case: &CaseVerdict) -> Result<()> {
        self.printed += 1;
        let mark = match case.status {
            CaseStatus::Pass => self.style.pass(),
            CaseStatus::Fail | CaseStatus::Error => self.style.fail(),
            CaseStatus::Skipped => self.style.skip(),
        };
        writeln!(self.out, "  {mark} {}", case.name)?;
        Ok(self.out.flush()?)
    }

    fn failure(&mut self, case: &CaseVerdict) -> Result<()> {
        let style = self.style;
        writeln!(self.out, "{} {}\n", style.fail(), style.bold(&case.name))?;
        for text in [&case.mistake, &case.message].into_iter().flatten() {
            writeln!(self.out, "{}\n", indent(text))?;
        }
        self.part("sent", case.sent.as_deref())?;
        self.values(case)?;
        if let Some(SourceLine { file, line, text }) = &case.line {
            self.part("at", Some(&format!("{file}, line {line}: {}", text.trim())))?;
        }
        self.log(&case.log)?;
        self.part("look at", case.hint.as_deref())?;
        Ok(writeln!(self.out)?)
    }

    /// Expected and got: side by side where they are short, else line by line.
    fn values(&mut self, case: &CaseVerdict) -> Result<()> {
        let values: Vec<String> = [&case.expected, &case.actual]
            .into_iter()
            .flatten()
            .map(pretty)
            .collect();
        if case.diff.is_empty() || (values.len() == 2 && values.iter().all(|value| !value.contains('\n'))) {
            self.part("expected", case.expected.as_ref().map(pretty).as_deref())?;
            return self.part("got", case.actual.as_ref().map(pretty).as_deref());
        }
        writeln!(self.out, "  {}", self.style.bold("expected (-) and got (+)"))?;
        for line in &case.diff {
            let text = printable(&line.text);
            let line = match line.side {
                DiffSide::Same => format!("    {text}"),
                DiffSide::Expected => self.style.green(&format!("  - {text}")),
                DiffSide::Actual => self.style.red(&format!("  + {text}")),
            };
            writeln!(self.out, "  {line}")?;
        }
        Ok(())
    }

    fn part(&mut self, name: &str, text: Option<&str>) -> Result<()> {
        let Some(text) = text else { return Ok(()) };
        let name = self.style.bold(name);
        if text.contains('\n') {
            writeln!(self.out, "  {name}\n{}", indent(&indent(text)))?;
        } else {
            writeln!(self.out, "  {name}: {}", printable(text))?;
        }
        Ok(())
    }

    fn log(&mut self, log: &[String]) -> Result<()> {
        if log.is_empty() {
            return Ok(());
        }
        let hidden = log.len().saturating_sub(LOG_LINES);
        writeln!(self.out, "  {}", self.style.bold("log"))?;
        if hidden > 0 {
            writeln!(self.out, "    ({hidden} lines before these; --json prints all)")?;
        }
        for line in &log[hidden..] {
            writeln!(self.out, "    {}", printable(line.trim_end()))?;
        }
        Ok(())
    }

    fn summary(&mut self, verdict: &ExerciseVerdict) -> Result<()> {
        let id = &verdict.exercise;
        let seconds = u32::try_from(verdict.duration_ms).map_or(f64::INFINITY, f64::from) / 1000.0;
        let passed = verdict
            .cases
            .iter()
            .filter(|case| case.status == CaseStatus::Pass)
            .count();
        match verdict.status {
            ExerciseStatus::Pass => {
                writeln!(
                    self.out,
                    "{} All {passed} cases pass. ({seconds:.2} s)",
                    self.style.pass()
                )?;
                writeln!(self.out, "  The model solution: lambda-course solution {id}\n")?;
            }
            ExerciseStatus::Fail => {
                writeln!(
                    self.out,
                    "{passed} of {} cases pass. ({seconds:.2} s)",
                    verdict.cases.len()
                )?;
                writeln!(self.out, "  A hint: lambda-course hint {id}\n")?;
            }
            ExerciseStatus::Error => writeln!(self.out, "No case could be run. ({seconds:.2} s)\n")?,
        }
        Ok(())
    }
}

fn pretty(value: &Value) -> String {
    let short = value.to_string();
    if short.len() <= 60 {
        short
    } else {
        serde_json::to_string_pretty(value).unwrap_or(short)
    }
}

fn indent(text: &str) -> String {
    let lines: Vec<String> = printable(text.trim_end())
        .lines()
        .map(|line| format!("  {line}"))
        .collect();
    lines.join("\n")
}
