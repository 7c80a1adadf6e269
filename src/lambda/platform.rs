//! What all environments of a Region share: its clock, its chance, its record, its engine, its place on the disk.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::asynchronous::Outgoing;
use super::engine::{Engine, EngineError};
use super::environment::Snapshot;
use super::function::{FunctionConfig, FunctionName, InitializationType, Runtime, Version};
use super::hold::Hold;
use super::trace::Trace;
use crate::chance::{Chance, Probability};
use crate::clock::{Busy, Clock, Timestamp};
use crate::cloud::Account;
use crate::history::{EntryId, Event, History};

/// What environments need of the rest of the Region.
pub trait Surroundings: Send + Sync {
    /// Credentials and addresses for a new environment of a function, as environment variables.
    fn enter(&self, function: &FunctionConfig, environment: &str, hold: &Arc<Hold>) -> BTreeMap<String, String>;

    /// The environment is gone: its credentials end.
    fn leave(&self, environment: &str);

    /// Something goes to a queue, a topic, a bus or a bucket.
    fn send_out(&self, message: Outgoing, busy: &Busy);

    /// A log event was written.
    fn logged(&self, group: &str, stream: &str, at: Timestamp, message: &str);
}

/// A log stream: one for each environment.
#[derive(Debug, Clone)]
pub struct Stream {
    /// `/aws/lambda/NAME`.
    pub group: String,
    /// `2026/01/01/[$LATEST]` and the environment's id.
    pub name: String,
    /// 32 hexadecimal digits.
    pub environment: String,
}

/// The shared part of the Lambda service.
pub struct Platform {
    clock: Clock,
    chance: Chance,
    history: History,
    engine: Engine,
    account: Account,
    home: PathBuf,
    homes: AtomicU64,
    /// What the ARNs of runtime versions are made of.
    runtimes: String,
    surroundings: Arc<dyn Surroundings>,
    snapshots: tokio::sync::Mutex<HashMap<(FunctionName, Version), Arc<Snapshot>>>,
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Platform")
            .field("account", &self.account)
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl Platform {
    /// A platform with a folder of its own for the environments' files.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made.
    pub fn new(
        clock: Clock,
        chance: &Chance,
        history: History,
        engine: Engine,
        account: Account,
        home: &Path,
        surroundings: Arc<dyn Surroundings>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(home)?;
        let chance = chance.branch("lambda");
        let runtimes = chance.hex(64);
        Ok(Self {
            clock,
            chance,
            history,
            engine,
            account,
            home: home.to_owned(),
            homes: AtomicU64::new(0),
            runtimes,
            surroundings,
            snapshots: tokio::sync::Mutex::default(),
        })
    }

    /// The Region's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The service's chance.
    #[must_use]
    pub fn chance(&self) -> &Chance {
        &self.chance
    }

    /// The Region's record.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The engine that runs handlers.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A runtime's version, as `python:3.14.v12`, and the version's ARN.
    #[must_use]
    pub fn runtime_version(&self, runtime: &Runtime) -> (String, String) {
        let version = format!("{}.v12", runtime.spaced());
        let digest = hex::encode(Sha256::digest(format!("{} {version}", self.runtimes)));
        let arn = format!("arn:aws:lambda:{}::runtime:{digest}", self.account.region);
        (version, arn)
    }

    /// The account and the Region.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// A function's unqualified ARN.
    #[must_use]
    pub fn function_arn(&self, name: &str) -> String {
        format!(
            "arn:aws:lambda:{}:{}:function:{name}",
            self.account.region, self.account.id
        )
    }

    /// How long the sandbox and the runtime take to start before any code of the function's: about a tenth of a
    /// second, as on AWS. It is modelled, since a forked interpreter needs next to none.
    #[must_use]
    pub fn runtime_start(&self, environment: &str) -> Duration {
        let fraction = self.chance.of(environment).fraction();
        Duration::from_micros(80_000) + Duration::from_secs_f64(0.030 * fraction)
    }

    /// How long a restoration takes on AWS before the function's hooks run: loading the snapshot, which costs nothing,
    /// and starting the runtime in it. Modelled like [`Platform::runtime_start`], after recorded lines of REPORT.
    #[must_use]
    pub fn restore_start(&self, environment: &str) -> (Duration, Duration) {
        let fraction = self.chance.of(environment).fraction();
        let loading = Duration::from_millis(120) + Duration::from_secs_f64(0.080 * fraction);
        (loading, Duration::from_millis(20))
    }

    /// The snapshot of a version; taken now if it wasn't when the version was published. `None`: its initialisation
    /// failed. `hold` lets go of the caller's token while another takes the snapshot.
    pub(super) async fn snapshot(
        self: &Arc<Self>,
        function: &Arc<FunctionConfig>,
        hold: &Hold,
    ) -> Result<Option<Arc<Snapshot>>, EngineError> {
        let mut snapshots = if let Ok(snapshots) = self.snapshots.try_lock() {
            snapshots
        } else {
            drop(hold.take());
            let snapshots = self.snapshots.lock().await;
            hold.put(self.clock.busy());
            snapshots
        };
        let key = (function.name.clone(), function.version);
        if let Some(snapshot) = snapshots.get(&key) {
            return Ok(Some(snapshot.clone()));
        }
        let (taken, busy) = Snapshot::take(self, function, hold.take()).await;
        hold.put(busy);
        let snapshot = taken?.map(Arc::new);
        if let Some(snapshot) = &snapshot {
            snapshots.insert(key, snapshot.clone());
        }
        Ok(snapshot)
    }

    /// Takes the snapshot of a version that is being published; whether its initialisation went well.
    ///
    /// # Errors
    ///
    /// If no process can be had at all.
    pub async fn take_snapshot(
        self: &Arc<Self>,
        function: &Arc<FunctionConfig>,
        busy: Busy,
    ) -> (Result<bool, EngineError>, Busy) {
        let hold = Hold::new(self.clock.clone());
        hold.put(busy);
        let taken = self.snapshot(function, &hold).await;
        (taken.map(|snapshot| snapshot.is_some()), hold.take())
    }

    /// Gives up the snapshots that are not wanted any more: their processes end with the last environment that was
    /// restored from them. All have to go before the Region does, since each knows this platform.
    pub(super) fn keep_snapshots(&self, wanted: impl Fn(&FunctionName, Version) -> bool) {
        // One that is being taken keeps the lock, and belongs to an invocation that will end by itself.
        if let Ok(mut snapshots) = self.snapshots.try_lock() {
            snapshots.retain(|(name, version), _| wanted(name, *version));
        }
    }

    /// How long something that an environment computes takes where that is modelled: a few milliseconds.
    #[must_use]
    pub fn computing(&self, environment: &str) -> Duration {
        let fraction = self.chance.of(environment).fraction();
        Duration::from_micros(1_000) + Duration::from_secs_f64(0.002 * fraction)
    }

    /// A new log stream, and so a new environment id.
    #[must_use]
    pub fn new_stream(&self, function: &FunctionConfig) -> Stream {
        let environment = self.chance.of(&format!("environments of {}", function.name)).hex(32);
        let day = self.clock.now().format("%Y/%m/%d");
        let (name, version) = (&function.name, function.version);
        match &function.logging.group {
            // Several functions may share a group, so the stream says whose it is.
            Some(group) => Stream {
                group: group.clone(),
                name: format!("{day}/{name}[{version}]{environment}"),
                environment,
            },
            None => Stream {
                group: format!("/aws/lambda/{name}"),
                name: format!("{day}/[{version}]{environment}"),
                environment,
            },
        }
    }

    /// A folder for an environment.
    #[must_use]
    pub fn new_home(&self) -> PathBuf {
        self.home
            .join(format!("e{}", self.homes.fetch_add(1, Ordering::Relaxed)))
    }

    /// The id of a function's next request.
    #[must_use]
    pub fn request_id(&self, function: &str) -> String {
        self.chance.of(&format!("requests of {function}")).uuid()
    }

    /// Whether a function's next event comes twice.
    #[must_use]
    pub fn comes_twice(&self, function: &str, likely: Probability) -> bool {
        self.chance.of(&format!("duplicates of {function}")).happens(likely)
    }

    /// The trace of an environment's next invocation.
    #[must_use]
    pub fn trace(&self, environment: &str, sampled: bool) -> Trace {
        Trace::begin(&self.chance.of(environment), self.clock.now(), sampled)
    }

    /// Records what happened now.
    pub fn record(&self, event: Event) -> EntryId {
        self.record_because(None, event)
    }

    /// Records what happened now because of something earlier.
    pub fn record_because(&self, cause: Option<EntryId>, event: Event) -> EntryId {
        self.history.record(self.clock.now(), cause, event)
    }

    /// Writes a log event.
    pub fn log(&self, stream: &Stream, request_id: Option<&str>, message: String) {
        let at = self.clock.now();
        self.surroundings.logged(&stream.group, &stream.name, at, &message);
        self.history.record(
            at,
            None,
            Event::Logged {
                group: stream.group.clone(),
                stream: stream.name.clone(),
                message,
                request_id: request_id.map(str::to_owned),
            },
        );
    }

    /// Hands a message to another service.
    pub fn send_out(&self, message: Outgoing, busy: &Busy) {
        self.surroundings.send_out(message, busy);
    }

    /// An environment is gone.
    pub fn forget(&self, environment: &str) {
        self.surroundings.leave(environment);
        self.chance.forget(environment);
    }

    /// What Lambda sets in every environment, and the function's own variables
    /// (recorded from AWS, `test_lambda_init_environment`, 2026-02).
    #[must_use]
    pub fn environment_variables(
        &self,
        function: &FunctionConfig,
        kind: InitializationType,
        stream: &Stream,
        hold: &Arc<Hold>,
    ) -> BTreeMap<String, String> {
        let memory = function.memory.mb().to_string();
        let version = function.version.to_string();
        let mut fixed = vec![
            ("AWS_REGION", self.account.region.as_str()),
            ("AWS_DEFAULT_REGION", &self.account.region),
            ("AWS_LAMBDA_FUNCTION_NAME", function.name.as_str()),
            ("AWS_LAMBDA_FUNCTION_VERSION", &version),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", kind.as_str()),
            ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
            ("AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1:2000"),
            ("_AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1"),
            ("_AWS_XRAY_DAEMON_PORT", "2000"),
            ("_HANDLER", &function.handler),
            ("LAMBDA_TASK_ROOT", "/var/task"),
            ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
            ("LANG", "en_US.UTF-8"),
            ("LC_CTYPE", "C.UTF-8"),
            ("TZ", ":UTC"),
            ("PWD", "/var/task"),
            ("SHLVL", "0"),
            ("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
            (
                "LD_LIBRARY_PATH",
                "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
            ),
        ];
        let execution_env = format!("AWS_Lambda_{}", function.runtime);
        if !function.runtime.is_os_only() {
            fixed.extend([
                ("AWS_EXECUTION_ENV", execution_env.as_str()),
                ("PYTHONPATH", "/var/runtime"),
            ]);
        }
        // A snapshot serves many streams: developer guide, "Monitoring for Lambda SnapStart".
        if kind != InitializationType::SnapStart {
            fixed.extend([
                ("AWS_LAMBDA_LOG_GROUP_NAME", stream.group.as_str()),
                ("AWS_LAMBDA_LOG_STREAM_NAME", &stream.name),
            ]);
        }
        if let Some(level) = function.logging.threshold() {
            fixed.extend([
                ("AWS_LAMBDA_LOG_FORMAT", function.logging.format.as_str()),
                ("AWS_LAMBDA_LOG_LEVEL", level.as_str()),
            ]);
        }
        let mut variables = function.environment.clone();
        variables.extend(self.surroundings.enter(function, &stream.environment, hold));
        variables.extend(
            fixed
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        variables
    }
}
