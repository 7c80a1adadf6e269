//! A key as it is pressed, written and shown.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers. Shift counts only where the key has no character of its own for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// Control, Alt, Shift.
    pub modifiers: KeyModifiers,
}

impl Key {
    /// Ctrl-C.
    pub const CTRL_C: Self = Self {
        code: KeyCode::Char('c'),
        modifiers: KeyModifiers::CONTROL,
    };

    /// A key without modifiers.
    #[must_use]
    pub fn plain(code: KeyCode) -> Self {
        Self {
            code,
            modifiers: KeyModifiers::NONE,
        }
    }

    /// The key of a terminal's event; none for releases and for what is not a key press.
    #[must_use]
    pub fn of(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let mut code = event.code;
        if let KeyCode::Char(char) = code {
            if modifiers.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(char.to_ascii_lowercase());
            }
            modifiers -= KeyModifiers::SHIFT;
        }
        if code == KeyCode::Tab && modifiers.contains(KeyModifiers::SHIFT) {
            code = KeyCode::BackTab;
        }
        if code == KeyCode::BackTab {
            modifiers -= KeyModifiers::SHIFT;
        }
        Some(Self { code, modifiers })
    }

    /// Reads a key as the key map writes it: `a`, `ctrl-s`, `shift-left`, `f1`, `enter`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, tail) = match rest.split_once('-') {
                Some(("ctrl", tail)) => (KeyModifiers::CONTROL, tail),
                Some(("alt", tail)) => (KeyModifiers::ALT, tail),
                Some(("shift", tail)) => (KeyModifiers::SHIFT, tail),
                _ => break,
            };
            modifiers |= modifier;
            rest = tail;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(char), None) => KeyCode::Char(char),
            (Some('f'), Some('1'..='9')) => KeyCode::F(rest[1..].parse().ok()?),
            _ => NAMES
                .iter()
                .find(|(_, name, _)| *name == rest)
                .map(|(code, ..)| *code)?,
        };
        Some(Self { code, modifiers })
    }

    /// Reads keys one after the other: letters as they are, others as `<enter>` or `<ctrl-s>`.
    pub fn parse_all(text: &str) -> impl Iterator<Item = Self> {
        let mut rest = text;
        std::iter::from_fn(move || {
            let char = rest.chars().next()?;
            let (name, tail) = match rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
                Some((name, tail)) if !name.is_empty() => (name, tail),
                _ => rest.split_at(char.len_utf8()),
            };
            rest = tail;
            Some(Self::parse(name))
        })
        .flatten()
    }

    /// The character that the key types, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(char) if !self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => Some(char),
            _ => None,
        }
    }
}

/// Keys that have a name: how it is written in the key map and how it is shown.
const NAMES: &[(KeyCode, &str, &str)] = &[
    (KeyCode::Char(' '), "space", "Space"),
    (KeyCode::Enter, "enter", "Enter"),
    (KeyCode::Esc, "esc", "Esc"),
    (KeyCode::Tab, "tab", "Tab"),
    (KeyCode::BackTab, "backtab", "Shift-Tab"),
    (KeyCode::Backspace, "backspace", "Backspace"),
    (KeyCode::Delete, "delete", "Delete"),
    (KeyCode::Up, "up", "↑"),
    (KeyCode::Down, "down", "↓"),
    (KeyCode::Left, "left", "←"),
    (KeyCode::Right, "right", "→"),
    (KeyCode::Home, "home", "Home"),
    (KeyCode::End, "end", "End"),
    (KeyCode::PageUp, "pageup", "PgUp"),
    (KeyCode::PageDown, "pagedown", "PgDn"),
];

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "Ctrl-"),
            (KeyModifiers::ALT, "Alt-"),
            (KeyModifiers::SHIFT, "Shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                formatter.write_str(name)?;
            }
        }
        match self.code {
            KeyCode::F(number) => write!(formatter, "F{number}"),
            code => match (NAMES.iter().find(|(named, ..)| *named == code), code) {
                (Some((.., shown)), _) => formatter.write_str(shown),
                (None, KeyCode::Char(char)) if self.modifiers.is_empty() => write!(formatter, "{char}"),
                (None, KeyCode::Char(char)) => write!(formatter, "{}", char.to_ascii_uppercase()),
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_shown() {
        for (written, shown) in [
            ("a", "a"),
            ("G", "G"),
            ("ctrl-s", "Ctrl-S"),
            ("shift-left", "Shift-←"),
            ("ctrl-shift-home", "Ctrl-Shift-Home"),
            ("f12", "F12"),
            ("-", "-"),
            ("enter", "Enter"),
        ] {
            assert_eq!(Key::parse(written).unwrap().to_string(), shown);
        }
        assert_eq!(Key::parse("nothing"), None);
    }

    #[test]
    fn releases_are_not_keys() {
        let mut event = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(Key::of(event), None);
    }
}
