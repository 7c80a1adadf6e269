//! A Region to experiment in: handlers as text, one engine for all tests, invocations that are waited for.

use std::future::Future;
use std::path::Path;
use std::sync::LazyLock;

use lambda_course::clock::Timestamp;
use lambda_course::history::{Event, InvocationRecord};
use lambda_course::lambda::{ApiError, Engine, FunctionConfig, FunctionName, Invocation, MemorySize, Timeout};
use lambda_course::region::{Region, RegionConfig};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The program whose hidden side runs the handlers.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_lambda-course");

/// 2026-09-01T10:00:00Z.
pub const START: Timestamp = Timestamp::from_micros(1_788_256_800_000_000);

/// One runtime for all tests, since the shared engine's process belongs to the runtime in which it started.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
});

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::embedded(Path::new(PROGRAM)));

/// Runs a test's steps to their end.
pub fn block_on<T>(steps: impl Future<Output = T>) -> T {
    RUNTIME.block_on(steps)
}

/// A Region and the folder of code that its functions share.
pub struct Lab {
    pub region: Region,
    code: TempDir,
}

impl Lab {
    /// A Region with `handler.py` as its code.
    pub async fn new(handler: &str) -> Self {
        Self::on(&ENGINE, &[("handler.py", handler)]).await
    }

    /// A Region with these files as its code.
    pub async fn with(files: &[(&str, &str)]) -> Self {
        Self::on(&ENGINE, files).await
    }

    /// A Region on an engine.
    pub async fn on(engine: &Engine, files: &[(&str, &str)]) -> Self {
        Self::at(engine, files, START).await
    }

    /// A Region that begins at a time.
    pub async fn at(engine: &Engine, files: &[(&str, &str)], start: Timestamp) -> Self {
        let config = RegionConfig {
            seed: 7,
            start,
            ..RegionConfig::default()
        };
        Self::made(engine, files, config).await
    }

    /// A Region of a kind.
    pub async fn configured(files: &[(&str, &str)], config: RegionConfig) -> Self {
        Self::made(&ENGINE, files, config).await
    }

    async fn made(engine: &Engine, files: &[(&str, &str)], config: RegionConfig) -> Self {
        let code = tempfile::Builder::new().prefix("code").tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(code.path().join(name), text).unwrap();
        }
        let region = Region::start(engine, config).await.unwrap();
        Self { region, code }
    }

    /// The folder that is `/var/task`.
    pub fn code(&self) -> &Path {
        self.code.path()
    }

    /// Creates the function `name` with the handler `handler.NAME`, changed as wanted.
    pub fn function(&self, name: &str, change: impl FnOnce(&mut FunctionConfig)) -> &Self {
        let mut config = FunctionConfig::new(FunctionName::new(name).unwrap(), self.code.path().to_owned());
        config.handler = format!("handler.{name}");
        change(&mut config);
        self.region.lambda().create_function(config).unwrap();
        self
    }

    /// Invokes and waits; the function is there.
    pub async fn invoke(&self, function: &str, event: &str) -> InvocationRecord {
        self.try_invoke(function, event).await.unwrap()
    }

    /// Creates `handler.NAME` with Lambda's defaults, and invokes it with `{}`.
    pub async fn call(&self, name: &str) -> InvocationRecord {
        self.function(name, |_| {});
        self.invoke(name, "{}").await
    }

    pub async fn try_invoke(&self, function: &str, event: &str) -> Result<InvocationRecord, ApiError> {
        let invocation = invocation(event);
        let busy = self.region.clock().busy();
        self.region.lambda().invoke(function, &invocation, busy).await.0
    }

    /// Invokes asynchronously, and waits until all that follows is over. Gives the request id.
    pub async fn invoke_async(&self, function: &str, event: &str) -> String {
        let id = {
            let busy = self.region.clock().busy();
            self.region
                .lambda()
                .invoke_async(function, invocation(event), &busy)
                .unwrap()
        };
        self.region.settle().await;
        id
    }

    /// The finished invocations of a function, in order.
    pub fn invocations(&self, function: &str) -> Vec<InvocationRecord> {
        let entries = self.region.history().all().into_iter();
        entries
            .filter_map(|entry| match entry.event {
                Event::InvocationEnded(record) if record.function == function => Some(*record),
                _ => None,
            })
            .collect()
    }

    /// All log events of a function.
    pub fn log(&self, function: &str) -> Vec<String> {
        let logs = &self.region.cloud().logs;
        let group = format!("/aws/lambda/{function}");
        let streams = logs.streams(&group).into_iter();
        streams.flat_map(|stream| logs.messages(&group, &stream)).collect()
    }

    /// A function's log streams.
    pub fn streams(&self, function: &str) -> Vec<String> {
        self.region.cloud().logs.streams(&format!("/aws/lambda/{function}"))
    }

    /// What the function itself logged: all but the platform's lines.
    pub fn own_log(&self, function: &str) -> Vec<String> {
        let platform = ["INIT_START ", "INIT_REPORT ", "START ", "END ", "REPORT "];
        self.log(function)
            .into_iter()
            .filter(|line| !platform.iter().any(|start| line.starts_with(start)))
            .collect()
    }
}

pub fn invocation(event: &str) -> Invocation {
    Invocation {
        payload: event.to_owned().into(),
        ..Invocation::default()
    }
}

/// Sets memory in MB and the timeout in seconds.
pub fn limits(memory: u32, timeout: u32) -> impl FnOnce(&mut FunctionConfig) {
    move |config| {
        config.memory = MemorySize::new(memory).unwrap();
        config.timeout = Timeout::new(timeout).unwrap();
    }
}

/// An invocation's payload as text.
pub fn text(record: &InvocationRecord) -> String {
    String::from_utf8(record.payload.to_vec()).unwrap()
}

/// An invocation's payload as JSON.
pub fn json(record: &InvocationRecord) -> Value {
    serde_json::from_slice(&record.payload).unwrap_or_else(|error| panic!("{error}: {:?}", record.payload))
}

/// The engine that is built in, which most tests share.
pub fn shared_engine() -> &'static Engine {
    &ENGINE
}

/// An engine of a test's own, for tests that break it.
pub fn own_engine() -> Engine {
    Engine::embedded(Path::new(PROGRAM))
}
