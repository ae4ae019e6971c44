//! What is checked for a document: a name, the bytes that a file of it would hold, and the way from bytes of that file back
//! to places in the client's texts. A notebook in cells becomes the JSON that its file would be.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::document::{Encoding, Notebook, Range, TextDocument, point};
use super::uri;
use crate::finding::{Edit, Fix};
use crate::source::position::LineIndex;

/// A text of the client inside the file.
#[derive(Clone, Debug)]
struct Part {
    document: TextDocument,
    /// A code cell; a plain file counts as one.
    code: bool,
    /// Where it stands in the file.
    bytes: std::ops::Range<usize>,
    /// Byte of the file and of the text from which on both count alike; ascending.
    anchors: Vec<(usize, usize)>,
}

/// A document as a file.
#[derive(Clone, Debug)]
pub struct View {
    /// The path that the file has or would have.
    pub name: PathBuf,
    /// What the file would hold.
    pub bytes: Vec<u8>,
    notebook: bool,
    parts: Vec<Part>,
}

/// New text for a range of one of the client's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// The number of the text.
    pub part: usize,
    /// What is replaced.
    pub range: Range,
    /// The new text.
    pub text: String,
}

impl View {
    /// A plain document. One that was never saved gets a name in `folder` that says its language.
    #[must_use]
    pub fn of_text(document: &TextDocument, folder: &Path) -> Self {
        let name = uri::to_path(&document.uri).unwrap_or_else(|| folder.join(name_of(document)));
        let bytes = document.text.clone().into_bytes();
        let part = Part { document: document.clone(), code: true, bytes: 0..bytes.len(), anchors: vec![(0, 0)] };
        Self { name, bytes, notebook: false, parts: vec![part] }
    }

    /// A notebook in cells.
    #[must_use]
    pub fn of_notebook(notebook: &Notebook, folder: &Path) -> Self {
        let mut name = uri::to_path(&notebook.uri).unwrap_or_else(|| folder.join(uri::last_part(&notebook.uri)));
        if name.extension().is_none_or(|extension| extension != "ipynb") {
            name.as_mut_os_string().push(".ipynb");
        }
        let cells = notebook.cells.iter().map(|cell| (cell.document.clone(), cell.code)).collect();
        Self::of_cells(name, cells)
    }

    fn of_cells(name: PathBuf, cells: Vec<(TextDocument, bool)>) -> Self {
        let mut text = String::from("{\"cells\": [");
        let mut parts = Vec::new();
        for (index, (document, code)) in cells.into_iter().enumerate() {
            text.push_str(if index == 0 { "\n" } else { ",\n" });
            text.push_str(if code {
                "{\"cell_type\": \"code\", \"execution_count\": null, \"metadata\": {}, \"outputs\": [], \"source\": \""
            } else {
                "{\"cell_type\": \"markdown\", \"metadata\": {}, \"source\": \""
            });
            let start = text.len();
            let mut anchors = vec![(start, 0)];
            for (at, character) in document.text.char_indices() {
                if push_escaped(character, &mut text) {
                    anchors.push((text.len(), at + character.len_utf8()));
                }
            }
            let bytes = start..text.len();
            text.push_str("\"}");
            parts.push(Part { document, code, bytes, anchors });
        }
        // Cells of other languages are passed over as in a file of theirs.
        let language = parts.iter().find(|part| part.code).map_or("python", |part| part.document.language.as_str());
        let language = json!(if language.is_empty() { "python" } else { language });
        text.push_str(&format!(
            "\n], \"metadata\": {{\"language_info\": {{\"name\": {language}}}}}, \"nbformat\": 4, \"nbformat_minor\": 4}}\n"
        ));
        Self { name, bytes: text.into_bytes(), notebook: true, parts }
    }

    /// The addresses of its texts.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.document.uri.as_str())
    }

    /// Address and version of a text.
    #[must_use]
    pub fn document(&self, part: usize) -> Option<&TextDocument> {
        Some(&self.parts.get(part)?.document)
    }

    /// The number of the text with an address.
    #[must_use]
    pub fn part(&self, address: &str) -> Option<usize> {
        self.parts.iter().position(|part| part.document.uri == address)
    }

    /// True for a text whose language is Python, as far as its name or the client says.
    #[must_use]
    pub fn is_cell(&self, part: usize) -> bool {
        self.notebook && self.parts.get(part).is_some_and(|part| part.code)
    }

    /// The lines of all texts, to ask for many places.
    #[must_use]
    pub fn places(&self, encoding: Encoding) -> Places<'_> {
        let lines = self.parts.iter().map(|part| LineIndex::new(part.document.text.as_bytes())).collect();
        Places { view: self, lines, encoding }
    }

    /// The same document with another text in one place.
    #[must_use]
    pub fn with_text(&self, part: usize, text: String) -> Self {
        let mut parts = self.parts.clone();
        if let Some(part) = parts.get_mut(part) {
            part.document.text = text;
        }
        let mut cells: Vec<(TextDocument, bool)> = parts.into_iter().map(|part| (part.document, part.code)).collect();
        if self.notebook {
            return Self::of_cells(self.name.clone(), cells);
        }
        let document = cells.pop().map(|(document, _)| document).unwrap_or_default();
        let bytes = document.text.clone().into_bytes();
        let part = Part { document, code: true, bytes: 0..bytes.len(), anchors: vec![(0, 0)] };
        Self { name: self.name.clone(), bytes, notebook: false, parts: vec![part] }
    }

    /// The texts that bytes of a changed file hold; `None` when they are not the same cells any more.
    #[must_use]
    pub fn texts_of(&self, bytes: &[u8]) -> Option<Vec<String>> {
        if !self.notebook {
            return Some(vec![String::from_utf8(bytes.to_vec()).ok()?]);
        }
        let notebook: Value = serde_json::from_slice(bytes).ok()?;
        let texts: Option<Vec<String>> =
            notebook.get("cells")?.as_array()?.iter().map(|cell| Some(cell.get("source")?.as_str()?.to_owned())).collect();
        texts.filter(|texts| texts.len() == self.parts.len())
    }

    /// The text and the byte in it that a byte of the file stands for.
    fn locate(&self, byte: usize) -> Option<(usize, usize)> {
        let index = self.parts.partition_point(|part| part.bytes.start <= byte).checked_sub(1)?;
        let part = self.parts.get(index).filter(|part| byte <= part.bytes.end)?;
        let at = part.anchors.partition_point(|(file, _)| *file <= byte).checked_sub(1)?;
        let (file, text) = part.anchors.get(at)?;
        // Inside of an escape: the character that it stands for.
        let limit = part.anchors.get(at + 1).map_or(part.document.text.len(), |(_, next)| *next);
        let offset = (text + (byte - file)).min(limit);
        Some((index, crate::finding::floor(&part.document.text, offset)))
    }
}

/// Finds places of a view.
pub struct Places<'a> {
    view: &'a View,
    lines: Vec<LineIndex<'a>>,
    /// The units of the client.
    pub encoding: Encoding,
}

impl Places<'_> {
    /// The text and the range of bytes of the file; `None` for what lies in no text.
    #[must_use]
    pub fn range(&self, start: usize, end: usize) -> Option<(usize, Range)> {
        let (part, first) = self.view.locate(start)?;
        let last = match self.view.locate(end) {
            Some((other, last)) if other == part => last.max(first),
            _ => first,
        };
        let lines = self.lines.get(part)?;
        Some((part, Range { start: point(lines, first, self.encoding), end: point(lines, last, self.encoding) }))
    }

    /// The edits of a fix in the client's texts.
    #[must_use]
    pub fn edits(&self, fix: &Fix) -> Option<Vec<TextEdit>> {
        fix.edits.iter().map(|edit| self.edit(edit)).collect()
    }

    fn edit(&self, edit: &Edit) -> Option<TextEdit> {
        let (part, range) = self.range(edit.start, edit.end)?;
        let text = if self.view.notebook { serde_json::from_str(&format!("\"{}\"", edit.text)).ok()? } else { edit.text.clone() };
        Some(TextEdit { part, range, text })
    }
}

/// Pushes a character of a JSON string; true when it takes other bytes there than in the text.
fn push_escaped(character: char, text: &mut String) -> bool {
    match character {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\0'..='\u{1f}' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
        _ => {
            text.push(character);
            return false;
        }
    }
    true
}

/// A name for a document without a file: languages are told by names.
fn name_of(document: &TextDocument) -> String {
    let name = uri::last_part(&document.uri);
    let stem = if name.is_empty() { "untitled".to_owned() } else { name };
    let extension = match document.language.as_str() {
        "python" => "py",
        "shellscript" | "sh" | "bash" | "zsh" => "sh",
        "dockerfile" => "dockerfile",
        "makefile" => "mk",
        "yaml" | "dockercompose" | "github-actions-workflow" => "yaml",
        "toml" => "toml",
        "json" | "jsonc" => "json",
        "markdown" => "md",
        _ => return stem,
    };
    if stem.ends_with(&format!(".{extension}")) { stem } else { format!("{stem}.{extension}") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::server::document::{Cell, Point};

    fn document(uri: &str, language: &str, text: &str) -> TextDocument {
        TextDocument { uri: uri.to_owned(), language: language.to_owned(), version: 1, text: text.to_owned() }
    }

    #[test]
    fn bytes_of_a_notebook_lead_back_to_its_cells() {
        let texts = ["# titl\u{e9}\n", "a = \"é🤗\\n\"\n\tb = 'c'\r\nd = 1"];
        let cells = texts
            .iter()
            .enumerate()
            .map(|(index, text)| Cell { code: index == 1, document: document(&format!("c{index}"), "python", text) })
            .collect();
        let view = View::of_notebook(&Notebook { uri: "untitled:n".to_owned(), cells }, Path::new("/x"));
        assert_eq!(view.name, Path::new("/x/n.ipynb"));
        let json: Value = serde_json::from_slice(&view.bytes).unwrap();
        for (index, text) in texts.iter().enumerate() {
            assert_eq!(json["cells"][index]["source"], **text);
            for (at, character) in text.char_indices() {
                let escaped = json!(text.get(..at).unwrap()).to_string().len() - 2;
                let byte = view.parts[index].bytes.start + escaped;
                assert_eq!(view.locate(byte), Some((index, at)), "{character:?}");
            }
        }
        assert_eq!(view.texts_of(&view.bytes).unwrap(), texts);
        assert_eq!(view.locate(0), None);
        let places = view.places(Encoding::Utf16);
        let start = view.bytes.windows(5).position(|window| window == b"d = 1").unwrap();
        let (part, range) = places.range(start, start + 1).unwrap();
        assert_eq!((part, range.start, range.end), (1, Point { line: 2, character: 0 }, Point { line: 2, character: 1 }));
    }

    #[test]
    fn documents_without_a_file_get_the_name_of_their_language() {
        let name = |uri: &str, language: &str| View::of_text(&document(uri, language, ""), Path::new("/x")).name;
        assert_eq!(name("untitled:Untitled-1", "python"), Path::new("/x/Untitled-1.py"));
        assert_eq!(name("untitled:", "python"), Path::new("/x/untitled.py"));
        assert_eq!(name("untitled:a.py", "python"), Path::new("/x/a.py"));
        assert_eq!(name("x:y", "cobol"), Path::new("/x/y"));
        #[cfg(unix)]
        assert_eq!(name("file:///a/b", "python"), Path::new("/a/b"));
    }
}
