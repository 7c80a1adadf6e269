//! The worker's HTTP client for the Runtime API: one kept-alive connection, blocking.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A connection to the Runtime API.
#[derive(Debug)]
pub struct RuntimeClient {
    address: String,
    stream: BufReader<TcpStream>,
    /// Whether the next invocation was asked for already.
    asked: bool,
}

/// A body that is larger may be refused before all of it was read, and then nothing can follow it.
const LARGEST_FOLLOWED: usize = 1024 * 1024;

const NEXT: &str = "invocation/next";

/// What the Runtime API answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl RuntimeClient {
    /// Connects to `host:port`.
    ///
    /// # Errors
    ///
    /// If nobody listens there.
    pub fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            address: address.to_owned(),
            stream: BufReader::new(stream),
            asked: false,
        })
    }

    /// The answer to `next`, however long it takes.
    ///
    /// # Errors
    ///
    /// If the connection ends or what comes isn't HTTP.
    pub fn next(&mut self, headers: &[(&str, &str)]) -> io::Result<Answer> {
        if !std::mem::take(&mut self.asked) {
            let request = self.request("GET", NEXT, headers, b"");
            self.stream.get_mut().write_all(&request)?;
        }
        self.read_answer()
    }

    /// Posts something.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let request = self.request("POST", path, headers, body);
        self.stream.get_mut().write_all(&request)?;
        self.read_answer()
    }

    /// Posts an answer and asks for the next invocation in one go, which saves a round trip and two changes between
    /// processes.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub fn post_and_ask(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        next: &[(&str, &str)],
    ) -> io::Result<Answer> {
        if body.len() > LARGEST_FOLLOWED {
            return self.post(path, headers, body);
        }
        let mut requests = self.request("POST", path, headers, body);
        requests.extend(self.request("GET", NEXT, next, b""));
        self.stream.get_mut().write_all(&requests)?;
        self.asked = true;
        self.read_answer()
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut request = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {}\r\n",
            self.address
        );
        for (name, value) in headers {
            // A line end in a value would end the header.
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = write!(request, "{name}: {value}\r\n");
        }
        let _ = write!(request, "Content-Length: {}\r\n\r\n", body.len());
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    fn read_answer(&mut self) -> io::Result<Answer> {
        let status = self.read_line()?;
        let status = status
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(malformed)?;
        let mut headers = Vec::new();
        let mut length = 0;
        loop {
            let line = self.read_line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(malformed)?;
            let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
            if name == "content-length" {
                length = value.parse().map_err(|_| malformed())?;
            }
            headers.push((name, value));
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, headers, body })
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

fn malformed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the Runtime API answered with something that is not HTTP",
    )
}
