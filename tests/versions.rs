//! Manifests of every kind, as they look in real projects: what is read, and where it stands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hublint::versions::{Manifest, ManifestKind, Place, ProjectVersions, VersionKnowledge, is_manifest, pip_install, read};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/manifests")
}

fn load(name: &str) -> (String, Manifest) {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    // Two dialects of one file name live in one folder here.
    let kind = is_manifest(name.strip_prefix("poetry-").unwrap_or(name)).unwrap();
    let manifest = read(kind, &text, &|path| {
        assert!(!path.contains(".."), "the resolver never leaves the manifest's folder here: {path}");
        std::fs::read_to_string(folder().join(path)).ok()
    });
    (text, manifest)
}

/// One line for each requirement: line:column of its start, its text, its specifier, package, version, place.
fn table(name: &str) -> Vec<String> {
    let (text, manifest) = load(name);
    let mut included = BTreeMap::new();
    manifest
        .requirements
        .iter()
        .map(|found| {
            let text = match &found.file {
                None => &text,
                Some(file) => {
                    included.entry(file.clone()).or_insert_with(|| std::fs::read_to_string(folder().join(file)).unwrap())
                }
            };
            let before = &text[..found.span.start];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            let version = match &found.knowledge {
                VersionKnowledge::Exact(version) => format!("exact {version}"),
                VersionKnowledge::Range(range) => format!("range {}", range.text),
                VersionKnowledge::Unknown => "unknown".to_owned(),
            };
            let marker = found.marker.as_deref().map(|marker| format!(" ; {marker}")).unwrap_or_default();
            let file = found.file.as_deref().map(|file| format!(" in {file}")).unwrap_or_default();
            format!(
                "{line}:{column} {:?} [{}] {} {version} {:?}{marker}{file}",
                &text[found.span.clone()],
                &text[found.specifier_span.clone()],
                found.package,
                found.place,
            )
        })
        .collect()
}

fn assert_table(name: &str, wanted: &[&str]) {
    let found = table(name);
    assert_eq!(found, wanted, "\n{name}:\n{}\n", found.join("\n"));
    assert_eq!(load(name).1.problems, [], "{name}");
}

#[test]
fn requirements_txt() {
    assert_table(
        "requirements.txt",
        &[
            r#"1:1 "datasets>=2.14,!=2.15.*" [>=2.14,!=2.15.*] datasets range >=2.14,!=2.15.* Main in requirements/base.txt"#,
            r#"2:1 "accelerate \\\r\n  ==0.24.1" [==0.24.1] accelerate exact 0.24.1 Main in requirements/base.txt"#,
            r#"2:1 "numpy<2" [<2] numpy range <2 Constraint in constraints.txt"#,
            r#"3:1 "huggingface-hub==0.20.3" [==0.20.3] huggingface-hub exact 0.20.3 Constraint in constraints.txt"#,
            r#"7:1 "torch==2.1.0+cu118" [==2.1.0+cu118] torch exact 2.1.0+cu118 Main"#,
            r#"11:1 "transformers[torch,sentencepiece] >= 4.36, < 4.50" [>= 4.36, < 4.50] transformers range >= 4.36, < 4.50 Main"#,
            r#"12:1 "Sentence_Transformers~=2.7" [~=2.7] sentence-transformers range ~=2.7 Main ; python_version >= "3.9""#,
            r#"13:1 "git+https://github.com/huggingface/peft.git@v0.6.0#egg=peft" [] peft unknown Main"#,
            r#"14:1 "https://example.org/wheels/keras-3.8.0-py3-none-any.whl" [] keras exact 3.8.0 Main"#,
            r#"15:1 "xformers @ https://example.org/whl/xformers-0.0.22-cp310-cp310-manylinux2014_x86_64.whl ; sys_platform == \"linux\"" [] xformers exact 0.0.22 Main"#,
            r#"17:1 "numpy" [] numpy unknown Main"#,
            r#"18:1 "vllm===0.10.2" [===0.10.2] vllm exact 0.10.2 Main"#,
        ],
    );
}

#[test]
fn pyproject_toml() {
    assert_table(
        "pyproject.toml",
        &[
            r#"7:6 "torch>=2.0,<2.6" [>=2.0,<2.6] torch range >=2.0,<2.6 Main"#,
            r#"8:6 "transformers[torch]~=4.40" [~=4.40] transformers range ~=4.40 Main"#,
            r#"9:6 "keras" [] keras unknown Main"#,
            r#"13:11 "vllm==0.10.2" [==0.10.2] vllm exact 0.10.2 Optional ; platform_system == 'Linux'"#,
            r#"16:10 "onnx==1.15.0" [==1.15.0] onnx exact 1.15.0 Optional"#,
            r#"17:10 "ruff==0.4" [==0.4] ruff exact 0.4 Optional"#,
            r#"20:29 "numpy<2" [<2] numpy range <2 Constraint"#,
            r#"21:27 "datasets==2.19.0" [==2.19.0] datasets exact 2.19.0 Override"#,
            r#"22:22 "skops<0.12" [<0.12] skops range <0.12 Optional"#,
            r#"25:9 "nemo_toolkit==2.1.0" [==2.1.0] nemo-toolkit exact 2.1.0 Optional"#,
            r#"1:1 "sphinx==7.0" [==7.0] sphinx exact 7.0 Optional in requirements-docs.txt"#,
            r#"2:1 "skops==0.11.0" [==0.11.0] skops exact 0.11.0 Optional in requirements-docs.txt"#,
        ],
    );
}

#[test]
fn poetry() {
    assert_table(
        "poetry-pyproject.toml",
        &[
            r#"6:1 "torch = \"^2.1" [^2.1] torch range ^2.1 Main"#,
            r#"7:1 "transformers = { version = \"~4.40.1" [~4.40.1] transformers range ~4.40.1 Main"#,
            r#"8:1 "keras = \"3.8.0" [3.8.0] keras exact 3.8.0 Main"#,
            r#"9:1 "numpy = \"*" [*] numpy unknown Main"#,
            r#"10:1 "peft" [] peft unknown Main"#,
            r#"12:5 "{ version = \"1.14.0" [1.14.0] onnx exact 1.14.0 Main ; <3.9"#,
            r#"13:5 "{ version = \"^1.16" [^1.16] onnx range ^1.16 Main ; >=3.9"#,
            r#"15:1 "datasets = \"\"\">=2.14,<3" [>=2.14,<3] datasets range >=2.14,<3 Main"#,
            r#"17:27 "vllm]\nversion = \">=0.10,<0.12" [>=0.10,<0.12] vllm range >=0.10,<0.12 Main"#,
            r#"22:1 "skops = \"0.11.0" [0.11.0] skops exact 0.11.0 Optional"#,
        ],
    );
}

#[test]
fn setup_files() {
    assert_table(
        "setup.cfg",
        &[
            r#"7:5 "torch>=1.13,<2.6" [>=1.13,<2.6] torch range >=1.13,<2.6 Main"#,
            r#"9:5 "transformers[torch]==4.40.0" [==4.40.0] transformers exact 4.40.0 Main ; python_version > "3.8""#,
            r#"14:5 "vllm==0.10.2" [==0.10.2] vllm exact 0.10.2 Optional"#,
            r#"15:8 "keras==3.8.0" [==3.8.0] keras exact 3.8.0 Optional"#,
        ],
    );
    assert_table(
        "setup.py",
        &[
            r#"5:6 "torch>=1.13.0" [>=1.13.0] torch range >=1.13.0 Main"#,
            r#"6:6 "transformers==4.40.0" [==4.40.0] transformers exact 4.40.0 Main"#,
            r#"9:21 "vllm==0.10.2" [==0.10.2] vllm exact 0.10.2 Optional"#,
            r#"18:42 "datasets==2.19.0" [==2.19.0] datasets exact 2.19.0 Optional"#,
        ],
    );
}

#[test]
fn pipfiles() {
    assert_table(
        "Pipfile",
        &[
            r#"7:1 "torch = \"==2.1.0" [==2.1.0] torch exact 2.1.0 Main"#,
            r#"8:1 "transformers = {version = \">=4.36,<4.50" [>=4.36,<4.50] transformers range >=4.36,<4.50 Main"#,
            r#"9:1 "numpy = \"*" [*] numpy unknown Main"#,
            r#"12:1 "keras = \"~=3.8.0" [~=3.8.0] keras range ~=3.8.0 Optional"#,
        ],
    );
    let found = table("Pipfile.lock");
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found[0].starts_with("8:10 \"torch\\\": {") && found[0].ends_with("[==2.1.0] torch exact 2.1.0 Lock"),
        "{}",
        found[0]
    );
    assert!(found[1].ends_with("[==4.40.0] transformers exact 4.40.0 Lock"), "{}", found[1]);
    assert!(found[2].starts_with("20:10 ") && found[2].ends_with("[==3.8.0] keras exact 3.8.0 Lock"), "{}", found[2]);
}

#[test]
fn lock_files() {
    assert_table(
        "poetry.lock",
        &[
            r#"4:9 "torch\"\nversion = \"2.5.1+cu121" [2.5.1+cu121] torch exact 2.5.1+cu121 Lock"#,
            r#"18:9 "Transformers\"\nversion = \"4.40.0" [4.40.0] transformers exact 4.40.0 Lock"#,
        ],
    );
    assert_table(
        "uv.lock",
        &[
            r#"13:9 "torch\"\nversion = \"2.4.1" [2.4.1] torch exact 2.4.1 Lock"#,
            r#"19:9 "torch\"\nversion = \"2.5.1+cu121" [2.5.1+cu121] torch exact 2.5.1+cu121 Lock"#,
            r#"24:9 "peft\"\nversion = \"0.6.0" [0.6.0] peft exact 0.6.0 Lock"#,
        ],
    );
    assert_table("pdm.lock", &[r#"6:9 "torch\"\nversion = \"2.1.0" [2.1.0] torch exact 2.1.0 Lock ; sys_platform == "linux""#]);
    assert_table("pylock.toml", &[r#"5:9 "torch\"\nversion = \"2.5.1" [2.5.1] torch exact 2.5.1 Lock"#]);
}

#[test]
fn conda_environment() {
    assert_table(
        "environment.yml",
        &[
            r#"6:5 "python=3.10" [=3.10] python range =3.10 Main"#,
            r#"7:14 "pytorch=2.0.1" [=2.0.1] torch exact 2.0.1 Main"#,
            r#"8:6 "transformers>=4.36,<4.50" [>=4.36,<4.50] transformers range >=4.36,<4.50 Main"#,
            r#"9:18 "keras 3.8.0" [3.8.0] keras exact 3.8.0 Main"#,
            r#"10:5 "numpy" [] numpy unknown Main"#,
            r#"11:10 "onnx=1.15" [=1.15] onnx range =1.15 Main"#,
            r#"12:5 "pip" [] pip unknown Main"#,
            r#"15:9 "vllm==0.10.2" [==0.10.2] vllm exact 0.10.2 Main"#,
            r#"16:10 "datasets[audio]>=2.14" [>=2.14] datasets range >=2.14 Main"#,
            r#"1:1 "sphinx==7.0" [==7.0] sphinx exact 7.0 Main in requirements-docs.txt"#,
            r#"2:1 "skops==0.11.0" [==0.11.0] skops exact 0.11.0 Main in requirements-docs.txt"#,
        ],
    );
}

#[test]
fn broken_files_are_problems_and_the_rest_is_read() {
    for (name, text, requirements) in [
        ("pyproject.toml", "[project]\ndependencies = ['torch==2.1.0']\nname = 'x\n[tool.uv]\n", 1),
        ("uv.lock", "[[package]]\nname = \"torch\"\nversion = \"2.1.0\"\n[[package\n", 1),
        ("Pipfile.lock", "{\"default\": {\"torch\": {\"version\": \"==2.1.0\"},", 1),
        ("environment.yml", "dependencies:\n  - pytorch=2.0\n  - a: [\n}", 1),
    ] {
        let manifest = read(is_manifest(name).unwrap(), text, &|_| None);
        assert!(!manifest.problems.is_empty(), "{name}");
        assert!(manifest.problems.iter().all(|problem| problem.offset.is_none_or(|at| at <= text.len())), "{name}");
        assert_eq!(manifest.requirements.len(), requirements, "{name}: {manifest:?}");
    }
}

#[test]
fn hostile_files_neither_crash_nor_hang() {
    let kinds = [
        ManifestKind::Requirements,
        ManifestKind::Pyproject,
        ManifestKind::SetupCfg,
        ManifestKind::SetupPy,
        ManifestKind::Pipfile,
        ManifestKind::PipfileLock,
        ManifestKind::TomlLock,
        ManifestKind::Pylock,
        ManifestKind::Conda,
    ];
    let line = "torch==1.0 ".repeat(200_000);
    let texts = [
        String::new(),
        "\0\0\0torch==1.0\0".to_owned(),
        "\u{feff}[project]\u{0}".to_owned(),
        "é\u{2028}=\u{202e}".to_owned(),
        format!("dependencies: {line}"),
        format!("x = '{line}"),
        "[".repeat(100_000),
        "{\"a\":".repeat(50_000),
        "- ".repeat(20_000),
        "\\\n".repeat(200_000),
        "\"".repeat(200_001),
        "a.".repeat(100_000),
    ];
    for kind in kinds {
        for text in &texts {
            let start = std::time::Instant::now();
            let manifest = read(kind, text, &|_| None);
            for found in &manifest.requirements {
                assert!(text.get(found.span.clone()).is_some() && text.get(found.specifier_span.clone()).is_some());
            }
            let took = start.elapsed();
            assert!(took.as_secs() < 5, "{kind:?} {:?} took {took:?}", &text.chars().take(20).collect::<String>());
        }
    }
}

#[test]
fn a_project_with_everything() {
    let names = ["requirements.txt", "pyproject.toml", "uv.lock", "poetry.lock", "environment.yml"];
    let project = ProjectVersions::new(names.iter().map(|name| (format!("svc/{name}"), load(name).1)));
    let torch = project.lookup("torch", "svc/src").unwrap();
    // Two locks with three entries: all below 2.6, none alone.
    assert_eq!(torch.place, Place::Lock);
    assert_eq!(torch.path, "svc/uv.lock");
    let verdict = hublint::versions::facts::torch_load_is_safe_by_default(&project, "svc/src");
    assert_eq!(verdict.answer, hublint::versions::Answer::No, "{verdict:?}");
    assert!(project.lookup("torch", "other").is_none());
    let base = project.lookup("accelerate", "svc").unwrap();
    assert_eq!(base.path, "svc/requirements/base.txt");
}

#[test]
fn install_lines_of_a_dockerfile() {
    let line = "RUN apt-get update && apt-get install -y git \\\n    && pip install --no-cache-dir torch==2.1.0 'vllm==0.10.2' \\\n    -r requirements.txt";
    let found = pip_install(line);
    let seen: Vec<&str> = found.requirements.iter().map(|found| &line[found.span.clone()]).collect();
    assert_eq!(seen, ["torch==2.1.0", "vllm==0.10.2"]);
    assert_eq!(found.files.len(), 1);
}

/// Writes what is admitted for a grid of specifiers and versions; `tests/versions_against_packaging.py` compares it with
/// Python's `packaging`.
#[test]
#[ignore = "writes a table for a Python script"]
fn write_specifier_table() {
    let numbers =
        ["1.13", "1.13.1", "2.0", "2.0.1", "2.5", "2.5.1", "2.5.1.post1", "2.6", "2.6.0rc1", "2.6.0.dev3", "2.10", "3", "1!1.0"];
    let versions = [
        "0.9",
        "1.13",
        "1.13.0",
        "1.13.1",
        "1.13.1.post2",
        "2",
        "2.0.0",
        "2.0.1",
        "2.0.1+cu118",
        "2.4.9",
        "2.5",
        "2.5.0rc1",
        "2.5.1",
        "2.5.1+cpu",
        "2.5.1.post1",
        "2.5.2",
        "2.6.0a1",
        "2.6.0rc1",
        "2.6.0rc2",
        "2.6.0.dev3",
        "2.6",
        "2.6.0+cu124",
        "2.10.1",
        "3.0.dev1",
        "3.0rc1",
        "3.0",
        "3.1",
        "10.0",
        "1!0.5",
        "1!1.0",
        "1!1.0.1",
    ];
    let mut specifiers = Vec::new();
    for one in numbers {
        for operator in ["==", "!=", ">=", ">", "<=", "<", "~="] {
            if operator == "~=" && !one.contains('.') {
                continue;
            }
            specifiers.push(format!("{operator}{one}"));
            if operator == ">=" {
                specifiers.extend(numbers.iter().flat_map(|two| {
                    [
                        format!(">={one},<{two}"),
                        format!(">={one}, <={two}"),
                        format!(">{one},!={two}"),
                        format!("~={one}.0,!={two}"),
                    ]
                }));
            }
        }
        if one.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            specifiers.extend([format!("=={one}.*"), format!("!={one}.*"), format!(">=1.13,!={one}.*")]);
        }
    }
    for specifier in &specifiers {
        let knowledge = VersionKnowledge::from_specifiers(specifier);
        let Some(set) = knowledge.set() else { continue };
        for version in versions {
            let parsed: pep440_rs::Version = version.parse().unwrap();
            // pip's answer depends on `--pre` here; ours begins a family at its release.
            let is_early = parsed.any_prerelease() && (specifier.contains(".*") || specifier.contains("~="));
            if !is_early {
                println!("{specifier}\t{version}\t{}", u8::from(set.contains(&parsed)));
            }
        }
    }
}

/// Prints what is read from the manifests listed in the file that HUBLINT_MANIFESTS names, for reading by eye and for
/// comparison with other readers: path, package, specifier, knowledge.
#[test]
#[ignore = "needs a list of real manifests"]
fn print_real_manifests() {
    let list = std::fs::read_to_string(std::env::var("HUBLINT_MANIFESTS").unwrap()).unwrap();
    for path in list.lines() {
        let (Some(kind), Ok(text)) = (is_manifest(path), std::fs::read_to_string(path)) else {
            println!("{path}\tnot read");
            continue;
        };
        let folder = Path::new(path).parent().unwrap();
        let manifest = read(kind, &text, &|name| std::fs::read_to_string(folder.join(name)).ok());
        for problem in &manifest.problems {
            println!("{path}\tproblem: {} at {:?}", problem.message, problem.offset);
        }
        for found in &manifest.requirements {
            let specifier = if found.file.is_none() { &text[found.specifier_span.clone()] } else { "(included)" };
            println!("{path}\t{:?}\t{}\t{specifier}\t{}", found.place, found.package, found.knowledge.describe());
        }
    }
}

/// Fixtures with bytes changed, dropped and doubled at random (a fixed seed): nothing may panic, every span must be in
/// the text.
#[test]
fn damaged_files_are_survived() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let spice: Vec<char> = "[]{}()<>=!~^,;:'\"\\#\n\r\t -*&|@é\u{feff}\0%$.1a".chars().collect();
    let names = [
        "requirements.txt",
        "pyproject.toml",
        "poetry-pyproject.toml",
        "setup.cfg",
        "setup.py",
        "Pipfile",
        "Pipfile.lock",
        "poetry.lock",
        "uv.lock",
        "pylock.toml",
        "environment.yml",
    ];
    for name in names {
        let (text, _) = load(name);
        let kind = is_manifest(name.strip_prefix("poetry-").unwrap_or(name)).unwrap();
        for _ in 0..300 {
            let mut damaged: Vec<char> = text.chars().collect();
            for _ in 0..=random(6) {
                let at = random(damaged.len());
                match random(3) {
                    0 => damaged[at] = spice[random(spice.len())],
                    1 => damaged.insert(at, spice[random(spice.len())]),
                    _ => damaged.truncate(damaged.len() - random(damaged.len() / 4)),
                }
            }
            let damaged: String = damaged.into_iter().collect();
            let manifest = read(kind, &damaged, &|_| None);
            for found in &manifest.requirements {
                assert!(damaged.get(found.span.clone()).is_some(), "{name}: {found:?} in {damaged:?}");
                assert!(damaged.get(found.specifier_span.clone()).is_some(), "{name}: {found:?} in {damaged:?}");
            }
            for found in pip_install(&damaged).requirements {
                assert!(
                    damaged.get(found.span.clone()).is_some() && damaged.get(found.specifier_span).is_some(),
                    "{name}: {damaged:?}"
                );
            }
        }
    }
}
