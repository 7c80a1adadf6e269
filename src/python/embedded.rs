//! Python sources that are part of the program.

use std::path::Path;

use include_dir::{Dir, DirEntry, include_dir};

static BOOTSTRAP: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/python/bootstrap");
static SITE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/python/site");

/// Sources of the standard library, of which only compiled code is embedded otherwise: tracebacks show their lines.
static LIBRARY: Dir<'_> = include_dir!("$OUT_DIR/standard_library");

static CPYTHON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/python/cpython");

/// Where each folder appears to Python code, as on Lambda: the runtime, and the packages that come with it.
const PLACES: [(&str, &Dir<'_>); 2] = [
    ("/var/runtime", &BOOTSTRAP),
    ("/var/lang/lib/python3.14/site-packages", &SITE),
];

/// The file of a built-in module, and whether it is a package.
pub fn locate(module: &str) -> Option<(String, bool)> {
    let relative = module.replace('.', "/");
    PLACES.iter().find_map(|(place, dir)| {
        let package = format!("{relative}/__init__.py");
        if dir.get_file(&package).is_some() {
            return Some((format!("{place}/{package}"), true));
        }
        let file = format!("{relative}.py");
        dir.get_file(&file).map(|_| (format!("{place}/{file}"), false))
    })
}

/// The content of a built-in file, by the path that [`locate`] gives, or of a data file beside it.
pub fn contents(path: &str) -> Option<&'static [u8]> {
    let library = ("/var/lang/lib/python3.14", &LIBRARY);
    PLACES.iter().chain([&library]).find_map(|(place, dir)| {
        let relative = path.strip_prefix(place)?.strip_prefix('/')?;
        Some(dir.get_file(relative)?.contents())
    })
}

/// What the runtime client consists of, in [`SITE`].
const CLIENT: [&str; 2] = ["awslambdaric", "snapshot_restore_py.py"];

/// Writes what a `python3` of the learner's own needs into a folder: our bootstrap, the stand-in for the native
/// module, and the runtime client in `site`. Its own boto3 is used, if it has one.
///
/// # Errors
///
/// If a file cannot be written.
pub fn unpack_bootstrap(folder: &Path) -> std::io::Result<()> {
    let site = folder.join("site");
    for entry in SITE
        .entries()
        .iter()
        .filter(|entry| CLIENT.iter().any(|name| entry.path() == Path::new(name)))
    {
        match entry {
            DirEntry::Dir(dir) => {
                std::fs::create_dir_all(site.join(dir.path()))?;
                dir.extract(&site)?;
            }
            DirEntry::File(file) => std::fs::write(site.join(file.path()), file.contents())?,
        }
    }
    BOOTSTRAP.extract(folder)?;
    CPYTHON.extract(folder)
}

/// A program for a `python3` of the learner's own: which runtime client of AWS's is installed there.
pub const INSTALLED_CLIENT: &str = include_str!("cpython/installed_client.py");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_by_name_and_read_by_path() {
        let (path, package) = locate("awslambdaric").unwrap();
        assert_eq!(
            (path.as_str(), package),
            ("/var/lang/lib/python3.14/site-packages/awslambdaric/__init__.py", true)
        );
        let (path, package) = locate("awslambdaric.bootstrap").unwrap();
        assert!(!package);
        assert!(contents(&path).unwrap().starts_with(b"\"\"\"The runtime loop"));
        assert_eq!(locate("no.such.module"), None);
    }
}
