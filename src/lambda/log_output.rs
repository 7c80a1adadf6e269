//! Splits what a worker writes into log events: a line each, or a frame each.
//!
//! A frame is the runtime client's way to log a record of several lines as one event: `0xa55a00` and a level byte,
//! a length of 4 bytes, a time of 8, the message (awslambdaric, `FramedTelemetryLogSink`).

use super::application_log::level_of;
use super::function::ApplicationLogLevel;

/// One log event must not exceed 256 KB; CloudWatch splits what is longer.
const MAX_EVENT: usize = 256 * 1024;
/// What one environment may write between two invocations' ends before the rest is dropped: 4 MB.
const MAX_OUTPUT: usize = 4 * 1024 * 1024;

/// Collects bytes and gives log events.
#[derive(Debug, Default)]
pub struct LogOutput {
    /// What is less important is dropped.
    threshold: Option<ApplicationLogLevel>,
    pending: Vec<u8>,
    taken: usize,
    dropped: bool,
}

impl LogOutput {
    /// Output of which only the events of a level are kept and those above; all of it without one.
    pub fn new(threshold: Option<ApplicationLogLevel>) -> Self {
        Self {
            threshold,
            ..Self::default()
        }
    }

    /// Takes bytes as they come, and gives the events that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        if self.taken > MAX_OUTPUT {
            self.dropped = true;
            return Vec::new();
        }
        self.taken += bytes.len();
        self.pending.extend_from_slice(bytes);
        self.split(false)
    }

    /// Ends the current invocation's output: what is left is an event too.
    pub fn flush(&mut self) -> Vec<String> {
        let mut events = self.split(true);
        if std::mem::take(&mut self.dropped) {
            events.push(format!(
                "[lambda-course] more than {} MB of output: the rest is not shown",
                MAX_OUTPUT >> 20
            ));
        }
        self.taken = 0;
        events
    }

    fn split(&mut self, all: bool) -> Vec<String> {
        let mut events = Vec::new();
        let mut start = 0;
        while start < self.pending.len() {
            let rest = &self.pending[start..];
            match next_event(rest, all) {
                Some((message, used)) => {
                    let message = text(message);
                    if self.keeps(&message) {
                        push_parts(&mut events, message);
                    }
                    start += used;
                }
                None => break,
            }
        }
        self.pending.drain(..start);
        events
    }

    fn keeps(&self, message: &str) -> bool {
        let Some(threshold) = self.threshold else { return true };
        level_of(message).is_none_or(|level| level >= threshold)
    }
}

/// The first event of some bytes and how many bytes it takes; `None` while it is incomplete.
fn next_event(bytes: &[u8], all: bool) -> Option<(&[u8], usize)> {
    if let Some(head) = frame_head(bytes) {
        let length = usize::try_from(u32::from_be_bytes([head[4], head[5], head[6], head[7]])).ok()?;
        let end = 16 + length;
        if bytes.len() >= end {
            return Some((bytes[16..end].strip_suffix(b"\n").unwrap_or(&bytes[16..end]), end));
        }
        return all.then_some((&bytes[16..], bytes.len()));
    }
    let frame = find_frame(bytes);
    let line = bytes.iter().position(|&byte| byte == b'\n');
    match (line, frame) {
        (Some(line), frame) if frame.is_none_or(|frame| line < frame) => Some((&bytes[..line], line + 1)),
        (_, Some(frame)) => Some((&bytes[..frame], frame)),
        (None, None) if all || bytes.len() >= MAX_EVENT => {
            let end = bytes.len().min(MAX_EVENT);
            Some((&bytes[..end], end))
        }
        _ => None,
    }
}

fn frame_head(bytes: &[u8]) -> Option<&[u8]> {
    (bytes.len() >= 16 && bytes.starts_with(&[0xa5, 0x5a, 0x00])).then(|| &bytes[..16])
}

fn find_frame(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(3)
        .position(|window| window == [0xa5, 0x5a, 0x00])
        .filter(|&place| place > 0)
}

/// Adds a message, in parts where it is longer than an event may be.
fn push_parts(events: &mut Vec<String>, message: String) {
    if message.len() <= MAX_EVENT {
        events.push(message);
        return;
    }
    let mut rest = message.as_str();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(MAX_EVENT));
        events.push(part.to_owned());
        rest = after;
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(message: &str) -> Vec<u8> {
        let mut bytes = vec![0xa5, 0x5a, 0x00, 0x17];
        bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        bytes.extend(7u64.to_be_bytes());
        bytes.extend(message.as_bytes());
        bytes
    }

    #[test]
    fn lines_and_frames_are_events() {
        let mut output = LogOutput::default();
        assert_eq!(output.push(b"one\ntw"), ["one"]);
        let mut bytes = b"o\n".to_vec();
        bytes.extend(frame("[ERROR] E\nTraceback"));
        bytes.extend(b"after");
        assert_eq!(output.push(&bytes), ["two", "[ERROR] E\nTraceback"]);
        assert_eq!(output.flush(), ["after"]);
    }

    #[test]
    fn a_frame_after_text_without_a_line_end_is_still_a_frame() {
        let mut output = LogOutput::default();
        let mut bytes = b"no newline".to_vec();
        bytes.extend(frame("record\n"));
        assert_eq!(output.push(&bytes), ["no newline", "record"]);
    }

    #[test]
    fn what_is_longer_than_an_event_is_several() {
        let mut output = LogOutput::default();
        let long = "é".repeat(MAX_EVENT);
        for bytes in [format!("{long}\n").into_bytes(), frame(&long)] {
            let events = output.push(&bytes);
            assert_eq!(events.len(), 2);
            assert!(events.iter().all(|event| event.len() <= MAX_EVENT));
            assert_eq!(events.concat(), long);
        }
    }

    #[test]
    fn what_is_less_important_is_dropped() {
        let lines = |threshold| {
            let mut output = LogOutput::new(threshold);
            let time = r#""timestamp": "2026-11-02T16:51:31Z""#;
            let mut bytes = format!("plain\n{{\"level\": \"debug\", {time}}}\n{{\"a\": 1}}\n").into_bytes();
            bytes.extend(frame(&format!("{{\"level\": \"WARNING\", {time}}}\n")));
            output.push(&bytes).len()
        };
        assert_eq!(lines(None), 4);
        let of = |level| lines(Some(level));
        assert_eq!(of(ApplicationLogLevel::Debug), 4);
        assert_eq!(of(ApplicationLogLevel::Info), 3);
        assert_eq!(of(ApplicationLogLevel::Warn), 2);
        assert_eq!(of(ApplicationLogLevel::Error), 1, "text without a level stays");
    }

    #[test]
    fn a_flood_is_cut_and_said() {
        let mut output = LogOutput::default();
        let chunk = vec![b'x'; 1 << 20];
        for _ in 0..20 {
            output.push(&chunk);
        }
        let events = output.flush();
        assert!(events.last().unwrap().contains("the rest is not shown"));
    }
}
