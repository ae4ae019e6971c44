//! The language server: documents as the editor holds them in, diagnostics, repairs and explanations out, over standard
//! input and output. A document is checked as `hublint check` would check its file: same configuration, same findings.
//!
//! One thread reads, one works. Work waits until the client is silent for a moment: of ten changes in a row only the last
//! text is checked. Messages are read as plain JSON: the few fields that are needed are cheaper to build than the
//! protocol's 30,000 lines of types, and a message that is not as it should be costs nothing but itself.

pub mod action;
pub mod document;
pub mod examine;
pub mod transport;
pub mod uri;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use serde_json::{Value, json};

use crate::error::Error;
use document::{Encoding, Notebook, Point, Range, TextDocument};
use examine::{Abilities, Checked, Settings};
use transport::{Incoming, answer, notification, refusal};
use view::View;

/// Codes of the protocol.
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL_ERROR: i64 = -32603;
const PARSE_ERROR: i64 = -32700;
const NOT_INITIALIZED: i64 = -32002;

/// Files whose change may change what is found elsewhere.
const WATCHED: &[&str] = &[
    "**/hublint.toml",
    "**/.hublint.toml",
    "**/pyproject.toml",
    "**/hublint.lock",
    "**/requirements*.txt",
    "**/environment.{yml,yaml}",
    "**/{setup.py,setup.cfg,Pipfile,uv.lock,poetry.lock}",
];

/// Serves a client until it says `exit` or goes away, and gives the exit code: 0 when it said `shutdown` before.
///
/// # Errors
/// Those of the writer.
pub fn serve(input: impl BufRead + Send + 'static, out: &mut dyn Write) -> io::Result<u8> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut input = input;
        loop {
            let incoming = transport::read(&mut input);
            let last = incoming == Incoming::Closed;
            if sender.send(incoming).is_err() || last {
                return;
            }
        }
    });
    let mut server = Server::new(out);
    server.run(&receiver)?;
    Ok(u8::from(server.state != State::ShutDown))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fresh,
    Running,
    ShutDown,
}

/// A document of the client.
enum Open {
    Text(TextDocument),
    Notebook(Notebook),
}

struct Server<'w> {
    out: &'w mut dyn Write,
    state: State,
    encoding: Encoding,
    abilities: Abilities,
    watches: bool,
    settings: Settings,
    folders: Vec<PathBuf>,
    /// By address; a notebook by its own, not by those of its cells.
    open: BTreeMap<String, Open>,
    checked: BTreeMap<String, Checked>,
    dirty: BTreeSet<String>,
    /// Documents that cannot be checked, and the address of the file that is wrong.
    failed: BTreeMap<String, Option<String>>,
    /// Diagnostics of configuration files.
    faults: BTreeMap<String, Value>,
    /// The trouble that was last told, so that it is told once.
    told: String,
}

impl<'w> Server<'w> {
    fn new(out: &'w mut dyn Write) -> Self {
        Self {
            out,
            state: State::Fresh,
            encoding: Encoding::default(),
            abilities: Abilities::default(),
            watches: false,
            settings: Settings::default(),
            folders: Vec::new(),
            open: BTreeMap::new(),
            checked: BTreeMap::new(),
            dirty: BTreeSet::new(),
            failed: BTreeMap::new(),
            faults: BTreeMap::new(),
            told: String::new(),
        }
    }

    fn run(&mut self, receiver: &Receiver<Incoming>) -> io::Result<()> {
        loop {
            let incoming = match receiver.try_recv() {
                Ok(incoming) => incoming,
                Err(TryRecvError::Disconnected) => return Ok(()),
                Err(TryRecvError::Empty) => {
                    if let Some(address) = self.dirty.first().cloned() {
                        self.refresh(&address)?;
                        continue;
                    }
                    let Ok(incoming) = receiver.recv() else { return Ok(()) };
                    incoming
                }
            };
            match incoming {
                Incoming::Closed => return Ok(()),
                Incoming::Malformed(why) => self.send(&refusal(&Value::Null, PARSE_ERROR, &why))?,
                Incoming::Message(message) => {
                    if message.get("method").and_then(Value::as_str) == Some("exit") {
                        return Ok(());
                    }
                    self.receive(&message)?;
                }
            }
        }
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        transport::write(self.out, message)
    }

    /// One message. A fault of ours is told and survived.
    fn receive(&mut self, message: &Value) -> io::Result<()> {
        // Answers to our own requests have no method.
        let Some(method) = message.get("method").and_then(Value::as_str) else {
            return match message.get("id") {
                Some(id) if message.get("result").is_none() && message.get("error").is_none() => {
                    self.send(&refusal(id, INVALID_REQUEST, "a request has a method"))
                }
                _ => Ok(()),
            };
        };
        let parameters = message.get("params").unwrap_or(&Value::Null);
        let Some(id) = message.get("id") else {
            let done = catch_unwind(AssertUnwindSafe(|| self.notified(method, parameters)));
            return done.unwrap_or_else(|_| self.fault(method));
        };
        let done = catch_unwind(AssertUnwindSafe(|| self.requested(method, parameters)));
        let answered = match done {
            Ok(Ok(result)) => answer(id, result),
            Ok(Err(Refused { code, message })) => refusal(id, code, &message),
            Err(_) => refusal(id, INTERNAL_ERROR, "a fault in hublint; please report it"),
        };
        self.send(&answered)
    }

    fn fault(&mut self, what: &str) -> io::Result<()> {
        let message = format!("hublint: a fault while working on {what}; please report it");
        self.send(&notification("window/logMessage", json!({ "type": 1, "message": message })))
    }

    fn requested(&mut self, method: &str, parameters: &Value) -> Result<Value, Refused> {
        match (self.state, method) {
            (State::Fresh, "initialize") => Ok(self.initialize(parameters)),
            (State::Fresh, _) => Err(Refused::new(NOT_INITIALIZED, "`initialize` comes first")),
            (State::ShutDown, _) => Err(Refused::new(INVALID_REQUEST, "after `shutdown` comes `exit`")),
            (State::Running, "shutdown") => {
                self.state = State::ShutDown;
                Ok(Value::Null)
            }
            (State::Running, "textDocument/codeAction") => self.code_actions(parameters),
            (State::Running, "textDocument/hover") => self.hover(parameters),
            (State::Running, _) => Err(Refused::new(METHOD_NOT_FOUND, format!("`{method}` is not known"))),
        }
    }

    fn notified(&mut self, method: &str, parameters: &Value) -> io::Result<()> {
        if self.state != State::Running {
            return Ok(());
        }
        match method {
            "initialized" => self.register_watchers()?,
            "textDocument/didOpen" => {
                if let Some(document) = parameters.get("textDocument").and_then(TextDocument::read) {
                    self.dirty.insert(document.uri.clone());
                    self.open.insert(document.uri.clone(), Open::Text(document));
                }
            }
            "textDocument/didChange" => {
                let address = address_of(parameters, "textDocument");
                let encoding = self.encoding;
                if let Some(Open::Text(document)) = self.open.get_mut(address) {
                    let version = parameters.pointer("/textDocument/version").and_then(Value::as_i64);
                    let changes = parameters.get("contentChanges").and_then(Value::as_array).cloned().unwrap_or_default();
                    document.change(version, &changes, encoding);
                    self.dirty.insert(address.to_owned());
                }
            }
            "textDocument/didClose" => self.close(address_of(parameters, "textDocument"))?,
            "notebookDocument/didOpen" => {
                if let Some(notebook) = Notebook::read(parameters) {
                    self.dirty.insert(notebook.uri.clone());
                    self.open.insert(notebook.uri.clone(), Open::Notebook(notebook));
                }
            }
            "notebookDocument/didChange" => {
                let address = address_of(parameters, "notebookDocument");
                let encoding = self.encoding;
                if let Some(Open::Notebook(notebook)) = self.open.get_mut(address) {
                    if let Some(cells) = parameters.pointer("/change/cells") {
                        notebook.change(cells, encoding);
                    }
                    self.dirty.insert(address.to_owned());
                }
            }
            "notebookDocument/didClose" => self.close(address_of(parameters, "notebookDocument"))?,
            // What is on the disk counts for the names that other documents import, for versions and for settings.
            "textDocument/didSave" | "notebookDocument/didSave" | "workspace/didChangeWatchedFiles" => self.all_dirty(),
            "workspace/didChangeConfiguration" => {
                let settings = parameters.get("settings").unwrap_or(&Value::Null);
                self.configure(settings.get("hublint").unwrap_or(settings))?;
                self.all_dirty();
            }
            "workspace/didChangeWorkspaceFolders" => {
                let event = parameters.get("event").unwrap_or(&Value::Null);
                let removed = folders(event.get("removed"));
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(folders(event.get("added")));
                self.all_dirty();
            }
            _ => {}
        }
        Ok(())
    }

    fn all_dirty(&mut self) {
        self.dirty.extend(self.open.keys().cloned());
    }

    fn initialize(&mut self, parameters: &Value) -> Value {
        let flag = |pointer: &str| parameters.pointer(pointer).and_then(Value::as_bool).unwrap_or(false);
        let offered = parameters.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        self.encoding = Encoding::negotiated(offered.map_or(&[], Vec::as_slice));
        self.abilities = Abilities {
            related: flag("/capabilities/textDocument/publishDiagnostics/relatedInformation"),
            document_changes: flag("/capabilities/workspace/workspaceEdit/documentChanges"),
        };
        self.watches = flag("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
        self.folders = folders(parameters.get("workspaceFolders"));
        if self.folders.is_empty() {
            self.folders.extend(parameters.get("rootUri").and_then(Value::as_str).and_then(uri::to_path));
        }
        if let Some(options) = parameters.get("initializationOptions") {
            // Unknown words are told with the first document; before `initialized` a server is silent.
            self.settings = self.read_settings(options).0;
        }
        self.state = State::Running;
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.word(),
                "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
                "notebookDocumentSync": { "notebookSelector": [{ "notebook": { "notebookType": "jupyter-notebook" } }], "save": true },
                "codeActionProvider": { "codeActionKinds": ["quickfix", action::FIX_ALL] },
                "hoverProvider": true,
                "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
            },
            "serverInfo": { "name": "hublint", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    fn read_settings(&self, value: &Value) -> (Settings, Vec<String>) {
        let (mut settings, unknown) = Settings::read(value);
        if let (Some(config), Some(folder)) = (&settings.config, self.folders.first()) {
            settings.config = Some(folder.join(config));
        }
        (settings, unknown)
    }

    fn configure(&mut self, value: &Value) -> io::Result<()> {
        // Some clients send `null` and expect to be asked; nothing changes then.
        if !value.is_object() {
            return Ok(());
        }
        let (settings, unknown) = self.read_settings(value);
        self.settings = settings;
        if unknown.is_empty() {
            return Ok(());
        }
        let message = format!(
            "hublint: no setting is called {} (config, select, ignore, minLevel, reportUnknown, includeDocs)",
            unknown.join(", ")
        );
        self.send(&notification("window/logMessage", json!({ "type": 2, "message": message })))
    }

    fn register_watchers(&mut self) -> io::Result<()> {
        if !self.watches {
            return Ok(());
        }
        let watchers: Vec<Value> = WATCHED.iter().map(|glob| json!({ "globPattern": glob })).collect();
        self.send(&json!({
            "jsonrpc": "2.0", "id": "hublint/watch", "method": "client/registerCapability",
            "params": { "registrations": [{
                "id": "hublint/watch", "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": watchers },
            }] },
        }))
    }

    /// Checks a document again and publishes what is found.
    fn refresh(&mut self, address: &str) -> io::Result<()> {
        self.dirty.remove(address);
        let folder = self.folders.first().cloned().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
        let view = match self.open.get(address) {
            Some(Open::Text(document)) => View::of_text(document, &folder),
            Some(Open::Notebook(notebook)) => View::of_notebook(notebook, &folder),
            None => return Ok(()),
        };
        let (settings, encoding) = (&self.settings, self.encoding);
        let done = catch_unwind(AssertUnwindSafe(|| examine::examine(view.clone(), settings, encoding)));
        match done {
            Ok(Ok(checked)) => {
                let gone = self.gone(address, &checked.view);
                self.checked.insert(address.to_owned(), checked);
                for cell in gone {
                    self.publish(&cell, None, &[])?;
                }
                if let Some(fault) = self.failed.remove(address) {
                    self.told.clear();
                    self.forget_fault(fault)?;
                }
                self.publish_checked(address)
            }
            Ok(Err(error)) => self.not_checked(address, &error),
            Err(_) => self.fault(address),
        }
    }

    /// Cells that were there when the document was last checked.
    fn gone(&self, address: &str, view: &View) -> Vec<String> {
        let Some(before) = self.checked.get(address) else { return Vec::new() };
        before.view.addresses().filter(|address| view.part(address).is_none()).map(str::to_owned).collect()
    }

    fn publish_checked(&mut self, address: &str) -> io::Result<()> {
        let Some(checked) = self.checked.get(address) else { return Ok(()) };
        let mut messages = Vec::new();
        for (part, uri) in checked.view.addresses().enumerate() {
            let list = examine::diagnostics(checked, part, self.encoding, self.abilities);
            messages.push((uri.to_owned(), checked.view.document(part).map(|document| document.version), list));
        }
        for (uri, version, list) in messages {
            self.publish(&uri, version, &list)?;
        }
        Ok(())
    }

    fn publish(&mut self, address: &str, version: Option<i64>, list: &[Value]) -> io::Result<()> {
        let all: Vec<&Value> = list.iter().chain(self.faults.get(address)).collect();
        let mut parameters = json!({ "uri": address, "diagnostics": all });
        if let (Some(version), Some(fields)) = (version, parameters.as_object_mut()) {
            fields.insert("version".to_owned(), json!(version));
        }
        self.send(&notification("textDocument/publishDiagnostics", parameters))
    }

    /// The configuration is wrong: that is said once, at its place; findings that may not hold any more are taken back.
    fn not_checked(&mut self, address: &str, error: &Error) -> io::Result<()> {
        if let Some(before) = self.checked.remove(address) {
            for uri in before.view.addresses() {
                self.publish(uri, None, &[])?;
            }
        }
        let text = crate::report::printable(&error.to_string()).into_owned();
        let place = error.place();
        let file = place.map(|place| uri::from_path(&place.path));
        if let (Some(place), Some(file)) = (place, &file) {
            // Columns are counted in characters: exact for all but lines with astral characters before the mark.
            let line = place.line.saturating_sub(1);
            let at = |character: u32| Point { line, character };
            let range = Range { start: at(place.mark.0), end: at(place.mark.1.max(place.mark.0.saturating_add(1))) };
            let message = format!("{}\n{}", place.message, place.help);
            let fault = json!({ "range": range.json(), "severity": 1, "source": "hublint", "code": "configuration",
                "message": crate::report::printable(message.trim_end()) });
            // Every document of the project finds the same fault.
            if self.faults.insert(file.clone(), fault.clone()) != Some(fault) {
                self.republish(file)?;
            }
        }
        if let Some(before) = self.failed.insert(address.to_owned(), file.clone())
            && before != file
        {
            self.forget_fault(before)?;
        }
        if self.told == text {
            return Ok(());
        }
        text.clone_into(&mut self.told);
        let help = crate::report::printable(error.help()).into_owned();
        let message = format!("hublint: {text}{}{help}", if help.is_empty() { "" } else { "; " });
        self.send(&notification("window/showMessage", json!({ "type": 1, "message": message })))
    }

    /// Takes the fault of a file back when no document suffers from it any more.
    fn forget_fault(&mut self, file: Option<String>) -> io::Result<()> {
        let Some(file) = file else { return Ok(()) };
        if self.failed.values().any(|other| other.as_ref() == Some(&file)) || self.faults.remove(&file).is_none() {
            return Ok(());
        }
        self.republish(&file)
    }

    fn republish(&mut self, address: &str) -> io::Result<()> {
        if self.checked.contains_key(address) { self.publish_checked(address) } else { self.publish(address, None, &[]) }
    }

    fn close(&mut self, address: &str) -> io::Result<()> {
        self.dirty.remove(address);
        let fault = self.failed.remove(address).flatten();
        self.forget_fault(fault)?;
        self.open.remove(address);
        if let Some(checked) = self.checked.remove(address) {
            for uri in checked.view.addresses() {
                self.publish(uri, None, &[])?;
            }
        }
        Ok(())
    }

    /// The checked document that holds a text, up to date, and the number of the text in it.
    fn document(&mut self, parameters: &Value) -> Result<Option<(&Checked, usize)>, Refused> {
        let address = parameters
            .pointer("/textDocument/uri")
            .and_then(Value::as_str)
            .ok_or_else(|| Refused::new(INVALID_PARAMS, "no textDocument"))?;
        let holds = |open: &Open| match open {
            Open::Text(document) => document.uri == address,
            Open::Notebook(notebook) => notebook.cells.iter().any(|cell| cell.document.uri == address),
        };
        let Some(owner) = self.open.iter().find(|(_, open)| holds(open)).map(|(owner, _)| owner.clone()) else {
            return Ok(None);
        };
        if self.dirty.contains(&owner) {
            self.refresh(&owner).map_err(|error| Refused::new(INTERNAL_ERROR, error.to_string()))?;
        }
        let Some(checked) = self.checked.get(&owner) else { return Ok(None) };
        Ok(checked.view.part(address).map(|part| (checked, part)))
    }

    fn code_actions(&mut self, parameters: &Value) -> Result<Value, Refused> {
        let range = parameters.get("range").and_then(Range::read).ok_or_else(|| Refused::new(INVALID_PARAMS, "no range"))?;
        let only: Vec<&str> = parameters
            .pointer("/context/only")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let (settings, encoding, abilities) = (self.settings.clone(), self.encoding, self.abilities);
        let Some((checked, part)) = self.document(parameters)? else { return Ok(json!([])) };
        Ok(json!(action::actions(checked, part, range, &only, &settings, encoding, abilities)))
    }

    fn hover(&mut self, parameters: &Value) -> Result<Value, Refused> {
        let place =
            parameters.get("position").and_then(Point::read).ok_or_else(|| Refused::new(INVALID_PARAMS, "no position"))?;
        let Some((checked, part)) = self.document(parameters)? else { return Ok(Value::Null) };
        let here: Vec<_> =
            checked.found.iter().filter(|placed| placed.part == part && placed.range.touches(place)).take(5).collect();
        let Some(first) = here.first() else { return Ok(Value::Null) };
        let mut text = String::new();
        let mut explained = BTreeSet::new();
        for placed in &here {
            let finding = &placed.finding;
            text.push_str(&format!("**{}** {}\n\n", finding.rule, crate::report::printable(&finding.message)));
        }
        for placed in &here {
            let rule = &placed.finding.rule;
            if explained.insert(rule.clone())
                && let Some(found) = checked.rule(rule)
            {
                text.push_str(&format!("---\n\n### {rule}\n\n{}\n", found.help_markdown));
            }
        }
        Ok(json!({ "contents": { "kind": "markdown", "value": text }, "range": first.range.json() }))
    }
}

/// Why a request is not met.
struct Refused {
    code: i64,
    message: String,
}

impl Refused {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

fn address_of<'a>(parameters: &'a Value, key: &str) -> &'a str {
    parameters.get(key).and_then(|document| document.get("uri")).and_then(Value::as_str).unwrap_or("")
}

fn folders(value: Option<&Value>) -> Vec<PathBuf> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|folder| uri::to_path(folder.get("uri")?.as_str()?)).collect()
}
