//! Differential test: reading logical lines one by one gives what parsing the whole text gives.
//!
//! By default over the texts below; `HUBLINT_CORPUS=folder:folder` adds all Python files under these folders, and a
//! summary on standard error.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use hublint::python::module::{LineIndex, Module, ParseMode};

/// Texts with one oddity each, all legal in some version of Python.
const FIXTURES: &[&str] = &[
    "",
    "\n\n# nothing\n",
    "x",
    "\u{feff}# -*- coding: utf-8 -*-\nimport torch\n",
    "x = 1\r\nif x:\r\n\ty = '''a\r\nb'''\r\n\tz = (1, # one\r\n 2)\r\n",
    "if a:\n    b\n# dedented comment\n    c\n        # indented comment\nd\n",
    "if a:\n\tb\n        c\nd\n",
    "\x0cdef f():\n    pass\n\x0c\n\x0cdef g(): pass\n",
    "x = 'a' 'b' \\\n  'c'\ny = ('a'\n     f'{b}' # why\n     'c')\n",
    "x = f'{a!r:{w}.{p}}' + f\"{x['a']}\" + f'''{\n a +\n b:>10}'''\n",
    "x = f'{{}}' + f'{a}}}' + f'{{{a}}}' + rf'\\{a}' + f'\\N{BULLET}{a}' + f'\\{a}'\n",
    "x = f'{a:%H:%M}' f'{a=}' f'{a=!r:^20}' f'{a != b}' f'{ {1: 2}[1] }' f'{a[1:2]}'\n",
    "x = f\"{f\"{f\"{a}\"}\"}\"\n",
    "x = f'{lambda_}' if y else f'{(lambda z: z)(1)}'\n",
    "x = rb'\\'' + Rb\"a\" + bR'' + u'a' + F'{a}' + fR'{a}\\n' + ''\n",
    "x = '''a'b''c\\''''\ny = \"\"\"\"a\"\"\"\n",
    "x = 'a\\\nb\\\\'\ny = r'\\\\'\n",
    "x = [\n  1,\n\n  # two\n  2,\n]; y = {}; z = (\n)\n",
    "@a\n\n# between\n@b.c(\n  d)\nclass E: pass\n",
    "async def f():\n    async with a as b, c: await d\n    async for e in f: pass\n    return [g async for g in h]\n",
    "def f[T: int, *Ts, **P](a: T, /, *args: *Ts, b=1, **kwargs: P.kwargs) -> None: ...\nclass A[T]: x: T\ntype B[T] = list[T]\n",
    "match a:\n    case {'b': c, **d} if e: f\n    case [1, 2.0, -3j] | A(b=c) as d:\n        g\nmatch(a)\ncase[1]: int = 2\nmatch, case = 1, 2\n",
    "match a, b:\n    case _:\n        pass\nmatch *a, b:\n    case (c, d):\n        pass\n",
    "print 'a', b\nprint >>f, 'c'\nexec 'a' in b\nprint\n",
    "try: a\nexcept A, e: b\n",
    "x = 0xFFL + 0777 + 0o17 + 0b1_0 + 1_000.5e-3_0 + .5j + 1E5 + 10L\n",
    "x: int = yield\nx = yield from a\nawait b\n",
    "if (a := b): c\nwhile a: b; c;\nelse: d\n",
    "for a, *b in c, *d: e\nelse:\n    f\n",
    "with a, b as c, (d, e): f\nwith (a): b\nwith (a, b) as c: d\nwith (a as b,): c\n",
    "try:\n    a\nexcept* (B, C) as d:\n    e\nexcept f.G: h\nelse: i\nfinally: j\ntry: a\nfinally: b\n",
    "def f(a, b=lambda c: d, *, e): return a if b else c\n",
    "x = a[b, c:d, ::e, ...]; y = a[*b]; z = not a in b is not c\n",
    "if a: b = 1; c = 2\nelif d: e\nelse: f; g\n",
    "class A(B, metaclass=C, *d, **e):\n    x: int\n    y: str = 'a'\n\n    def f(self): pass\n",
    "lambda: (yield)\nassert a, b\nraise A from b\nraise\ndel a, b[c]\nglobal a, b\nnonlocal c\nreturn\nreturn a, b\n",
    "from . import (a, b as c,)\nfrom .. d . e import *\nimport a . b as c, d\nfrom __future__ import (a)\n",
    "x = 1if a else 2\ny = a if b else'c'\nz = a or\"b\"\n",
    "\\\nx = 1\nif a:\n    \\\n    b\n",
    "if a: # comment\n    b\nif c: \\\n    d\ne\n",
    "caf\u{e9} = '\u{1f600}'; \u{540d} = f'{caf\u{e9}}'\n",
    "x = (yield)\n(a) = (b, c) = [d] = e\n*a, b = c\na, = b\n",
    "type(a).b = c\nif x: type (a).b = c\ntype.d = type[e]\nreturn a, *b[1:]\nprint(a, *b.c())\n(x): int = a[*b]\n",
    "with (a if b else c as d): e\nwith (\n  a(f) if b else c(\n  d) as e\n): g\nx: dict[str: int] | None | a\n",
    "x = a if b else c if d else e\ny = -1 ** -x\nz = a @ b // c << d\n",
];

fn describe(module: &Module<'_>) -> Vec<String> {
    (0..module.lines().len() as u32)
        .map(|number| {
            let index = LineIndex::new(number);
            let line = module.line(index).unwrap();
            format!(
                "{number}: {:?} indent {} header {} parent {:?} block {:?} scope {:?}\n    {:?}",
                line.span.text(module.text()),
                line.indent,
                line.header,
                module.parent(index),
                module.block(index),
                module.scope(index),
                module.statements(index)
            )
        })
        .collect()
}

/// What the two ways disagree about; `None` when the whole text cannot be parsed.
fn difference(text: &str, step: usize) -> Option<Option<String>> {
    let whole = Module::new(text, ParseMode::Whole);
    let parts = Module::new(text, ParseMode::OnDemand);
    let right = describe(&whole);
    let left = describe(&parts);
    if !whole.problems().is_empty() {
        return None;
    }
    for (left, right) in left.iter().zip(&right) {
        if left != right {
            return Some(Some(format!("parts {left}\nwhole {right}")));
        }
    }
    if left.len() != right.len() {
        return Some(Some(format!("{} lines, {} lines", left.len(), right.len())));
    }
    if parts.fell_back() {
        return Some(Some("fell back".into()));
    }
    if parts.comments() != whole.comments() {
        return Some(Some("comments".into()));
    }
    if parts.strings() != whole.strings() {
        return Some(Some("strings".into()));
    }
    for offset in (0..text.len()).step_by(step) {
        if parts.in_code(offset) != whole.in_code(offset) {
            return Some(Some(format!("code at {offset}")));
        }
        if parts.line_at(offset) != whole.line_at(offset) {
            return Some(Some(format!("line at {offset}")));
        }
    }
    Some(None)
}

#[test]
fn fixtures_agree() {
    for text in FIXTURES {
        match difference(text, 1) {
            Some(None) => {}
            Some(Some(difference)) => panic!("{text}\n{difference}"),
            None => panic!("cannot be parsed whole: {text}"),
        }
    }
}

#[test]
fn cut_texts_never_fail() {
    // Every prefix of every text: nothing may panic, and every line lies in the text.
    for text in FIXTURES {
        for (end, _) in text.char_indices() {
            let module = Module::new(&text[..end], ParseMode::OnDemand);
            describe(&module);
            let mut before = 0;
            for line in module.lines() {
                assert!(line.span.start() >= before && line.span.end() <= end, "{text}");
                before = line.span.end();
            }
        }
    }
}

#[test]
fn corpus_agrees() {
    let Ok(folders) = std::env::var("HUBLINT_CORPUS") else {
        return;
    };
    let mut files = Vec::new();
    for folder in folders.split(':') {
        collect(Path::new(folder), &mut files);
    }
    let (mut checked, mut unreadable, mut different) = (0, Vec::new(), Vec::new());
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        match difference(&text, 7) {
            Some(None) => checked += 1,
            Some(Some(difference)) => different.push((file, difference)),
            None => unreadable.push(file),
        }
    }
    for (file, difference) in different.iter().take(40) {
        eprintln!("{}: {}", file.display(), difference.chars().take(1500).collect::<String>());
    }
    for file in &unreadable {
        eprintln!("not parsed whole: {}", file.display());
    }
    eprintln!("{checked} files agree, {} differ, {} cannot be parsed whole", different.len(), unreadable.len());
    assert!(different.is_empty());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}
