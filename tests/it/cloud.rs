//! The `cloud` command from outside: a real process, asked over HTTP as an SDK asks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Nothing here takes nearly as long; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `lambda-course cloud --json`.
struct Cloud {
    child: Child,
    input: Option<ChildStdin>,
    told: Receiver<Value>,
    client: Client,
}

/// Calls it with the variables that it prints.
#[derive(Clone)]
struct Client {
    variables: Value,
}

/// What a service answers.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: String,
}

impl Cloud {
    fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambda-course"));
        command.arg("cloud").args(arguments).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn start(arguments: &[&str]) -> Self {
        Self::spawn(Self::command(arguments).arg("--json"))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (sender, told) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let variables = told.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let mut error = String::new();
            child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
            panic!("it did not start: {error}");
        });
        let input = child.stdin.take();
        Self {
            child,
            input,
            told,
            client: Client { variables },
        }
    }

    /// Waits for an activity of a kind whose text has these words.
    fn tells(&self, kind: &str, words: &str) -> Value {
        loop {
            let activity = self.told.recv_timeout(PATIENCE).expect(words);
            let text = activity["text"].as_str().unwrap();
            if activity["kind"] == kind && text.contains(words) {
                return activity;
            }
        }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn ends_by(&mut self, signal: Signal) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap()
    }
}

impl std::ops::Deref for Cloud {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Client {
    fn variable(&self, name: &str) -> &str {
        self.variables[name].as_str().unwrap()
    }

    fn address(&self) -> &str {
        self.variable("AWS_ENDPOINT_URL").strip_prefix("http://").unwrap()
    }

    /// A request signed with the key that the command prints.
    fn signed(&self, service: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let secret = self.variable("AWS_SECRET_ACCESS_KEY").to_owned();
        self.signed_with(&secret, service, method, path, headers, body)
    }

    fn signed_with(
        &self,
        secret: &str,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let now = jiff::Timestamp::now();
        let (time, day) = (
            now.strftime("%Y%m%dT%H%M%SZ").to_string(),
            now.strftime("%Y%m%d").to_string(),
        );
        let digest = hex::encode(Sha256::digest(body));
        let mut all = vec![
            ("host", self.address()),
            ("x-amz-content-sha256", digest.as_str()),
            ("x-amz-date", time.as_str()),
        ];
        all.extend(headers);
        all.sort_unstable();
        let canonical: Vec<_> = all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = canonical.concat();
        let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let request = format!("{method}\n{path}\n\n{canonical}\n{names}\n{digest}");
        let scope = format!("{day}/us-east-1/{service}/aws4_request");
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
            hex::encode(Sha256::digest(request))
        );
        let key = [day.as_str(), "us-east-1", service, "aws4_request"]
            .iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part));
        let signature = hex::encode(hmac(&key, &to_sign));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.variable("AWS_ACCESS_KEY_ID")
        );
        all.push(("authorization", &authorization));
        self.raw(method, path, &all, body)
    }

    fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        write!(stream, "{request}\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            body: body.to_owned(),
        }
    }

    fn sqs(&self, operation: &str, input: &Value) -> Value {
        let target = format!("AmazonSQS.{operation}");
        let answer = self.signed("sqs", "POST", "/", &[("x-amz-target", &target)], &input.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    fn invoke(&self, function: &str) -> Answer {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.signed("lambda", "POST", &path, &[], "{}")
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // Ended already, most likely.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A zip with one file.
pub(crate) fn zip_of(name: &str, content: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn handler(folder: &Path, body: &str) {
    std::fs::write(
        folder.join("app.py"),
        format!("import time\n\ndef lambda_handler(event, context):\n{body}"),
    )
    .unwrap();
}

#[test]
fn only_its_own_key_opens_it_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cloud.env");
    let mut cloud = Cloud::spawn(
        Cloud::command(&["--json", "--env-file"])
            .arg(&file)
            .env("TMPDIR", folder.path()),
    );
    let script = std::fs::read_to_string(&file).unwrap();
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
    ] {
        assert!(
            script.contains(&format!("export {name}={}\n", cloud.variable(name))),
            "{script}"
        );
    }
    assert_eq!(cloud.signed("s3", "PUT", "/uploads", &[], "").status, 200);
    cloud.tells("call", "CreateBucket Bucket=uploads");
    let host = cloud.address().to_owned();
    let unsigned = cloud.raw("GET", "/uploads", &[("host", &host)], "");
    assert_eq!(unsigned.status, 403, "{unsigned:?}");
    let foreign = cloud.signed_with("wrong", "s3", "GET", "/uploads", &[], "");
    assert!(
        foreign.status == 403 && foreign.body.contains("SignatureDoesNotMatch"),
        "{foreign:?}"
    );
    let rebound = cloud.raw("GET", "/uploads", &[("host", "evil.example")], "");
    assert_eq!(rebound.status, 403, "{rebound:?}");

    assert_eq!(cloud.ends_by(Signal::TERM).code(), Some(0));
    assert!(TcpStream::connect(&host).is_err());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_run_has_another_key() {
    let (mut one, mut two) = (Cloud::start(&[]), Cloud::start(&[]));
    assert_ne!(
        one.variable("AWS_SECRET_ACCESS_KEY"),
        two.variable("AWS_SECRET_ACCESS_KEY")
    );
    assert_eq!(one.ends_by(Signal::INT).code(), Some(0));
    two.types("quit");
    assert_eq!(two.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Cloud::command(&["--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains(&format!("port {port} of 127.0.0.1")) && error.contains("--port"),
        "{error}"
    );
}

#[test]
fn what_is_saved_is_deployed_and_what_runs_ends_on_the_old_code() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("code")).unwrap();
    let code = folder.path().join("code");
    handler(&code, "    print('begun')\n    time.sleep(1)\n    return 'old'\n");
    let path = code.join("app.py");
    let cloud = Cloud::start(&["--watch", path.to_str().unwrap(), "--timeout", "60"]);
    let client = &cloud.client;
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| client.invoke("app"));
        cloud.tells("log", "begun");
        handler(&code, "    return 'new'\n");
        assert_eq!(slow.join().unwrap().body, "\"old\"");
    });
    cloud.tells("deploy", "UpdateFunctionCode");
    assert_eq!(cloud.invoke("app").body, "\"new\"");
    handler(&code, "    return (\n");
    let problem = cloud.tells("problem", "SyntaxError");
    assert!(
        problem["text"].as_str().unwrap().contains("/var/task/app.py"),
        "{problem}"
    );
}

#[test]
fn what_it_writes_into_the_watched_folder_is_not_deployed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    handler(folder.path(), "    return 'old'\n");
    let log = std::fs::File::create(path("cloud.log")).unwrap();
    let (state, variables) = (path("state"), path("variables"));
    let arguments = [
        "--watch",
        "app.py",
        "--state",
        "state",
        "--env-file",
        "variables",
        "--json",
    ];
    let mut command = Cloud::command(&arguments);
    command.current_dir(folder.path()).stdout(log);
    let mut child = command.spawn().unwrap();
    let told = |words: &str| {
        let began = std::time::Instant::now();
        loop {
            let text = std::fs::read_to_string(path("cloud.log")).unwrap();
            if let Some(line) = text.lines().rev().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            assert!(began.elapsed() < PATIENCE, "{words} is not in {text}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    told("AWS_ENDPOINT_URL");
    handler(folder.path(), "    return 'new'\n");
    let deployed = told("UpdateFunctionCode");
    // Of the handler alone: neither its own log, nor the state, nor the variables.
    assert!(deployed.contains("UpdateFunctionCode, 1 file"), "{deployed}");
    assert!(state.is_dir() && variables.is_file());
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    child.wait().unwrap();
}

#[test]
fn an_exercise_begins_with_its_resources_and_the_learners_handler() {
    let folder = tempfile::tempdir().unwrap();
    let code = folder.path().join("01-basic-lambda");
    std::fs::create_dir(&code).unwrap();
    let solution = concat!(env!("CARGO_MANIFEST_DIR"), "/solutions/01-basic-lambda/handler.py");
    std::fs::copy(solution, code.join("handler.py")).unwrap();
    let cloud = Cloud::start(&["--exercise", "1", "--dir", folder.path().to_str().unwrap()]);
    let answer = cloud.signed("lambda", "GET", "/2015-03-31/functions/", &[], "");
    let functions: Value = serde_json::from_str(&answer.body).unwrap();
    let name = functions["Functions"][0]["FunctionName"].as_str().unwrap();
    let answer = cloud.invoke(name);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body.contains("Hello"), "{answer:?}");
}

#[test]
fn its_time_flows_and_can_be_moved() {
    let mut cloud = Cloud::start(&[]);
    cloud.sqs("CreateQueue", &json!({ "QueueName": "jobs" }));
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
    cloud.sqs(
        "SendMessage",
        &json!({ "QueueUrl": url, "MessageBody": "soon", "DelaySeconds": 1 }),
    );
    // Nobody does anything meanwhile: only real time can bring it.
    let received = cloud.sqs("ReceiveMessage", &json!({ "QueueUrl": url, "WaitTimeSeconds": 20 }));
    assert_eq!(received["Messages"][0]["Body"], "soon");
    cloud.sqs(
        "SendMessage",
        &json!({ "QueueUrl": url, "MessageBody": "later", "DelaySeconds": 900 }),
    );
    assert_eq!(cloud.sqs("ReceiveMessage", &json!({ "QueueUrl": url })), json!({}));
    cloud.types("wait 15m");
    cloud.tells("clock", "15m passed");
    let bodies = cloud
        .sqs("ReceiveMessage", &json!({ "QueueUrl": url, "MaxNumberOfMessages": 10 }))
        .to_string();
    assert!(bodies.contains("later"), "{bodies}");
}

#[test]
fn its_state_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let arguments = ["--state", state.to_str().unwrap()];
    let mut cloud = Cloud::start(&arguments);
    cloud.sqs("CreateQueue", &json!({ "QueueName": "jobs" }));
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
    assert_eq!(cloud.signed("s3", "PUT", "/uploads", &[], "").status, 200);
    assert_eq!(cloud.signed("s3", "PUT", "/uploads/a.txt", &[], "content").status, 200);
    cloud.sqs("SendMessage", &json!({ "QueueUrl": url, "MessageBody": "work" }));
    let second = Cloud::command(&arguments).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(
        String::from_utf8(second.stderr)
            .unwrap()
            .contains("used by another lambda-course")
    );
    wait_until_saved(&state, "work");
    cloud.ends_by(Signal::KILL);

    let mut again = Cloud::start(&arguments);
    assert_eq!(again.variable("AWS_ACCESS_KEY_ID"), cloud.variable("AWS_ACCESS_KEY_ID"));
    assert_eq!(again.signed("s3", "GET", "/uploads/a.txt", &[], "").body, "content");
    let received = again.sqs("ReceiveMessage", &json!({ "QueueUrl": url }));
    assert_eq!(received["Messages"][0]["Body"], "work");
    // The last change of all is saved at the end.
    let handle = &received["Messages"][0]["ReceiptHandle"];
    again.sqs("DeleteMessage", &json!({ "QueueUrl": url, "ReceiptHandle": handle }));
    assert_eq!(again.ends_by(Signal::TERM).code(), Some(0));
    let last = Cloud::start(&arguments);
    let input = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
    let attributes = last.sqs("GetQueueAttributes", &input);
    assert_eq!(
        attributes["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "0",
        "{attributes}"
    );
    assert_eq!(
        attributes["Attributes"]["ApproximateNumberOfMessages"], "0",
        "{attributes}"
    );
}

#[test]
fn functions_go_on_with_their_code_and_their_queues() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let arguments = ["--state", state.to_str().unwrap()];
    let mut cloud = Cloud::start(&arguments);
    let code = "def lambda_handler(event, context):\n    print('got', event['Records'][0]['body'])\n";
    let function = json!({
        "FunctionName": "worker",
        "Runtime": "python3.14",
        "Role": "arn:aws:iam::123456789012:role/worker",
        "Handler": "app.lambda_handler",
        "Code": { "ZipFile": STANDARD.encode(zip_of("app.py", code)) },
    });
    let created = cloud.signed("lambda", "POST", "/2015-03-31/functions", &[], &function.to_string());
    assert_eq!(created.status, 201, "{created:?}");
    cloud.sqs("CreateQueue", &json!({ "QueueName": "jobs" }));
    let mapping = json!({ "FunctionName": "worker", "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:jobs" });
    let mapped = cloud.signed(
        "lambda",
        "POST",
        "/2015-03-31/event-source-mappings/",
        &[],
        &mapping.to_string(),
    );
    assert_eq!(mapped.status, 202, "{mapped:?}");
    assert_eq!(cloud.ends_by(Signal::TERM).code(), Some(0));

    let again = Cloud::start(&arguments);
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
    again.sqs("SendMessage", &json!({ "QueueUrl": url, "MessageBody": "work" }));
    again.tells("log", "got work");
    let before: Value = serde_json::from_str(&created.body).unwrap();
    let after = again.signed("lambda", "GET", "/2015-03-31/functions/worker/configuration", &[], "");
    let after: Value = serde_json::from_str(&after.body).unwrap();
    for kept in ["CodeSha256", "RevisionId", "LastModified", "Runtime", "Handler", "Role"] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
}

/// Waits until the state that the index names has these words.
fn wait_until_saved(state: &Path, words: &str) {
    let began = std::time::Instant::now();
    loop {
        let index = std::fs::read_to_string(state.join("lambda-course-state.json")).unwrap();
        let index: Value = serde_json::from_str(&index).unwrap();
        let digest = index["parts"]["sqs"].as_str().unwrap_or("none");
        let part = std::fs::read_to_string(state.join("contents").join(digest)).unwrap_or_default();
        if part.contains(words) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "not saved: {index}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_region_uses_no_cpu() {
    let cloud = Cloud::start(&[]);
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", cloud.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    };
    // Until it has come to rest after its start.
    let mut before = ticks();
    let began = std::time::Instant::now();
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let now = ticks();
        if now <= before + 1 {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "it keeps computing");
        before = now;
    }
}
