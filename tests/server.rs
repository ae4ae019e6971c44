//! The language server as an editor has it: the real program, JSON-RPC over its standard input and output.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Long enough for a debug build on a busy machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

const LOAD: &str = "import torch\nmodel = torch.load('model.pt', weights_only=False)\n";

struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    kept: Vec<Value>,
    next: u64,
}

impl Client {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hublint"))
            .args(["server", "--stdio"])
            .current_dir(folder)
            .env("HF_HOME", folder.join("no-cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if output.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                    if let Some(number) = line.strip_prefix("Content-Length: ") {
                        length = number.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                output.read_exact(&mut body).unwrap();
                if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { child, input, messages, kept: Vec::new(), next: 1 }
    }

    /// A server that is ready.
    fn ready(folder: &Path, capabilities: Value, options: Value) -> Self {
        let mut client = Self::start(folder);
        let answer = client.request(
            "initialize",
            json!({ "capabilities": capabilities, "initializationOptions": options,
                "workspaceFolders": [{ "uri": uri(folder, ""), "name": "x" }] }),
        );
        assert_eq!(answer["result"]["serverInfo"]["name"], "hublint", "{answer}");
        client.notify("initialized", json!({}));
        client
    }

    fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn notify(&mut self, method: &str, parameters: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    fn request(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        self.wait(&format!("the answer to {method}"), |message| message["id"] == id && message["method"].is_null())
    }

    /// The next message of a kind; others are kept for later.
    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.kept.iter().position(&wanted) {
            return self.kept.remove(index);
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(message) = self.messages.recv_timeout(left) else { panic!("{what} did not come; kept: {:#?}", self.kept) };
            if wanted(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    /// The diagnostics of a document in one of its versions.
    fn diagnostics(&mut self, uri: &str, version: impl Into<Value>) -> Vec<Value> {
        let version = version.into();
        let message = self.wait(&format!("diagnostics of {uri} in version {version}"), |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    fn open(&mut self, uri: &str, language: &str, text: &str) -> Vec<Value> {
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": language, "version": 1, "text": text } }),
        );
        self.diagnostics(uri, 1)
    }

    fn change(&mut self, uri: &str, version: u64, changes: Value) -> Vec<Value> {
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }),
        );
        self.diagnostics(uri, version)
    }

    fn actions(&mut self, uri: &str, range: &Value, only: Option<&str>) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if let Some(kind) = only {
            context["only"] = json!([kind]);
        }
        let answer = self
            .request("textDocument/codeAction", json!({ "textDocument": { "uri": uri }, "range": range, "context": context }));
        answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    fn end(mut self) -> ExitStatus {
        assert_eq!(self.request("shutdown", Value::Null)["result"], Value::Null);
        self.notify("exit", Value::Null);
        self.child.wait().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn uri(folder: &Path, name: &str) -> String {
    let path = fs::canonicalize(folder).unwrap();
    let path = path.to_string_lossy().trim_start_matches("\\\\?\\").replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{path}{}{name}", if name.is_empty() { "" } else { "/" })
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect()
}

fn range(a: u64, b: u64, c: u64, d: u64) -> Value {
    json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } })
}

/// Applies the edits of an action to a text (ASCII up to each edit, so that all encodings agree).
fn applied(text: &str, action: &Value, uri: &str) -> String {
    let mut edits = match action["edit"]["documentChanges"].as_array() {
        Some(changes) => {
            let change = changes.iter().find(|change| change["textDocument"]["uri"] == uri).unwrap();
            change["edits"].as_array().unwrap().clone()
        }
        None => action["edit"]["changes"][uri].as_array().unwrap_or_else(|| panic!("{action}")).clone(),
    };
    let offset = |point: &Value| {
        let line = point["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + point["character"].as_u64().unwrap() as usize
    };
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut text = text.to_owned();
    for edit in edits {
        let bytes = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        text.replace_range(bytes, edit["newText"].as_str().unwrap());
    }
    text
}

fn titled<'a>(actions: &'a [Value], start: &str) -> &'a Value {
    actions
        .iter()
        .find(|action| action["title"].as_str().unwrap().starts_with(start))
        .unwrap_or_else(|| panic!("no action {start:?} in {actions:#?}"))
}

#[test]
fn open_change_fix_close_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::ready(folder.path(), json!({}), Value::Null);
    let file = uri(folder.path(), "src/app.py");
    let found = client.open(&file, "python", LOAD);
    assert_eq!(codes(&found), ["unsafe-torch-load"]);
    let start = LOAD.lines().nth(1).unwrap().find("weights_only").unwrap() as u64;
    assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": start }));
    assert_eq!((&found[0]["severity"], &found[0]["source"]), (&json!(1), &json!("hublint")));
    let page = found[0]["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("#unsafe-torch-load"), "{page}");

    // The repair, as offered, closes the finding.
    let actions = client.actions(&file, &found[0]["range"], None);
    let repair = actions.iter().find(|action| !action["title"].as_str().unwrap().starts_with("Ignore")).unwrap();
    assert_eq!(repair["kind"], "quickfix");
    assert_eq!(repair["diagnostics"][0]["code"], "unsafe-torch-load");
    let repaired = applied(LOAD, repair, &file);
    assert!(repaired.contains("weights_only=True"), "{repaired}");
    assert!(client.change(&file, 2, json!([{ "text": repaired }])).is_empty());

    // A change of three characters brings it back: what counts is the buffer, there is no file.
    let at = repaired.lines().nth(1).unwrap().find("True").unwrap() as u64;
    let found = client.change(&file, 3, json!([{ "range": range(1, at, 1, at + 4), "text": "False" }]));
    assert_eq!(codes(&found), ["unsafe-torch-load"]);

    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": file } }));
    assert!(client.diagnostics(&file, Value::Null).is_empty(), "closing takes the diagnostics back");
    assert!(client.end().success());
}

#[test]
fn safe_repairs_are_preferred_and_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut client =
        Client::ready(folder.path(), json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } }), Value::Null);
    let file = uri(folder.path(), "app.py");
    let text = "import torch\n\na = torch.load('a.pt')\nprint(a)\nb = torch.load('b.pt')\n";
    let found = client.open(&file, "python", text);
    assert_eq!(codes(&found), ["unsafe-torch-load", "unsafe-torch-load"]);
    let actions = client.actions(&file, &range(2, 0, 2, 0), None);
    let repair = actions.iter().find(|action| !action["title"].as_str().unwrap().starts_with("Ignore")).unwrap();
    let safe = repair["isPreferred"].as_bool().unwrap();
    assert_ne!(safe, repair["title"].as_str().unwrap().contains("may change"), "{repair}");
    assert_eq!(repair["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    let all = client.actions(&file, &range(0, 0, 0, 0), Some("source.fixAll"));
    if safe {
        let fixed = applied(text, &all[0], &file);
        assert_eq!(fixed.matches("weights_only=True").count(), 2, "{fixed}");
        assert!(client.change(&file, 2, json!([{ "text": fixed }])).is_empty());
    } else {
        assert!(all.is_empty(), "{all:?}");
    }
    assert!(client.actions(&file, &range(2, 0, 2, 0), Some("refactor")).is_empty());
    assert!(client.end().success());
}

#[test]
fn a_comment_silences_the_line_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::ready(folder.path(), json!({}), Value::Null);
    let cases = [
        ("a.py", "python", LOAD.to_owned()),
        ("crlf.py", "python", LOAD.replace('\n', "\r\n")),
        ("b.py", "python", "import torch\nmodel = torch.load(\n    'model.pt',\n    weights_only=False,\n)\n".to_owned()),
        ("c.py", "python", "import torch\nmodel = torch.load('m.pt', \\\n    weights_only=False)\n".to_owned()),
        ("Dockerfile", "dockerfile", "FROM x\nRUN vllm serve --trust-remote-code microsoft/Phi-3-mini-4k-instruct\n".to_owned()),
        ("run.sh", "shellscript", "vllm serve \\\n  --trust-remote-code \\\n  microsoft/Phi-3-mini-4k-instruct\n".to_owned()),
    ];
    for (name, language, text) in cases {
        let file = uri(folder.path(), name);
        let found = client.open(&file, language, &text);
        let wanted = found.iter().find(|found| found["severity"] == 1).unwrap_or_else(|| panic!("{name}: {found:#?}"));
        let rule = wanted["code"].as_str().unwrap();
        let actions = client.actions(&file, &wanted["range"], None);
        let ignore = titled(&actions, &format!("Ignore {rule}"));
        let silent = applied(&text, ignore, &file);
        assert!(silent.contains(&format!("# hublint: ignore[{rule}]")), "{silent}");
        let left = client.change(&file, 2, json!([{ "text": silent }]));
        assert!(!codes(&left).contains(&rule) && left.len() < found.len(), "{name}: {silent}\n{left:#?}");
    }
    // A second rule goes into the comment that is there; JSON has no comments.
    let file = uri(folder.path(), "d.py");
    let text = "from transformers import pipeline\n\
                p = pipeline('text-generation', model='M1crosoft/Llama-3-8B')  # hublint: ignore[unpinned-revision] known\n";
    let found = client.open(&file, "python", text);
    assert_eq!(codes(&found), ["typosquatted-repo"]);
    let actions = client.actions(&file, &found[0]["range"], None);
    let silent = applied(text, titled(&actions, "Ignore typosquatted-repo"), &file);
    assert!(silent.contains("ignore[unpinned-revision, typosquatted-repo] known"), "{silent}");
    assert!(client.end().success());
}

#[test]
fn hover_explains_the_rule() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::ready(folder.path(), json!({}), Value::Null);
    let file = uri(folder.path(), "app.py");
    let found = client.open(&file, "python", LOAD);
    let at = |position: &Value| json!({ "textDocument": { "uri": file }, "position": position });
    let hover = client.request("textDocument/hover", at(&found[0]["range"]["start"]));
    let text = hover["result"]["contents"]["value"].as_str().unwrap();
    assert!(text.contains("### unsafe-torch-load") && text.contains("What to do"), "{text}");
    assert_eq!(hover["result"]["range"], found[0]["range"]);
    let nowhere = client.request("textDocument/hover", at(&json!({ "line": 0, "character": 0 })));
    assert_eq!(nowhere["result"], Value::Null);
    assert!(client.end().success());
}

#[test]
fn columns_are_counted_in_the_units_of_the_client() {
    let folder = tempfile::tempdir().unwrap();
    let text = "import torch\nx = 'é🤗'; torch.load('m.pt', weights_only=False)\n";
    let line = text.lines().nth(1).unwrap();
    let byte = line.find("weights_only").unwrap();
    let before = &line[..byte];
    let units = [
        (json!(["utf-8", "utf-16"]), "utf-8", byte),
        (json!(["utf-32"]), "utf-32", before.chars().count()),
        (json!(["utf-7"]), "utf-16", before.encode_utf16().count()),
        (Value::Null, "utf-16", before.encode_utf16().count()),
    ];
    for (offered, chosen, column) in units {
        let mut client = Client::start(folder.path());
        let answer = client.request("initialize", json!({ "capabilities": { "general": { "positionEncodings": offered } } }));
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], chosen);
        let found = client.open(&uri(folder.path(), "app.py"), "python", text);
        assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": column }), "{chosen}");
        assert!(client.end().success());
    }
}

#[test]
fn notebooks_come_in_cells_or_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::ready(folder.path(), json!({}), Value::Null);
    let notebook = uri(folder.path(), "n.ipynb");
    let cell = |name: &str| format!("vscode-notebook-cell:/n.ipynb#{name}");
    let item = |name: &str, text: &str| json!({ "uri": cell(name), "languageId": "python", "version": 1, "text": text });
    let kind = |number: u64, name: &str| json!({ "kind": number, "document": cell(name) });
    client.notify(
        "notebookDocument/didOpen",
        json!({
            "notebookDocument": { "uri": notebook, "notebookType": "jupyter-notebook", "version": 1,
                "cells": [kind(1, "a"), kind(2, "b"), kind(2, "c")] },
            "cellTextDocuments": [item("a", "# \"Title\"\n"), item("b", "import torch as t\n"),
                item("c", "s = \"é\\n\"\nm = t.load('m.pt', weights_only=False)")],
        }),
    );
    assert!(client.diagnostics(&cell("b"), 1).is_empty());
    let found = client.diagnostics(&cell("c"), 1);
    assert_eq!(codes(&found), ["unsafe-torch-load"]);
    assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": 19 }));
    let actions = client.actions(&cell("c"), &found[0]["range"], None);
    let silent = applied("s = \"é\\n\"\nm = t.load('m.pt', weights_only=False)", titled(&actions, "Ignore"), &cell("c"));
    assert!(silent.ends_with("weights_only=False)  # hublint: ignore[unsafe-torch-load]"), "{silent}");

    // A cell is repaired, another one comes, one goes.
    client.notify(
        "notebookDocument/didChange",
        json!({ "notebookDocument": { "uri": notebook, "version": 2 }, "change": { "cells": {
            "structure": { "array": { "start": 0, "deleteCount": 1, "cells": [kind(2, "d")] },
                "didOpen": [item("d", "import joblib\njoblib.load('x.joblib')")], "didClose": [{ "uri": cell("a") }] },
            "textContent": [{ "document": { "uri": cell("c"), "version": 2 },
                "changes": [{ "range": range(1, 32, 1, 37), "text": "True" }] }],
        } } }),
    );
    assert!(client.diagnostics(&cell("a"), Value::Null).is_empty());
    assert_eq!(codes(&client.diagnostics(&cell("d"), 1)), ["unsafe-deserialization"]);
    assert!(client.diagnostics(&cell("c"), 2).is_empty());
    client.notify("notebookDocument/didClose", json!({ "notebookDocument": { "uri": notebook }, "cellTextDocuments": [] }));
    assert!(client.diagnostics(&cell("d"), Value::Null).is_empty());

    // Editors without notebooks show the JSON.
    let json = json!({ "cells": [{ "cell_type": "code", "source": [LOAD], "outputs": [], "metadata": {} }],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 4 })
    .to_string();
    let found = client.open(&notebook, "json", &json);
    assert_eq!(codes(&found), ["unsafe-torch-load"]);
    assert_eq!(found[0]["range"]["start"]["character"], json.find("weights_only").unwrap());
    assert!(client.end().success());
}

#[test]
fn the_project_around_a_document_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("vendored")).unwrap();
    fs::write(path.join("settings.py"), "FLAG = False\n").unwrap();
    fs::write(path.join("hublint.toml"), "exclude = [\"/vendored/\"]\n").unwrap();
    let mut client =
        Client::ready(path, json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } }), Value::Null);
    let watch = client.wait("the watchers", |message| message["method"] == "client/registerCapability");
    assert!(watch.to_string().contains("**/hublint.toml"), "{watch}");
    client.send(&json!({ "jsonrpc": "2.0", "id": watch["id"], "result": null }));

    // A constant of another module, from the disk.
    let file = uri(path, "app.py");
    let text = "import torch\nfrom settings import FLAG\nm = torch.load('m.pt', weights_only=FLAG)\n";
    assert_eq!(codes(&client.open(&file, "python", text)), ["unsafe-torch-load"]);
    fs::write(path.join("settings.py"), "FLAG = True\n").unwrap();
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(path, "settings.py") } }));
    assert!(client.diagnostics(&file, 1).is_empty());

    // What the configuration leaves out is left out.
    assert!(client.open(&uri(path, "vendored/app.py"), "python", LOAD).is_empty());

    // The configuration changes, and is loaded again.
    let changed = |client: &mut Client| {
        client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(path, "hublint.toml"), "type": 2 }] }));
    };
    let other = uri(path, "other.py");
    assert_eq!(codes(&client.open(&other, "python", LOAD)), ["unsafe-torch-load"]);
    fs::write(path.join("hublint.toml"), "ignore = [\"unsafe-torch-load\"]\n").unwrap();
    changed(&mut client);
    assert!(client.diagnostics(&other, 1).is_empty());

    // It is wrong: said at its place, and once in words; then right again.
    fs::write(path.join("hublint.toml"), "selct = []\n").unwrap();
    changed(&mut client);
    let shown = client.wait("a message", |message| message["method"] == "window/showMessage");
    assert!(shown["params"]["message"].as_str().unwrap().contains("selct"), "{shown}");
    let config = uri(path, "hublint.toml");
    let faults = client.diagnostics(&config, Value::Null);
    assert_eq!((codes(&faults), &faults[0]["range"]["start"]["line"]), (vec!["configuration"], &json!(0)));
    fs::write(path.join("hublint.toml"), "").unwrap();
    changed(&mut client);
    assert!(client.diagnostics(&config, Value::Null).is_empty());
    assert_eq!(codes(&client.diagnostics(&other, 1)), ["unsafe-torch-load"]);

    // Settings of the client.
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "hublint": { "ignore": ["unsafe-torch-load"], "x": 1 } } }),
    );
    let said = client.wait("a message", |message| message["method"] == "window/logMessage");
    assert!(said["params"]["message"].as_str().unwrap().contains("no setting is called x"), "{said}");
    assert!(client.diagnostics(&other, 1).is_empty());
    assert!(client.end().success());
}

#[test]
fn findings_are_those_of_the_command_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    let mut client = Client::ready(&root, json!({}), Value::Null);
    for name in ["app.py", "train.py", "explore.ipynb", "Dockerfile", ".github/workflows/nightly.yml"] {
        let text = fs::read_to_string(root.join(name)).unwrap();
        let found = client.open(&uri(&root, name), "", &text);
        let served: Vec<String> = found
            .iter()
            .map(|found| {
                let start = &found["range"]["start"];
                let (line, character) = (start["line"].as_u64().unwrap() + 1, start["character"].as_u64().unwrap() + 1);
                format!("{}:{line}:{character}", found["code"].as_str().unwrap())
            })
            .collect();
        let done = Command::new(env!("CARGO_BIN_EXE_hublint"))
            .args(["check", "--format", "json", "--exit-zero", name])
            .current_dir(&root)
            .env("HF_HOME", root.join("no-cache"))
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        let printed: Vec<String> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["path"].as_str().unwrap().ends_with(name))
            .map(|finding| {
                format!("{}:{}:{}", finding["rule"].as_str().unwrap(), finding["start"]["line"], finding["start"]["column"])
            })
            .collect();
        assert_eq!(served, printed, "{name}");
        assert!(!served.is_empty(), "{name}");
    }
    assert!(client.end().success());
}

#[test]
fn what_is_malformed_does_not_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::start(folder.path());
    let refused = |message: &Value, code: i64| message["error"]["code"] == code;
    let answer = client.request("textDocument/hover", json!({}));
    assert!(refused(&answer, -32002), "{answer}");
    client.request("initialize", json!({ "capabilities": {} }));
    client.raw(b"Content-Length: 9\r\n\r\nnot JSON!");
    assert!(refused(&client.wait("a refusal", |message| message["id"].is_null() && message["method"].is_null()), -32700));
    client.raw(b"Garbage\r\n\r\n");
    client.wait("a refusal", |message| message["id"].is_null() && message["method"].is_null());
    client.send(&json!({ "jsonrpc": "2.0", "id": "x" }));
    let answer = client.wait("a refusal", |message| message["id"] == "x");
    assert!(refused(&answer, -32600), "{answer}");
    for parameters in [json!({}), json!([]), json!("x"), json!({ "textDocument": 3, "range": 4, "position": 5 })] {
        for method in ["textDocument/hover", "textDocument/codeAction"] {
            assert!(refused(&client.request(method, parameters.clone()), -32602), "{method} {parameters}");
        }
        for method in [
            "textDocument/didOpen",
            "textDocument/didChange",
            "textDocument/didClose",
            "notebookDocument/didOpen",
            "notebookDocument/didChange",
            "notebookDocument/didClose",
            "workspace/didChangeConfiguration",
            "workspace/didChangeWorkspaceFolders",
            "$/cancelRequest",
            "no/such/thing",
        ] {
            client.notify(method, parameters.clone());
        }
    }
    assert!(refused(&client.request("no/such/thing", Value::Null), -32601));
    // Changes behind the end, of documents that are not open, with ranges the wrong way round.
    let file = uri(folder.path(), "app.py");
    assert_eq!(client.open(&file, "python", LOAD).len(), 1);
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": "file:///nowhere" }, "contentChanges": [{ "text": "" }] }),
    );
    let odd = json!([{ "range": range(9, 9, 0, 0), "text": "\n# é" }, { "range": range(1, 2, 0, 1), "text": "" }]);
    assert_eq!(client.change(&file, 2, odd).len(), 1);
    assert!(client.end().success());
}

#[test]
fn a_client_that_goes_away_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::ready(folder.path(), json!({}), Value::Null);
    client.input = None;
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = client.child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(1), "no `shutdown` was said");
            return;
        }
        assert!(Instant::now() < until, "it waits for ever");
        std::thread::sleep(Duration::from_millis(20));
    }
}
