//! The pipes between the program and a process that forks workers: orders come, replies go, and children end.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{WaitOptions, wait};

/// The forking side of the pipes.
pub(super) struct Pipes {
    orders: BufReader<File>,
    replies: File,
    /// Written to by the signal handler when a child ends.
    child_ended: OwnedFd,
    /// What was done before when a child ended.
    before: ChildSignal,
}

/// What is done when a child ends.
pub(super) struct ChildSignal(libc::sigaction);

static CHILD_ENDED: AtomicI32 = AtomicI32::new(-1);

impl Pipes {
    pub(super) fn new(orders: File, replies: File) -> io::Result<Self> {
        let (child_ended, signal) =
            rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC | rustix::pipe::PipeFlags::NONBLOCK)?;
        CHILD_ENDED.store(signal.as_raw_fd(), Ordering::SeqCst);
        // The handler writes to it for the life of the process.
        std::mem::forget(signal);
        let before = ChildSignal::of(on_child_ended as *const () as libc::sighandler_t).replace();
        Ok(Self {
            orders: BufReader::new(orders),
            replies,
            child_ended,
            before,
        })
    }

    /// In a fork: closes them, and does what was done before when a child ended.
    pub(super) fn leave(self) {
        self.before.replace();
    }

    /// The next order; `None`: none came within `patience`, which has no end if there is none given; an empty text:
    /// there will be no more.
    pub(super) fn next_order(&mut self, patience: Option<Duration>) -> io::Result<Option<String>> {
        // A time that is too long for the system has no end either.
        let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
        loop {
            if !self.orders.buffer().is_empty() {
                return self.read_order().map(Some);
            }
            let mut ready = [
                PollFd::new(self.orders.get_ref(), PollFlags::IN),
                PollFd::new(&self.child_ended, PollFlags::IN),
            ];
            match poll(&mut ready, patience.as_ref()) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let (order, ended) = (!ready[0].revents().is_empty(), !ready[1].revents().is_empty());
            if ended {
                let mut bytes = [0; 64];
                let _ = rustix::io::read(&self.child_ended, &mut bytes);
                self.report_ended()?;
            }
            if order {
                return self.read_order().map(Some);
            }
        }
    }

    fn read_order(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.orders.read_line(&mut line)?;
        Ok(line)
    }

    fn report_ended(&mut self) -> io::Result<()> {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let reply = serde_json::json!({
                "ended": pid.as_raw_nonzero().get(),
                "exit": status.exit_status(),
                "signal": status.terminating_signal(),
            });
            self.reply(&reply.to_string())?;
        }
        Ok(())
    }

    pub(super) fn reply(&mut self, line: &str) -> io::Result<()> {
        self.replies.write_all(format!("{line}\n").as_bytes())
    }
}

extern "C" fn on_child_ended(_: libc::c_int) {
    let pipe = CHILD_ENDED.load(Ordering::SeqCst);
    // SAFETY: write is allowed in signal handlers; the byte outlives the call.
    unsafe { libc::write(pipe, [1u8].as_ptr().cast(), 1) };
}

impl ChildSignal {
    /// Handles the end of children; that they are stopped and go on, with each invocation, is of no interest.
    fn of(handler: libc::sighandler_t) -> Self {
        // SAFETY: a zeroed sigaction is a valid one.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = handler;
        action.sa_flags = libc::SA_NOCLDSTOP | libc::SA_RESTART;
        Self(action)
    }

    /// Puts this in the place of what is done now. Whoever started the program may have had it ignored, which is not for
    /// those that it starts.
    fn replace(&self) -> Self {
        let mut before = Self::of(libc::SIG_DFL);
        // SAFETY: both are valid, and the handler is one that was there before or `on_child_ended`, which does nothing
        // that a signal handler may not do.
        unsafe { libc::sigaction(libc::SIGCHLD, &raw const self.0, &raw mut before.0) };
        if before.0.sa_sigaction == libc::SIG_IGN {
            return Self::of(libc::SIG_DFL);
        }
        before
    }
}
