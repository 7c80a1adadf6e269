//! Python sources that are part of the program.

use include_dir::{Dir, include_dir};

static BOOTSTRAP: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/python/bootstrap");
static SITE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/python/site");

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
    PLACES.iter().find_map(|(place, dir)| {
        let relative = path.strip_prefix(place)?.strip_prefix('/')?;
        Some(dir.get_file(relative)?.contents())
    })
}

/// Writes what a `python3` of the learner's own needs into a folder: our bootstrap, and the stand-in for the native
/// module. Its own boto3 is used, if it has one.
///
/// # Errors
///
/// If a file cannot be written.
pub fn unpack_bootstrap(folder: &std::path::Path) -> std::io::Result<()> {
    BOOTSTRAP.extract(folder)?;
    CPYTHON.extract(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_by_name_and_read_by_path() {
        let (path, package) = locate("awslambdaric").unwrap();
        assert_eq!(
            (path.as_str(), package),
            ("/var/runtime/awslambdaric/__init__.py", true)
        );
        let (path, package) = locate("awslambdaric.bootstrap").unwrap();
        assert!(!package);
        assert!(contents(&path).unwrap().starts_with(b"\"\"\"The runtime loop"));
        assert_eq!(locate("no.such.module"), None);
    }
}
