//! Random programs of the constructs that the resolver folds, evaluated by CPython itself: a `Known` value is never another
//! one there. Skipped, with a printed reason, where there is no `python3`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use hublint::catalog::Catalog;
use hublint::python::module::{Module, ParseMode};
use hublint::python::project::NoProject;
use hublint::python::uses::{FileContext, uses};
use hublint::usage::{Literal, Origin, Role, Value};

/// A small generator of numbers, so that a failure can be repeated by its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn text(random: &mut Random) -> String {
    let literal = random.pick(&["\"x\"", "\"org\"", "'m'", "\"\"", "\"Main\"", "\"a-b\"", "\" p \"", "\"a/b\"", "\"%s!\""]);
    literal.to_owned()
}

/// An expression whose value is a text, if all goes well.
fn expression(random: &mut Random, depth: u32) -> String {
    if depth == 0 {
        return if random.below(2) == 0 { text(random) } else { random.pick(&NAMES).to_owned() };
    }
    let inner = |random: &mut Random| expression(random, depth - 1);
    match random.below(31) {
        0 => format!("({} + {})", inner(random), inner(random)),
        1 => format!("f\"{{{}}}/{{{}}}\"", random.pick(&NAMES), random.pick(&NAMES)),
        2 => format!("\"%s-%s\" % ({}, {})", inner(random), inner(random)),
        3 => format!("\"{{}}.{{}}\".format({}, {})", inner(random), inner(random)),
        4 => format!("\"/\".join([{}, {}])", inner(random), inner(random)),
        5 => format!("{}[::-1]", inner(random)),
        6 => format!("{}.{}()", inner(random), random.pick(&["lower", "upper", "strip", "lstrip", "rstrip", "capitalize"])),
        7 => format!("{}.replace({}, {})", inner(random), text(random), text(random)),
        8 => format!("({} if {} else {})", inner(random), condition(random), inner(random)),
        9 => format!("({} or {})", inner(random), inner(random)),
        10 => format!("({} and {})", inner(random), inner(random)),
        11 => format!("{{\"k\": {}, \"l\": {}}}[{}]", inner(random), inner(random), random.pick(&["\"k\"", "\"l\""])),
        12 => format!("{{\"k\": {}}}.get({}, {})", inner(random), random.pick(&["\"k\"", "\"z\""]), inner(random)),
        13 => format!("[{}, {}][{}]", inner(random), inner(random), random.pick(&["0", "1", "-1", "-2"])),
        14 => format!("({}, {})[{}]", inner(random), inner(random), random.pick(&["0", "-1"])),
        15 => format!("dict(k={}, l={})[\"l\"]", inner(random), inner(random)),
        16 => format!("{}[{}:{}]", inner(random), random.pick(&["0", "1", "-1", ""]), random.pick(&["1", "2", "-1", ""])),
        17 => format!("str({})", inner(random)),
        18 => format!("\"\".join(chr(n) for n in [{}, {}])", 97 + random.below(26), 65 + random.below(26)),
        19 => format!("bytes([{}, {}]).decode()", 97 + random.below(26), 48 + random.below(10)),
        20 => format!("({} * {})", inner(random), random.below(3)),
        21 => format!("\"\".join([s for s in [{}, {}]])", inner(random), inner(random)),
        22 => format!("({{\"k\": {}}} | {{\"k\": {}}})[\"k\"]", inner(random), inner(random)),
        23 => format!("{{**{{\"k\": {}}}, \"l\": {}}}[\"k\"]", inner(random), inner(random)),
        24 => format!("{}.split(\"/\")[0]", inner(random)),
        25 => format!("{}.{}({})", inner(random), random.pick(&["removeprefix", "removesuffix", "strip"]), text(random)),
        26 => format!("(lambda: {})()", inner(random)),
        27 => format!("codecs.decode({}, \"rot13\")", inner(random)),
        28 => format!("base64.b64decode(\"{}\").decode()", random.pick(&["bWFpbg==", "b3Jn", "eA=="])),
        29 => format!("\"%(k)s\" % {{\"k\": {}}}", inner(random)),
        _ => format!("sorted([{}, {}])[0]", inner(random), inner(random)),
    }
}

fn condition(random: &mut Random) -> String {
    match random.below(5) {
        0 => "True".to_owned(),
        1 => format!("{} == {}", random.pick(&NAMES), text(random)),
        2 => format!("not {}", random.pick(&NAMES)),
        3 => format!("{} in {}", text(random), random.pick(&NAMES)),
        _ => "hidden()".to_owned(),
    }
}

/// Statements at one level; `depth` more levels may be opened.
fn block(random: &mut Random, indent: usize, depth: u32, program: &mut String) {
    let pad = " ".repeat(indent * 4);
    for _ in 0..=random.below(3) {
        let name = random.pick(&NAMES);
        let value = expression(random, 2);
        match random.below(if depth == 0 { 9 } else { 17 }) {
            0..=2 => writeln!(program, "{pad}{name} = {value}").unwrap(),
            3 => writeln!(program, "{pad}{name} += {value}").unwrap(),
            4 => writeln!(program, "{pad}{name}, {} = {value}, {}", random.pick(&NAMES), text(random)).unwrap(),
            5 => {
                writeln!(program, "{pad}box[{}] = {value}", random.pick(&["\"k\"", "\"l\""])).unwrap();
                writeln!(program, "{pad}{name} = box[\"k\"]").unwrap();
            }
            6 => {
                writeln!(
                    program,
                    "{pad}box.{}",
                    random.pick(&["update(k=\"u\")", "setdefault(\"l\", \"s\")", "update({\"k\": \"w\"})"])
                )
                .unwrap();
                writeln!(program, "{pad}{name} = box.get(\"l\", \"none\")").unwrap();
            }
            7 => {
                writeln!(program, "{pad}items = [{value}]").unwrap();
                writeln!(program, "{pad}items.append({})", text(random)).unwrap();
                writeln!(program, "{pad}{name} = items[-1]").unwrap();
            }
            8 => writeln!(program, "{pad}{name} = Fixed.{}", random.pick(&["NAME", "OTHER"])).unwrap(),
            9..=11 => {
                writeln!(program, "{pad}if {}:", condition(random)).unwrap();
                block(random, indent + 1, depth - 1, program);
                if random.below(2) == 0 {
                    writeln!(program, "{pad}elif {}:", condition(random)).unwrap();
                    block(random, indent + 1, depth - 1, program);
                }
                if random.below(2) == 0 {
                    writeln!(program, "{pad}else:").unwrap();
                    block(random, indent + 1, depth - 1, program);
                }
            }
            12 => {
                writeln!(program, "{pad}for {name} in [{value}, {}]:", text(random)).unwrap();
                block(random, indent + 1, depth - 1, program);
                if random.below(3) == 0 {
                    writeln!(program, "{pad}    break").unwrap();
                }
            }
            13 => {
                writeln!(program, "{pad}try:").unwrap();
                block(random, indent + 1, depth - 1, program);
                if random.below(2) == 0 {
                    writeln!(program, "{pad}    raises()").unwrap();
                }
                writeln!(program, "{pad}except Hidden:").unwrap();
                block(random, indent + 1, depth - 1, program);
            }
            14 => {
                writeln!(program, "{pad}for {name} in {{\"q\": {value}}}.values():").unwrap();
                block(random, indent + 1, depth - 1, program);
            }
            15 => {
                writeln!(program, "{pad}while hidden():").unwrap();
                block(random, indent + 1, depth - 1, program);
            }
            _ => {
                writeln!(program, "{pad}with Manager() as _:").unwrap();
                block(random, indent + 1, depth - 1, program);
            }
        }
        if random.below(3) == 0 {
            writeln!(program, "{pad}AutoModel.from_pretrained({})", random.pick(&NAMES)).unwrap();
        }
    }
}

/// What both sides see; CPython gets stand-ins for what is not there.
const HEAD: &str = "import base64, codecs\nfrom transformers import AutoModel\n\nclass Fixed:\n    NAME = \"fixed\"\n    OTHER = NAME + \"!\"\n\n";

const STAND_INS: &str = r#"
import json, random, resource, signal, sys, types
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
class Hidden(Exception): pass
class Late(Exception): pass
def late(*rest): raise Late()
signal.signal(signal.SIGALRM, late)
class Manager:
    def __enter__(self): return self
    def __exit__(self, *rest): return False
seen = []
class AutoModel:
    @staticmethod
    def from_pretrained(value):
        seen.append([sys._getframe(1).f_lineno, value if isinstance(value, str) else None])
module = types.ModuleType("transformers")
module.AutoModel = AutoModel
sys.modules["transformers"] = module
for number, program in enumerate(json.load(sys.stdin)):
    for run in range(2):
        dice = random.Random(run)
        count = [0]
        def raises():
            if dice.random() < 0.5: raise Hidden()
        def hidden():
            count[0] += 1
            return dice.random() < 0.5 and count[0] < 30
        del seen[:]
        signal.setitimer(signal.ITIMER_REAL, 5)
        try:
            exec(compile(program, "p", "exec"), {"Hidden": Hidden, "raises": raises, "hidden": hidden, "Manager": Manager})
        except (Exception, MemoryError):
            pass
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(json.dumps([number, seen]))
"#;

/// The lines of a run with the texts that they hand to the loader.
type Handed = Vec<(u64, Option<String>)>;

/// What CPython hands to the loader: the line and the text, for each program and each run of it.
fn evaluated(programs: &[String]) -> Option<Vec<(usize, Handed)>> {
    let mut child =
        Command::new("python3").args(["-I", "-c", STAND_INS]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let input = serde_json::to_string(programs).unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // The child writes while it is still being written to: neither may wait for the other.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let found: Vec<_> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(found.len(), programs.len() * 2, "CPython did not evaluate every program");
    Some(found)
}

fn program(seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut text = String::from(HEAD);
    let in_function = random.below(3) == 0;
    let indent = usize::from(in_function);
    let pad = " ".repeat(indent * 4);
    if in_function {
        text.push_str("def main():\n");
    }
    writeln!(text, "{pad}a, b = \"one\", \"two\"\n{pad}c = d = \"\"\n{pad}e = f\"{{a}}+{{b}}\"\n{pad}box = {{\"k\": a}}")
        .unwrap();
    for _ in 0..4 {
        block(&mut random, indent, 2, &mut text);
        let name = random.pick(&NAMES);
        writeln!(text, "{pad}AutoModel.from_pretrained({name})").unwrap();
    }
    if in_function {
        text.push_str("main()\n");
    }
    text
}

#[test]
fn known_values_are_what_cpython_computes() {
    if Command::new("python3").arg("-c").arg("import base64").status().map_or(true, |status| !status.success()) {
        eprintln!("skipped: there is no python3 to compare with");
        return;
    }
    let catalog = Catalog::builtin();
    let count: u64 = std::env::var("PROGRAMS").ok().and_then(|count| count.parse().ok()).unwrap_or(25);
    let first: u64 = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let (mut known, mut several, mut all) = (0, 0, 0);
    let programs: Vec<String> = (first..first + count).map(program).collect();
    let Some(evaluated) = evaluated(&programs) else {
        return;
    };
    let mut disagreements = String::new();
    for (number, text) in programs.iter().enumerate() {
        let seed = first + number as u64;
        let module = Module::new(text, ParseMode::OnDemand);
        let context = FileContext { path: "main.py", unit: 0, cells: &[] };
        let found = uses(&module, &context, catalog, &NoProject).uses;
        for (line, value) in evaluated.iter().filter(|(program, _)| *program == number).flat_map(|(_, calls)| calls) {
            all += 1;
            let Some(one) = found.iter().find(|one| text[..one.callee.start()].matches('\n').count() as u64 + 1 == *line) else {
                panic!("seed {seed}: no use on line {line}\n{text}");
            };
            let Some(argument) = one.argument(Role::RepoId) else {
                continue;
            };
            if argument.origin == Origin::Default {
                continue;
            }
            let agrees = |literal: &Literal| match (literal, value) {
                (Literal::Str(text), Some(value)) => text == value,
                (_, None) => true,
                _ => false,
            };
            let literals = argument.value.literals();
            match &argument.value {
                Value::Known(_) => known += 1,
                Value::OneOf(_) => several += 1,
                Value::Unknown(_) => continue,
            }
            if !literals.iter().any(agrees) {
                let _ = writeln!(disagreements, "seed {seed} line {line}: {literals:?}, CPython says {value:?}\n{text}");
            }
        }
    }
    assert!(disagreements.is_empty(), "{disagreements}");
    eprintln!("{all} calls: {known} known, {several} one of several");
    assert!(known > all / 10, "{known} of {all} calls are known: the programs say nothing");
}
