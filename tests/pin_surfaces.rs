//! Pins in everything that is no call of Python: commands, lists of words, configuration, and the comments beside them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fake_hub;
mod pin_world;

use pin_world::{World, short};

/// What `pin` makes of a file; a second run must change nothing.
fn after(name: &str, text: &str) -> String {
    let world = World::usual();
    world.put(name, text);
    let (_, told) = world.run(&["pin", "."]);
    let first = world.text(name);
    world.run(&["pin", "."]);
    assert_eq!(world.text(name), first, "a second run changes nothing: {told}");
    short(&first)
}

fn becomes(name: &str, before: &str, expected: &str) {
    assert_eq!(after(name, before), expected);
}

#[test]
fn commands_of_a_shell() {
    becomes("a.sh", "hf download org/m\n", "hf download org/m --revision A  # main\n");
    becomes("a.sh", "hf download --revision main org/m\n", "hf download --revision A org/m  # main\n");
    // A variable, and what stands behind the command.
    becomes("a.sh", "M=org/m\nhf download $M && echo x\n", "M=org/m\nhf download $M --revision A && echo x  # main\n");
    becomes("a.sh", "hf download \"org/m\"\n", "hf download \"org/m\" --revision A  # main\n");
    let address = "curl -L https://huggingface.co/org/m/resolve/main/a.bin -o a.bin\n";
    becomes("a.sh", address, "curl -L https://huggingface.co/org/m/resolve/A/a.bin -o a.bin  # main\n");
}

#[test]
fn no_comment_where_a_shell_would_not_take_it_for_one() {
    // The line goes on; a comment stands there; the text is quoted; the text is data.
    becomes("a.sh", "hf download org/m \\\n  --quiet\n", "hf download org/m --revision A \\\n  --quiet\n");
    becomes("a.sh", "hf download org/m # keep\n", "hf download org/m --revision A # keep\n");
    becomes("a.sh", "bash -c \"hf download org/m\"\n", "bash -c \"hf download org/m --revision A\"\n");
    becomes("a.sh", "(hf download org/m)\n", "(hf download org/m --revision A)\n");
    let document = "cat > x.sh <<'EOF'\nhf download org/m\nEOF\nhf download org/m\n";
    let text = after("a.sh", document);
    assert!(text.ends_with("\nEOF\nhf download org/m --revision A  # main\n"), "{text}");
    assert_eq!(text.matches('#').count(), 1, "{text}");
}

#[test]
fn makefiles() {
    becomes("Makefile", "get:\n\thf download org/m\n", "get:\n\thf download org/m --revision A  # main\n");
}

#[test]
fn dockerfiles_have_whole_lines_of_comment_only() {
    becomes("Dockerfile", "FROM x\nRUN hf download org/m\n", "FROM x\n# org/m: main\nRUN hf download org/m --revision A\n");
    becomes(
        "Dockerfile",
        "FROM x\nRUN true && \\\n    hf download org/m --revision main && \\\n    true\n",
        "FROM x\n# org/m: main\nRUN true && \\\n    hf download org/m --revision A && \\\n    true\n",
    );
    becomes(
        "Dockerfile",
        "FROM x\nENTRYPOINT [\"vllm\", \"serve\", \"org/m\"]\n",
        "FROM x\n# org/m: main\nENTRYPOINT [\"vllm\", \"serve\", \"org/m\", \"--revision\", \"A\", \"--tokenizer-revision\", \"A\"]\n",
    );
    // Directives of the builder stay first, and one of ours stays above what it speaks of.
    becomes(
        "Dockerfile",
        "# syntax=docker/dockerfile:1\nRUN hf download org/m\n",
        "# syntax=docker/dockerfile:1\n# org/m: main\nRUN hf download org/m --revision A\n",
    );
    let silenced = "FROM x\n# hublint: ignore[typosquatted-repo] mine\nRUN hf download org/m\n";
    becomes("Dockerfile", silenced, &silenced.replace("org/m\n", "org/m --revision A\n"));
}

#[test]
fn the_branch_of_a_dockerfile_is_read_from_the_line_above() {
    let world = World::usual();
    world.cached("models", "org/m", "fp16", pin_world::C, &[("config.json", "{}")]);
    world.put("Dockerfile", "FROM x\nRUN true && \\\n    hf download org/m --revision fp16\n");
    world.run(&["pin", "."]);
    assert!(world.text("Dockerfile").contains("# org/m: fp16"));
    world.run(&["lock"]);
    let lock = world.text("hublint.lock");
    assert!(lock.contains("\"ref\": \"fp16\"") && lock.contains(pin_world::C), "{lock}");
}

#[test]
fn workflows() {
    becomes(
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    steps:\n      - run: hf download org/m\n      - run: |\n          hf download org/m\n",
        "jobs:\n  a:\n    steps:\n      - run: hf download org/m --revision A  # main\n      - run: |\n          hf download org/m --revision A  # main\n",
    );
    // Lines of a folded block become one: a comment would swallow the rest.
    becomes(
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    steps:\n      - run: >\n          hf download org/m\n          --quiet\n",
        "jobs:\n  a:\n    steps:\n      - run: >\n          hf download org/m --revision A\n          --quiet\n",
    );
}

#[test]
fn lists_of_words_in_yaml() {
    let pod = |list: &str| format!("spec:\n  containers:\n  - name: a\n    image: vllm/vllm-openai:v1\n{list}");
    for (before, expected) in [
        (
            "    args:\n    - --model\n    - org/m\n    - --port\n    - \"80\"\n",
            "    args:\n    - --model\n    - org/m\n    - --revision\n    - A  # main\n    - --tokenizer-revision\n    - A\n    - --port\n    - \"80\"\n",
        ),
        (
            "    args:\n      - --model=org/m\n",
            "    args:\n      - --model=org/m\n      - --revision\n      - A  # main\n      - --tokenizer-revision\n      - A\n",
        ),
        (
            "    args:\n      - \"--model\"\n      - 'org/m'\n",
            "    args:\n      - \"--model\"\n      - 'org/m'\n      - '--revision'\n      - 'A'  # main\n      - '--tokenizer-revision'\n      - 'A'\n",
        ),
        (
            "    args: [\"--model\", \"org/m\"]\n",
            "    args: [\"--model\", \"org/m\", \"--revision\", \"A\", \"--tokenizer-revision\", \"A\"]\n",
        ),
        (
            "    args: [--model, org/m, --port, \"80\"]\n",
            "    args: [--model, org/m, --revision, A, --tokenizer-revision, A, --port, \"80\"]\n",
        ),
        // One text that a shell takes apart stays one.
        (
            "    command: [\"sh\", \"-c\"]\n    args:\n      - vllm serve org/m --port 80\n",
            "    command: [\"sh\", \"-c\"]\n    args:\n      - vllm serve org/m --revision A --tokenizer-revision A --port 80\n",
        ),
    ] {
        let text = after("pod.yaml", &pod(before));
        assert_eq!(text.replace("  # main", ""), pod(expected).replace("  # main", ""));
        if expected.contains("  # main") {
            assert_eq!(text, pod(expected));
        }
    }
}

#[test]
fn lists_of_words_in_json() {
    let before = "{\n  \"containers\": [\n    {\n      \"image\": \"vllm/vllm-openai:v1\",\n      \"args\": [\n        \"--model\",\n        \"org/m\"\n      ]\n    }\n  ]\n}\n";
    let item = "        \"org/m\"";
    let more = ["--revision", "A", "--tokenizer-revision", "A"].map(|word| format!(",\n        \"{word}\"")).concat();
    becomes("pod.json", before, &before.replace(item, &format!("{item}{more}")));
    // The file must have to do with a library for its commands to be looked at.
    let code = |line: &str| format!("from transformers import AutoModel\nAutoModel.from_pretrained('./local')\n{line}\n");
    let list = "import subprocess\nsubprocess.run([\"hf\", \"download\", \"org/m\", \"--quiet\"])";
    becomes("a.py", &code(list), &code(&list.replace("\"org/m\"", "\"org/m\", \"--revision\", \"A\"")));
    let system = "import os\nos.system(\"hf download org/m\")";
    becomes("a.py", &code(system), &code(&system.replace("org/m", "org/m --revision A")));
}

#[test]
fn configuration_gets_the_key_of_its_tool() {
    becomes(
        "axolotl.yml",
        "base_model: org/m  # ours\nmicro_batch_size: 2\ndatasets:\n  - path: org/other\n    type: alpaca\n  - {path: org/m, type: x}\n",
        "base_model: org/m  # ours\nrevision_of_model: A  # main\nmicro_batch_size: 2\ndatasets:\n  - path: org/other\n    revision: B  # main\n    type: alpaca\n  - {path: org/m, revision: A, type: x}\n",
    );
    becomes(
        "train.yaml",
        "model_name_or_path: org/m\r\nstage: sft\r\nmodel_revision: main\r\n",
        "model_name_or_path: org/m\r\nstage: sft\r\nmodel_revision: A  # main\r\n",
    );
    becomes(
        "train.json",
        "{\n  \"model_name_or_path\": \"org/m\",\n  \"stage\": \"sft\"\n}\n",
        "{\n  \"model_name_or_path\": \"org/m\",\n  \"model_revision\": \"A\",\n  \"stage\": \"sft\"\n}\n",
    );
    becomes(
        "train.json",
        "{\"stage\": \"sft\", \"model_name_or_path\": \"org/m\"}\n",
        "{\"stage\": \"sft\", \"model_name_or_path\": \"org/m\", \"model_revision\": \"A\"}\n",
    );
}

#[test]
fn front_matter_names_files_before_the_commit() {
    let card = |items: &str| format!("---\nsdk: gradio\npreload_from_hub:\n{items}---\n# A\n");
    becomes("README.md", &card("  - org/m config.json\n"), &card("  - org/m config.json A\n"));
    becomes("README.md", &card("  - org/m\n"), &card("  - org/m\n"));
}

#[test]
fn a_commit_of_digits_is_no_number() {
    let world = World::new();
    let digits = "1234567890123456789012345678901234567890";
    world.cached("models", "org/m", "main", digits, &[("config.json", "{}")]);
    world.put("axolotl.yml", "base_model: org/m\nmicro_batch_size: 2\n");
    world.run(&["pin", "."]);
    assert!(world.text("axolotl.yml").contains(&format!("revision_of_model: \"{digits}\"")), "{}", world.text("axolotl.yml"));
}
