//! What each stage costs alone, in nanoseconds a byte or a question: `cargo bench --bench micro [WORD]`.
//!
//! The least of several rounds is printed: on a busy machine it is the steadiest figure. No library is needed for that, and
//! the build of the tests does not pay for one. Compare two commits on one machine; whole runs are `benches/compare.py`.

#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use hublint::catalog::Catalog;
use hublint::names::{self, ExtraNames, RepoKind};
use hublint::prefilter::Prefilter;
use hublint::python::module::{LineIndex, Module, ParseMode};
use hublint::python::outline::Outline;
use hublint::python::project::NoProject;
use hublint::python::uses::{FileContext, uses};
use hublint::secrets::{self, Surface};
use hublint::source::{FileLanguage, Source};
use hublint::words;

/// Code as it stands in projects that use a hub.
const CODE: &str = r#"
class Loader:
    """Loads a model; torch.load("in a docstring") is no call."""

    def __init__(self, config: Config, path=os.environ.get("CHECKPOINT", "checkpoint.pt"), **options):
        self.config, self.path = config, path
        self.hidden = torch.nn.Linear(config.hidden_size, 64)  # the head
        options = {**DEFAULTS, "trust_remote_code": False, **options}
        self.model = AutoModel.from_pretrained(NAME, revision=config.revision, **options)

    def forward(self, hidden, mask=None):
        hidden = self.hidden(hidden)
        if mask is not None and hidden.shape[0] > 1:
            hidden = hidden.masked_fill(mask == 0, float("-inf"))
        return torch.softmax(hidden / (hidden.shape[-1] ** 0.5), dim=-1), [row.item() for row in hidden]

    def weights(self):
        with open(self.path, "rb") as file:
            return torch.load(file, map_location="cpu", weights_only=True)
"#;

/// Runs `work` in rounds and prints the least time for each of `units`.
fn measure(wanted: Option<&str>, name: &str, unit: &str, units: usize, work: &dyn Fn()) {
    if wanted.is_some_and(|wanted| !name.contains(wanted)) {
        return;
    }
    work();
    let mut least = Duration::MAX;
    let begin = Instant::now();
    for round in 0..200 {
        let start = Instant::now();
        work();
        least = least.min(start.elapsed());
        if round >= 5 && begin.elapsed() > Duration::from_millis(700) {
            break;
        }
    }
    println!("{name:<44} {:>9.3} ns/{unit}", least.as_secs_f64() * 1e9 / units.max(1) as f64);
}

fn notebook(code: &str) -> Vec<u8> {
    let picture = "iVBORw0KGgo".repeat(4000);
    let cell = serde_json::json!({
        "cell_type": "code", "metadata": {}, "execution_count": 1,
        "source": code.lines().map(|line| format!("{line}\n")).collect::<Vec<_>>(),
        "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}],
    });
    let cells: Vec<_> = std::iter::repeat_n(cell, 20).collect();
    serde_json::json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).to_string().into_bytes()
}

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = wanted.as_deref();
    let head = "import os\nimport torch\nfrom transformers import AutoModel\n\nNAME = \"org/model\"\nDEFAULTS = {\"a\": 1}\n";
    let text = format!("{head}{}", CODE.repeat(40));
    let (bytes, size) = (text.as_bytes(), text.len());
    let catalog = Catalog::builtin();

    let prefilter = Prefilter::new(catalog);
    let much = text.repeat(20);
    measure(wanted, "prefilter: first pass", "byte", much.len(), &|| _ = black_box(prefilter.scan(much.as_bytes())));
    measure(wanted, "prefilter: imports and words", "byte", size, &|| _ = black_box(prefilter.python(bytes, catalog)));
    measure(wanted, "words: every word of a text", "byte", size, &|| {
        words::each(bytes, |start, end| {
            black_box((start, end));
            true
        });
    });

    measure(wanted, "outline", "byte", size, &|| _ = black_box(Outline::new(&text)));
    let lines = Module::new(&text, ParseMode::OnDemand).lines().len();
    measure(wanted, "parse: every line on demand", "line", lines, &|| {
        let module = Module::new(&text, ParseMode::OnDemand);
        for number in 0..u32::try_from(lines).unwrap_or(0) {
            black_box(module.statements(LineIndex::new(number)));
        }
    });
    measure(wanted, "parse: the whole text", "line", lines, &|| _ = black_box(Module::new(&text, ParseMode::Whole)));

    let calls = 2 * 40;
    measure(wanted, "resolve: uses of a file", "call", calls, &|| {
        let module = Module::new(&text, ParseMode::OnDemand);
        let context = FileContext { path: "main.py", unit: 0, cells: &[] };
        black_box(uses(&module, &context, catalog, &NoProject));
    });

    let book = notebook(CODE);
    measure(wanted, "notebook: decode", "byte", book.len(), &|| {
        _ = black_box(Source::new("book.ipynb", book.clone(), FileLanguage::Notebook));
    });

    let extra = ExtraNames::default();
    let ids = ["openai/clip-vit-base-patch32", "opena1/clip", "some-new-lab/model-7b", "distillbert-base-uncased"];
    measure(wanted, "names: judge an id", "id", ids.len(), &|| {
        for id in ids {
            black_box(names::judge(id, RepoKind::Model, &extra));
        }
    });

    let risky = text.replace("hidden_size", "hf_size").replace("NAME", "sk_name");
    measure(wanted, "tokens: text with starts of tokens", "byte", risky.len(), &|| {
        _ = black_box(secrets::scan_bytes(risky.as_bytes(), Surface::Text));
    });
    measure(wanted, "tokens: notebook", "byte", book.len(), &|| _ = black_box(secrets::scan_bytes(&book, Surface::Json)));
}
