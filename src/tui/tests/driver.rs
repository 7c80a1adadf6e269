//! Drives the program: keys in, screens out.

use std::sync::Arc;
use std::time::Duration;

use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedReceiver;

use super::doubles::{Memory, WordRunner};
use crate::tui::effects::Effects;
use crate::tui::key::Key;
use crate::tui::model::Model;
use crate::tui::msg::{Effect, Msg};
use crate::tui::theme::Theme;
use crate::tui::update::update;
use crate::tui::view::view;
use crate::tui::{Options, first_model};

/// The program with everything around it.
pub struct App {
    pub model: Model,
    pub store: Arc<Memory>,
    /// The learner has left.
    pub left: bool,
    /// The file that was handed to the learner's own editor, and the line.
    pub handed_over: Option<(String, usize)>,
    effects: Effects,
    messages: UnboundedReceiver<Msg>,
    runtime: Runtime,
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
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (sender, messages) = tokio::sync::mpsc::unbounded_channel();
        let options = Options {
            course: Arc::new(super::course::course()),
            runner: Arc::new(WordRunner),
            store: store.clone(),
            theme,
            own_editor: Some("vi".to_owned()),
        };
        let progress = options.store.progress().unwrap();
        let mut model = first_model(&options, progress, Size::new(width, height));
        let begun = std::mem::take(&mut model.effects);
        let effects = Effects::new(&options, sender);
        let mut app = Self {
            model,
            store,
            left: false,
            handed_over: None,
            effects,
            messages,
            runtime,
        };
        app.execute(begun);
        app.settle();
        app
    }

    /// Presses keys, written like `abc<enter><ctrl-s>`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in parse(keys) {
            self.send(Msg::Key(key));
        }
        self
    }

    /// Sends a message and waits until all that follows from it has happened, but not for code that runs.
    pub fn send(&mut self, msg: Msg) {
        self.take(msg);
        self.settle();
    }

    /// Leaves without a word, as when the power fails, and starts again.
    pub fn restart(&mut self) {
        self.effects.finish();
        let size = self.model.size;
        *self = Self::with_theme(self.store.clone(), size.width, size.height, self.model.theme);
    }

    fn take(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg);
        self.execute(effects);
    }

    fn execute(&mut self, effects: Vec<Effect>) {
        let _guard = self.runtime.enter();
        for effect in effects {
            match effect {
                Effect::Quit => self.left = true,
                Effect::OwnEditor { file, line, .. } => self.handed_over = Some((file, line)),
                effect => self.effects.execute(effect),
            }
        }
    }

    fn settle(&mut self) {
        loop {
            self.effects.flush();
            let msg = match self.messages.try_recv() {
                Ok(msg) => Some(msg),
                Err(_) if self.model.run.is_some() => self.runtime.block_on(async {
                    tokio::time::timeout(Duration::from_millis(30), self.messages.recv())
                        .await
                        .ok()
                        .flatten()
                }),
                Err(_) => None,
            };
            let Some(msg) = msg else { return };
            self.take(msg);
        }
    }

    pub fn buffer(&self) -> Buffer {
        let Size { width, height } = self.model.size;
        let mut terminal = ratatui::Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&self.model, frame)).unwrap();
        terminal.backend().buffer().clone()
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

pub fn parse(keys: &str) -> Vec<Key> {
    let mut parsed = Vec::new();
    let mut rest = keys;
    while let Some(char) = rest.chars().next() {
        let (name, tail) = match rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
            Some((name, tail)) if !name.is_empty() => (name.to_owned(), tail),
            _ => (char.to_string(), &rest[char.len_utf8()..]),
        };
        let name = if name == "\n" { "enter".to_owned() } else { name };
        parsed.push(Key::parse(&name).unwrap_or_else(|| panic!("no key {name:?}")));
        rest = tail;
    }
    parsed
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
                line += &format!("[{style}]");
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
