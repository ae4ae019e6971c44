//! Writing the lock: one layout, always the same bytes for the same content, and never half a file.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::{Entry, Lock, LockError, VERSION};

impl Lock {
    /// The text of the file. The same entries give the same bytes.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"repos\": [");
        for (index, entry) in self.entries().enumerate() {
            text.push_str(if index == 0 { "\n" } else { ",\n" });
            push_entry(&mut text, entry);
        }
        text.push_str(if self.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        text
    }

    /// Writes the file if its bytes would change; says whether they did. A new file is complete before it takes the
    /// name, keeps the permissions of the old one, and is on the disk before this returns.
    ///
    /// # Errors
    /// The file system's. A lock that is a link is refused: it could lead out of the project.
    pub fn write(&self, path: &Path) -> Result<bool, LockError> {
        write_if_changed(path, self.to_text().as_bytes())
            .map_err(|error| LockError::Io { what: "cannot write the lock file", error })
    }
}

fn push_entry(text: &mut String, entry: &Entry) {
    let mut fields = vec![
        ("type", json(&entry.repo_type)),
        ("id", json(&entry.id)),
        ("ref", json(&entry.reference)),
        ("revision", json(&entry.revision)),
        ("resolved_at", json(&entry.resolved_at)),
        ("source", json(&entry.source)),
    ];
    let files = entry.files.as_ref().map_or_else(
        || "null".to_owned(),
        |files| {
            let lines: Vec<String> = files
                .iter()
                .map(|(name, file)| {
                    format!("\n        {}: {{\"sha256\": {}, \"size\": {}}}", json(name), json(&file.sha256), json(&file.size))
                })
                .collect();
            if lines.is_empty() { "{}".to_owned() } else { format!("{{{}\n      }}", lines.join(",")) }
        },
    );
    fields.push(("files", files));
    let code = entry.code.as_ref().map_or_else(
        || "null".to_owned(),
        |code| format!("{{\"repo\": {}, \"revision\": {}}}", json(&code.repo), json(&code.revision)),
    );
    fields.extend([
        ("code", code),
        ("remote_code", json(&entry.remote_code)),
        ("formats", json(&entry.formats).replace("\",\"", "\", \"")),
        ("gated", json(&entry.gated)),
        ("license", json(&entry.license)),
        ("scan", json(&entry.scan)),
    ]);
    let lines: Vec<String> = fields.iter().map(|(key, value)| format!("      \"{key}\": {value}")).collect();
    text.push_str("    {\n");
    text.push_str(&lines.join(",\n"));
    text.push_str("\n    }");
}

/// Strings, numbers and lists of strings: nothing here can fail to be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let old = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Some(metadata),
        Ok(_) => return Err(io::Error::other("it is not a regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if old.as_ref().is_some_and(|metadata| metadata.len() == bytes.len() as u64) && fs::read(path)? == bytes {
        return Ok(false);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hublint-lock-");
    // A temporary file is private by default; a lock is a project file like any other, under the user's umask.
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(metadata) = old {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name must survive a power cut too. Not every platform lets a folder be opened for that.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(true)
}
