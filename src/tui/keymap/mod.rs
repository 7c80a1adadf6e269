//! The one key map: what every key does, and what the screens and the help say about it.

mod command;
mod table;

use std::sync::LazyLock;

use self::table::{MAP, Row, SCROLLING, SCROLLS};
use super::key::Key;

pub use self::command::Command;

/// Where keys have a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere.
    Anywhere,
    /// The first screen of the first start.
    Welcome,
    /// The course map.
    Home,
    /// A line of text is typed to find something.
    Finding,
    /// A lesson.
    Reader,
    /// A lesson with matches of a search in it.
    Matches,
    /// The outline of a lesson.
    Outline,
    /// An exercise, while the keys do not go to the editor.
    Workspace,
    /// An editor.
    Editor,
    /// The editor of an exercise.
    CodeEditor,
    /// The editor of an event.
    EventEditor,
    /// The hints of an exercise.
    Hints,
    /// The solution of an exercise.
    Solution,
    /// The list of events to run.
    Events,
    /// A question with options.
    Choosing,
    /// A question whose answer is typed.
    Answering,
    /// A question that has been answered.
    Answered,
    /// The end of a quiz.
    QuizDone,
    /// The list of all keys.
    Help,
    /// A question that takes yes or no.
    Confirm,
    /// A file was changed here and elsewhere.
    Conflict,
    /// Code is running.
    Running,
}

/// A row of the key map.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys that do it; the first is shown on screens.
    pub keys: Vec<Key>,
    /// What it does.
    pub command: Command,
    /// What the screen says about it, in a word or two.
    pub label: &'static str,
    /// Whether the foot of the screen shows it.
    pub shown: bool,
}

static BINDINGS: LazyLock<Vec<Binding>> = LazyLock::new(|| {
    let row = |context, (keys, command, label, shown): &Row| Binding {
        context,
        keys: keys.split(' ').filter_map(Key::parse).collect(),
        command: *command,
        label,
        shown: *shown,
    };
    let own = MAP
        .iter()
        .flat_map(|(context, rows)| rows.iter().map(move |entry| row(*context, entry)));
    let scroll = SCROLLS
        .iter()
        .flat_map(|context| SCROLLING.iter().map(move |entry| row(*context, entry)));
    own.chain(scroll).collect()
});

/// All rows.
#[must_use]
pub fn bindings() -> &'static [Binding] {
    &BINDINGS
}

/// The rows of a context, in order.
pub fn of(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.context == context)
}

/// The key that is shown for a command in a context.
#[must_use]
pub fn key_for(context: Context, command: Command) -> String {
    let key = of(context)
        .find(|binding| binding.command == command)
        .and_then(|binding| binding.keys.first());
    key.map(Key::to_string).unwrap_or_default()
}

/// What the help calls a context.
#[must_use]
pub fn name(context: Context) -> &'static str {
    match context {
        Context::Anywhere => "Everywhere",
        Context::Welcome => "Welcome",
        Context::Home => "Course map",
        Context::Finding => "Finding",
        Context::Reader => "Lesson",
        Context::Matches => "Lesson, after a search",
        Context::Outline => "Outline",
        Context::Workspace => "Exercise",
        Context::Editor => "Editing text",
        Context::CodeEditor => "Editing code",
        Context::EventEditor => "Editing an event",
        Context::Hints => "Hints",
        Context::Solution => "Solution",
        Context::Events => "Events",
        Context::Choosing => "Quiz, choosing",
        Context::Answering => "Quiz, typing",
        Context::Answered => "Quiz, after an answer",
        Context::QuizDone => "Quiz, at its end",
        Context::Help => "Help",
        Context::Confirm => "Yes or no",
        Context::Conflict => "Two versions of a file",
        Context::Running => "While code runs",
    }
}

/// All contexts, as the help lists them.
pub fn contexts() -> impl Iterator<Item = Context> {
    MAP.iter().map(|(context, _)| *context)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_is_read() {
        for (_, rows) in MAP {
            for (keys, ..) in *rows {
                for key in keys.split(' ') {
                    assert!(Key::parse(key).is_some(), "{key}");
                }
            }
        }
    }

    #[test]
    fn no_key_means_two_things() {
        for context in contexts() {
            let mut seen = HashSet::new();
            for key in of(context).flat_map(|binding| &binding.keys) {
                assert!(seen.insert(*key), "{context:?} {key}");
            }
        }
    }
}
