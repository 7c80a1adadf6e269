//! Builds again when the course that is embedded in the binary has changed, new and deleted files included; and collects
//! the sources of the embedded Python's library that tracebacks show lines of.

use std::path::{Path, PathBuf};
use std::process::Command;
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
    let library = library()?;
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

/// Where the sources of the embedded library are: in the crate `rustpython-pylib`, which cargo has fetched by now.
/// Crates that only tests need may not be there yet, and then cargo cannot tell without the network.
fn library() -> io::Result<PathBuf> {
    let manifest = manifest(&["--offline"])?.map_or_else(|| manifest(&[]), |found| Ok(Some(found)))?;
    let manifest = manifest.ok_or_else(|| io::Error::other("cargo metadata does not say where rustpython-pylib is"))?;
    Ok(manifest.with_file_name("Lib"))
}

fn manifest(arguments: &[&str]) -> io::Result<Option<PathBuf>> {
    let cargo = env::var_os("CARGO").ok_or_else(|| io::Error::other("cargo does not name itself"))?;
    let target = env::var("TARGET").map_err(io::Error::other)?;
    let metadata = Command::new(cargo)
        .args([
            "metadata",
            "--locked",
            "--format-version=1",
            "--filter-platform",
            &target,
        ])
        .args(arguments)
        .output()?;
    let metadata = String::from_utf8_lossy(&metadata.stdout);
    let found = metadata
        .split('"')
        .find(|text| text.contains("rustpython-pylib") && text.ends_with("Cargo.toml"));
    Ok(found.map(PathBuf::from))
}
