//! A running process of an environment: what it writes, what it asks, what memory it uses.

use std::io;
use std::sync::Arc;

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

pub(super) async fn read_log(log: &mut UnixStream, output: &mut LogOutput) -> Vec<String> {
    loop {
        if log.readable().await.is_err() {
            return std::future::pending().await;
        }
        match read_ready(log, output) {
            Ok(lines) => return lines,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // The process closed it; its end is noticed elsewhere.
            Err(_) => return std::future::pending().await,
        }
    }
}

/// What is there already; an error at the end of the stream.
pub(super) fn read_ready(log: &UnixStream, output: &mut LogOutput) -> io::Result<Vec<String>> {
    let mut buffer = [0; 16 * 1024];
    match log.try_read(&mut buffer)? {
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
