//! Plain reading gives what tree-sitter gives.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use crate::python::module::{LineIndex, Module, ParseMode};

/// Reads every logical line of a text both ways; how many there are, how many are plain, and what differs.
fn compare(text: &str, from: &str, wrong: &mut Vec<String>) -> (usize, usize) {
    let module = Module::new(text, ParseMode::OnDemand);
    let (mut lines, mut plain) = (0, 0);
    if module.fell_back() {
        return (lines, plain);
    }
    for number in 0..u32::try_from(module.lines().len()).unwrap() {
        let index = LineIndex::new(number);
        let line = *module.line(index).unwrap();
        lines += 1;
        let code = line.span.text(text);
        let Some(wrapper) = module.wrapper(index) else { continue };
        let Some(read) = super::read(text, line.span, line.header, wrapper) else { continue };
        plain += 1;
        let parsed = crate::python::syntax::parse_part(text, line.span, line.header, wrapper, "");
        let same = parsed.error.is_none()
            && parsed.too_deep.is_none()
            && matches!(parsed.statements.as_slice(), [one] if one.statement == read);
        if !same {
            wrong.push(format!("{from}:{number}: {code}\n  {read:?}\n  {:?} {:?}", parsed.error, parsed.statements));
        }
    }
    (lines, plain)
}

/// Lines that must be read plainly: most code is made of them.
const PLAIN: &str = r#"import torch, os.path as p
from . import a
from ..b.c import (d as e,  # one
    f,
)
from q import *
from __future__ import annotations
x = torch.load("a.bin", map_location='cpu', weights_only=False,)
model = AutoModel.from_pretrained(name, *args, trust_remote_code=True, **kwargs)
x = y = 1
a, b = c, d
(a, b) = c
[a, b] = c
(a) = b
x: int = 3
y: Dict[str, list[int]]
x += (1)
x //= 2
a.b[c].d = (e + f) * g ** 2 - -h
x = a if b else c if d else e
x = not a and b or c
x = a < b <= c is not d not in e
x = [i for i in y if i]
x = {a: b for a, b in c.items() if a if b}
x = {a for a in b}
x = (a for a in b)
f(x for x in y)
x = {"a": 1, **b, 'c': [1, 2.5, 1e-5, .5, 0x1F], "d": (), "e": (1,), "f": {}}
x = a[1:2, ::3] + b[:] + c[-1] + d[a:b:c]
x = "a" 'b' r"\d" u'c'
x = b"a" b'\x00'
x = f"{a}b{{c}}{d.e(f)}" "g"
x = """a
b"""
x = ...
return
return a, b
return f(x)
raise
raise ValueError("no") from error
assert a, "b"
global a, b
pass
print("a", b)
f(a)(b)[c].d
if a and (b or c):
    pass
elif not a:
    pass
while True:
    break
for i, (a, b) in enumerate(c):
    continue
with open(a) as b, c.d():
    pass
try:
    pass
except (A, B) as e:
    pass
except:
    pass
@a.b(c)
def f(a, /, b: int = 1, *args, c=2, d: Optional[str] = None, **kw) -> Tuple[int, str]:
    pass
async def g(self, *, a):
    pass
class A(B, metaclass=C):
    x: int = 3
class D: # why
    pass
class E():
    pass
"#;

#[test]
fn plain_lines_are_read_as_tree_sitter_reads_them() {
    let mut wrong = Vec::new();
    let (lines, plain) = compare(PLAIN, "PLAIN", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // `try:` needs no reading.
    assert_eq!(lines, plain + 1, "of {lines} lines {plain} are plain");
}

/// What looks plain and is not, or is read in a way of its own.
const ODD: &str = r#"x = lambda a: b
x = (a := b)
x = await f()
x = yield
x = `a`
x = 0777
x = 1j
x = 1_000
x = 1if a else 2
x = a if b else lambda: c
x = *a, b
x = [*a, *b.c, *d[0]]
f(*a.b, *c or d, **e or f, **g)
f((yield))
x = a,
return a,
x[a,]
x[*a]
x = a ** -b ** c
x = a ** b ** c
x = -a ** b
x = f"{a!r} {b:>{c}} {d=} {e,} {'f'}"
x = f'{a["b"]}' rf'\d{c}' f"""{
 d}"""
x = "\N{BULLET}" '\
'
x = "a" b"b"
x = t"{a}"
x = not(a)
x = a if(b)else(c)
x = a <> b
x = a.b . c
x = a @ b % c
print (a), b
print >> a, b
print a
exec a
type X = int
type(x).y = 1
match = 1
match(x)
del a, b[0], (c)
a; b;
a: int = 1; b = 2
x = {a: b, c: d, }
x = {*a, b}
x = {**a}
x = {**a or b}
x = [a async for a in b]
x = [a for a in b, c]
x = [a for a in lambda: b]
x = [a for a.b in c]
x = [a if b else c for d in e if f or g]
x = é
x = "é"  'ü'
with (open(a) as b): pass
with a if b else c as d: pass
with a as (b, c): pass
for a.b in c: pass
for a in b, c: pass
for a, in b:
    pass
def f[T](a: T): pass
def f(a, *b: int, c: str | None = None, d: "A | B" = 1) -> a | b | None:
    pass
def f(a: list[int, ...], b: Callable[[int], str], c: a.b[c], d: dict[str: int], e: Literal["x", -1]):
    pass
class A[T](B): pass
x: a.b | c[d] = 1
(x): int = 1
x = a < (b) < c
x = ((a)).b + (c)
f((a), b=(c))
x = (a, (b))[c]
x = a[(b)]
x = a[(b), (c)]
x = a[b:(c)]
x = a in b in c
x = a is not(b)
x = a and not b
x = a == not b
x = "%s" % a
x = "a".b("c")("d")
x = "a" .b
x = 1 .real
x = 1..real
x = 1.e5
x = [
  1,  # one
  2
]
x = a \
  + b
f(print=1, type=2, match=3)
f(a=1, a=2)
f(**a, b)
f(a for a in b if c else d)
async with a as b: pass
async for a in b: pass
await a
raise A, b
except A, b: pass
import a.b as c.d
import a . b
from . . import a
from .a . b import c
from a import b,
nonlocal a
None = 1
f() = 1
-a = 1
a, b += c
x = None.a
x = print
x = exec
x = a.print.match
x = nonlocal1
x = not_a
x = is_b
x = in_c
x = a if_b else c
"#;

#[test]
fn odd_lines_are_left_alone_or_read_as_tree_sitter_reads_them() {
    for line in ODD.lines().filter(|line| !line.starts_with([' ', ']'])) {
        let start = ODD.find(&format!("\n{line}\n")).map_or(0, |at| at + 1);
        let end = ODD
            .get(start..)
            .unwrap()
            .lines()
            .skip(1)
            .take_while(|next| next.starts_with([' ', ']', '\'']))
            .fold(start + line.len(), |end, next| end + 1 + next.len());
        let text = format!("{}\n", ODD.get(start..end).unwrap());
        let module = Module::new(&text, ParseMode::OnDemand);
        if module.fell_back() || module.lines().is_empty() {
            continue;
        }
        let index = LineIndex::new(0);
        let (first, wrapper) = (*module.line(index).unwrap(), module.wrapper(index));
        let parsed = wrapper.map(|wrapper| crate::python::syntax::parse_part(&text, first.span, first.header, wrapper, ""));
        if parsed.is_some_and(|parsed| parsed.error.is_some()) {
            // Broken for tree-sitter: plain reading must not know better.
            let read = wrapper.and_then(|wrapper| super::read(&text, first.span, first.header, wrapper));
            assert_eq!(read, None, "{text}");
            continue;
        }
        let mut wrong = Vec::new();
        compare(&text, "ODD", &mut wrong);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// `HUBLINT_CORPUS=folder cargo test --lib plain -- --nocapture`
#[test]
fn every_line_of_the_corpus_is_read_as_tree_sitter_reads_it() {
    let Some(corpus) = std::env::var_os("HUBLINT_CORPUS") else { return };
    let mut wrong = Vec::new();
    let (mut lines, mut plain, mut folders) = (0, 0, vec![std::path::PathBuf::from(corpus)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                let (more, read) = compare(&text, &path.display().to_string(), &mut wrong);
                lines += more;
                plain += read;
            }
        }
    }
    eprintln!("{plain} of {lines} lines are plain");
    assert!(wrong.is_empty(), "{} lines differ:\n{}", wrong.len(), wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n"));
    assert!(plain * 10 > lines * 8);
}
