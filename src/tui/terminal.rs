//! The terminal: taken over, lent to another program, and given back as it was, come what may.

use std::io::{self, Stdout, stdout};
use std::sync::Once;

use anyhow::Context;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;

static HOOK: Once = Once::new();

/// The terminal while it is ours. Dropping it gives it back.
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When there is none.
    pub fn enter() -> anyhow::Result<Self> {
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            let screen = std::thread::current().id();
            std::panic::set_hook(Box::new(move |info| {
                // Elsewhere a panic ends a run, not the program: the screen stays and says so.
                if std::thread::current().id() == screen {
                    let _ = give_back();
                    before(info);
                }
            }));
        });
        take().context("the terminal cannot be used")?;
        let inner = ratatui::Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| {
            let _ = give_back();
        })?;
        Ok(Self { inner })
    }

    /// Its size.
    ///
    /// # Errors
    /// When the terminal does not say.
    pub fn size(&self) -> anyhow::Result<Size> {
        Ok(self.inner.size()?)
    }

    /// Draws a picture, all of it at once.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> anyhow::Result<()> {
        execute!(stdout(), BeginSynchronizedUpdate)?;
        let drawn = self.inner.draw(view).map(|_| ());
        execute!(stdout(), EndSynchronizedUpdate)?;
        Ok(drawn?)
    }

    /// Lends the terminal to another program and takes it back, whatever state that leaves it in.
    ///
    /// # Errors
    /// When the other says so, or the terminal is gone.
    pub fn lend<T>(&mut self, other: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        give_back()?;
        let result = other();
        take()?;
        self.inner.clear()?;
        result
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste).inspect_err(|_| {
        let _ = give_back();
    })
}

fn give_back() -> io::Result<()> {
    let raw = disable_raw_mode();
    execute!(
        stdout(),
        EndSynchronizedUpdate,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    )?;
    raw
}
