//! Files are written whole or not at all: a new file beside the old one, flushed to the disk, then renamed over it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file was left as it is.
#[derive(Debug, Error)]
pub enum WriteError {
    /// It is a link, or lies behind one, that leads out of the project.
    #[error("a link leads out of the project: not written")]
    Outside,
    /// It is no regular file.
    #[error("not a regular file: not written")]
    NotAFile,
    /// Somebody wrote to it after it was read.
    #[error("the file changed while it was being checked: not written, run again")]
    Changed,
    /// The file system said no.
    #[error("cannot {what}: {error}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What it said.
        error: io::Error,
    },
}

fn io_error(what: &'static str) -> impl Fn(io::Error) -> WriteError {
    move |error| WriteError::Io { what, error }
}

/// Replaces the content of a file, if it is still `old`. Permissions stay; a link inside of the project stays a link and its
/// target is written. At every moment the file is whole: old or new.
///
/// # Errors
/// [`WriteError`]; the file is untouched then.
pub fn replace_file(root: &Path, path: &Path, old: &[u8], new: &[u8]) -> Result<(), WriteError> {
    replace_file_with(root, path, old, |file| file.write_all(new))
}

/// [`replace_file`] with the writing left to the caller, so that a full disk can be tested.
///
/// # Errors
/// As [`replace_file`].
pub fn replace_file_with(
    root: &Path,
    path: &Path,
    old: &[u8],
    write: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> Result<(), WriteError> {
    let target = inside(root, path)?;
    let metadata = fs::metadata(&target).map_err(io_error("read the file"))?;
    if !metadata.is_file() {
        return Err(WriteError::NotAFile);
    }
    // A read-only file is somebody's wish, even where the folder would let us replace it.
    if metadata.permissions().readonly() {
        let error = io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only");
        return Err(WriteError::Io { what: "write the file", error });
    }
    let folder = target.parent().ok_or(WriteError::NotAFile)?;
    let mut temporary = tempfile::Builder::new()
        .prefix(".hublint-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(io_error("make a file in this folder"))?;
    write(temporary.as_file_mut()).map_err(io_error("write the new content"))?;
    temporary.as_file().set_permissions(metadata.permissions()).map_err(io_error("set the permissions"))?;
    temporary.as_file().sync_all().map_err(io_error("write the new content to the disk"))?;
    // As late as possible: what somebody saved in the meantime must not be lost.
    if fs::read(&target).map_err(io_error("read the file"))? != old {
        return Err(WriteError::Changed);
    }
    temporary.persist(&target).map_err(|error| WriteError::Io { what: "replace the file", error: error.error })?;
    Ok(())
}

/// The real path of a file, if it lies in the project.
fn inside(root: &Path, path: &Path) -> Result<PathBuf, WriteError> {
    let root = fs::canonicalize(root).map_err(io_error("find the project"))?;
    let target = fs::canonicalize(path).map_err(io_error("find the file"))?;
    if target.starts_with(&root) { Ok(target) } else { Err(WriteError::Outside) }
}
