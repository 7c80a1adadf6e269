//! A quiz on the screen.

use std::fmt::Write;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::{QuizState, Stage};
use crate::course::quiz::{AnswerOption, Question, QuestionKind, Shown};
use crate::markdown::line::{Face, width, wrap};
use crate::markdown::{Document, Line, Role, Span};
use crate::tui::keymap::{Command, Context, key_for};
use crate::tui::model::Model;
use crate::tui::paint;

/// The text of a quiz, and which lines of it matter most.
#[derive(Debug, Clone, Default)]
pub struct Laid {
    /// All lines.
    pub lines: Vec<Line>,
    /// The first line of what the eye is on: the option under the cursor, the line that is typed, the verdict.
    pub focus: usize,
    /// The line after it.
    pub focus_end: usize,
}

/// What the title line says.
#[must_use]
pub fn title(model: &Model, quiz: &QuizState) -> (String, String) {
    let lesson = quiz.lesson.as_ref().and_then(|id| model.course.lesson(id));
    let title = lesson.map_or_else(|| "Review".to_owned(), |lesson| format!("Quiz: {}", lesson.front.title));
    let right = match quiz.stage {
        Stage::Done => String::new(),
        _ => format!("question {} of {}", quiz.at + 1, quiz.questions.len()),
    };
    (title, right)
}

/// The text for the model's width.
#[must_use]
pub fn lines(model: &Model, quiz: &QuizState) -> Laid {
    let width = usize::from(model.body().width.saturating_sub(1)).min(78);
    match &quiz.stage {
        Stage::Done => done(model, quiz, width),
        _ => question(quiz, width),
    }
}

fn strong(text: impl Into<String>, role: Role) -> Span {
    Span::new(
        text,
        Face {
            role,
            strong: true,
            emphasis: false,
        },
    )
}

fn markdown(text: &str, width: usize) -> Vec<Line> {
    Document::parse(text).layout(width).lines
}

fn question(quiz: &QuizState, width: usize) -> Laid {
    let question = quiz.question();
    let mut laid = Laid {
        lines: markdown(&prompt(question), width),
        ..Laid::default()
    };
    laid.lines.push(Line::default());
    match &quiz.stage {
        Stage::Answered(marked) => {
            laid.focus = laid.lines.len();
            let (text, role) = match (marked.right, marked.partly) {
                (true, _) => ("✓ Right", Role::Good),
                (false, true) => ("✗ Not quite: partly right", Role::Bad),
                (false, false) => ("✗ Not right", Role::Bad),
            };
            laid.lines.push(Line {
                spans: vec![strong(text, role)],
            });
            if question.options.is_empty() {
                laid.lines.extend(wrap(
                    &[Span::new(format!("You answered: {}", quiz.input), Role::Text)],
                    width,
                ));
                if let (false, Some(answer)) = (
                    marked.right,
                    question.answers.iter().find(|answer| !answer.starts_with('/')),
                ) {
                    laid.lines
                        .extend(wrap(&[Span::new(format!("The answer: {answer}"), Role::Good)], width));
                }
            }
            for why in [&marked.why, &question.why].into_iter().flatten() {
                laid.lines.push(Line::default());
                laid.lines.extend(markdown(why, width));
            }
            for (index, option) in question.options.iter().enumerate() {
                laid.lines.push(Line::default());
                laid.lines
                    .extend(explained(option, quiz.marked.contains(&index), width));
            }
            laid.focus_end = laid.focus + 1;
        }
        _ if question.options.is_empty() => {
            laid.focus = laid.lines.len();
            laid.lines.push(Line {
                spans: vec![
                    strong("Answer: ", Role::Accent),
                    Span::new(visible(&quiz.input, width), Role::Text),
                ],
            });
            laid.focus_end = laid.lines.len();
        }
        _ => {
            for (index, option) in question.options.iter().enumerate() {
                let start = laid.lines.len();
                laid.lines.extend(choice(quiz, index, option, width));
                if index == quiz.cursor {
                    laid.focus = start;
                    laid.focus_end = laid.lines.len();
                }
            }
        }
    }
    laid
}

/// The end of a line that is typed, so that the cursor stays in sight.
fn visible(input: &str, limit: usize) -> String {
    let room = limit.saturating_sub(width("Answer: ") + 1);
    let mut text = crate::markdown::line::printable(input);
    while width(&text) > room {
        text.remove(0);
    }
    text
}

fn prompt(question: &Question) -> String {
    let mut text = question.prompt.clone();
    if let Some(code) = &question.code {
        let _ = write!(text, "\n\n```python\n{}\n```\n", code.trim_matches('\n'));
        let event = question
            .event
            .as_ref()
            .map_or_else(|| "{}".to_owned(), ToString::to_string);
        let times = match question.invocations {
            1 => "once".to_owned(),
            times => format!("{times} times, one after the other"),
        };
        let _ = write!(text, "\nInvoked {times} with the event `{event}`.");
        if question.options.is_empty() {
            text += match question.shows {
                Shown::Response => " Type what the last invocation **returns**, as JSON.",
                Shown::Log => " Type what the last invocation **prints**.",
                Shown::Error => " Type the **errorType** of the last invocation.",
            };
        }
    }
    if question.kind == QuestionKind::Multiple {
        text += "\n\n*More than one may be right.*";
    }
    text
}

fn choice(quiz: &QuizState, index: usize, option: &AnswerOption, width: usize) -> Vec<Line> {
    let marked = quiz.marked.contains(&index);
    let here = index == quiz.cursor;
    let mark = match (quiz.question().kind == QuestionKind::Multiple, marked) {
        (true, true) => "[x]",
        (true, false) => "[ ]",
        (false, _) if here => "(•)",
        (false, _) => "( )",
    };
    let role = if here { Role::Accent } else { Role::Quiet };
    let pointer = if here { "›" } else { " " };
    let first = strong(format!("{pointer} {} {mark} ", index + 1), role);
    indented(&option.text, first, width)
}

/// An option after the answer: whether it is right, whether it was chosen, and why.
fn explained(option: &AnswerOption, chosen: bool, width: usize) -> Vec<Line> {
    let (mark, role) = if option.correct {
        ("✓ ", Role::Good)
    } else {
        ("✗ ", Role::Bad)
    };
    let mut lines = indented(&option.text, strong(mark, role), width);
    let yours = if chosen { "**Your choice.** " } else { "" };
    lines.extend(indented(
        &format!("{yours}{}", option.why),
        Span::new("  ", Role::Text),
        width,
    ));
    lines
}

fn indented(text: &str, first: Span, limit: usize) -> Vec<Line> {
    let indent = first.width();
    let mut first = Some(first);
    let lines = markdown(text, limit.saturating_sub(indent).max(1)).into_iter();
    lines
        .map(|line| {
            line.prefixed(
                first
                    .take()
                    .unwrap_or_else(|| Span::new(" ".repeat(indent), Role::Text)),
            )
        })
        .collect()
}

fn done(model: &Model, quiz: &QuizState, width: usize) -> Laid {
    let key = |command| key_for(Context::QuizDone, command);
    let right = quiz.given.iter().filter(|given| **given == Some(true)).count();
    let all = quiz.given.iter().flatten().count();
    let mut text = format!("# {right} of {all} right\n\n");
    if right == all {
        text += "All of them. Well done.\n\n";
    } else {
        text += "What you missed comes back for review:\n\n";
        for question in quiz.missed() {
            let first = question.prompt.lines().next().unwrap_or_default();
            let _ = writeln!(text, "- {first}");
        }
        let _ = write!(text, "\n**{}** asks these again now.\n\n", key(Command::Again));
    }
    let (key, to) = (key(Command::Continue), super::next(model, quiz));
    let to = to.map_or_else(|| "the course map".to_owned(), |stop| stop.title(&model.course));
    let _ = write!(text, "**{key}** goes on to {to}.");
    Laid {
        lines: markdown(&text, width),
        ..Laid::default()
    }
}

/// Draws the screen.
pub fn view(model: &Model, quiz: &QuizState, frame: &mut Frame<'_>, area: Rect) {
    let laid = lines(model, quiz);
    let text = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    paint::lines(frame.buffer_mut(), text, &laid.lines, quiz.scroll.top, model.theme);
    let typing = quiz.stage == Stage::Asking && quiz.types() && model.overlay.is_none();
    if let Some(row) = laid
        .focus
        .checked_sub(quiz.scroll.top)
        .filter(|row| typing && *row < usize::from(area.height))
    {
        let cell = |offset: usize| u16::try_from(offset).unwrap_or(u16::MAX);
        let x = text.x + cell(laid.lines[laid.focus].width());
        frame.set_cursor_position(Position::new(x.min(area.right() - 1), area.y + cell(row)));
    }
}
