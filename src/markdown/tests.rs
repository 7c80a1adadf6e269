use proptest::prelude::*;

use super::line::width;
use super::*;

const SAMPLE: &str = r#"# Cold starts

A function's *first* call is **slow**; see [the lifecycle](lesson:05-lifecycle) and `INIT_START`.

- one
- two with `code`
  1. deep
  2. deeper and long enough to wrap somewhere

> A quoted line that goes on for long enough to wrap and must keep its bar.

| Setting | Default | What it does |
|---|---|---|
| `memory` | 128 | MB of memory, and with it the share of a CPU |
| `timeout` | 3 | seconds |

```python run=counter
import json
count = 0
def lambda_handler(event, context):
    # counts
    return {"n": count, "text": "a long line of code that does not fit everywhere"}
```

---

The end.
"#;

fn shown(source: &str, width: usize) -> String {
    let layout = Document::parse(source).layout(width);
    layout
        .lines
        .iter()
        .map(|line| line.text().trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn sample_at_60() {
    insta::assert_snapshot!(shown(SAMPLE, 60));
}

#[test]
fn sample_at_30() {
    insta::assert_snapshot!(shown(SAMPLE, 30));
}

#[test]
fn sample_as_words() {
    insta::assert_snapshot!(Document::parse(SAMPLE).plain(60));
}

#[test]
fn tiny_widths_hold() {
    for limit in 0..24 {
        for line in Document::parse(SAMPLE).layout(limit).lines {
            assert!(line.width() <= limit, "{} > {limit}: {:?}", line.width(), line.text());
        }
    }
}

#[test]
fn every_line_of_a_quote_has_its_bar() {
    let text = shown("> one two three four five six seven", 14);
    assert!(text.lines().count() > 2);
    assert!(text.lines().all(|line| line.starts_with("│ ")), "{text}");
}

#[test]
fn a_table_too_wide_becomes_named_values() {
    let text = shown("| First | Second |\n|---|---|\n| alpha | beta |\n| gamma | delta |", 12);
    assert_eq!(text, "First: alpha\nSecond: beta\n\nFirst: gamma\nSecond:\ndelta");
}

#[test]
fn cells_wrap_before_a_table_gives_up() {
    let text = shown("| A | B |\n|---|---|\n| one two three four | five six |", 20);
    assert!(text.contains(" │ "), "{text}");
    assert!(text.contains("─┼─"), "{text}");
}

#[test]
fn long_code_goes_on_under_a_mark() {
    assert_eq!(shown("```\n0123456789abcdef\n```", 12), "  0123456789\n  ↪ abcdef");
}

#[test]
fn code_knows_its_lines_language_and_scenario() {
    let layout =
        Document::parse("text\n\n```python run=counter\na = 1\nb = 2\n```\n\n```python run\nc\n```").layout(40);
    assert_eq!(layout.code[0].run.as_deref(), Some("counter"));
    assert_eq!(layout.code[0].text, "a = 1\nb = 2\n");
    assert_eq!(layout.code[0].lines, 2..4);
    assert_eq!(layout.code[1].run.as_deref(), Some(""));
}

#[test]
fn a_link_that_wraps_is_one_link() {
    let layout = Document::parse("> see [the life of a function](lesson:05-lifecycle) now").layout(16);
    assert_eq!(layout.links.len(), 1);
    assert_eq!(layout.links[0].target, "lesson:05-lifecycle");
    assert_eq!(layout.links[0].text, "the life of a function");
}

#[test]
fn the_outline_points_at_the_headings() {
    let layout = Document::parse(SAMPLE).layout(40);
    assert_eq!(layout.outline[0].text, "Cold starts");
    assert_eq!(layout.lines[layout.outline[0].line].text(), "Cold starts");
}

#[test]
fn search_finds_cells() {
    let layout = Document::parse("Wörter: Lambda und lambda").layout(40);
    let found = layout.find("LAMBDA");
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].start, found[0].end), (8, 14));
    assert!(layout.find("").is_empty());
}

#[test]
fn python_has_its_roles() {
    let layout = Document::parse("```python\ndef f():  # note\n    return \"x\" + str(1)\n```").layout(60);
    let role = |text: &str| {
        let mut spans = layout.lines.iter().flat_map(|line| &line.spans);
        spans
            .find(|span| span.text.contains(text))
            .map(|span| span.face.role)
            .unwrap()
    };
    assert_eq!(role("def"), Role::Keyword);
    assert_eq!(role("return"), Role::Keyword);
    assert_eq!(role("# note"), Role::Comment);
    assert_eq!(role("x"), Role::String);
    assert_eq!(role("1"), Role::Constant);
}

#[test]
fn an_edit_highlights_like_a_fresh_read() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let mut edited = highlight::Highlighter::new("python");
    edited.update(&lines("a = 1\n\"\"\"open\ndef f(): pass"));
    edited.update(&lines("a = 1\n\"\"\"open\"\"\"\ndef f(): pass\nx"));
    edited.update(&lines("a = 1\n\"\"\"open\"\"\"\ndef f(): pass"));
    let fresh = highlight::highlight("python", "a = 1\n\"\"\"open\"\"\"\ndef f(): pass");
    for (index, line) in fresh.iter().enumerate() {
        assert_eq!(edited.line(index), line.as_slice());
    }
}

#[test]
fn depth_is_bounded() {
    let deep = "> ".repeat(5_000) + "text";
    assert!(shown(&deep, 20).contains("text"));
    let list: Vec<String> = (0..200).map(|depth| format!("{}- x", " ".repeat(depth * 2))).collect();
    shown(&list.join("\n"), 20);
}

#[test]
fn control_characters_never_reach_the_screen() {
    let text = shown("a\u{1b}[31mb\n\n```\nc\u{7}\td\n```", 40);
    assert!(!text.chars().any(|char| char.is_control() && char != '\n'), "{text:?}");
}

#[test]
fn stand_ins_are_one_cell_wide() {
    for char in "─│┌•○◐✓✗▸→…’“≈█░µ".chars() {
        let stand_in = ascii::stand_in(char);
        assert!(stand_in.is_ascii(), "{char}");
        assert_eq!(width(&char.to_string()), 1, "{char}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_line_is_too_wide(source in source(), limit in 0usize..50) {
        let document = Document::parse(&source);
        let layout = document.layout(limit);
        for line in &layout.lines {
            prop_assert!(line.width() <= limit, "{} > {}: {:?}", line.width(), limit, line.text());
            prop_assert!(!line.text().chars().any(char::is_control));
        }
        for code in &layout.code {
            prop_assert!(code.lines.end <= layout.lines.len());
        }
        let _ = (layout.find("a"), document.plain(limit));
    }
}

/// Markdown-like text: pieces of syntax among words of all widths.
fn source() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("# ".to_owned()),
        Just("> ".to_owned()),
        Just("- ".to_owned()),
        Just("1. ".to_owned()),
        Just("| a | b |\n|---|---|\n| c | d |\n".to_owned()),
        Just("```python run\n".to_owned()),
        Just("```\n".to_owned()),
        Just("**".to_owned()),
        Just("`".to_owned()),
        Just("[l](lesson:x)".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("  ".to_owned()),
        Just("漢字かな".to_owned()),
        Just("👩‍👩‍👧‍👦".to_owned()),
        Just("é\u{301}".to_owned()),
        "[a-z]{1,12} ?",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}
