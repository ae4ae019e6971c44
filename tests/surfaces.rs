//! What surfaces other than Python yield, with exact lines and columns, and twins that stay silent.
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use hublint::catalog::Catalog;
use hublint::source::{Source, language_of};
use hublint::span::Span;
use hublint::surface::{self, SurfaceResult};
use hublint::usage::{Literal, Value};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn read(path: &str, text: &str) -> (Source, SurfaceResult) {
    let source = Source::new(path, text.as_bytes().to_vec(), language_of(path, text.as_bytes()));
    let result = surface::uses(&source, Catalog::builtin());
    (source, result)
}

/// 1-based line and column of a byte of the file.
fn position(source: &Source, byte: usize) -> String {
    let before = &source.bytes[..byte];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    format!("{line}:{column}")
}

fn shown(value: &Value) -> String {
    let one = |literal: &Literal| match literal {
        Literal::Str(text) if text == COMMIT => "COMMIT".to_owned(),
        Literal::Str(text) => text.clone(),
        Literal::Bool(value) => value.to_string(),
        other => format!("{other:?}"),
    };
    match value {
        Value::Unknown(_) => "?".to_owned(),
        value => value.literals().iter().map(one).collect::<Vec<_>>().join("|"),
    }
}

/// `line:column name Role=value@line:column ...`, one a use; the place of an argument is that of its value.
fn uses(path: &str, text: &str) -> Vec<String> {
    let (source, result) = read(path, text);
    result
        .uses
        .iter()
        .map(|usage| {
            let map = &source.units[usage.unit].map;
            let at = |span: Span| position(&source, map.file_offset(span.start()));
            let mut line = format!("{} {}", at(usage.callee), usage.name);
            for (role, argument) in &usage.arguments {
                line.push_str(&format!(" {role:?}={}@{}", shown(&argument.value), at(argument.value_span)));
                if argument.replaceable {
                    let unit = &source.units[usage.unit].text;
                    assert_eq!(argument.value_span.text(unit), shown(&argument.value).replace("COMMIT", COMMIT), "{line}");
                }
            }
            if usage.site.is_some_and(|site| site.open) {
                line.push_str(" ...");
            }
            line
        })
        .collect()
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let text = text.replace("COMMIT", COMMIT);
    assert_eq!(uses(path, &text), expected, "{path}");
}

#[test]
fn a_shell_script_with_variables_continuations_and_wrappers() {
    check(
        "serve.sh",
        r#"#!/bin/bash
MODEL=org/m
REV="COMMIT"
vllm serve $MODEL --revision "$REV" \
   --trust_remote_code --tokenizer-revision=$REV
sudo -E env HF_ENDPOINT=http://mirror nohup hf download org/wrapped &
CUDA_VISIBLE_DEVICES=0 hf download "${X:-org/default}" --revision=main
bash -lc 'hf download org/quoted --revision "main"'
OUT=$(hf download org/inner | tail -1)
if [ "$A" = 1 ]; then M=org/a; else M=org/b; fi
hf download $M
for name in org/one org/two; do
  hf download "$name"
done
"#,
        &[
            "4:1 vllm serve RepoId=org/m@4:12 Revision=COMMIT@4:30 TokenizerRevision=COMMIT@5:24 RemoteCode=true@5:4",
            "6:45 hf download RepoId=org/wrapped@6:57",
            "6:13 HF_ENDPOINT Endpoint=http://mirror@6:25",
            "7:24 hf download RepoId=org/default@7:36 Revision=main@7:67",
            "8:11 hf download RepoId=org/quoted@8:23 Revision=main@8:46",
            "9:7 hf download RepoId=org/inner@9:19",
            "11:1 hf download RepoId=org/a|org/b@11:13",
            "13:3 hf download RepoId=org/one|org/two@13:15",
        ],
    );
}

#[test]
fn arrays_and_words_that_a_variable_brings() {
    check(
        "run.sh",
        r#"ARGS="--trust-remote-code --revision main"
vllm serve org/b $ARGS
OPTS=(--model org/c
  # the commit
  --revision COMMIT)
OPTS+=(--trust-remote-code)
python3 -u -m vllm.entrypoints.openai.api_server "${OPTS[@]}"
vllm serve org/d "$@"
vllm serve org/e $EXTRA_ARGS
"#,
        &[
            "2:1 vllm serve RepoId=org/b@2:12 Revision=main@2:18 RemoteCode=true@2:18",
            "7:1 python3 -m vllm.entrypoints.openai.api_server RepoId=org/c@7:50 Revision=COMMIT@7:50 RemoteCode=true@7:50",
            "8:1 vllm serve RepoId=org/d@8:12 ...",
            "9:1 vllm serve RepoId=org/e@9:12 ...",
        ],
    );
}

#[test]
fn what_is_only_printed_or_commented_is_silent() {
    check(
        "talk.sh",
        r#"# hf download org/comment
echo "hf download org/echoed"
printf 'vllm serve org/printed --trust-remote-code\n'
cat <<EOF
hf download org/document
EOF
grep -r "trust_remote_code" . | sed 's/--trust-remote-code//'
git clone https://github.com/org/repo
hf download --help
pip install vllm
X='hf download org/string'
python train.py --model_name_or_path ./local/folder --output_dir out/x
python train.py --model_name_or_path bert-base-uncased
"#,
        &[],
    );
}

#[test]
fn here_documents_that_run_are_read() {
    check(
        "hd.sh",
        "bash <<'EOF'\nhf download org/run\nEOF\ncat > job.sh <<EOT\n  hf download org/written \\\n    --revision main\nEOT\nhf download org/after\n",
        &[
            "2:1 hf download RepoId=org/run@2:13",
            "5:3 hf download RepoId=org/written@5:15 Revision=main@6:16",
            "8:1 hf download RepoId=org/after@8:13",
        ],
    );
}

#[test]
fn launchers_and_scripts_of_ones_own() {
    check(
        "train.sh",
        "torchrun --nproc_per_node 8 train.py --model_name_or_path org/x --trust_remote_code True --dataset_name=org/d\n\
         accelerate launch --config_file c.yaml -m pkg.train --model-name-or-path org/y\n\
         ./run.sh --trust-remote-code\n\
         uv run --with vllm vllm serve org/uv --trust-remote-code=false\n",
        &[
            "1:29 train.py RepoId=org/x@1:59",
            "1:29 train.py RepoId=org/d@1:105",
            "1:65 --trust_remote_code RemoteCode=True@1:85",
            "2:43 pkg.train RepoId=org/y@2:74",
            "3:10 --trust-remote-code RemoteCode=true@3:10",
            "4:20 vllm serve RepoId=org/uv@4:31 RemoteCode=false@4:58",
        ],
    );
}

#[test]
fn a_clone_is_pinned_by_the_commit_that_is_checked_out() {
    check(
        "clone.sh",
        "git clone --depth 1 https://huggingface.co/org/a dir\n\
         cd dir && git checkout COMMIT\n\
         GIT_LFS_SKIP_SMUDGE=1 git clone --recursive git@hf.co:org/b\n\
         git -C /x clone https://huggingface.co/datasets/org/c\n",
        &[
            "1:1 git clone RepoId=https://huggingface.co/org/a@1:21 Revision=COMMIT@2:24",
            "4:1 git clone RepoId=https://huggingface.co/datasets/org/c@4:17",
        ],
    );
}

#[test]
fn other_commands_by_their_facts() {
    check(
        "tools.sh",
        "llama-server -hf org/g:Q4_K_M --port 80\n\
         ollama run hf.co/org/h:Q8_0\n\
         lm_eval --model hf --model_args pretrained=org/e,trust_remote_code=True,revision=main --tasks x\n\
         optimum-cli export onnx -m org/o out/\n\
         python -m sglang.launch_server --model-path org/s\n\
         wget https://huggingface.co/org/w/resolve/main/x.bin\n",
        &[
            "1:1 llama-server RepoId=org/g@1:18",
            "2:1 ollama run RepoId=hf.co/org/h@2:12",
            "3:1 lm_eval RepoId=org/e@3:44 Revision=main@3:82 RemoteCode=True@3:68 ModelArgs=pretrained=org/e,trust_remote_code=True,revision=main@3:33",
            "4:1 optimum-cli export onnx RepoId=org/o@4:28",
            "5:1 python -m sglang.launch_server RepoId=org/s@5:45",
            "6:6 /resolve/ RepoId=https://huggingface.co/org/w/resolve/main/x.bin@6:6 Revision=main@6:43",
        ],
    );
}

const DOCKERFILE: &str = r#"# syntax=docker/dockerfile:1
ARG MODEL=org/argument
FROM python:3.11-slim AS base
ENV HF_HOME=/cache \
    TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1
RUN --mount=type=cache,target=/root/.cache \
    apt-get update && \
    # fetch the weights
    huggingface-cli download org/model \
      --revision main
RUN hf download ${MODEL}
RUN <<EOF
set -e
hf download org/heredoc
EOF
RUN ["python", "-m", "vllm.entrypoints.openai.api_server", "--model", "org/exec", "--trust-remote-code"]
RUN bash -c 'hf download org/bash \
  --revision main'
ENTRYPOINT ["vllm", "serve"]
CMD ["org/cmd", \
     "--revision", "COMMIT", "--tokenizer-revision=COMMIT"]
FROM ghcr.io/huggingface/text-generation-inference:2.0
ENV MODEL_ID=org/tgi
ENV REVISION main
FROM vllm/vllm-openai:v0.6
CMD ["--model", "org/image"]
FROM scratch
HEALTHCHECK --interval=5s CMD hf download org/health
ENTRYPOINT ["sh", "-c", "vllm serve \"org/escaped\" --port 80"]
"#;

#[test]
fn a_dockerfile_with_every_form() {
    check(
        "docker/Dockerfile.gpu",
        DOCKERFILE,
        &[
            "5:5 TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD AllowPickle=1@5:38",
            "9:5 huggingface-cli download RepoId=org/model@9:30 Revision=main@10:18",
            "11:5 hf download RepoId=org/argument@11:17",
            "14:1 hf download RepoId=org/heredoc@14:13",
            "16:7 python -m vllm.entrypoints.openai.api_server RepoId=org/exec@16:72 RemoteCode=true@16:84",
            "17:14 hf download RepoId=org/bash@17:26 Revision=main@18:14",
            "19:14 vllm serve RepoId=org/cmd@20:7 Revision=COMMIT@21:21 TokenizerRevision=COMMIT@21:86",
            "22:6 ghcr.io/huggingface/text-generation-inference RepoId=org/tgi@23:14 Revision=main@24:14",
            "25:6 vllm/vllm-openai RepoId=org/image@26:18",
            "28:31 hf download RepoId=org/health@28:43",
            "29:26 vllm serve RepoId=org/escaped@29:39",
        ],
    );
}

#[test]
fn statements_of_a_dockerfile_are_whole_instructions() {
    let text = DOCKERFILE.replace("COMMIT", COMMIT);
    let (source, result) = read("Dockerfile", &text);
    let usage = result.uses.iter().find(|usage| usage.name == "huggingface-cli download").unwrap();
    let statement = usage.statement.text(&source.units[usage.unit].text);
    assert!(statement.starts_with("RUN --mount") && statement.ends_with("--revision main"), "{statement}");
}

#[test]
fn a_workflow_with_blocks_environments_and_expressions() {
    check(
        ".github/workflows/ci.yml",
        r#"name: ci
on: push
env:
  MODEL: org/env
  TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD: "1"
jobs:
  a:
    steps:
      - run: hf download $MODEL --revision main
      - name: several
        env: { HF_ENDPOINT: "http://x", TRUST_REMOTE_CODE: true }
        run: |
          # hf download org/comment
          hf download org/block \
            --revision main
          vllm serve ${{ inputs.model }} --trust-remote-code
      - run: >-
          hf download org/folded
          --revision dev
      - run: "hf download \"org/escaped\" --revision main"
      - shell: python
        run: |
          hf download org/python
      - run: hf download org/pinned --revision COMMIT # for good
"#,
        &[
            "5:3 TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD AllowPickle=1@5:38",
            "9:14 hf download RepoId=org/env@9:26 Revision=main@9:44",
            "11:16 HF_ENDPOINT Endpoint=http://x@11:30",
            "11:41 TRUST_REMOTE_CODE RemoteCode=true@11:60",
            "14:11 hf download RepoId=org/block@14:23 Revision=main@15:24",
            "16:11 vllm serve RepoId=?@16:22 RemoteCode=true@16:42",
            "18:11 hf download RepoId=org/folded@18:23 Revision=dev@19:22",
            "20:15 hf download RepoId=org/escaped@20:29 Revision=main@20:54",
            "24:14 hf download RepoId=org/pinned@24:26 Revision=COMMIT@24:48",
        ],
    );
}

#[test]
fn gitlab_scripts_share_their_variables() {
    check(
        ".gitlab-ci.yml",
        "variables:\n  MODEL: org/gl\n.setup: &setup\n  - pip install vllm==0.6.0\njob:\n  before_script:\n    - *setup\n    - hf download \"$MODEL\"\n  script:\n    - |\n      python train.py --trust_remote_code\n",
        &["8:7 hf download RepoId=org/gl@8:19", "11:23 --trust_remote_code RemoteCode=true@11:23"],
    );
}

#[test]
fn compose_files_with_anchors_and_images() {
    check(
        "compose.yaml",
        r#"x-base: &base
  image: vllm/vllm-openai:latest
services:
  vllm:
    <<: *base
    command: --model org/compose --trust-remote-code
  tgi:
    image: ghcr.io/huggingface/text-generation-inference:2.0
    environment:
      MODEL_ID: org/tgi
      REVISION: ${REV:-main}
  sg:
    image: lmsysorg/sglang:latest
    entrypoint: python3 -m sglang.launch_server
    command: ["--model-path", "org/sgl", "--revision", "COMMIT"]
  sh:
    image: ubuntu
    command: ["sh", "-c", "hf download org/sh && echo done"]
  web:
    image: nginx
    command: ["nginx", "-g", "daemon off;"]
"#,
        &[
            "2:10 vllm/vllm-openai RepoId=org/compose@6:22 RemoteCode=true@6:34",
            "8:12 ghcr.io/huggingface/text-generation-inference RepoId=org/tgi@10:17 Revision=main@11:17",
            "14:17 python3 -m sglang.launch_server RepoId=org/sgl@15:32 Revision=COMMIT@15:57",
            "18:28 hf download RepoId=org/sh@18:40",
        ],
    );
}

#[test]
fn manifests_and_charts_with_templates() {
    check(
        "chart/templates/deployment.yaml",
        r#"kind: Deployment
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.6.0
      command: ["/bin/sh", "-c"]
      args:
        - |
          set -e
          vllm serve org/block --trust-remote-code
      env:
        - name: TRUST_REMOTE_CODE
          value: "true"
    - name: direct
      image: "vllm/vllm-openai:{{ .Values.tag }}"
      args: ["--model", "{{ .Values.model }}", "--trust-remote-code"]
    {{- if .Values.third }}
    - name: third
      image: vllm/vllm-openai
      args:
        - --model=org/third
        - --revision=COMMIT
        - --tokenizer-revision=COMMIT
    {{- end }}
"#,
        &[
            "10:11 vllm serve RepoId=org/block@10:22 RemoteCode=true@10:32",
            "12:17 TRUST_REMOTE_CODE RemoteCode=true@13:19",
            "15:14 vllm/vllm-openai RepoId=?@16:25 RemoteCode=true@16:49",
            "19:14 vllm/vllm-openai RepoId=org/third@21:19 Revision=COMMIT@22:22 TokenizerRevision=COMMIT@23:32",
        ],
    );
}

#[test]
fn configuration_by_its_keys() {
    check(
        "axolotl.yml",
        "base_model: org/base\nrevision_of_model: COMMIT\ntrust_remote_code: true\nsequence_len: 2048\ndatasets:\n  - path: org/data\n    type: alpaca\n  - path: ${DATA}\n",
        &[
            "1:1 base_model RepoId=org/base@1:13 Revision=COMMIT@2:20 RemoteCode=true@3:20",
            "6:5 path RepoId=org/data@6:11",
            "8:5 path RepoId=?@8:11",
        ],
    );
    check(
        "conf/model.yaml",
        "model:\n  _target_: transformers.AutoModel.from_pretrained\n  pretrained_model_name_or_path: org/hydra\n  trust_remote_code: true\nother: {trust_remote_code: false}\n",
        &[
            "2:13 AutoModel.from_pretrained RepoId=org/hydra@3:34 RemoteCode=true@4:22",
            "5:9 trust_remote_code RemoteCode=false@5:28",
        ],
    );
    check(
        "conf.json",
        "{\n\t\"a\": [1, 2],\n\t\"trust_remote_code\": true // why\n}\n",
        &["3:2 trust_remote_code RemoteCode=true@3:23"],
    );
    check("conf.toml", "[model]\ntrust_remote_code = true\n", &["2:1 trust_remote_code RemoteCode=true@2:21"]);
    // Another tool's file with a key of the same name.
    check("other.yml", "base_model: something/else\nname: x\n", &[]);
}

#[test]
fn front_matter_of_a_space() {
    check(
        "README.md",
        "---\ntitle: x\nsdk: gradio\nmodels:\n  - org/model\npreload_from_hub:\n  - org/pre config.json,m.bin COMMIT\n  - org/floating\n---\n```bash\nhf download org/fence\n```\n",
        &[
            "5:5 models RepoId=org/model@5:5",
            "7:5 preload_from_hub RepoId=org/pre@7:5 Revision=COMMIT@7:31",
            "8:5 preload_from_hub RepoId=org/floating@8:5",
        ],
    );
}

#[test]
fn fences_become_units_with_their_places() {
    let text = "Text\n\n1. Do\n   ```console\n   $ hf download org/fence\n   ```\n~~~yaml\nrun: hf download org/yaml\n~~~\n```rust\nlet x;\n```\n";
    let mut source = Source::new("doc.md", text.as_bytes().to_vec(), language_of("doc.md", b""));
    let fences: Vec<_> = source.units.iter().flat_map(surface::markdown::code_units).collect();
    source.units.extend(fences);
    let found: Vec<String> = surface::uses(&source, Catalog::builtin())
        .uses
        .iter()
        .map(|usage| position(&source, source.units[usage.unit].map.file_offset(usage.callee.start())))
        .collect();
    assert_eq!(found, ["5:6", "8:6"]);
}

#[test]
fn makefiles_environment_files_and_others() {
    check(
        "Makefile",
        "MODEL ?= org/make\nserve: deps\n\t@vllm serve $(MODEL) --port $$PORT \\\n\t  --revision main\n",
        &["3:3 vllm serve RepoId=org/make@3:14 Revision=main@4:15"],
    );
    check(
        ".env",
        "# TRUST_REMOTE_CODE=true\nHF_ENDPOINT=http://x\nexport TRUST_REMOTE_CODE=\"true\"\n",
        &["2:1 HF_ENDPOINT Endpoint=http://x@2:13", "3:8 TRUST_REMOTE_CODE RemoteCode=true@3:27"],
    );
    check(
        ".gitmodules",
        "[submodule \"m\"]\n\tpath = m\n\turl = https://huggingface.co/org/sub\n[submodule \"n\"]\n\turl = https://github.com/a/b\n",
        &["3:8 url RepoId=https://huggingface.co/org/sub@3:8"],
    );
    check("Modelfile", "FROM hf.co/org/g:Q4\nPARAMETER x 1\n", &["1:1 ollama pull RepoId=hf.co/org/g@1:6"]);
}

#[test]
fn notebooks_map_to_the_lines_of_the_file() {
    let text = "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"metadata\": {},\n   \"outputs\": [],\n   \"execution_count\": null,\n   \"source\": [\n    \"%env HF_ENDPOINT=http://x\\n\",\n    \"!hf download org/nb --revision main\\n\",\n    \"!hf download {repo} --revision main\"\n   ]\n  }\n ],\n \"metadata\": {},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n";
    check(
        "n.ipynb",
        text,
        &[
            "9:11 HF_ENDPOINT Endpoint=http://x@9:23",
            "10:7 hf download RepoId=org/nb@10:19 Revision=main@10:37",
            "11:7 hf download RepoId=?@11:19 Revision=main@11:37",
        ],
    );
}

#[test]
fn install_commands_count_in_the_unit() {
    let text = "FROM x\nRUN apt-get update \\\n && pip install \\\n    \"torch==2.5.1\" -r requirements.txt\n";
    let (source, result) = read("Dockerfile", text);
    let (unit, install) = result.installs.first().unwrap();
    let requirement = install.requirements.first().unwrap();
    assert_eq!(requirement.package, "torch");
    assert_eq!(&source.units[*unit].text[requirement.span.clone()], "torch==2.5.1");
    assert_eq!(&source.units[*unit].text[install.files.first().unwrap().span.clone()], "requirements.txt");
}

#[test]
fn what_does_not_parse_is_read_in_part_and_told() {
    let (source, result) = read("ci.yml", "a: [\nb: }\n- run: hf download org/still\n");
    assert_eq!(result.problems.len(), 1);
    assert!(result.problems[0].partial && result.problems[0].line.is_some());
    let usage = result.uses.first().unwrap();
    assert_eq!(position(&source, usage.callee.start()), "3:8");
    let (_, result) = read("x.toml", "a = \n[b]\ntrust_remote_code = true\n");
    assert_eq!((result.problems.len(), result.uses.len()), (1, 1));
    let (_, result) = read("x.json", "{\"trust_remote_code\": tru\n");
    assert_eq!(result.problems.len(), 1);
}

#[test]
fn python_hands_its_own_words_over() {
    use hublint::surface::{Place, Word, command_uses};
    use hublint::usage::{Surface, UseKind, Why};
    let text = r#"["vllm", "serve", model, "--trust-remote-code"]"#;
    let literal = |word: &str| {
        let at = text.find(word).unwrap();
        Word::literal(word, Span::new(at - 1, at + word.len() + 1), Span::new(at, at + word.len()))
    };
    let words =
        [literal("vllm"), literal("serve"), Word::unknown(Why::Parameter, Span::new(18, 23), ""), literal("--trust-remote-code")];
    let whole = Span::new(0, text.len());
    let place = Place { unit: 3, surface: Surface::Python, whole, statement: whole };
    let found = command_uses(&words, &[], place, Catalog::builtin());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].unit, found[0].surface), (UseKind::Command, 3, Surface::Python));
    assert_eq!(found[0].arguments.len(), 2);
    let found = surface::shell_text(0, Surface::Python, "hf download org/m", 11, Span::new(0, 40), Catalog::builtin());
    assert_eq!(found[0].callee, Span::new(11, 22));
}

/// Every hostile text is read in little time and without a crash.
/// Processor time of this thread where the system tells it, else the time of the wall: a busy machine must not count.
fn spent_here() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|text| text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()));
    spent.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

#[test]
fn hostile_texts_are_bounded() {
    let n = 60_000;
    let bomb = {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for index in 1..30 {
            let before = index - 1;
            let items = vec![format!("*a{before}"); 9].join(", ");
            text.push_str(&format!("a{index}: &a{index} [{items}]\n"));
        }
        text.push_str("run: hf download org/m\n");
        text
    };
    let growth: String = std::iter::once("A=xx\n".to_owned())
        .chain((0..200).map(|_| "A=$A$A\n".to_owned()))
        .chain((0..n / 4).map(|index| format!("B{index}=$A$A\n")))
        .collect();
    let texts: Vec<(&str, String)> = vec![
        ("a.sh", "$(".repeat(n)),
        ("a.sh", "\"$(".repeat(n)),
        ("a.sh", "`\"".repeat(n)),
        ("a.sh", "${".repeat(n)),
        ("a.sh", "$((".repeat(n)),
        ("a.sh", "'".repeat(n + 1)),
        ("a.sh", "\"'".repeat(n)),
        ("a.sh", "cat <<A\n".repeat(n)),
        ("a.sh", "cat <<A <<B <<C\nA\n".repeat(n / 4)),
        ("a.sh", "bash -c 'bash -c \"".repeat(n / 8)),
        ("a.sh", "sudo ".repeat(n)),
        ("a.sh", "hf download org/m ".repeat(n)),
        ("a.sh", "X=1 MODEL_ID=a/b text-generation-launcher\n".repeat(n / 8)),
        ("a.sh", format!("A=({})\n{}", "x ".repeat(n), "echo ${A[@]}\n".repeat(n / 4))),
        ("a.sh", growth),
        ("a.sh", "git clone https://huggingface.co/a/b\n".repeat(n / 16)),
        ("a.sh", "{{".repeat(n)),
        ("a.sh", "{".repeat(n)),
        ("a.sh", "\\\n".repeat(n)),
        ("a.sh", "if ".repeat(n)),
        ("a.sh", "\u{E000}_é".repeat(n)),
        ("Dockerfile", "RUN <<A\n".repeat(n)),
        ("Dockerfile", "RUN a \\\n".repeat(n)),
        ("Dockerfile", format!("RUN {}", "[\"".repeat(n))),
        ("Dockerfile", "ONBUILD HEALTHCHECK CMD ".repeat(n)),
        ("Dockerfile", "ENV A=$A$A\n".repeat(n)),
        ("Makefile", format!("A:={}\n\t{}\n", "$".repeat(n), "$(".repeat(n))),
        ("a.yml", bomb),
        ("a.yml", "[".repeat(n)),
        ("a.yml", "{".repeat(n)),
        ("a.yml", "- ".repeat(n)),
        ("a.yml", "a: &a\n  <<: *a\n  run: x\n".to_owned()),
        ("a.yml", "&a [*a]".to_owned()),
        ("a.yml", (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("a.yml", "a: |\n".repeat(n)),
        ("a.yml", "? ".repeat(n)),
        ("a.yml", "\"".repeat(n)),
        ("a.yml", format!("run: |\n{}", "  hf download org/m\n".repeat(n / 4))),
        ("a.yml", format!("run: \"{}\"\n", "hf \\\n   ".repeat(n / 4))),
        ("a.json", "[".repeat(n)),
        ("a.json", "{\"a\":".repeat(n)),
        ("a.json", "/*".repeat(n)),
        ("a.toml", "[".repeat(n)),
        ("a.toml", format!("a = {}", "[".repeat(n))),
        ("a.toml", "a.".repeat(n)),
        ("a.toml", "[a]\n".repeat(n / 4)),
        ("README.md", format!("---\n{}\n---\n", "- ".repeat(n))),
        ("README.md", "---\n".repeat(n)),
    ];
    for (path, text) in texts {
        let start = spent_here();
        let (mut source, _) = read(path, &text);
        let more: Vec<_> = source.units.iter().flat_map(surface::markdown::code_units).collect();
        source.units.extend(more);
        let spent = spent_here() - start;
        let limit = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });
        let shown: String = text.chars().take(20).collect();
        if std::env::var_os("SHOW_TIMES").is_some() {
            eprintln!("{path} {shown:?} {spent:?}");
        }
        assert!(spent < limit, "{path} {shown:?} took {spent:?}");
    }
}
