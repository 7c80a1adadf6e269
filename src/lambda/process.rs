//! A running process of an environment: what it writes, what it asks, what memory it uses.

use std::io;
use std::sync::Arc;

use rustix::net::RecvFlags;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::log_output::LogOutput;
use super::memory::Memory;
use super::runtime_api::RuntimeApi;
use super::usage::Usage;
use crate::clock::Timestamp;
use crate::python::Worker;

/// A running process and the Runtime API that it talks to.
#[derive(Debug)]
pub(super) struct Runtime {
    pub(super) api: RuntimeApi,
    pub(super) worker: Worker,
    pub(super) usage: Arc<Usage>,
    pub(super) log: UnixStream,
    pub(super) output: LogOutput,
    pub(super) control: Option<Control>,
    pub(super) memory: Memory,
}

/// Questions of the process, and the answers to them.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) questions: Lines<BufReader<OwnedReadHalf>>,
    pub(super) answers: OwnedWriteHalf,
}

impl Control {
    pub(super) fn new(stream: UnixStream) -> Self {
        let (questions, answers) = stream.into_split();
        Self {
            questions: BufReader::new(questions).lines(),
            answers,
        }
    }
}

/// The next question; never comes from a process that doesn't ask.
pub(super) async fn next_question(control: &mut Option<Control>) -> io::Result<Option<String>> {
    match control {
        Some(control) => control.questions.next_line().await,
        None => std::future::pending().await,
    }
}

/// The next lines that a process writes; they never come from one that closed its log.
pub(super) async fn read_log(log: &mut UnixStream, output: &mut LogOutput) -> Vec<String> {
    loop {
        if log.readable().await.is_err() {
            return std::future::pending().await;
        }
        match read(output, |buffer| log.try_read(buffer)) {
            Ok(lines) => return lines,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // The process closed it; its end is noticed elsewhere.
            Err(_) => return std::future::pending().await,
        }
    }
}

/// What the process has written until now; `None` if that is nothing. The system itself is asked: the runtime may not have
/// been told yet of what was written before an answer that it was told of.
pub(super) fn read_written(log: &UnixStream, output: &mut LogOutput) -> Option<Vec<String>> {
    read(output, |buffer| {
        let received = rustix::io::retry_on_intr(|| rustix::net::recv(log, &mut *buffer, RecvFlags::DONTWAIT));
        Ok(received?.0)
    })
    .ok()
}

/// The lines of what is read at once; an error at the end of the stream.
fn read(output: &mut LogOutput, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<Vec<String>> {
    let mut buffer = [0; 16 * 1024];
    match read(&mut buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => Ok(output.push(&buffer[..count])),
    }
}

pub(super) fn sleep_target(question: &str) -> Option<Timestamp> {
    let micros = question.trim().strip_prefix("sleep ")?.parse().ok()?;
    Some(Timestamp::from_micros(micros))
}

/// When the process became a snapshot, if that is what it says.
pub(super) fn snapshot_taken(question: &str) -> Option<Timestamp> {
    let micros = question.trim().strip_prefix("snapshot ")?.parse().ok()?;
    Some(Timestamp::from_micros(micros))
}

pub(super) fn error_type(payload: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(payload).ok()?;
    Some(value.get("errorType")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[tokio::test]
    async fn what_was_written_is_read_though_the_runtime_was_not_told_of_it() {
        let (mut process, ours) = std::os::unix::net::UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let (log, mut output) = (UnixStream::from_std(ours).unwrap(), LogOutput::default());
        assert_eq!(read_written(&log, &mut output), None);
        process.write_all(b"one\ntwo\n").unwrap();
        // Nothing is awaited here, so that the runtime looks at no socket.
        let lines = read_written(&log, &mut output).unwrap();
        assert_eq!(lines, ["one", "two"]);
        drop(process);
        assert_eq!(read_written(&log, &mut output), None);
    }
}
