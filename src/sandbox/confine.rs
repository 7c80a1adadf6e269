//! Fences that a worker puts around itself before it runs foreign code.

use std::io;
use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// How a process confines itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confinement {
    /// Folders below which it may write; everything else can only be read.
    pub writable: Vec<PathBuf>,
    /// Open files, 1,024 on Lambda.
    pub open_files: u64,
    /// The largest file that it may write, in bytes.
    pub largest_file: u64,
}

/// Confines this process and all that it starts, for good: a session and process group of its own, limits, and
/// where the system has Landlock, no writing outside the folders given.
///
/// # Errors
///
/// If a limit cannot be set. A system without Landlock is no error.
pub fn confine(confinement: &Confinement) -> io::Result<()> {
    rustix::process::setsid()?;
    let files = Rlimit {
        current: Some(confinement.open_files),
        maximum: Some(confinement.open_files),
    };
    setrlimit(Resource::Nofile, files)?;
    setrlimit(
        Resource::Fsize,
        Rlimit {
            current: Some(confinement.largest_file),
            maximum: Some(confinement.largest_file),
        },
    )?;
    // So that a file that grows too large is an error of the write, and not the end of the process.
    // SAFETY: SIG_IGN is no function of ours.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    restrict_writes(confinement)
}

/// Sees to it that this process ends with the one that forked it, where the system can see to that.
///
/// # Errors
///
/// If the system refuses.
pub fn end_with_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn restrict_writes(confinement: &Confinement) -> io::Result<()> {
    use landlock::{ABI, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules};

    let abi = ABI::V3;
    let devices = ["/dev/null", "/dev/zero", "/dev/tty", "/dev/shm"]
        .into_iter()
        .map(PathBuf::from);
    let writable = confinement
        .writable
        .iter()
        .cloned()
        .chain(devices)
        .filter(|path| path.exists());
    Ruleset::default()
        .handle_access(AccessFs::from_write(abi))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rules(path_beneath_rules(writable, AccessFs::from_write(abi))))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map(drop)
        .map_err(io::Error::other)
}

#[cfg(not(target_os = "linux"))]
fn restrict_writes(_: &Confinement) -> io::Result<()> {
    Ok(())
}
