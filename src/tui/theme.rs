//! How things look. The terminal's own sixteen colours, so that any palette of the learner's holds; no white, black or
//! yellow, which vanish on one background or the other.

use ratatui::style::{Color, Modifier, Style};

use crate::markdown::{Face, Role};

/// The background of the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Appearance {
    /// Light text on a dark background.
    #[default]
    Dark,
    /// Dark text on a light background.
    Light,
}

/// How things look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Theme {
    /// Which colours read well.
    pub appearance: Appearance,
    /// Off: bold, dim, underlined and reversed have to do.
    pub color: bool,
    /// Only ASCII is drawn.
    pub ascii: bool,
}

impl Theme {
    /// The style of a piece of text.
    #[must_use]
    pub fn face(self, face: Face) -> Style {
        let mut style = self.role(face.role);
        if face.strong {
            style = style.add_modifier(Modifier::BOLD);
        }
        if face.emphasis {
            style = style.add_modifier(Modifier::ITALIC);
        }
        style
    }

    /// The style of a role.
    #[must_use]
    pub fn role(self, role: Role) -> Style {
        let plain = Style::default();
        match role {
            Role::Text => plain,
            Role::Heading(1) => self.accent().add_modifier(Modifier::BOLD),
            Role::Heading(2) => plain.add_modifier(Modifier::BOLD),
            Role::Heading(_) => plain.add_modifier(Modifier::BOLD | Modifier::ITALIC),
            Role::Code | Role::Accent => self.accent(),
            Role::Link => self.accent().add_modifier(Modifier::UNDERLINED),
            Role::Frame | Role::Quiet | Role::Comment => plain.add_modifier(Modifier::DIM),
            Role::Keyword => self.colored(Color::Magenta),
            Role::Constant => self.colored(self.shade(Color::Cyan, Color::Red)),
            Role::Name => self.colored(Color::Blue),
            Role::String | Role::Good => self.colored(Color::Green),
            Role::Bad => self.colored(Color::Red),
        }
    }

    /// What can be pressed or is selected.
    #[must_use]
    pub fn accent(self) -> Style {
        self.colored(self.shade(Color::Cyan, Color::Blue))
    }

    /// Less important.
    #[must_use]
    pub fn quiet(self) -> Style {
        self.role(Role::Quiet)
    }

    /// A selected row or text.
    #[must_use]
    pub fn selected(self) -> Style {
        Style::default().add_modifier(Modifier::REVERSED)
    }

    /// Where a search found something.
    #[must_use]
    pub fn found(self) -> Style {
        self.colored(Color::Magenta).add_modifier(Modifier::REVERSED)
    }

    /// Names of places and things.
    #[must_use]
    pub fn title(self) -> Style {
        Style::default().add_modifier(Modifier::BOLD)
    }

    fn colored(self, color: Color) -> Style {
        if self.color {
            Style::default().fg(color)
        } else {
            Style::default()
        }
    }

    fn shade(self, dark: Color, light: Color) -> Color {
        match self.appearance {
            Appearance::Dark => dark,
            Appearance::Light => light,
        }
    }
}
