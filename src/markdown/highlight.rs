//! Code to roles: syntect reads the grammar, a short table says what each scope is.

use std::ops::Range;
use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::line::Role;

/// Longer lines stay plain: grammars are regular expressions, and some are slow.
const MAX_LINE: usize = 2_000;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Scopes by prefix; the first that fits speaks, so the narrow ones come first.
static ROLES: LazyLock<Vec<(Scope, Role)>> = LazyLock::new(|| {
    [
        ("comment", Role::Comment),
        ("constant.character.escape", Role::Constant),
        ("constant", Role::Constant),
        ("keyword.operator", Role::Text),
        ("keyword", Role::Keyword),
        ("storage", Role::Keyword),
        ("entity.name.tag", Role::Name),
        ("entity.name", Role::Name),
        ("support.function", Role::Name),
        ("variable.function", Role::Name),
        ("variable.language", Role::Constant),
        ("string", Role::String),
        ("punctuation.definition.string", Role::String),
    ]
    .into_iter()
    .filter_map(|(prefix, role)| Some((Scope::new(prefix).ok()?, role)))
    .collect()
});

/// A part of a line, in bytes, and its role.
pub type Piece = (Range<usize>, Role);

/// The roles in `text`, line by line. Languages without a grammar stay plain.
#[must_use]
pub fn highlight(language: &str, text: &str) -> Vec<Vec<Piece>> {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut highlighter = Highlighter::new(language);
    highlighter.update(&lines);
    highlighter.pieces
}

/// Highlights a text that changes: only what an edit touches is read again.
#[derive(Debug, Clone)]
pub struct Highlighter {
    syntax: Option<&'static SyntaxReference>,
    lines: Vec<String>,
    pieces: Vec<Vec<Piece>>,
    /// How the grammar stands before each line.
    states: Vec<(ParseState, ScopeStack)>,
}

impl Highlighter {
    /// A highlighter for a language, as it is named after the backticks of a code block.
    #[must_use]
    pub fn new(language: &str) -> Self {
        let name = match language {
            "sh" | "shell" | "console" => "bash",
            other => other,
        };
        let syntax = Some(name)
            .filter(|name| !name.is_empty())
            .and_then(|name| SYNTAXES.find_syntax_by_token(name));
        Self {
            syntax,
            lines: Vec::new(),
            pieces: Vec::new(),
            states: Vec::new(),
        }
    }

    /// The roles in a line.
    #[must_use]
    pub fn line(&self, index: usize) -> &[Piece] {
        self.pieces.get(index).map_or(&[], Vec::as_slice)
    }

    /// Reads the text as it is now.
    pub fn update(&mut self, lines: &[String]) {
        let Some(syntax) = self.syntax else {
            self.pieces = lines.iter().map(|line| plain(line)).collect();
            return;
        };
        let same = self.lines.iter().zip(lines).take_while(|(old, new)| old == new).count();
        if same == lines.len() && same == self.lines.len() {
            return;
        }
        self.pieces.truncate(same);
        self.states.truncate(same + 1);
        let (mut state, mut stack) = self
            .states
            .get(same)
            .cloned()
            .unwrap_or_else(|| (ParseState::new(syntax), ScopeStack::new()));
        self.states.truncate(same);
        for line in &lines[same..] {
            self.states.push((state.clone(), stack.clone()));
            self.pieces.push(read(line, &mut state, &mut stack));
        }
        self.states.push((state, stack));
        self.lines = lines.to_vec();
    }
}

fn plain(line: &str) -> Vec<Piece> {
    vec![(0..line.len(), Role::Text)]
}

fn read(line: &str, state: &mut ParseState, stack: &mut ScopeStack) -> Vec<Piece> {
    if line.len() > MAX_LINE {
        return plain(line);
    }
    let Ok(changes) = state.parse_line(&format!("{line}\n"), &SYNTAXES) else {
        return plain(line);
    };
    let mut pieces: Vec<Piece> = Vec::new();
    let mut begin = 0;
    let mut put = |end: usize, stack: &ScopeStack| {
        let end = end.min(line.len());
        if end > begin {
            let role = role(stack);
            match pieces.last_mut() {
                Some(last) if last.1 == role => last.0.end = end,
                _ => pieces.push((begin..end, role)),
            }
            begin = end;
        }
    };
    for (at, change) in changes {
        put(at, stack);
        if stack.apply(&change).is_err() {
            break;
        }
    }
    put(line.len(), stack);
    pieces
}

fn role(stack: &ScopeStack) -> Role {
    let find = |scope: &Scope| {
        ROLES
            .iter()
            .find(|(prefix, _)| prefix.is_prefix_of(*scope))
            .map(|(_, role)| *role)
    };
    stack.scopes.iter().rev().find_map(find).unwrap_or_default()
}
