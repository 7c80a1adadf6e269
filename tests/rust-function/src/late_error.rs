//! A runtime of a few lines that streams a response and fails in the middle of it, as the Runtime API wants that told:
//! in trailers. AWS's own runtime crate writes them into the body instead.

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// `{"errorMessage":"too late","errorType":"Function.Late"}`, in base64.
const ERROR: &str = "eyJlcnJvck1lc3NhZ2UiOiJ0b28gbGF0ZSIsImVycm9yVHlwZSI6IkZ1bmN0aW9uLkxhdGUifQ==";

/// Answers every invocation so.
pub fn run() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API")?;
    loop {
        let next = call(&api, "GET", "next", "\r\n")?;
        let id = next.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("Lambda-Runtime-Aws-Request-Id")
                .then(|| value.trim().to_owned())
        });
        let id = id.ok_or("no request id")?;
        let response = format!(
            "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\
             Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n\
             4\r\none \r\n4\r\ntwo \r\n0\r\n\
             Lambda-Runtime-Function-Error-Type: Function.Late\r\nLambda-Runtime-Function-Error-Body: {ERROR}\r\n\r\n"
        );
        call(&api, "POST", &format!("{id}/response"), &response)?;
    }
}

/// One call; what comes after its request line and its first headers, and what is answered.
fn call(api: &str, method: &str, path: &str, rest: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(api)?;
    write!(
        stream,
        "{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\n{rest}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
