//! Python out of bytes: each byte chooses a piece. Lines are indented by what stands above, so that most texts are legal.

/// Lines that stand alone.
const STATEMENTS: &[&str] = &[
    "import torch",
    "import torch as t",
    "import pickle, os, sys",
    "import transformers",
    "from transformers import AutoModel, AutoTokenizer as Tok, pipeline",
    "from datasets import load_dataset",
    "from huggingface_hub import hf_hub_download, snapshot_download, HfApi",
    "from functools import partial",
    "import joblib, numpy as np",
    "from torch import load",
    "from transformers import *",
    "a = 'org/m'",
    "b = \"main\"",
    "c = {'revision': b, 'trust_remote_code': True}",
    "d = dict(weights_only=False, **c)",
    "c['revision'] = a",
    "c.update(revision=None)",
    "a += '/x'",
    "a, b = b, a",
    "load = t.load",
    "load = partial(torch.load, weights_only=False)",
    "AutoModel.from_pretrained(a, **c)",
    "AutoModel.from_pretrained('org/m')",
    "AutoModel.from_pretrained(a, revision=b, trust_remote_code=True)",
    "m = AutoModel.from_pretrained(\n    'org/m',  # é\n    trust_remote_code=not True,\n)",
    "torch.load('f')",
    "x = load(f, **d)",
    "x = torch.load(hf_hub_download(a, 'm.bin'), weights_only=b)",
    "torch.load = partial(torch.load, weights_only=False)",
    "load_dataset('json', data_files=a)",
    "load_dataset(a, trust_remote_code=len(a) > 0)",
    "pipeline('text-generation', model=a if b else 'org/n')",
    "pickle.load(open(f, 'rb'))",
    "map(torch.load, [a, b])",
    "getattr(torch, 'lo' + 'ad')(f)",
    "os.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = '1'",
    "os.system('hf download org/m --revision main')",
    "subprocess.run(['hf', 'download', a])",
    "return a",
    "yield a",
    "global a, load",
    "nonlocal b",
    "del a",
    "pass",
    "raise",
    "continue",
    "self.name = a",
    "AutoModel.from_pretrained(self.name)",
    "np.load(f, allow_pickle=True)",
    "print(f'{a!r:>{b}} {torch.load(f)}')",
    "u = \"https://huggingface.co/org/m/resolve/main/x.bin\"",
    "s = a.split('/')[0].join([b, '%s' % a])",
    "z = lambda n=a: load(n)",
    "w = [torch.load(i) for i in (a, b) if i]",
    "a: str = 'org/' 'typed'",
    "assert torch.load(a)",
    "x = y = 'org/m'",
    "if (n := 'org/m'): AutoModel.from_pretrained(n)",
    "\"\"\"doc torch.load('x')\nmore\"\"\"",
    "x = a; y = torch.load(x); z = y",
];

/// Lines that open a block.
const HEADERS: &[&str] = &[
    "if b:",
    "elif a == 'org/m':",
    "else:",
    "try:",
    "except Exception as e:",
    "finally:",
    "for a in ['org/m', 'org/n']:",
    "for name, (x, *y) in c.items():",
    "while True:",
    "with open(f) as a, torch.load(b) as c:",
    "def run(a, b='main', *, c=True, **d):",
    "async def go(load=torch.load):",
    "class Config(Base):",
    "match a:",
    "case {'revision': b, **c}:",
    "case _:",
    "@decorate(torch.load(a))\ndef f(a):",
    "@dataclass\nclass A:",
];

/// Pieces within a line.
const PIECES: &[&str] = &[
    "a",
    "b",
    "c",
    "load",
    "torch",
    "t",
    "AutoModel",
    "load_dataset",
    ".load",
    ".from_pretrained",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "=",
    "==",
    ":",
    " = ",
    "'org/m'",
    "\"main\"",
    "'",
    "\"",
    "\"\"\"",
    "f'",
    "f\"{",
    "rb'",
    " # ",
    " \\\n",
    "\n",
    "\r\n",
    "\t",
    "*",
    "**",
    " if ",
    " else ",
    " for ",
    " in ",
    " lambda: ",
    " not ",
    " or ",
    " and ",
    "revision=",
    "trust_remote_code=",
    "weights_only=",
    "True",
    "False",
    "None",
    "0",
    "1",
    "-",
    "+",
    "%",
    "é",
    "🤗",
    "\u{202e}",
    "# hublint: ignore[unpinned-revision] why",
    "# nosec B614",
    "await ",
    ":=",
    "->",
    "@",
    ";",
];

/// The text that the bytes stand for.
pub fn text(data: &[u8]) -> String {
    let mut text = String::new();
    let mut depth = 0;
    let mut bytes = data.iter().copied().take(2000);
    while let Some(byte) = bytes.next() {
        match byte {
            0..=127 => line(&mut text, depth, STATEMENTS, byte),
            128..=169 => {
                line(&mut text, depth, HEADERS, byte - 128);
                depth = (depth + 1).min(12);
            }
            170..=179 => depth = usize::saturating_sub(depth, 1),
            180..=183 => depth = 0,
            184 => text.push('\r'),
            185 => text.push('\u{c}'),
            _ => {
                // A line of pieces: the byte says how many.
                text.push_str(&" ".repeat(depth * 4));
                for piece in bytes.by_ref().take(usize::from(byte - 185) / 4 + 1) {
                    text.push_str(PIECES.get(usize::from(piece) % PIECES.len()).unwrap_or(&""));
                }
                text.push('\n');
            }
        }
    }
    text
}

fn line(text: &mut String, depth: usize, from: &[&str], byte: u8) {
    let wanted = from.get(usize::from(byte) % from.len()).unwrap_or(&"pass");
    for part in wanted.split_inclusive('\n') {
        text.push_str(&" ".repeat(depth * 4));
        text.push_str(part);
    }
    text.push('\n');
}
