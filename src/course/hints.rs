//! A `hints.md` into its hints.

use pulldown_cmark::{Event, HeadingLevel, Tag};

use super::exercise::Hint;
use super::markdown;
use super::position;
use super::problem::Problem;

/// One hint for each `## ` heading.
pub(super) fn parse(file: &str, text: &str) -> Result<Vec<Hint>, Problem> {
    let mut headings: Vec<(usize, usize)> = Vec::new();
    for (event, range) in markdown::events(text) {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            }) => headings.push((range.start, range.end)),
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            }) => {
                return Err(Problem::new(file, "a hint begins with a heading of level two, `## `")
                    .at(position::of_offset(text, range.start)));
            }
            _ => {}
        }
    }
    let first = headings.first().map_or(text.len(), |(start, _)| *start);
    if !text[..first].trim().is_empty() {
        let start = text.len() - text.trim_start().len();
        return Err(Problem::new(file, "this text stands before the first hint")
            .at(position::of_offset(text, start))
            .help("begin each hint with a heading, `## The idea`"));
    }
    let ends = headings.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    Ok(headings
        .iter()
        .zip(ends)
        .map(|((start, body), end)| Hint {
            title: text[*start..*body].trim().trim_start_matches('#').trim().to_owned(),
            body: text[*body..end].trim().to_owned(),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn each_heading_begins_a_hint() {
        let text = "## The idea\n\nRead `event`.\n\n```python\n## not a heading\n```\n\n## The code\nx\n";
        let hints = parse("hints.md", text).unwrap();
        assert_eq!(hints.len(), 2);
        assert_eq!(hints[0].title, "The idea");
        assert!(hints[0].body.ends_with("```"));
        assert_eq!(hints[1].body, "x");
    }

    #[test]
    fn text_before_the_first_heading_is_refused() {
        let problem = parse("hints.md", "\nHello\n## One\n").unwrap_err();
        assert_eq!(problem.position.unwrap().line, 2);
    }
}
