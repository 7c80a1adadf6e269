//! Writing a file so that at any moment it holds either the old text or the new.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file through another one beside it. A symbolic link stays one, and permissions are kept.
///
/// # Errors
/// If the file cannot be written; it is unchanged then.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or_else(|| Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = write_draft(&draft, &target, bytes).and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        // The draft is of no use; that it may stay is no second error.
        let _ = fs::remove_file(&draft);
        return written;
    }
    sync_folder(folder);
    Ok(())
}

fn write_draft(draft: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(draft)?;
    if let Ok(metadata) = fs::metadata(target) {
        file.set_permissions(metadata.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the rename itself outlast a crash of the machine, where folders can be synced.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
