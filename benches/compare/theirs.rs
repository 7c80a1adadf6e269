//! The other side of the comparisons: a Python with AWS's runtime client, moto and pytest.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lambda_course::lambda::runtime_api::{NextInvocation, RuntimeApi, RuntimeEvent};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::ours::{EVENT, HANDLER};

pub struct Theirs {
    python: PathBuf,
}

/// AWS's runtime client with nothing around it but a Runtime API.
pub struct Bare<'a> {
    runtime: &'a Runtime,
    api: RuntimeApi,
    process: Child,
    _code: TempDir,
}

impl Theirs {
    /// The interpreter itself, not a wrapper that looks for it.
    pub fn new() -> Self {
        let named = std::env::var_os("LAMBDA_COURSE_PYTHON").unwrap_or_else(|| "python3".into());
        let output = Command::new(&named)
            .args(["-c", "import sys; print(sys.executable)"])
            .output();
        let python = output
            .ok()
            .filter(|output| output.status.success())
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .map(|path| PathBuf::from(path.trim()));
        Self {
            python: python.expect("a python3; name one with LAMBDA_COURSE_PYTHON"),
        }
    }

    pub fn describe(&self) -> String {
        let output = Command::new(&self.python)
            .arg("--version")
            .output()
            .expect("its version");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub fn has(&self, module: &str) -> bool {
        let found = succeeds(Command::new(&self.python).args(["-c", &format!("import {module}")]));
        if !found {
            println!("left out: {module} is not installed there");
        }
        found
    }

    /// An interpreter that starts, imports two modules and ends.
    pub fn import(&self) -> Duration {
        let began = Instant::now();
        assert!(succeeds(
            Command::new(&self.python).args(["-c", "import json, logging"])
        ));
        began.elapsed()
    }

    pub fn ten_cases(&self) -> Duration {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/test_s3_processor.py");
        let mut command = Command::new(&self.python);
        command
            .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
            .arg(tests);
        let began = Instant::now();
        assert!(succeeds(&mut command));
        began.elapsed()
    }

    pub fn runtime_client<'a>(&self, runtime: &'a Runtime) -> Bare<'a> {
        let code = tempfile::tempdir().expect("a folder");
        std::fs::write(code.path().join("handler.py"), HANDLER).expect("a handler");
        let mut api = runtime.block_on(RuntimeApi::start()).expect("a port");
        let process = Command::new(&self.python)
            .args(["-m", "awslambdaric", "handler.lambda_handler"])
            .current_dir(code.path())
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("LAMBDA_TASK_ROOT", code.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the runtime client");
        assert!(matches!(runtime.block_on(api.event()), RuntimeEvent::Next(_)));
        Bare {
            runtime,
            api,
            process,
            _code: code,
        }
    }
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

impl Bare<'_> {
    /// The mean of so many invocations, from handing one out to the request for the next.
    pub fn warm(&mut self, count: u32) -> Duration {
        let began = Instant::now();
        self.runtime.block_on(async {
            for number in 0..count {
                self.api.hand_out(NextInvocation {
                    request_id: format!("00000000-0000-0000-0000-{number:012}"),
                    deadline_ms: u64::MAX / 2_000_000,
                    function_arn: "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned(),
                    trace_id: "Root=1-00000000-000000000000000000000000".to_owned(),
                    client_context: None,
                    tenant_id: None,
                    event: EVENT.into(),
                    now: 0,
                    stream: None,
                });
                assert!(matches!(self.api.event().await, RuntimeEvent::Response(_)));
                assert!(matches!(self.api.event().await, RuntimeEvent::Next(_)));
            }
        });
        began.elapsed() / count
    }
}

impl Drop for Bare<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
