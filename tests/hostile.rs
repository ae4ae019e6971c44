//! Hostile input: every shape here must end in time, without a panic, and leave the findings of other files alone.
//!
//! `HUBLINT_HOSTILE_FULL=1` uses the sizes of the promise in docs/threat-model.md (a 20 MB line, a 100 MB notebook); without
//! it they are small enough for a debug build.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// What the fuzz targets assert, as an ordinary test: docs/fuzzing.md.
#[path = "../fuzz/src/lib.rs"]
mod promises;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use hublint::catalog::Catalog;
use hublint::engine::{Engine, FileResult, NoWorld, Settings};
use hublint::prefilter::Prefilter;
use hublint::python::project::NoProject;

fn full() -> bool {
    std::env::var("HUBLINT_HOSTILE_FULL").is_ok_and(|value| value == "1")
}

/// A size of the promise, or a tenth of it.
fn size(promised: usize) -> usize {
    if full() { promised } else { promised / 10 }
}

fn check(path: &str, bytes: Vec<u8>) -> FileResult {
    let catalog = Catalog::builtin();
    let engine = Engine {
        catalog,
        prefilter: Prefilter::new(catalog),
        project: &NoProject,
        world: &NoWorld,
        pins: None,
        settings: Settings {
            rules: catalog.policy_ids().map(str::to_owned).collect(),
            ignore_comments: true,
            line_hashes: true,
            ..Settings::default()
        },
    };
    engine.check(path, bytes)
}

/// Checks a text and holds it to a limit that a quadratic step would break by far.
fn in_time(name: &str, path: &str, text: impl Into<Vec<u8>>) -> FileResult {
    let bytes = text.into();
    let length = bytes.len();
    let began = Instant::now();
    let result = check(path, bytes);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(60), "{name}: {length} bytes took {took:?}");
    result
}

const HEAD: &str = "import torch\nfrom transformers import AutoModel\n";

#[test]
fn deep_and_wide_python_ends_in_time() {
    let many = size(100_000);
    let shapes: Vec<(&str, String)> = vec![
        ("open brackets", format!("{HEAD}x = {}torch.load('f')", "[".repeat(many))),
        ("closing brackets", format!("{HEAD}x = torch.load('f'{}", ")".repeat(many))),
        ("balanced brackets", format!("{HEAD}x = {}torch.load('f'){}", "(".repeat(many), ")".repeat(many))),
        ("nested calls", format!("{HEAD}x = {}'f'{}", "torch.load(".repeat(many / 10), ")".repeat(many / 10))),
        ("a chain of attributes", format!("{HEAD}x = torch{}.load('f')", ".a".repeat(many))),
        ("a sum", format!("{HEAD}x = torch.load('f'{})", " + 'a'".repeat(many))),
        ("unary operators", format!("{HEAD}x = {}torch.load('f')", "not ".repeat(many))),
        ("nested lambdas", format!("{HEAD}x = {}torch.load('f')", "lambda: ".repeat(many / 10))),
        ("nested blocks", {
            let mut text = HEAD.to_owned();
            for depth in 0..500 {
                let _ = writeln!(text, "{}if x:", " ".repeat(depth));
            }
            text + &" ".repeat(501) + "torch.load('f')\n"
        }),
        ("an unterminated string", format!("{HEAD}x = \"\"\"torch.load('f') {}", "a ".repeat(many))),
        ("nested f-strings", format!("{HEAD}x = {}torch.load('f')", "f'{".repeat(many / 10))),
        ("aliases in a ring", {
            let mut text = HEAD.to_owned();
            for index in 0..many / 50 {
                let _ = writeln!(text, "a{index} = a{}", (index + 1) % (many / 50));
            }
            text + "AutoModel.from_pretrained(a0)\n"
        }),
        ("many alternatives", {
            let mut text = HEAD.to_owned();
            for index in 0..many / 50 {
                let _ = writeln!(text, "if c{index}:\n    m = 'o/m{index}'");
            }
            text + "AutoModel.from_pretrained(m)\n"
        }),
        ("many findings on one line", format!("{HEAD}{}", "torch.load('f');".repeat(many / 20))),
        // Quadratic in tree-sitter's scanner: whole parses must not show it such runs.
        ("comments behind a broken line", format!("{HEAD}x = ((]\ntorch.load('f')\n{}", "# why, and on\n".repeat(many / 2))),
        ("only carriage returns", format!("{HEAD}torch.load('f')\n").replace('\n', "\r")),
        ("NUL bytes", format!("{HEAD}torch.load('f')\n{}", "\0".repeat(many))),
        ("mixed indentation", format!("{HEAD}if x:\n\tif y:\n        torch.load('f')\n  z = 1\n\t \tw = 2\n")),
    ];
    for (name, text) in shapes {
        in_time(name, "a.py", text);
    }
}

#[test]
fn long_runs_of_comments_cost_no_more_than_other_lines() {
    let text = format!(
        "{HEAD}torch.load('f')  # hublint: ignore[unsafe-torch-load] x\n{}y = (\n    1)\n",
        "    # why, and on\n".repeat(20_000)
    );
    let began = Instant::now();
    assert_eq!(hublint::python::syntax::error_count(&text), Some(0));
    assert_eq!(hublint::python::syntax::error_count(&format!("{text}z = (\n")), Some(1));
    let module = hublint::python::module::Module::new(&text, hublint::python::module::ParseMode::Whole);
    assert_eq!(module.comments().len(), 20_001);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    // In a string they are no comments.
    let quoted = format!("x = \"\"\"\n{}\"\"\" + y\n", "# no comment\n".repeat(200));
    assert_eq!(hublint::python::syntax::error_count(&quoted), Some(0));
}

#[test]
fn a_broken_line_does_not_hide_the_others() {
    let text = format!("{HEAD}x = ((((\ny = 'never closed\ntorch.load('f')\n");
    let result = in_time("broken", "a.py", text);
    assert!(result.findings.iter().any(|finding| finding.rule == "unsafe-torch-load"), "{:?}", result.problems);
    assert!(!result.problems.is_empty());
}

#[test]
fn long_lines_and_large_files_end_in_time() {
    let length = size(20_000_000);
    in_time("one long line", "a.py", format!("{HEAD}x = '{}'\ntorch.load('f')\n", "a".repeat(length)));
    in_time("one long list", "a.py", format!("{HEAD}x = [{}]\ntorch.load('f')\n", "1, ".repeat(length / 3)));
    in_time("a long line of words", "a.py", format!("{HEAD}# {}\ntorch.load('f')\n", "load ".repeat(length / 5)));
    in_time("a long shell line", "a.sh", format!("hf download org/m {}\n", "$A ".repeat(length / 30)));
    in_time("a long YAML line", "a.yaml", format!("model: hf://org/m/{}\n", "a".repeat(length)));
}

#[test]
fn notebooks_of_every_kind_end_in_time() {
    let nested = size(100_000);
    in_time("deep JSON", "n.ipynb", format!("{}1{}", "[".repeat(nested), "]".repeat(nested)));
    in_time("deep metadata", "n.ipynb", format!("{{\"metadata\":{}1{},\"cells\":[]}}", "[".repeat(nested), "]".repeat(nested)));
    let image = "iVBORw0KGgo".repeat(size(100_000_000) / 11);
    let cell = "{\"cell_type\":\"code\",\"source\":[\"import torch\\n\",\"torch.load('f')\"],\"outputs\":[";
    let large = format!("{{\"cells\":[{cell}{{\"data\":{{\"image/png\":\"{image}\"}}}}]}}]}}");
    let result = in_time("a large image", "n.ipynb", large);
    assert_eq!(result.findings.len(), 1, "{:?}", result.problems);
    let whole = format!("{{\"cells\":[{cell}]}}]}}");
    for end in 0..whole.len() {
        let cut = whole.get(..end).unwrap();
        check("n.ipynb", cut.as_bytes().to_vec());
    }
}

#[test]
fn bytes_of_every_encoding_are_taken() {
    let text = format!("{HEAD}torch.load('f')\n");
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut latin = text.clone().into_bytes();
    latin.splice(0..0, b"# caf\xE9\n".iter().copied());
    for (name, bytes) in
        [("UTF-16", wide), ("Latin-1", latin), ("half a character", b"# \xF0\x9F\n".to_vec()), ("empty", Vec::new())]
    {
        for path in ["a.py", "n.ipynb", "a.sh", "Dockerfile", "a.yaml", "a.json", "a.toml", "README.md", "x.bin", ".env"] {
            in_time(name, path, bytes.clone());
        }
    }
}

#[test]
fn other_languages_end_in_time() {
    let many = size(100_000);
    for (path, text) in [
        ("a.yaml", format!("{}: 1\nmodel: hf://o/m\n", "a:\n ".repeat(many / 100))),
        ("a.yaml", format!("a: &a [x]\nb: {}\nurl: hf://o/m\n", "[*a, ".repeat(many / 100))),
        ("a.yaml", format!("url: hf://o/m\nx: {}", "{".repeat(many))),
        ("a.json", format!("{}\"hf://o/m/f\"", "[".repeat(many))),
        ("a.toml", format!("url = \"hf://o/m/f\"\nx = {}", "[".repeat(many))),
        ("a.sh", format!("hf download o/m {}", "$(".repeat(many))),
        ("a.sh", format!("cat <<A\nhf download o/m\n{}", "<<A ".repeat(many))),
        ("a.sh", format!("M=o/m\n{}hf download $M\n", "M=$M$M\n".repeat(64))),
        ("Dockerfile", format!("FROM x\nRUN hf download o/m {}\n", "\\\n ".repeat(many))),
        ("Dockerfile", format!("FROM x\nCMD [{}", "\"vllm\", ".repeat(many))),
        ("README.md", format!("hf://o/m {}", "`".repeat(many))),
    ] {
        in_time(&text.chars().take(40).collect::<String>(), path, text);
    }
}

/// Inputs on which a fuzz target once found a broken promise, with the promise.
#[test]
fn inputs_that_once_failed() {
    let cases: Vec<(&str, Vec<u8>)> = vec![];
    for (target, data) in cases {
        let (_, run) = promises::TARGETS.iter().find(|(name, _)| *name == target).unwrap();
        run(&data);
    }
}

/// A small generator of numbers, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound.max(1) as u64)).unwrap()
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(40)).min(length)
    }
}

const WORDS: [&str; 24] = [
    "torch.load(",
    "import torch\n",
    "from_pretrained(",
    "'org/m'",
    "revision=",
    "\"\"\"",
    "(",
    ")",
    "[",
    "}",
    "{",
    "\\",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u{202e}",
    "\u{1b}[31m",
    "# hublint: ignore[",
    "%time ",
    "!pip ",
    "hf_",
    "\\u00",
    "hf://",
];

fn damage(random: &mut Random, data: &mut Vec<u8>) {
    for _ in 0..=random.below(5) {
        let range = random.range(data.len());
        match random.below(6) {
            0 => drop(data.drain(range)),
            1 => {
                let copy = data[range.clone()].to_vec();
                let at = random.below(data.len() + 1);
                data.splice(at..at, copy);
            }
            2 if !range.is_empty() => data[range.start] ^= 1 << random.below(8),
            3 => data.truncate(range.start.max(1)),
            _ => {
                let word = WORDS[random.below(WORDS.len())].bytes();
                data.splice(range.start..range.start, word);
            }
        }
    }
}

/// Every target over damaged copies of files of this repository. `HUBLINT_FUZZ_ROUNDS=n` and `HUBLINT_FUZZ_SEED=n` do more.
#[test]
fn damaged_copies_of_real_files_keep_every_promise() {
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let rounds = number("HUBLINT_FUZZ_ROUNDS", 60);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |paths: &[&str]| -> Vec<Vec<u8>> { paths.iter().map(|path| std::fs::read(root.join(path)).unwrap()).collect() };
    let (demo, notebook) = (["examples/demo/app.py", "examples/demo/train.py"], ["examples/demo/explore.ipynb"]);
    for (target, run) in promises::TARGETS {
        let seeds = match *target {
            "python" | "outline" => read(&demo),
            "notebook" => read(&notebook),
            "fixer" => read(&[demo[0], demo[1], notebook[0], "examples/demo/Dockerfile"]),
            "surfaces" => read(&["examples/demo/Dockerfile", "action.yml", "README.md", ".github/workflows/test.yml"]),
            "suppressions" | "config" => read(&["examples/demo/hublint.toml", demo[0]]),
            "rules" => read(&["rules/unsafe-torch-load.toml", "rules/apis/huggingface_hub.toml"]),
            "names" => vec![b"org/model\nmeta-llama/Llama-2-7b\nhttps://huggingface.co/a/b/resolve/main/x".to_vec()],
            "readers" => read(&["tests/fixtures/manifests/requirements.txt", "tests/fixtures/manifests/pyproject.toml"]),
            _ => vec![(0..=255).collect(), b"token = 'hf_".to_vec()],
        };
        let mut random = Random(number("HUBLINT_FUZZ_SEED", 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for round in 0..rounds {
            let mut data = seeds[random.below(seeds.len())].clone();
            data.truncate(8192);
            if matches!(*target, "fixer" | "surfaces" | "suppressions" | "config" | "readers") {
                data.insert(0, u8::try_from(random.below(256)).unwrap());
            }
            if round >= seeds.len() as u64 {
                damage(&mut random, &mut data);
            }
            let caught = std::panic::catch_unwind(|| run(&data));
            assert!(caught.is_ok(), "{target}, round {round}: {:?}", String::from_utf8_lossy(&data));
        }
    }
}
