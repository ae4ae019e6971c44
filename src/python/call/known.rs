//! Functions of the standard library whose result is known.

use crate::python::ast::{ArgumentKind, Call};
use crate::python::defaults;
use crate::python::fold;
use crate::python::things::{Mapping, Partial, Resolved, Sequence, SequenceKind, Source, Thing, is_download};
use crate::python::value::{At, Resolver};
use crate::usage::{Origin, Why};
use std::rc::Rc;

/// Functions whose result holds the bytes or the place that they are given.
const HANDS_ON: [&str; 29] = [
    "io.open",
    "io.BytesIO",
    "io.BufferedReader",
    "gzip.open",
    "gzip.GzipFile",
    "gzip.decompress",
    "bz2.open",
    "bz2.BZ2File",
    "bz2.decompress",
    "lzma.open",
    "lzma.decompress",
    "zlib.decompress",
    "zipfile.ZipFile",
    "tarfile.open",
    "tarfile.TarFile",
    "contextlib.closing",
    "pathlib.Path",
    "pathlib.PurePath",
    "pathlib.PosixPath",
    "os.path.join",
    "os.path.abspath",
    "os.path.realpath",
    "os.path.expanduser",
    "os.path.normpath",
    "os.path.dirname",
    "os.fspath",
    "glob.glob",
    "base64.b64decode",
    "contextlib.nullcontext",
];

impl Resolver<'_> {
    /// Functions whose result the resolver knows.
    pub(super) fn known_function(&self, name: &str, call: &Call, source: Option<Source>, at: At<'_>) -> Option<Rc<Resolved>> {
        if let Some(builtin) = name.strip_prefix("builtins.") {
            return Some(self.builtin(builtin, call, source, at));
        }
        if defaults::is_class_parser(name) {
            let given = self.given(call, at);
            return Some(Resolved::known(
                Thing::Partial(Rc::new(Partial { callee: Resolved::object(name), arguments: given.arguments, open: false })),
                None,
            ));
        }
        if let Some(default) = self.declared_default(name, call, at) {
            return Some(default);
        }
        let root = name.split('.').next().unwrap_or(name);
        if !fold::is_standard(root) && !defaults::is_known_outside(name) {
            return None;
        }
        let argument = |position: usize, keyword: &str| -> Option<Rc<Resolved>> {
            call.arguments
                .iter()
                .filter(|argument| matches!(argument.kind, ArgumentKind::Positional))
                .nth(position)
                .or_else(|| {
                    call.arguments
                        .iter()
                        .find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if &*name.name == keyword))
                })
                .map(|argument| self.value(&argument.value, at))
        };
        let path = |text: Option<Rc<str>>| Resolved::known(Thing::Path(text), source);
        // What is made of a download is the download still: an open file, an archive, a path below it, its bytes.
        let download = |value: &Rc<Resolved>| match value.only() {
            Some(Thing::Result(result)) if is_download(result) => Some(value.clone()),
            _ => None,
        };
        if HANDS_ON.contains(&name) {
            let given = self.given(call, at);
            if let Some(value) = given.arguments.iter().find_map(|kept| download(&kept.value)) {
                return Some(value);
            }
        }
        Some(match name {
            "collections.namedtuple" | "operator.attrgetter" => {
                let given = self.given(call, at);
                let callee = Resolved::object(name);
                Resolved::known(Thing::Partial(Rc::new(Partial { callee, open: given.open(), arguments: given.arguments })), None)
            }
            "dataclasses.replace" | "copy.replace" | "attrs.evolve" | "attr.evolve" => {
                let given = self.given(call, at);
                match given.at(0) {
                    Some(value) => self.replaced(value, &given.arguments, given.open()),
                    None => Resolved::unknown(Why::Call),
                }
            }
            "itertools.chain" => {
                let given = self.given(call, at);
                let parts: Option<Vec<Vec<Rc<Resolved>>>> = given.positional().iter().map(|part| self.elements(part)).collect();
                match parts {
                    Some(parts) if !given.open() => {
                        let items: Vec<Rc<Resolved>> = parts.into_iter().flatten().take(4097).collect();
                        let open = items.len() > 4096;
                        let sequence = Sequence { kind: SequenceKind::List, items, open };
                        Resolved::known(Thing::Sequence(Rc::new(sequence)), source)
                    }
                    _ => Resolved::unknown(Why::Call),
                }
            }
            "itertools.chain.from_iterable" => {
                let outer = argument(0, "iterable")?;
                let parts: Option<Vec<Vec<Rc<Resolved>>>> =
                    self.elements(&outer)?.iter().map(|part| self.elements(part)).collect();
                let items: Vec<Rc<Resolved>> = parts?.into_iter().flatten().take(4097).collect();
                let open = items.len() > 4096;
                Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::List, items, open })), source)
            }
            "functools.partial" | "functools.partialmethod" => {
                let mut given = self.given(call, at);
                if given.arguments.is_empty() || given.arguments.first().is_some_and(|kept| kept.keyword.is_some()) {
                    return Some(Resolved::unknown(Why::Call));
                }
                let callee = given.arguments.remove(0).value;
                Resolved::known(Thing::Partial(Rc::new(Partial { callee, open: given.open(), arguments: given.arguments })), None)
            }
            "importlib.import_module" => match argument(0, "name")?.only_str() {
                Some(dotted) if !dotted.starts_with('.') => {
                    if !self.is_library(dotted)
                        && !fold::is_standard(dotted)
                        && let Some(module) = self.foreign(dotted, 0, at.module)
                    {
                        return Some(Resolved::known(Thing::Module(module), None));
                    }
                    Resolved::object(dotted)
                }
                _ => Resolved::unknown(Why::Imported),
            },
            "os.environ.get" | "os.getenv" | "os.environ.setdefault" | "os.environ.pop" => match argument(1, "default") {
                Some(default) if !matches!(default.only(), Some(Thing::None)) => default.with_origin(Origin::Environment),
                _ => Resolved::unknown(Why::Environment),
            },
            "os.environ.copy" => Resolved::known(Thing::Mapping(Rc::new(Mapping::unknown())), None),
            "os.path.join" | "posixpath.join" => {
                let given = self.given(call, at);
                path(fold::joined_path(&given.positional(), given.open()))
            }
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "pathlib.PurePosixPath" | "pathlib.WindowsPath" => {
                let given = self.given(call, at);
                path(fold::joined_path(&given.positional(), given.open()))
            }
            "os.path.abspath"
            | "os.path.realpath"
            | "os.path.dirname"
            | "os.path.expanduser"
            | "os.path.expandvars"
            | "os.path.normpath"
            | "os.path.relpath"
            | "os.getcwd"
            | "os.path.commonpath"
            | "pathlib.Path.cwd"
            | "pathlib.Path.home"
            | "tempfile.mkdtemp"
            | "tempfile.gettempdir"
            | "tempfile.mktemp" => path(None),
            "os.fspath" => argument(0, "path")?,
            "os.path.basename" => Resolved::unknown(Why::Call),
            "copy.copy" | "copy.deepcopy" => argument(0, "x")?,
            "typing.cast" => argument(1, "val")?,
            "collections.OrderedDict"
            | "types.SimpleNamespace"
            | "argparse.Namespace"
            | "easydict.EasyDict"
            | "munch.Munch"
            | "ml_collections.ConfigDict" => self.builtin("dict", call, source, at),
            "omegaconf.OmegaConf.create" | "addict.Dict" | "types.MappingProxyType" => argument(0, "obj")?,
            "argparse.ArgumentParser.parse_args"
            | "argparse.ArgumentParser.parse_known_args"
            | "argparse.ArgumentParser.parse_intermixed_args" => {
                defaults::options(at.module, name.rsplit('.').next().unwrap_or(name))
            }
            "base64.b64decode" | "base64.standard_b64decode" | "base64.urlsafe_b64decode" | "binascii.a2b_base64" => {
                argument(0, "s")?.map(fold::decode_base64)
            }
            "base64.b16decode" | "binascii.unhexlify" | "binascii.a2b_hex" => argument(0, "s")?.map(fold::decode_hex),
            "codecs.decode" | "codecs.encode" => {
                let encoding = argument(1, "encoding")?;
                let encoding = encoding.only_str()?.to_owned();
                argument(0, "obj")?.map(|thing| fold::decode_codec(thing, &encoding))
            }
            "urllib.parse.unquote" => argument(0, "string")?.map(fold::unquote),
            _ => return None,
        })
    }
}
