//! Both ways of reading a text agree, and hostile texts are bounded.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::python::ast::ExprKind;

fn dump(module: &Module<'_>) -> Vec<String> {
    (0..u32::try_from(module.lines().len()).unwrap())
        .map(|number| {
            let index = LineIndex::new(number);
            let line = module.line(index).unwrap();
            format!(
                "{number} {:?} {} {} {:?} {:?} {:?}",
                line.span.text(module.text()),
                line.indent,
                line.header,
                module.parent(index).map(LineIndex::number),
                module.block(index),
                module.statements(index)
            )
        })
        .collect()
}

fn same(text: &str) {
    let parts = Module::new(text, ParseMode::OnDemand);
    let whole = Module::new(text, ParseMode::Whole);
    let (left, right) = (dump(&parts), dump(&whole));
    for (left, right) in left.iter().zip(&right) {
        assert_eq!(left, right, "in {text}");
    }
    assert_eq!(left.len(), right.len(), "in {text}");
    assert!(!parts.fell_back(), "{text} fell back: {:?}", parts.problems());
    assert_eq!(parts.problems(), whole.problems(), "in {text}");
    assert_eq!(parts.comments(), whole.comments(), "in {text}");
    assert_eq!(parts.strings(), whole.strings(), "in {text}");
    for offset in 0..text.len() {
        assert_eq!(parts.in_code(offset), whole.in_code(offset), "at {offset} in {text}");
    }
}

#[test]
fn both_ways_agree_on_all_statements() {
    same(
        "import torch, os.path as p\nfrom . import a\nfrom ..b.c import (d as e,\n  f)\nfrom __future__ import x\nfrom q import *\n",
    );
    same("if a:\n  b\nelif c: d\nelse:\n    e; f = 1;\nwhile x: pass\nelse: y\nfor i, j in k, l:\n  pass\n");
    same(
        "try:\n  a\nexcept (B, C) as d:\n  e\nexcept:\n  f\nelse:\n  g\nfinally:\n  h\ntry: x\nexcept Y: z\ntry: x\nfinally: z\n",
    );
    same("try:\n  a\nexcept* E as d:\n  e\n");
    same(
        "@a.b(c)\n@d\nasync def f(a, /, b: int = 1, *args, c=2, **kw) -> T:\n    '''doc'''\n    return await g()\nclass A(B, metaclass=C):\n    x: int = 3\n    y: str\n    def m(self): return 1\n",
    );
    same("with open(a) as b, c: pass\nwith (open(a) as b, open(c) as d,):\n    x\nasync with x as y:\n  z\n");
    same(
        "match x, y:\n    case [1, *z] if z: pass\n    case A(b=c) | None:\n        d\n    case _: e\nmatch = 1\ncase = match\n",
    );
    same(
        "x = y = z\nx += 1\nx @= y\nx: int\na, b = c\n(a) = b\n[a, b] = c\ndel a, b\nraise A from b\nassert a, b\nglobal a, b\nnonlocal c\npass\n",
    );
    same("x = [i for i in y if i]; y = {a: b for a, b in c}; z = {a for a in b}; f(x for x in y)\n");
    same("a[1:2, ::3]; a[b]; a[b,]; a < b <= c not in d is not e; lambda x, *y: x; (yield); (a := b)\n");
    same("# only\n\n  # comments\nx = 1 # one\n\ty = 2\n".replace("\ty", "y").as_str());
    same("x = f(a, # one\n  b)\ny = \\\n  1\nif x: \\\n  y\n");
    same("x = 'a' \"b\" r'\\c' b'd'\ny = f'{a}b{{c}} {d!r:>{w}} {e=}' 'g'\nz = rb'\\x00'\n");
}

#[test]
fn newlines_of_every_kind_end_lines() {
    for newline in ["\n", "\r\n", "\r"] {
        same(&"\u{feff}if x:\n    a = '''1\n2'''\n\n    b = (1,\n  2) # c\nc\n".replace('\n', newline));
    }
}

#[test]
fn nested_f_strings_have_fields_of_code() {
    let text = "x = f'{torch.load(f\"{a}\")}' + 'torch'\n";
    let module = Module::new(text, ParseMode::OnDemand);
    let found: Vec<usize> = module.occurrences("torch").map(|(at, _)| at).collect();
    assert_eq!(found, [7]);
    assert_eq!(module.strings().len(), 3);
}

#[test]
fn a_broken_text_is_read_as_far_as_possible() {
    let texts = [
        "x = torch.load(a\ny = torch.load(b)\ndef f():\n    torch.load(c)\n",
        "x = torch.load(a, # no\n\nimport x\ny = torch.load(b)\nz = torch.load(c)\n",
        "x = torch.load(a)\ny = 'abc\ny = torch.load(b)\nz = torch.load(c)\n",
        "x = torch.load(a)\ny = \"\"\"abc\ny = torch.load(b)\nz = torch.load(c)\n",
        "x = torch.load(a))\ny = torch.load(b)\nz = f'{torch.load(c)\n",
        "x = torch.load(a)\nx y z = 1\n  y = torch.load(b)\nz = f(torch.load(c)\n",
        "def f(:\n  x = torch.load(a)\n  if y = torch.load(b):\n    z = torch.load(c)\n",
    ];
    for text in texts {
        let module = Module::new(text, ParseMode::OnDemand);
        assert!(module.fell_back(), "{text}");
        let all = dump(&module).join("\n");
        assert!(!module.problems().is_empty(), "{text}");
        for name in ["\"a\"", "\"b\"", "\"c\""] {
            let call = format!(
                "Positional, value: Expr {{ span: Span {{ start: {0}, end: {1} }}, kind: Name({name})",
                text.find(&format!("({}", &name[1..2])).unwrap() + 1,
                text.find(&format!("({}", &name[1..2])).unwrap() + 2
            );
            assert!(all.contains(&call), "{name} of {text} in {all}");
        }
    }
}

#[test]
fn deep_nesting_is_bounded_and_reported() {
    let text = format!("x = {}1{}\n", "torch.load(".repeat(10_000), ")".repeat(10_000));
    let module = Module::new(&text, ParseMode::OnDemand);
    assert_eq!(module.statements(LineIndex::new(0)).len(), 1);
    assert_eq!(module.problems().len(), 1);
    assert_eq!(module.problems()[0].kind, ModuleProblemKind::TooDeep);
}

#[test]
fn costly_texts_are_bounded() {
    // Each of these took minutes, or would overflow the stack of a thread.
    let texts = [
        "f(torch,\n".repeat(100_000),
        format!("x = '{}'\n", "\\N{".repeat(20_000)),
        format!("x = f'{}'\n", "\\N{".repeat(20_000)),
        format!("x = a{}\n", " + b".repeat(20_000)),
        format!("x = {}\n", "[".repeat(20_000)),
        "\\\"\"\" a ".repeat(20_000),
    ];
    for text in texts {
        let module = Module::new(&text, ParseMode::OnDemand);
        for number in 0..u32::try_from(module.lines().len().min(10)).unwrap() {
            let _ = module.statements(LineIndex::new(number));
        }
        let told = !module.problems().is_empty();
        assert!(told || text.starts_with("x = '"), "{}", &text[..20]);
    }
}

#[test]
fn scopes_and_blocks_nest() {
    let text = "class A:\n    x = 1\n    async  def f(self):\n        if a:\n            b\n    c\nd\n";
    let module = Module::new(text, ParseMode::OnDemand);
    let line = LineIndex::new;
    assert_eq!(module.scope(line(4)), Some(line(2)));
    assert_eq!(module.scope(line(2)), Some(line(0)));
    assert_eq!(module.scope(line(5)), Some(line(0)));
    assert_eq!(module.scope(line(6)), None);
    assert_eq!(module.block(line(0)), 1..6);
    assert_eq!(module.block(line(3)), 4..5);
    assert_eq!(module.parent(line(4)), Some(line(3)));
}

#[test]
fn lines_are_found_by_offset() {
    let text = "a = 1  # note\n\n# alone\nb = (2,\n 3)\n";
    let module = Module::new(text, ParseMode::OnDemand);
    let at = |needle: &str| module.line_at(text.find(needle).unwrap()).map(LineIndex::number);
    assert_eq!(at("1"), Some(0));
    assert_eq!(at("note"), Some(0));
    assert_eq!(at("alone"), None);
    assert_eq!(at("3"), Some(1));
    assert_eq!(module.line_at(text.len()), None);
}

#[test]
fn the_index_of_words_and_the_search_find_the_same() {
    let text = "torch = 'torch'  # torch\ntorché = x.torch(torch)\n_torch = f'{torch} torch'\n";
    let module = Module::new(text, ParseMode::OnDemand);
    let found = |name: &str| module.occurrences(name).map(|(offset, _)| offset).collect::<Vec<_>>();
    let names = ["torch", "torché", "_torch", "x", "f", "nothing", "", "x.torch", "="];
    let searched: Vec<Vec<usize>> = names.iter().map(|name| found(name)).collect();
    for _ in 0..INDEX_AFTER {
        let _ = found("torch");
    }
    assert!(module.words.get().is_some());
    assert_eq!(names.iter().map(|name| found(name)).collect::<Vec<_>>(), searched);
}

#[test]
fn unusual_names_are_whole_words() {
    let text = "torché = 1\ntorch = 2\n_torch = torch2 = 3\n";
    let module = Module::new(text, ParseMode::OnDemand);
    assert_eq!(module.occurrences("torch").count(), 1);
    assert_eq!(module.occurrences("").count(), 0);
}

#[test]
fn literals_are_decoded() {
    let value = |code: &str| {
        let text = format!("x = {code}\n");
        let module = Module::new(&text, ParseMode::OnDemand);
        match &module.statements(LineIndex::new(0))[0].kind {
            StmtKind::Assign { value, .. } => value.kind.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        value(
            r"'a\n\x41\u00e9\101\q\
b'"
        ),
        ExprKind::Str("a\nA\u{e9}A\\qb".into())
    );
    assert_eq!(value("('a'\n  # why\n 'b')"), ExprKind::Str("ab".into()));
    assert_eq!(value(r"rb'\x00'"), ExprKind::Bytes(br"\x00".to_vec()));
    assert_eq!(value(r"b'\x00\377'"), ExprKind::Bytes(vec![0, 255]));
    assert_eq!(value("0x_ff"), ExprKind::Int(255));
    assert_eq!(value("1_000"), ExprKind::Int(1000));
    assert_eq!(value("1e5"), ExprKind::Number("1e5".into()));
    assert_eq!(value("1j"), ExprKind::Number("1j".into()));
    assert!(matches!(value(r"'\N{BULLET}'"), ExprKind::Joined(_)));
    assert!(matches!(value("t'{a}'"), ExprKind::Other(inner) if inner.len() == 1));
}
