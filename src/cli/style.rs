//! Marks and colours of printed lines. Colour never carries meaning alone: every mark is another sign or a word.

/// How lines are marked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Colours may be used.
    pub(super) colour: bool,
    /// Words stand in place of signs.
    pub(super) words: bool,
}

impl Style {
    pub(super) fn pass(self) -> String {
        self.green(if self.words { "pass" } else { "✓" })
    }

    pub(super) fn fail(self) -> String {
        self.red(if self.words { "FAIL" } else { "✗" })
    }

    pub(super) fn skip(self) -> String {
        self.dim(if self.words { "skip" } else { "·" })
    }

    pub(super) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
