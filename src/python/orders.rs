//! What the program tells the zygote and a worker.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::sandbox::Confinement;

/// An order to fork a worker.
#[derive(Debug, Clone, Serialize)]
pub struct Order {
    /// Chosen by the program, unique in its life.
    #[serde(skip)]
    pub id: u64,
    /// What the process does to itself first.
    pub sandbox: Enter,
    /// The environment variables, and no others.
    pub environment: BTreeMap<String, String>,
    /// The real folders behind Lambda's.
    pub files: BTreeMap<String, Mount>,
    /// What the writable folder holds, in bytes.
    pub storage: u64,
    /// `sys.path` before the built-in modules.
    pub path: Vec<String>,
    /// The virtual time, in microseconds since the epoch.
    pub now: u64,
    /// How much longer a CPU second is on the share of a CPU that the process has until its first invocation.
    pub cpu_scale: f64,
    /// And from then on.
    pub cpu_scale_invoked: f64,
}

/// A folder as the handler sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mount {
    /// Where it really is.
    pub real: PathBuf,
    /// Whether it can be written.
    pub writable: bool,
}

/// How the worker joins the program and confines itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enter {
    /// A Unix socket of the program's for what the worker writes: its standard output and error, and log frames.
    pub log: PathBuf,
    /// A Unix socket of the program's for questions such as "sleep until".
    pub control: PathBuf,
    /// The file that memory is counted in.
    pub memory_account: PathBuf,
    /// At more bytes than these the process ends.
    pub memory_limit: u64,
    /// The working directory.
    pub directory: PathBuf,
    /// Limits and fences.
    pub confinement: Confinement,
}
