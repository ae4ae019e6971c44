//! Parsing on demand and parsing whole files find the same, byte for byte: over a small tree, and over the folder
//! `HUBLINT_CORPUS` when that is set (a folder of unpacked projects; some minutes in a debug build).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

/// What `check --format json` prints about a tree, without the files that were not wholly read: in broken code the two ways
/// may recover differently.
fn findings(tree: &Path, whole: bool) -> (Vec<String>, Vec<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hublint"));
    command.args(["check", "--isolated", "--exit-zero", "--report-unknown", "--report-suppressed", "--format", "json"]);
    if whole {
        command.arg("--whole-parse");
    }
    let output = command.arg(tree).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = |key: &str| report.get(key).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let path = |value: &serde_json::Value| value.get("path").and_then(|path| path.as_str()).unwrap_or("").to_owned();
    let problems: Vec<String> = list("problems").iter().map(path).collect();
    let found = list("findings").iter().map(|finding| format!("{} {finding}", path(finding))).collect();
    (found, problems)
}

fn compare(tree: &Path) -> usize {
    let (parts, broken) = findings(tree, false);
    let (whole, more) = findings(tree, true);
    let readable = |line: &&String| !broken.iter().chain(&more).any(|path| line.starts_with(&format!("{path} ")));
    let (parts, whole): (Vec<_>, Vec<_>) = (parts.iter().filter(readable).collect(), whole.iter().filter(readable).collect());
    for (left, right) in parts.iter().zip(&whole) {
        assert_eq!(left, right, "in {}", tree.display());
    }
    assert_eq!(parts.len(), whole.len(), "in {}", tree.display());
    parts.len()
}

/// Real-shaped code in which lines, blocks, strings and names are easy to get wrong.
const FILES: &[(&str, &str)] = &[
    (
        "pipeline.py",
        "\u{feff}import pickle, torch as t\nfrom transformers import (AutoModel as Model,  # the model\n    AutoTokenizer)\n\n\
         NAME = 'org/' \\\n    'model'\nclass Config:\n    name: str = \"org/base\"\n\n    def load(self, path, *, trust=True): return Model.from_pretrained(\n        self.name,\n        trust_remote_code=trust,\n    )\n\
         if __name__ == '__main__': model = Model.from_pretrained(NAME); state = t.load('a.bin', weights_only=False)\n\
         try:\n\tx = t.load(p, weights_only=True)\nexcept Exception: x = t.load(p, weights_only=False)  # retry\n",
    ),
    (
        "odd.py",
        "import torch\r\nfrom datasets import load_dataset\r\ntext = f'{torch.load(\"x.pt\")!r:>{20}} {{torch.load}}'\r\n\
         doc = '''\r\ntorch.load(\"not code\")\r\n'''\r\nload = torch.load\r\nfor one in ['a', 'b']:\r\n    with open(one) as file: load(file)\r\n\
         match one:\r\n    case 'a': data = load_dataset('org/data', revision='main')\r\n    case _: pass\r\n\
         @decorate(torch.load('c'))\r\nasync def run(loader=torch.load): return await loader('d', weights_only=False)\r\n",
    ),
    ("helpers.py", "import joblib\nREPO = 'org/from-elsewhere'\ndef read(path):\n    return joblib.load(path)\n"),
    (
        "user.py",
        "from helpers import REPO, read\nfrom huggingface_hub import hf_hub_download\nread(hf_hub_download(REPO, 'model.joblib'))\n",
    ),
    ("broken.py", "import torch\nx = torch.load(\ny = torch.load('a')\n"),
    (
        "book.ipynb",
        r#"{"cells":[{"cell_type":"code","metadata":{},"outputs":[],"execution_count":1,"source":["import torch\n","from transformers import pipeline"]},{"cell_type":"code","metadata":{},"outputs":[],"execution_count":2,"source":["!pip install x\n","p = pipeline('text-generation', 'org/m', trust_remote_code=True)\n","torch.load(\n","  'b')"]}],"metadata":{},"nbformat":4,"nbformat_minor":5}"#,
    ),
];

#[test]
fn both_ways_find_the_same_in_a_small_tree() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let count = compare(folder.path());
    assert!(count >= 8, "only {count} findings were compared");
}

#[test]
fn both_ways_find_the_same_in_the_corpus() {
    let Some(corpus) = std::env::var_os("HUBLINT_CORPUS") else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += compare(&path);
        }
    }
    assert!(count > 0, "nothing was found in the corpus");
}
