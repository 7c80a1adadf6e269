//! Verdicts as JUnit XML, which CI systems show.

use anyhow::Result;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::grade::{CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict};

/// One suite for each exercise, one test for each case.
pub(super) fn report(verdicts: &[ExerciseVerdict]) -> Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Start(BytesStart::new("testsuites")))?;
    for verdict in verdicts {
        suite(&mut xml, verdict)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    Ok(String::from_utf8(xml.into_inner())? + "\n")
}

fn suite(xml: &mut Writer<Vec<u8>>, verdict: &ExerciseVerdict) -> Result<()> {
    let count = |status: CaseStatus| verdict.cases.iter().filter(|case| case.status == status).count();
    // Where nothing could be run, the exercise itself is the one test.
    let lost = usize::from(verdict.status == ExerciseStatus::Error && verdict.cases.is_empty());
    let seconds = format!("{}.{:03}", verdict.duration_ms / 1000, verdict.duration_ms % 1000);
    let mut suite = BytesStart::new("testsuite");
    suite.push_attribute(("name", verdict.exercise.as_str()));
    suite.push_attribute(("tests", (verdict.cases.len() + lost).to_string().as_str()));
    suite.push_attribute(("failures", count(CaseStatus::Fail).to_string().as_str()));
    suite.push_attribute(("errors", (count(CaseStatus::Error) + lost).to_string().as_str()));
    suite.push_attribute(("skipped", count(CaseStatus::Skipped).to_string().as_str()));
    suite.push_attribute(("time", seconds.as_str()));
    xml.write_event(Event::Start(suite))?;
    if lost == 1 {
        let message = verdict.message.as_deref().unwrap_or_default();
        test(
            xml,
            &verdict.exercise,
            "the code can be loaded",
            Some(("error", message, message)),
        )?;
    }
    for case in &verdict.cases {
        let message = case.message.as_deref().unwrap_or_default();
        let details = details(case);
        let outcome = match case.status {
            CaseStatus::Pass => None,
            CaseStatus::Fail => Some(("failure", message, details.as_str())),
            CaseStatus::Error => Some(("error", message, details.as_str())),
            CaseStatus::Skipped => Some(("skipped", "", "")),
        };
        test(xml, &verdict.exercise, &case.name, outcome)?;
    }
    Ok(xml.write_event(Event::End(BytesEnd::new("testsuite")))?)
}

fn test(xml: &mut Writer<Vec<u8>>, exercise: &str, name: &str, outcome: Option<(&str, &str, &str)>) -> Result<()> {
    let mut test = BytesStart::new("testcase");
    test.push_attribute(("classname", exercise));
    test.push_attribute(("name", legal(name).as_str()));
    let Some((kind, message, details)) = outcome else {
        return Ok(xml.write_event(Event::Empty(test))?);
    };
    xml.write_event(Event::Start(test))?;
    let mut element = BytesStart::new(kind);
    if !message.is_empty() {
        element.push_attribute(("message", legal(message).as_str()));
    }
    xml.write_event(Event::Start(element))?;
    xml.write_event(Event::Text(BytesText::new(&legal(details))))?;
    xml.write_event(Event::End(BytesEnd::new(kind)))?;
    Ok(xml.write_event(Event::End(BytesEnd::new("testcase")))?)
}

fn details(case: &CaseVerdict) -> String {
    let value = |name: &str, value: &Option<serde_json::Value>| value.as_ref().map(|value| format!("{name}: {value}"));
    let parts = [
        case.mistake.clone(),
        case.sent.as_ref().map(|sent| format!("sent: {sent}")),
        value("expected", &case.expected),
        value("got", &case.actual),
        case.line
            .as_ref()
            .map(|line| format!("at: {}, line {}: {}", line.file, line.line, line.text.trim())),
        (!case.log.is_empty()).then(|| format!("log:\n{}", case.log.join("\n"))),
        case.hint.as_ref().map(|hint| format!("look at: {hint}")),
    ];
    parts.into_iter().flatten().collect::<Vec<String>>().join("\n")
}

/// Without the characters that XML cannot hold, escaped or not.
fn legal(text: &str) -> String {
    let is_legal = |character: &char| match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => *other >= ' ',
    };
    text.chars().filter(is_legal).collect()
}
