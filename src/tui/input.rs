//! Keys, pasted text, sizes and signals as messages.

use crossterm::event::{Event, EventStream};
use futures::StreamExt;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::key::Key;
use super::msg::Msg;

/// Reads the terminal until it is stopped.
pub struct Input {
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Input {
    /// Begins to read.
    #[must_use]
    pub fn start(messages: UnboundedSender<Msg>) -> Self {
        let cancel = CancellationToken::new();
        let task = tokio::spawn(read(messages, cancel.clone()));
        Self { cancel, task }
    }

    /// Stops and waits until nothing reads the terminal any more: another program may have it then.
    pub async fn stop(&mut self) {
        self.cancel.cancel();
        let _ = (&mut self.task).await;
    }
}

async fn read(messages: UnboundedSender<Msg>, cancel: CancellationToken) {
    let mut events = EventStream::new();
    loop {
        let event = tokio::select! {
            biased;
            () = cancel.cancelled() => return,
            event = events.next() => event,
        };
        let msg = match event {
            Some(Ok(Event::Key(key))) => Key::of(key).map(Msg::Key),
            Some(Ok(Event::Paste(text))) => Some(Msg::Paste(text)),
            Some(Ok(Event::Resize(width, height))) => Some(Msg::Resize(width, height)),
            Some(Ok(_)) => None,
            // The terminal is gone.
            Some(Err(_)) | None => {
                let _ = messages.send(Msg::Terminate);
                return;
            }
        };
        if let Some(msg) = msg
            && messages.send(msg).is_err()
        {
            return;
        }
    }
}

/// Takes the signals that ask the program to end: from now on, whenever the returned task comes to run.
#[cfg(unix)]
#[must_use]
pub fn signals(messages: UnboundedSender<Msg>) -> JoinHandle<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let taken = (
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
        signal(SignalKind::interrupt()),
    );
    tokio::spawn(async move {
        let (Ok(mut terminate), Ok(mut hangup), Ok(mut interrupt)) = taken else {
            return;
        };
        loop {
            let msg = tokio::select! {
                _ = terminate.recv() => Msg::Terminate,
                _ = hangup.recv() => Msg::Terminate,
                // What Ctrl-C is where the terminal makes a signal of it.
                _ = interrupt.recv() => Msg::Key(Key::CTRL_C),
            };
            if messages.send(msg).is_err() {
                return;
            }
        }
    })
}

/// Takes the signals that ask the program to end.
#[cfg(not(unix))]
#[must_use]
pub fn signals(messages: UnboundedSender<Msg>) -> JoinHandle<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = messages.send(Msg::Terminate);
        }
    })
}
