//! What runs the handlers of a Region's functions.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::process::Command;

use super::function::{EphemeralStorage, MemorySize, Runtime};
use super::memory::Memory;
use super::process::Control;
use crate::python::launch::{self, Launch};
use crate::python::{Enter, Forks, Mount, Order, Worker, WorkerError, Zygote, unpack_bootstrap};
use crate::sandbox::{Confinement, MemoryAccount};

/// A way to run handlers; clones share its process.
#[derive(Debug, Clone)]
pub struct Engine {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// The interpreter that is built in.
    Embedded(Zygote),
    /// A `python3` of the learner's.
    CPython {
        program: PathBuf,
        python: PathBuf,
        bootstrap: Arc<tempfile::TempDir>,
    },
    /// Any executable named `bootstrap` in the function's code.
    Provided { program: PathBuf },
}

/// A process that was started for an execution environment.
#[derive(Debug)]
pub struct Process {
    /// The process itself.
    pub worker: Worker,
    /// What it writes.
    pub log: UnixStream,
    /// What it asks, if it knows how to ask.
    pub control: Option<UnixStream>,
    /// What memory it uses.
    pub memory: Memory,
}

/// What a process needs to know.
#[derive(Debug)]
pub struct ProcessConfig<'a> {
    /// A folder of the environment's own, not seen by the handler.
    pub home: &'a Path,
    /// The real folder that is `/tmp`.
    pub tmp: PathBuf,
    /// The real folder that is `/var/task`.
    pub code: &'a Path,
    /// The real folder that is `/opt`.
    pub layers: Option<&'a Path>,
    /// The function's memory.
    pub memory: MemorySize,
    /// The share of a CPU that it has until its first invocation.
    pub cpu_share: f64,
    /// What `/tmp` holds.
    pub storage: EphemeralStorage,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// The virtual time in microseconds.
    pub now: u64,
    /// Whether environments are restored from the process: they lie below its home, and may write there.
    pub is_snapshot: bool,
}

/// A process that was initialised and is forked for each environment that is restored from it.
#[derive(Debug)]
pub struct SnapshotProcess {
    forks: tokio::sync::Mutex<Forks<OwnedWriteHalf>>,
    /// How many forks were ordered.
    ordered: AtomicU64,
}

impl SnapshotProcess {
    /// By the connection over which the process asked until now.
    pub(super) fn new(control: Control) -> Self {
        Self {
            forks: tokio::sync::Mutex::new(Forks::new(control.answers, control.questions.into_inner())),
            ordered: AtomicU64::new(0),
        }
    }
}

/// Why a process could not be started.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The Python process failed.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// Its sockets or files failed.
    #[error("an execution environment cannot be set up in {place}: {source}")]
    Setup {
        /// The folder.
        place: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The function brings no program that can be started; what Lambda says of it.
    #[error("{0}")]
    Entrypoint(String),
    /// It died before it joined.
    #[error("the process died while it was set up: {0}")]
    Died(String),
}

/// Memory that Lambda reports for a Python environment before any code of the function's: the interpreter and the
/// runtime client. The embedded interpreter shares its own with the zygote, so this part is a constant.
const BASE_MEMORY_MB: u32 = 32;

/// The version whose behaviour the embedded engine has.
pub const PYTHON_VERSION: &str = "3.14";

impl Engine {
    /// The interpreter that is built in. `program` is the program itself, or in tests the built binary.
    #[must_use]
    pub fn embedded(program: &Path) -> Self {
        Self {
            kind: Kind::Embedded(Zygote::new(program)),
        }
    }

    /// A `python3` of the learner's, with whatever is installed for it.
    ///
    /// # Errors
    ///
    /// If our part of its code cannot be unpacked.
    pub fn cpython(program: &Path, python: &Path) -> Result<Self, EngineError> {
        let failed = |source| EngineError::Setup {
            place: std::env::temp_dir(),
            source,
        };
        let bootstrap = tempfile::Builder::new().prefix("lcpy").tempdir().map_err(failed)?;
        unpack_bootstrap(bootstrap.path()).map_err(failed)?;
        let (program, python) = (program.to_owned(), python.to_owned());
        Ok(Self {
            kind: Kind::CPython {
                program,
                python,
                bootstrap: Arc::new(bootstrap),
            },
        })
    }

    /// Executables named `bootstrap`, as on Lambda's OS-only runtimes.
    #[must_use]
    pub fn provided(program: &Path) -> Self {
        Self {
            kind: Kind::Provided {
                program: program.to_owned(),
            },
        }
    }

    /// Whether it runs functions with a runtime: any Python runs as the one that there is.
    #[must_use]
    pub fn runs(&self, runtime: &Runtime) -> bool {
        let kind = if matches!(self.kind, Kind::Provided { .. }) {
            "provided"
        } else {
            "python3."
        };
        runtime.as_str().starts_with(kind)
    }

    /// Gets the engine ready, so that the first environment need not wait for it.
    ///
    /// # Errors
    ///
    /// If its process cannot be started.
    pub async fn warm_up(&self) -> Result<(), EngineError> {
        if let Kind::Embedded(zygote) = &self.kind {
            zygote.warm_up().await?;
        }
        Ok(())
    }

    /// How much longer a CPU second lasts on this share of a CPU.
    ///
    /// The embedded interpreter needs about four times CPython's time for the same work: what is reported is what
    /// CPython would need.
    #[must_use]
    pub fn cpu_scale(&self, share: f64) -> f64 {
        const EMBEDDED: f64 = 0.25;
        let work = if matches!(self.kind, Kind::Embedded(_)) {
            EMBEDDED
        } else {
            1.0
        };
        work / share
    }

    /// Memory in MB that a handler's own allocations are added to.
    #[must_use]
    pub fn base_memory_mb(&self) -> u32 {
        if matches!(self.kind, Kind::Embedded(_)) {
            BASE_MEMORY_MB
        } else {
            0
        }
    }

    /// Forks an initialised process for an environment.
    ///
    /// # Errors
    ///
    /// If it ended, or the new process cannot be set up.
    pub async fn fork_snapshot(
        &self,
        snapshot: &SnapshotProcess,
        config: &ProcessConfig<'_>,
    ) -> Result<Process, EngineError> {
        let id = snapshot.ordered.fetch_add(1, Ordering::Relaxed);
        self.start_forked(id, config, async |order| {
            let ordered = snapshot.forks.lock().await.order(order).await?;
            ordered.worker().await
        })
        .await
    }

    /// Starts a process for an environment.
    ///
    /// # Errors
    ///
    /// If it cannot be started or set up.
    pub async fn start(&self, config: &ProcessConfig<'_>) -> Result<Process, EngineError> {
        match &self.kind {
            Kind::Embedded(zygote) => {
                self.start_forked(zygote.next_id(), config, async |order| zygote.fork(order).await)
                    .await
            }
            Kind::CPython {
                program,
                python,
                bootstrap,
            } => {
                let meeting = Meeting::at(config, 0)?;
                let order = self.order(0, config, &meeting);
                let launch = launch::python(python, bootstrap.path(), &order);
                let launch = launch.map_err(|error| EngineError::Died(error.to_string()))?;
                self.start_launched(program, &launch, config, meeting).await
            }
            Kind::Provided { program } => {
                let bootstrap = find_bootstrap(config)?;
                let meeting = Meeting::at(config, 0)?;
                let order = self.order(0, config, &meeting);
                let mut environment = config.environment.clone();
                environment.insert("LAMBDA_TASK_ROOT".to_owned(), config.code.display().to_string());
                environment.insert("PWD".to_owned(), config.code.display().to_string());
                let launch = Launch {
                    program: bootstrap.real,
                    arguments: Vec::new(),
                    environment,
                    sandbox: order.sandbox,
                    reports_failure: true,
                };
                let mut process = self.start_launched(program, &launch, config, meeting).await?;
                // The launcher's socket closes when it has become the other program, or tells why it could not.
                if let Some(reason) = launch::failure(process.control.take()).await {
                    let shown = bootstrap.shown;
                    return Err(EngineError::Entrypoint(format!("fork/exec {shown}: {reason}")));
                }
                Ok(process)
            }
        }
    }

    async fn start_forked(
        &self,
        id: u64,
        config: &ProcessConfig<'_>,
        fork: impl AsyncFnOnce(&Order) -> Result<Worker, WorkerError>,
    ) -> Result<Process, EngineError> {
        let meeting = Meeting::at(config, id)?;
        let memory = match self.kind {
            Kind::Embedded(_) => {
                let account = MemoryAccount::create(&meeting.account).map_err(|source| meeting.failed(source))?;
                Memory::Counted(Arc::new(account))
            }
            Kind::CPython { .. } | Kind::Provided { .. } => Memory::sampled(config.memory.bytes()),
        };
        let worker = fork(&self.order(id, config, &meeting)).await?;
        let (worker, log, control) = meeting.join(worker).await?;
        Ok(Process {
            worker,
            log,
            control: Some(control),
            memory,
        })
    }

    async fn start_launched(
        &self,
        program: &Path,
        launch: &Launch,
        config: &ProcessConfig<'_>,
        meeting: Meeting,
    ) -> Result<Process, EngineError> {
        let launch = serde_json::to_string(launch).map_err(|error| EngineError::Died(error.to_string()))?;
        let child = Command::new(program)
            .arg(launch::ARGUMENT)
            .arg(launch)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| meeting.failed(source))?;
        let worker = Worker::of_child(child).ok_or_else(|| EngineError::Died("it ended at once".to_owned()))?;
        let (worker, log, control) = meeting.join(worker).await?;
        Ok(Process {
            worker,
            log,
            control: Some(control),
            memory: Memory::sampled(config.memory.bytes()),
        })
    }

    fn order(&self, id: u64, config: &ProcessConfig<'_>, meeting: &Meeting) -> Order {
        let limit_mb = config.memory.mb().saturating_sub(self.base_memory_mb());
        let mount = |real: &Path, writable| Mount {
            real: real.to_owned(),
            writable,
        };
        let mut files = BTreeMap::from([
            ("/tmp".to_owned(), mount(&config.tmp, true)),
            ("/var/task".to_owned(), mount(config.code, false)),
        ]);
        files.extend(config.layers.map(|layers| ("/opt".to_owned(), mount(layers, false))));
        Order {
            id,
            sandbox: Enter {
                log: meeting.log_path.clone(),
                control: meeting.control_path.clone(),
                memory_account: meeting.account.clone(),
                memory_limit: u64::from(limit_mb) * 1024 * 1024,
                directory: config.code.to_owned(),
                confinement: Confinement {
                    writable: vec![if config.is_snapshot {
                        config.home.to_owned()
                    } else {
                        config.tmp.clone()
                    }],
                    open_files: 1024,
                    largest_file: config.storage.bytes(),
                },
            },
            environment: config.environment.clone(),
            files,
            storage: config.storage.bytes(),
            path: python_path(),
            now: config.now,
            cpu_scale: self.cpu_scale(config.cpu_share),
            cpu_scale_invoked: self.cpu_scale(config.memory.cpu_share()),
        }
    }
}

/// The program that a function brings.
struct Bootstrap {
    real: PathBuf,
    /// Its path on Lambda.
    shown: &'static str,
}

/// The first `bootstrap` in the function's code and its layers (AWS's own supervisor: `rapidcore/standalone` of the
/// runtime interface emulator).
fn find_bootstrap(config: &ProcessConfig<'_>) -> Result<Bootstrap, EngineError> {
    let places = [
        (Some(config.code), "/var/task/bootstrap"),
        (config.layers, "/opt/bootstrap"),
    ];
    places
        .into_iter()
        .find_map(|(folder, shown)| {
            let real = folder?.join("bootstrap");
            real.is_file().then_some(Bootstrap { real, shown })
        })
        .ok_or_else(|| {
            let message = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
            EngineError::Entrypoint(message.to_owned())
        })
}

/// How long the connections of a process that has ended may take to be seen: they are there or they never come.
const JOINED_BY_NOW: Duration = Duration::from_millis(200);

/// Where a new process meets its parent: two sockets, and a file for its account. They are gone once it has joined.
struct Meeting {
    home: PathBuf,
    log_path: PathBuf,
    control_path: PathBuf,
    account: PathBuf,
    log: UnixListener,
    control: UnixListener,
}

impl Meeting {
    fn at(config: &ProcessConfig<'_>, id: u64) -> Result<Self, EngineError> {
        let home = config.home.to_owned();
        let (log_path, control_path) = (home.join(format!("l{id}")), home.join(format!("c{id}")));
        let bind = |path: &Path| {
            let _ = std::fs::remove_file(path);
            UnixListener::bind(path).map_err(|source| EngineError::Setup {
                place: path.to_owned(),
                source,
            })
        };
        let (log, control) = (bind(&log_path)?, bind(&control_path)?);
        Ok(Self {
            account: home.join(format!("m{id}")),
            home,
            log_path,
            control_path,
            log,
            control,
        })
    }

    async fn join(self, mut worker: Worker) -> Result<(Worker, UnixStream, UnixStream), EngineError> {
        let joined = async {
            let (log, _) = self.log.accept().await?;
            let (control, _) = self.control.accept().await?;
            Ok::<_, io::Error>((log, control))
        };
        tokio::pin!(joined);
        let (log, control) = tokio::select! {
            biased;
            joined = &mut joined => joined.map_err(|source| self.failed(source))?,
            // It may have joined and ended at once; then its connections are waiting here.
            exit = worker.exited() => match tokio::time::timeout(JOINED_BY_NOW, joined).await {
                Ok(joined) => joined.map_err(|source| self.failed(source))?,
                Err(_) => return Err(EngineError::Died(format!("{exit:?}"))),
            },
        };
        Ok((worker, log, control))
    }

    fn failed(&self, source: io::Error) -> EngineError {
        EngineError::Setup {
            place: self.home.clone(),
            source,
        }
    }
}

impl Drop for Meeting {
    fn drop(&mut self) {
        for path in [&self.log_path, &self.control_path, &self.account] {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// `sys.path` as on Lambda: the function's code first, then layers, then the runtime's own.
fn python_path() -> Vec<String> {
    [
        "/var/task".to_owned(),
        format!("/opt/python/lib/python{PYTHON_VERSION}/site-packages"),
        "/opt/python".to_owned(),
        "/var/runtime".to_owned(),
        "/var/lang/lib/python314.zip".to_owned(),
        format!("/var/lang/lib/python{PYTHON_VERSION}"),
        format!("/var/lang/lib/python{PYTHON_VERSION}/lib-dynload"),
        format!("/var/lang/lib/python{PYTHON_VERSION}/site-packages"),
    ]
    .to_vec()
}
