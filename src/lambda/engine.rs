//! What runs the handlers of a Region's functions.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::python::{Enter, Mount, Order, Worker, WorkerError, Zygote};
use crate::sandbox::{Confinement, MemoryAccount};

use super::function::MemorySize;

/// A way to run handlers; clones share its process.
#[derive(Debug, Clone)]
pub struct Engine {
    zygote: Zygote,
}

/// A process that was started for an execution environment.
#[derive(Debug)]
pub struct Process {
    /// The process itself.
    pub worker: Worker,
    /// What it writes.
    pub log: UnixStream,
    /// What it asks.
    pub control: UnixStream,
    /// What memory it uses.
    pub memory: MemoryAccount,
}

/// What a process needs to know.
#[derive(Debug)]
pub struct ProcessConfig<'a> {
    /// A folder of the environment's own, not seen by the handler.
    pub home: &'a Path,
    /// The real folder that is `/tmp`.
    pub tmp: &'a Path,
    /// The real folder that is `/var/task`.
    pub code: &'a Path,
    /// The real folder that is `/opt`.
    pub layers: Option<&'a Path>,
    /// The function's memory.
    pub memory: MemorySize,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// The virtual time in microseconds.
    pub now: u64,
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
    /// It died before it joined.
    #[error("the Python process died while it was set up")]
    Died,
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
            zygote: Zygote::new(program),
        }
    }

    /// Gets the engine ready, so that the first environment need not wait for it.
    ///
    /// # Errors
    ///
    /// If its process cannot be started.
    pub async fn warm_up(&self) -> Result<(), EngineError> {
        Ok(self.zygote.warm_up().await?)
    }

    /// How much longer a CPU second lasts for a function with this memory.
    ///
    /// The share of a CPU follows memory, and the embedded interpreter needs about four times CPython's time for the
    /// same work: what is reported is what CPython would need.
    #[must_use]
    pub fn cpu_scale(&self, memory: MemorySize) -> f64 {
        const CPYTHON_SPEED: f64 = 0.25;
        CPYTHON_SPEED / memory.cpu_share()
    }

    /// Memory in MB that a handler's own allocations are added to.
    #[must_use]
    pub fn base_memory_mb(&self) -> u32 {
        BASE_MEMORY_MB
    }

    /// Starts a process for an environment.
    ///
    /// # Errors
    ///
    /// If it cannot be started or set up.
    pub async fn start(&self, config: &ProcessConfig<'_>) -> Result<Process, EngineError> {
        let setup = |source| EngineError::Setup {
            place: config.home.to_owned(),
            source,
        };
        let id = self.zygote.next_id();
        let log_path = config.home.join(format!("l{id}"));
        let control_path = config.home.join(format!("c{id}"));
        let account_path = config.home.join(format!("m{id}"));
        let log = UnixListener::bind(&log_path).map_err(setup)?;
        let control = UnixListener::bind(&control_path).map_err(setup)?;
        let memory = MemoryAccount::create(&account_path).map_err(setup)?;
        let limit_mb = config.memory.mb().saturating_sub(BASE_MEMORY_MB);
        let mut files = BTreeMap::new();
        files.insert(
            "/tmp".to_owned(),
            Mount {
                real: config.tmp.to_owned(),
                writable: true,
            },
        );
        files.insert(
            "/var/task".to_owned(),
            Mount {
                real: config.code.to_owned(),
                writable: false,
            },
        );
        if let Some(layers) = config.layers {
            files.insert(
                "/opt".to_owned(),
                Mount {
                    real: layers.to_owned(),
                    writable: false,
                },
            );
        }
        let order = Order {
            id,
            sandbox: Enter {
                log: log_path.clone(),
                control: control_path.clone(),
                memory_account: account_path.clone(),
                memory_limit: u64::from(limit_mb) * 1024 * 1024,
                directory: config.code.to_owned(),
                confinement: Confinement {
                    writable: vec![config.tmp.to_owned()],
                    open_files: 1024,
                },
            },
            environment: config.environment.clone(),
            files,
            path: python_path(),
            now: config.now,
            cpu_scale: self.cpu_scale(config.memory),
        };
        let mut worker = self.zygote.fork(&order).await?;
        let joined = async {
            let (log, _) = log.accept().await?;
            let (control, _) = control.accept().await?;
            Ok::<_, io::Error>((log, control))
        };
        let (log, control) = tokio::select! {
            joined = joined => joined.map_err(setup)?,
            _ = worker.exited() => return Err(EngineError::Died),
        };
        for path in [log_path, control_path, account_path] {
            let _ = std::fs::remove_file(path);
        }
        Ok(Process {
            worker,
            log,
            control,
            memory,
        })
    }
}

/// `sys.path` as on Lambda: the function's code first, then layers, then the runtime's own.
fn python_path() -> Vec<String> {
    [
        "/var/task".to_owned(),
        format!("/opt/python/lib/python{PYTHON_VERSION}/site-packages"),
        "/opt/python".to_owned(),
        "/var/lang/lib/python314.zip".to_owned(),
        format!("/var/lang/lib/python{PYTHON_VERSION}"),
        format!("/var/lang/lib/python{PYTHON_VERSION}/lib-dynload"),
        format!("/var/lang/lib/python{PYTHON_VERSION}/site-packages"),
    ]
    .to_vec()
}
