//! What else runs in a worker: its threads and the processes that it started, as the system tells.

use rustix::process::{WaitId, WaitIdOptions, waitid};

/// Whether this process has children that nobody has waited for.
pub(super) fn has_children() -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::All, options), Err(rustix::io::Errno::CHILD))
}

/// Whether another thread of this process runs, or would if it had a CPU; `false` where the system does not tell.
pub(super) fn others_run() -> bool {
    let own = rustix::thread::gettid().as_raw_nonzero().to_string();
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return false;
    };
    tasks.flatten().any(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let runs = stat
            .rsplit_once(") ")
            .is_some_and(|(_, fields)| fields.starts_with(['R', 'D']));
        runs && task.file_name() != own.as_str()
    })
}

/// The processes of this one's group; 1 where the system does not tell.
pub(super) fn processes() -> usize {
    let own = rustix::process::getpgrp().as_raw_nonzero().get();
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return 1;
    };
    let members = entries.flatten().filter(|entry| {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            return false;
        };
        // After the name, which may hold anything: the state, the parent, the group.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        fields.split_whitespace().nth(2).and_then(|group| group.parse().ok()) == Some(own)
    });
    members.count().max(1)
}
