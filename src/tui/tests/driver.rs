//! Drives the program: keys in, screens out.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};

use super::doubles::{Memory, WordRunner};
use crate::tui::Options;
use crate::tui::headless::Headless;
use crate::tui::theme::Theme;

/// The program with a runner and a store that keep to memory.
pub struct App {
    pub store: Arc<Memory>,
    program: Headless,
}

impl Deref for App {
    type Target = Headless;

    fn deref(&self) -> &Headless {
        &self.program
    }
}

impl DerefMut for App {
    fn deref_mut(&mut self) -> &mut Headless {
        &mut self.program
    }
}

impl App {
    pub fn new() -> Self {
        Self::start(Arc::default(), 80, 24)
    }

    /// Starts the program as after an earlier session with the same store.
    pub fn start(store: Arc<Memory>, width: u16, height: u16) -> Self {
        Self::with_theme(
            store,
            width,
            height,
            Theme {
                color: true,
                ..Theme::default()
            },
        )
    }

    pub fn with_theme(store: Arc<Memory>, width: u16, height: u16, theme: Theme) -> Self {
        let options = Options {
            course: Arc::new(super::course::course()),
            runner: Arc::new(WordRunner),
            store: store.clone(),
            theme,
            own_editor: Some("vi".to_owned()),
        };
        let program = Headless::start(&options, Size::new(width, height), Duration::from_millis(40)).unwrap();
        Self { store, program }
    }

    /// Presses keys, written like `abc<enter><ctrl-s>`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.program.keys(keys);
        self
    }

    /// Leaves without a word, as when the power fails, and starts again.
    pub fn restart(&mut self) {
        self.program.finish();
        let (size, theme) = (self.program.model.size, self.program.model.theme);
        *self = Self::with_theme(self.store.clone(), size.width, size.height, theme);
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        text(&self.buffer())
    }

    pub fn shows(&mut self, text: &str) -> &mut Self {
        assert!(self.screen().contains(text), "no {text:?} in\n{}", self.screen());
        self
    }

    pub fn lacks(&mut self, text: &str) -> &mut Self {
        assert!(!self.screen().contains(text), "{text:?} in\n{}", self.screen());
        self
    }
}

pub fn text(buffer: &Buffer) -> String {
    rows(buffer, |row| row.iter().map(ratatui::buffer::Cell::symbol).collect())
}

/// The screen with its styles: `[cyan bold]text`.
pub fn styled(buffer: &Buffer) -> String {
    rows(buffer, |row| {
        let mut line = String::new();
        let mut last = String::new();
        for cell in row {
            let style = style(cell);
            if style != last {
                line.extend(["[", &style, "]"]);
                last = style;
            }
            line += cell.symbol();
        }
        line
    })
}

fn style(cell: &ratatui::buffer::Cell) -> String {
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(format!("{:?}", cell.fg).to_lowercase());
    }
    for (modifier, name) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(name.to_owned());
        }
    }
    words.join(" ")
}

fn rows(buffer: &Buffer, row: impl Fn(&[ratatui::buffer::Cell]) -> String) -> String {
    let width = usize::from(buffer.area.width).max(1);
    buffer
        .content
        .chunks(width)
        .map(|cells| row(cells).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}
