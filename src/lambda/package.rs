//! A deployment package: the zip as it was uploaded, and its files as `/var/task` or `/opt` shows them.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::error::ApiError;

/// A package that is uploaded with the request, in bytes.
pub const MAX_ZIPPED: usize = 52_428_800;
/// A package and its layers unpacked, in bytes.
pub const MAX_UNZIPPED: u64 = 262_144_000;
/// More files than anybody packs: AWS names no limit.
const MAX_ENTRIES: usize = 200_000;

/// A folder of the service's own. Dropping the last handle on it removes it.
#[derive(Debug)]
pub struct Folder(PathBuf);

/// A package on the disk. Dropping the last handle on it removes it.
#[derive(Debug)]
pub struct Package {
    root: Folder,
    zipped: u64,
    unzipped: u64,
    sha256: String,
}

/// The size and the hash of a package, as `GetFunction` shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFacts {
    /// `CodeSize`: the zip's size in bytes.
    pub size: u64,
    /// `CodeSha256`: base64.
    pub sha256: String,
}

impl Folder {
    /// A new folder.
    ///
    /// # Errors
    ///
    /// The mock's where the disk fails.
    pub fn create(path: PathBuf) -> Result<Self, ApiError> {
        fs::create_dir_all(&path).map_err(|source| failed(&path, &source))?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left to the Region's own cleaning if it fails.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Package {
    /// Keeps a zip in a new folder, with its files unpacked beside it.
    ///
    /// # Errors
    ///
    /// Lambda's own where it is no zip, leads out of its folder or is too large; the mock's where the disk fails.
    pub fn unpack(zip: &[u8], root: PathBuf) -> Result<Self, ApiError> {
        let mut package = Self {
            zipped: u64::try_from(zip.len()).unwrap_or(u64::MAX),
            unzipped: 0,
            sha256: sha256(zip),
            root: Folder::create(root)?,
        };
        let content = package.content();
        fs::create_dir_all(&content).map_err(|source| failed(&content, &source))?;
        package.unzipped = extract(zip, &content)?;
        let kept = package.zip();
        fs::write(&kept, zip).map_err(|source| failed(&kept, &source))?;
        Ok(package)
    }

    /// The folder with its files.
    #[must_use]
    pub fn content(&self) -> PathBuf {
        self.root.path().join("content")
    }

    /// The bytes that were uploaded.
    ///
    /// # Errors
    ///
    /// If the file cannot be read any more.
    pub fn bytes(&self) -> Result<Bytes, ApiError> {
        let zip = self.zip();
        fs::read(&zip).map(Bytes::from).map_err(|source| failed(&zip, &source))
    }

    /// What `GetFunction` shows of it.
    #[must_use]
    pub fn facts(&self) -> CodeFacts {
        CodeFacts {
            size: self.zipped,
            sha256: self.sha256.clone(),
        }
    }

    /// How large its files are, in bytes.
    #[must_use]
    pub fn unzipped(&self) -> u64 {
        self.unzipped
    }

    fn zip(&self) -> PathBuf {
        self.root.path().join("package.zip")
    }
}

/// What a folder of code would be as a package.
///
/// # Errors
///
/// If it cannot be read.
pub fn facts_of(folder: &Path) -> Result<CodeFacts, ApiError> {
    let zip = zip_of(folder)?;
    Ok(CodeFacts {
        size: u64::try_from(zip.len()).unwrap_or(u64::MAX),
        sha256: sha256(&zip),
    })
}

/// A folder of code as a zip: the same for the same files.
///
/// # Errors
///
/// If it cannot be read.
pub fn zip_of(folder: &Path) -> Result<Bytes, ApiError> {
    let mut files = Vec::new();
    list(folder, &mut files).map_err(|source| failed(folder, &source))?;
    files.sort();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for file in files {
        let name = file
            .strip_prefix(folder)
            .unwrap_or(&file)
            .to_string_lossy()
            .into_owned();
        let added = fs::read(&file).and_then(|content| {
            writer.start_file(name, options)?;
            writer.write_all(&content)
        });
        added.map_err(|source| failed(&file, &source))?;
    }
    let written = writer
        .finish()
        .map_err(|error| failed(folder, &io::Error::other(error)))?;
    Ok(written.into_inner().into())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Unpacks a zip below a folder, and nowhere else. Gives the size of its files in bytes.
///
/// # Errors
///
/// Lambda's own, or the mock's where the disk fails.
pub fn extract(zip: &[u8], folder: &Path) -> Result<u64, ApiError> {
    extract_within(zip, folder, MAX_UNZIPPED)
}

fn extract_within(zip: &[u8], folder: &Path, limit: u64) -> Result<u64, ApiError> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|_| unreadable())?;
    if archive.is_empty() {
        return Err(ApiError::invalid_parameter(
            "Uploaded file must be a non-empty zip".to_owned(),
        ));
    }
    if archive.len() > MAX_ENTRIES {
        return Err(unreadable());
    }
    let (mut left, mut links) = (limit, Vec::new());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| unreadable())?;
        let path = folder.join(inside(&entry.enclosed_name().ok_or_else(unreadable)?)?);
        if entry.is_dir() {
            fs::create_dir_all(&path).map_err(|source| failed(&path, &source))?;
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|source| failed(parent, &source))?;
        }
        if entry.is_symlink() {
            let mut target = String::new();
            entry
                .by_ref()
                .take(4096)
                .read_to_string(&mut target)
                .map_err(|_| unreadable())?;
            links.push((path, target));
            continue;
        }
        let mode = entry.unix_mode();
        left -= write_file(&mut entry, &path, mode, left)?;
    }
    for (path, target) in links {
        link(folder, &path, &target)?;
    }
    Ok(limit - left)
}

/// A path of plain names only.
fn inside(path: &Path) -> Result<PathBuf, ApiError> {
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain { Ok(path.to_owned()) } else { Err(unreadable()) }
}

/// Writes one file of at most `left` bytes, whatever the zip says of its size.
fn write_file(entry: &mut impl Read, path: &Path, mode: Option<u32>, left: u64) -> Result<u64, ApiError> {
    let mut file = File::create(path).map_err(|source| failed(path, &source))?;
    // A corrupt entry shows when it is read.
    let written = io::copy(&mut entry.take(left + 1), &mut file).map_err(|_| unreadable())?;
    if written > left {
        return Err(too_large());
    }
    set_mode(path, mode).map_err(|source| failed(path, &source))?;
    Ok(written)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // The owner can always read it: the mock runs as the owner, and Lambda as somebody else.
    let mode = mode.map_or(0o644, |mode| (mode & 0o777) | 0o400);
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: Option<u32>) -> io::Result<()> {
    Ok(())
}

/// Makes a link that leads to something inside the folder. All files are there by now.
#[cfg(unix)]
fn link(folder: &Path, path: &Path, target: &str) -> Result<(), ApiError> {
    let (Ok(root), Some(Ok(parent))) = (folder.canonicalize(), path.parent().map(Path::canonicalize)) else {
        return Err(unreadable());
    };
    let leads_to = parent.join(target).canonicalize().map_err(|_| unreadable())?;
    if !leads_to.starts_with(&root) || Path::new(target).is_absolute() {
        return Err(unreadable());
    }
    std::os::unix::fs::symlink(target, path).map_err(|source| failed(path, &source))
}

#[cfg(not(unix))]
fn link(_folder: &Path, _path: &Path, _target: &str) -> Result<(), ApiError> {
    Err(unreadable())
}

/// The files of a package and its layers together are too large.
#[must_use]
pub fn too_large() -> ApiError {
    ApiError::invalid_parameter(format!("Unzipped size must be smaller than {MAX_UNZIPPED} bytes"))
}

fn unreadable() -> ApiError {
    ApiError::invalid_parameter(
        "Could not unzip uploaded file. Please check your file, then try to upload again.".to_owned(),
    )
}

fn sha256(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

fn failed(place: &Path, source: &io::Error) -> ApiError {
    ApiError::Service(format!("the mock cannot keep code in {}: {source}", place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_package_is_kept_as_it_was_and_unpacked() {
        let home = tempfile::tempdir().unwrap();
        let zip = zip(&[("handler.py", b"x = 1\n"), ("pkg/a.py", b"")]);
        let package = Package::unpack(&zip, home.path().join("p")).unwrap();
        assert_eq!(package.bytes().unwrap(), zip);
        assert_eq!(fs::read(package.content().join("handler.py")).unwrap(), b"x = 1\n");
        assert!(package.content().join("pkg/a.py").is_file());
        assert_eq!((package.facts().size, package.unzipped()), (zip.len() as u64, 6));
        drop(package);
        assert!(!home.path().join("p").exists());
    }

    #[test]
    fn a_package_stays_in_its_folder() {
        let home = tempfile::tempdir().unwrap();
        for name in ["../out.py", "a/../../out.py", "/etc/out.py"] {
            let folder = home.path().join("p");
            let unpacked = Package::unpack(&zip(&[(name, b"x")]), folder);
            assert!(unpacked.is_err() || !home.path().join("out.py").exists(), "{name}");
        }
        assert!(!Path::new("/etc/out.py").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere_else() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("p")).unwrap();
        fs::write(home.path().join("secret"), "s").unwrap();
        for (target, allowed) in [
            ("a.py", true),
            ("../secret", false),
            ("/etc/passwd", false),
            ("gone", false),
        ] {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            writer.start_file("a.py", SimpleFileOptions::default()).unwrap();
            writer
                .add_symlink("b.py", target, SimpleFileOptions::default())
                .unwrap();
            let zip = writer.finish().unwrap().into_inner();
            let folder = tempfile::tempdir_in(home.path()).unwrap();
            assert_eq!(extract(&zip, folder.path()).is_ok(), allowed, "{target}");
        }
    }

    #[test]
    fn what_is_no_zip_or_too_large_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let message = |zip: &[u8]| extract(zip, home.path()).unwrap_err().message();
        assert!(message(b"PK no zip").starts_with("Could not unzip uploaded file."));
        assert_eq!(message(&zip(&[])), "Uploaded file must be a non-empty zip");
        let bomb = zip(&[("a", &[0; 600]), ("b", &[0; 401])]);
        assert_eq!(
            extract_within(&bomb, home.path(), 1000).unwrap_err().message(),
            "Unzipped size must be smaller than 262144000 bytes"
        );
        assert_eq!(extract_within(&bomb, home.path(), 1001).unwrap(), 1001);
    }

    #[test]
    fn a_folder_is_the_same_package_each_time() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("pkg")).unwrap();
        fs::write(home.path().join("pkg/a.py"), "a").unwrap();
        fs::write(home.path().join("handler.py"), "h").unwrap();
        assert_eq!(facts_of(home.path()).unwrap(), facts_of(home.path()).unwrap());
        let there = tempfile::tempdir().unwrap();
        extract(&zip_of(home.path()).unwrap(), there.path()).unwrap();
        assert_eq!(fs::read(there.path().join("pkg/a.py")).unwrap(), b"a");
    }
}
