//! Builds again when the course that is embedded in the binary has changed, new and deleted files included; and collects
//! the sources of the embedded Python's library that tracebacks show lines of.

use std::path::Path;
use std::{env, fs, io};

/// Modules that handlers call, and that their errors pass through.
const LIBRARY: [&str; 58] = [
    "ast",
    "asyncio/__init__",
    "asyncio/base_events",
    "asyncio/events",
    "asyncio/futures",
    "asyncio/locks",
    "asyncio/queues",
    "asyncio/runners",
    "asyncio/taskgroups",
    "asyncio/tasks",
    "asyncio/timeouts",
    "base64",
    "calendar",
    "collections/__init__",
    "concurrent/futures/_base",
    "concurrent/futures/thread",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "enum",
    "fractions",
    "functools",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "http/client",
    "importlib/__init__",
    "inspect",
    "ipaddress",
    "json/__init__",
    "json/decoder",
    "json/encoder",
    "logging/__init__",
    "operator",
    "pathlib/__init__",
    "pickle",
    "queue",
    "random",
    "re/__init__",
    "secrets",
    "shutil",
    "socket",
    "statistics",
    "string/__init__",
    "subprocess",
    "tempfile",
    "textwrap",
    "threading",
    "typing",
    "urllib/error",
    "urllib/parse",
    "urllib/request",
    "urllib/response",
    "uuid",
    "warnings",
    "zipfile/__init__",
];

fn main() -> io::Result<()> {
    for folder in ["lessons", "exercises", "solutions", "quiz", "build.rs"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let library = Path::new(rustpython_pylib::LIB_PATH);
    let target = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets no OUT_DIR"))?;
    let target = Path::new(&target).join("standard_library");
    for module in LIBRARY {
        let file = format!("{module}.py");
        let target = target.join(&file);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(library.join(&file), target)?;
    }
    Ok(())
}
