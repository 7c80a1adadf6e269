//! The head of a request as it came. REST APIs hand header names on in the case in which the client wrote them; the HTTP
//! library only keeps them in lower case.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes that are kept: headers that come later are in lower case.
const MAX_HEAD: usize = 16 * 1024;

/// A connection whose reader is heard.
pub(super) struct Heard<T> {
    stream: T,
    head: Head,
}

impl<T> Heard<T> {
    pub(super) fn new(stream: T, head: Head) -> Self {
        Self { stream, head }
    }
}

/// The first bytes since the last answer; clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    bytes: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Head {
    /// Begins to listen for the next request.
    pub(super) fn listen(&self) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    fn hear(&self, read: &[u8]) {
        if let Some(bytes) = self.bytes.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let room = MAX_HEAD.saturating_sub(bytes.len());
            bytes.extend_from_slice(&read[..read.len().min(room)]);
        }
    }

    /// The header names of a request with this method, as they were written; none if it was not heard from its
    /// beginning. Nothing is listened to until the next [`Head::listen`].
    pub(super) fn names(&self, method: &str) -> Names {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner).take();
        let bytes = bytes.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.trim_start_matches("\r\n").split("\r\n");
        if !lines.next().is_some_and(|line| line.starts_with(&format!("{method} "))) {
            return Names::default();
        }
        let names = lines.map_while(|line| line.split_once(':').map(|(name, _)| name.to_owned()));
        Names(names.collect())
    }
}

/// Header names as they were written, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names(VecDeque<String>);

impl Names {
    /// How a name was written the next time; as it is given, if that is not known.
    pub(super) fn take(&mut self, name: &str) -> String {
        let found = self.0.iter().position(|own| own.eq_ignore_ascii_case(name));
        found
            .and_then(|place| self.0.remove(place))
            .unwrap_or_else(|| name.to_owned())
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Heard<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Poll::Ready(Ok(())) = polled {
            self.head.hear(&buffer.filled()[before..]);
        }
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Heard<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Names {
        let head = Head::default();
        head.listen();
        head.hear(text.as_bytes());
        head.names("GET")
    }

    #[test]
    fn names_keep_their_case() {
        let mut names = heard("GET /a HTTP/1.1\r\nX-Two: 1\r\nhost: h\r\nx-two: 2\r\n\r\nX-Body: no\r\n");
        assert_eq!(names.take("x-two"), "X-Two");
        assert_eq!(names.take("host"), "host");
        assert_eq!(names.take("x-two"), "x-two");
        assert_eq!(names.take("x-body"), "x-body");
    }

    #[test]
    fn what_was_not_heard_from_its_beginning_has_no_names() {
        assert_eq!(heard("rest of a body\r\nX-Two: 1\r\n"), Names::default());
        let head = Head::default();
        head.hear(b"GET / HTTP/1.1\r\nX: y\r\n\r\n");
        assert_eq!(head.names("GET"), Names::default());
        let long = format!("GET / HTTP/1.1\r\nA: {}\r\nB: c\r\n\r\n", "x".repeat(MAX_HEAD));
        let mut names = heard(&long);
        assert_eq!((names.take("a"), names.take("b")), ("A".to_owned(), "b".to_owned()));
    }
}
