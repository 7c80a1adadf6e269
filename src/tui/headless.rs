//! The program without a terminal: keys in, pictures out. For tests, and for the pictures in the documentation.

use std::time::Duration;

use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedReceiver;

use super::effects::Effects;
use super::key::Key;
use super::model::Model;
use super::msg::{Effect, Msg};
use super::update::update;
use super::view::view;
use super::{Options, first_model};

/// The program with everything around it but a terminal.
pub struct Headless {
    /// The state of the program.
    pub model: Model,
    /// The learner has left.
    pub left: bool,
    /// The file that was to be handed to the learner's own editor, and the line.
    pub handed_over: Option<(String, usize)>,
    effects: Effects,
    messages: UnboundedReceiver<Msg>,
    runtime: Runtime,
    patience: Duration,
}

impl Headless {
    /// Starts the program at a size. Code that runs is waited for, but no longer than `patience` after each key.
    ///
    /// # Errors
    /// When progress cannot be read.
    pub fn start(options: &Options, size: Size, patience: Duration) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let (sender, messages) = tokio::sync::mpsc::unbounded_channel();
        let mut model = first_model(options, options.store.progress()?, size);
        let begun = std::mem::take(&mut model.effects);
        let effects = Effects::new(options, sender);
        let mut program = Self {
            model,
            left: false,
            handed_over: None,
            effects,
            messages,
            runtime,
            patience,
        };
        program.execute(begun);
        program.settle();
        Ok(program)
    }

    /// Presses keys, written like `abc<enter><ctrl-s>`. What is no key is left out.
    pub fn keys(&mut self, keys: &str) {
        for key in Key::parse_all(keys) {
            self.send(Msg::Key(key));
        }
    }

    /// Waits until nothing runs any more, however long that takes within the patience for each message.
    pub fn wait(&mut self) {
        while self.model.run.is_some() {
            let next = self
                .runtime
                .block_on(async { tokio::time::timeout(self.patience, self.messages.recv()).await });
            let Ok(Some(msg)) = next else { return };
            self.take(msg);
        }
        self.settle();
    }

    /// Sends a message and waits until what follows from it has happened.
    pub fn send(&mut self, msg: Msg) {
        self.take(msg);
        self.settle();
    }

    /// What is on the screen.
    #[must_use]
    pub fn buffer(&self) -> Buffer {
        let Size { width, height } = self.model.size;
        let Ok(mut terminal) = ratatui::Terminal::new(TestBackend::new(width, height));
        let Ok(_) = terminal.draw(|frame| view(&self.model, frame));
        terminal.backend().buffer().clone()
    }

    /// Leaves: what is to be kept is kept.
    pub fn finish(&mut self) {
        self.effects.finish();
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
                    tokio::time::timeout(self.patience, self.messages.recv())
                        .await
                        .ok()
                        .flatten()
                }),
                Err(_) => None,
            };
            match msg {
                Some(Msg::StillRunning(..)) | None => return,
                Some(msg) => self.take(msg),
            }
        }
    }
}
