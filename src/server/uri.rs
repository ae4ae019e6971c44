//! Addresses of documents and paths of files.

use std::path::{Path, PathBuf};

/// The path of a `file:` address; `None` for other kinds, such as documents that were never saved.
#[must_use]
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("file://")).and_then(|_| uri.get(7..))?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = rest.split_at_checked(rest.find('/')?)?;
    let path = decoded(path);
    if cfg!(windows) {
        let path = String::from_utf8(path).ok()?;
        // `/c:/folder`
        let drive = path.get(1..).filter(|rest| rest.as_bytes().get(1) == Some(&b':'));
        return Some(match (host, drive) {
            ("" | "localhost", Some(drive)) => PathBuf::from(drive.replace('/', "\\")),
            ("" | "localhost", None) => PathBuf::from(path),
            (host, _) => PathBuf::from(format!("\\\\{host}{}", path.replace('/', "\\"))),
        });
    }
    (host.is_empty() || host == "localhost").then(|| path_of(path))?
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The address of a path.
#[must_use]
pub fn from_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.trim_start_matches("\\\\?\\").replace('\\', "/") } else { text.into_owned() };
    let mut uri = String::from("file://");
    if !text.starts_with('/') {
        uri.push('/');
    }
    for byte in bytes_of(path, &text) {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(unix)]
fn bytes_of<'a>(path: &'a Path, _: &'a str) -> &'a [u8] {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes()
}

#[cfg(not(unix))]
fn bytes_of<'a>(_: &'a Path, text: &'a str) -> &'a [u8] {
    text.as_bytes()
}

/// The last part of any address, readable.
#[must_use]
pub fn last_part(uri: &str) -> String {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    let name = path.rsplit(['/', ':']).next().unwrap_or(path);
    String::from_utf8_lossy(&decoded(name)).into_owned()
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit =
        |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
    let mut found = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                found.push(high * 16 + low);
                at += 3;
            }
            _ => {
                found.push(*byte);
                at += 1;
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn odd_names_go_there_and_back() {
        for name in ["/a/my file.py", "/é.py", "/a#b?.py", "/100%.py", "/%41", "/a\\b", "/日本/🤗.ipynb"] {
            let path = Path::new(name);
            assert_eq!(to_path(&from_path(path)).as_deref(), Some(path), "{}", from_path(path));
        }
        assert_eq!(to_path("file:///home/a%20b%2Fc.py"), Some(PathBuf::from("/home/a b/c.py")));
        assert_eq!(to_path("FILE://localhost/x"), Some(PathBuf::from("/x")));
    }

    #[test]
    fn what_is_no_file_has_no_path() {
        for uri in ["untitled:Untitled-1", "vscode-notebook-cell:/a.ipynb#W0", "file:", "", "é", "file://"] {
            assert_eq!(to_path(uri), None, "{uri}");
        }
        assert_eq!(last_part("untitled:Untitled-1"), "Untitled-1");
        assert_eq!(last_part("git:/a/b%20c.py?ref"), "b c.py");
    }
}
