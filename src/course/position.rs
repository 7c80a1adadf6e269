//! Finds the line and column of a value in a TOML or JSON text.
//!
//! Values are named by pointers as `cases/2/steps/0/invoke`. Where a pointer leads nowhere, the deepest value on the
//! way to it is found, so that a message always has a place.

use toml::de::{DeTable, DeValue};

use super::problem::Position;

/// The position of a byte offset.
#[must_use]
pub fn of_offset(text: &str, offset: usize) -> Position {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line,
        column: before[start..].chars().count() + 1,
    }
}

/// The byte offset of a line and a column in bytes, both from 1, as `serde_json` counts them.
#[must_use]
pub fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
}

/// The byte offset of a value in a TOML text.
#[must_use]
pub fn in_toml(text: &str, pointer: &str) -> usize {
    let Ok(root) = DeTable::parse(text) else { return 0 };
    let mut offset = 0;
    let mut here = Some(Place::Table(root.get_ref()));
    for part in pointer.split('/') {
        let next = match here {
            Some(Place::Table(table)) => {
                table
                    .iter()
                    .find(|(key, _)| key.get_ref().as_ref() == part)
                    .map(|(key, value)| {
                        let at = if matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_)) {
                            key.span()
                        } else {
                            value.span()
                        };
                        (at.start, value)
                    })
            }
            Some(Place::Value(DeValue::Array(array))) => part
                .parse()
                .ok()
                .and_then(|index: usize| array.get(index))
                .map(|value| (value.span().start, value)),
            _ => None,
        };
        let Some((start, value)) = next else { break };
        offset = start;
        here = Some(match value.get_ref() {
            DeValue::Table(table) => Place::Table(table),
            other => Place::Value(other),
        });
    }
    offset
}

enum Place<'a, 'i> {
    Table(&'a DeTable<'i>),
    Value(&'a DeValue<'i>),
}

/// The byte offset of a value in a JSON text.
#[must_use]
pub fn in_json(text: &str, pointer: &str) -> usize {
    let mut cursor = Cursor { text, at: 0 };
    cursor.skip_blanks();
    let mut found = cursor.at;
    for part in pointer.split('/') {
        let entered = match cursor.peek() {
            Some(b'{') => cursor.enter_key(part),
            Some(b'[') => part.parse().is_ok_and(|index| cursor.enter_index(index)),
            _ => false,
        };
        if !entered {
            break;
        }
        found = cursor.at;
    }
    found
}

/// Walks over JSON that is known to be well-formed; stops at the end of any other.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_whitespace() || byte == b',' || byte == b':')
        {
            self.at += 1;
        }
    }

    fn enter_key(&mut self, wanted: &str) -> bool {
        self.at += 1;
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return false;
            }
            let start = self.at;
            self.skip_value();
            let key: Option<String> = serde_json::from_str(&self.text[start..self.at]).ok();
            self.skip_blanks();
            if key.as_deref() == Some(wanted) {
                return true;
            }
            self.skip_value();
        }
    }

    fn enter_index(&mut self, wanted: usize) -> bool {
        self.at += 1;
        for _ in 0..wanted {
            self.skip_blanks();
            self.skip_value();
        }
        self.skip_blanks();
        self.peek().is_some_and(|byte| byte != b']')
    }

    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None => return,
                Some(b'"') => self.skip_text(),
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') if depth == 0 => return,
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(byte) if byte.is_ascii_whitespace() || byte == b',' || byte == b':' => self.at += 1,
                Some(_) => {
                    while self
                        .peek()
                        .is_some_and(|byte| !byte.is_ascii_whitespace() && !b",]}".contains(&byte))
                    {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_text(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
        self.at = self.at.min(self.text.len());
    }
}

#[cfg(test)]
mod tests {
    use super::{in_json, in_toml, of_offset};

    #[test]
    fn finds_values_in_json() {
        let text = "{\n \"a\": [1, \"x]\\\"\", {\"b\": true}],\n \"c\": null}";
        let place = |pointer: &str| {
            let at = of_offset(text, in_json(text, pointer));
            (at.line, at.column)
        };
        assert_eq!(place("a/0"), (2, 8));
        assert_eq!(place("a/2/b"), (2, 25));
        assert_eq!(place("c"), (3, 7));
        assert_eq!(place("a/9"), (2, 7), "a missing element is placed at its array");
    }

    #[test]
    fn finds_values_in_toml() {
        let text = "title = \"x\"\n[[m]]\nid = \"one\"\n[[m]]\nid = \"two\"\n[m.when]\nstatus = 5\n";
        let line = |pointer: &str| of_offset(text, in_toml(text, pointer)).line;
        assert_eq!(line("title"), 1);
        assert_eq!(line("m/1/id"), 5);
        assert_eq!(line("m/1/when/status"), 7);
    }
}
