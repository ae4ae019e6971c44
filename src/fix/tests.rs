//! Every form of a repair, on text of real shape.

use super::*;
use crate::catalog::RepoKind;
use crate::judge::{PinPart, PinPlace, PinPlan};
use crate::source::{FileLanguage, Language, language_of};
use crate::usage::CallSite;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn site(text: &str, last: Option<&str>) -> CallSite {
    let open = text.find('(').unwrap();
    let close = text.rfind(')').unwrap();
    let last = last.map(|last| {
        let at = text.rfind(last).unwrap();
        Span::new(at, at + last.len())
    });
    let tail = last.map_or("", |last| &text[last.end()..close]);
    let trailing_comma = tail.lines().any(|line| line.split('#').next().is_some_and(|code| code.contains(',')));
    CallSite { parentheses: Span::new(open, close + 1), last_argument: last, trailing_comma, open: false }
}

fn source(path: &str, text: &str) -> Source {
    Source::new(path, text.as_bytes().to_vec(), language_of(path, b""))
}

fn plan(place: PinPlace) -> PinPlan {
    PinPlan {
        kind: RepoKind::Model,
        id: "org/m".to_owned(),
        reference: "main".to_owned(),
        place,
        part: PinPart::Whole,
        adapter_hazard: false,
        companion: None,
        moved_from: None,
        statement: Span::default(),
        id_text: String::new(),
        id_written: Span::default(),
        id_definition: None,
    }
}

fn stamp() -> Stamp {
    Stamp { commit: COMMIT.to_owned(), note: Some("main 2026-11-21".to_owned()) }
}

/// The text after a pin, with the digits written as `C`.
fn pinned_in(path: &str, text: &str, place: PinPlace) -> Option<String> {
    pinned_with(path, text, place, &stamp())
}

/// [`pinned_in`] without a branch to keep: where comments go is another question.
fn pinned_plainly(path: &str, text: &str, place: PinPlace) -> Option<String> {
    pinned_with(path, text, place, &Stamp { note: None, ..stamp() })
}

fn pinned_with(path: &str, text: &str, place: PinPlace, stamp: &Stamp) -> Option<String> {
    let source = source(path, text);
    let edits = pin(&plan(place), stamp, &[], Style::Inline, &Outlines::new(&source), 0)?;
    let fix = Fix { safe: true, description: String::new(), edits };
    let after = apply(text.as_bytes(), &[&fix]).bytes;
    assert_eq!(still_parses(path, text.as_bytes(), &after), Ok(()));
    Some(String::from_utf8(after).unwrap().replace(COMMIT, "C"))
}

fn call(text: &str, last: Option<&str>) -> String {
    let place = PinPlace::Argument { site: site(text, last), keyword: "revision".to_owned() };
    pinned_in("a.py", text, place).unwrap()
}

fn span(text: &str, part: &str) -> Span {
    let at = text.find(part).unwrap();
    Span::new(at, at + part.len())
}

#[test]
fn a_keyword_goes_where_a_person_would_put_it() {
    let cases = [
        ("f()\n", None, "f(revision=\"C\")  # main 2026-11-21\n"),
        ("f('org/m')\n", Some("'org/m'"), "f('org/m', revision='C')  # main 2026-11-21\n"),
        ("f(\"org/m\",)\n", Some("\"org/m\""), "f(\"org/m\", revision=\"C\",)  # main 2026-11-21\n"),
        ("f(\"org/m\", **kw)\n", Some("**kw"), "f(\"org/m\", **kw, revision=\"C\")  # main 2026-11-21\n"),
        // A comment that is there stays, and stays alone.
        ("f('org/m')  # why\n", Some("'org/m'"), "f('org/m', revision='C')  # why\n"),
        ("f('org/m')", Some("'org/m'"), "f('org/m', revision='C')  # main 2026-11-21"),
        // Own lines, with and without the comma.
        ("f(\n    \"org/m\",\n)\n", Some("\"org/m\""), "f(\n    \"org/m\",\n    revision=\"C\",  # main 2026-11-21\n)\n"),
        (
            "f(\n\t\"org/m\",\n\ta=1,  # why, indeed\n)\n",
            Some("a=1"),
            "f(\n\t\"org/m\",\n\ta=1,  # why, indeed\n\trevision=\"C\",  # main 2026-11-21\n)\n",
        ),
        (
            "f(\n    \"org/m\"  # the model\n)\n",
            Some("\"org/m\""),
            "f(\n    \"org/m\",  # the model\n    revision=\"C\"  # main 2026-11-21\n)\n",
        ),
        (
            "f(\n    \"org/m\",\n    a=1)\nx = 1\n",
            Some("a=1"),
            "f(\n    \"org/m\",\n    a=1,\n    revision=\"C\")  # main 2026-11-21\nx = 1\n",
        ),
        (
            "f(\r\n    \"org/m\",\r\n)\r\n",
            Some("\"org/m\""),
            "f(\r\n    \"org/m\",\r\n    revision=\"C\",  # main 2026-11-21\r\n)\r\n",
        ),
        // The last argument spans lines.
        (
            "f(\"org/m\", dict(\n    x=1,\n))\n",
            Some("dict(\n    x=1,\n)"),
            "f(\"org/m\", dict(\n    x=1,\n), revision=\"C\")  # main 2026-11-21\n",
        ),
        // A generator shares the parentheses of the call until it has company.
        ("f(x for x in y)\n", Some("x for x in y"), "f((x for x in y), revision=\"C\")  # main 2026-11-21\n"),
    ];
    for (before, last, after) in cases {
        assert_eq!(call(before, last), after);
    }
}

#[test]
fn no_comment_goes_into_a_string_or_behind_a_continuation() {
    assert_eq!(call("f('org/m') + \"\"\"a\nb\"\"\"\n", Some("'org/m'")), "f('org/m', revision='C') + \"\"\"a\nb\"\"\"\n");
    assert_eq!(call("x = f('org/m') + \\\n  1\n", Some("'org/m'")), "x = f('org/m', revision='C') + \\\n  1\n");
    // Inside an f-string: the other quotes, and no comment.
    assert_eq!(call("x = f\"{f('org/m')}\"\n", Some("'org/m'")), "x = f\"{f('org/m', revision='C')}\"\n");
}

#[test]
fn a_value_keeps_its_quotes() {
    let value = |text: &str, part: &str| pinned_in("a.py", text, PinPlace::Value { span: span(text, part), quoted: true });
    assert_eq!(value("f('org/m', revision='fp16')\n", "'fp16'").unwrap(), "f('org/m', revision='C')  # main 2026-11-21\n");
    assert_eq!(value("f('org/m', revision=None)\n", "None").unwrap(), "f('org/m', revision='C')  # main 2026-11-21\n");
    assert_eq!(value("R = r\"main\"  # x\n", "r\"main\"").unwrap(), "R = \"C\"  # x\n");
    // Neither two literals nor a name are the plain literal that was promised.
    assert_eq!(value("f(revision='a' 'b')\n", "'a' 'b'"), None);
    assert_eq!(value("f(revision=REV)\n", "REV"), None);
}

#[test]
fn a_constant_in_another_cell_is_replaced_there() {
    let text = r#"{"cells": [{"cell_type": "code", "source": ["REV = \"main\"\n"]}, {"cell_type": "code", "source": "f(\"org/m\", revision=REV)"}]}"#;
    let place = PinPlace::Definition { unit: 0, span: Span::new(6, 12) };
    let source = source("n.ipynb", text);
    let edits = pin(&plan(place), &stamp(), &[], Style::Inline, &Outlines::new(&source), 1).unwrap();
    let after = apply(text.as_bytes(), &[&Fix { safe: true, description: String::new(), edits }]).bytes;
    let after = String::from_utf8(after).unwrap();
    assert_eq!(after, text.replace("\\\"main\\\"", &format!("\\\"{COMMIT}\\\"  # main 2026-11-21")));
}

#[test]
fn ids_carry_the_commit_in_every_grammar() {
    let behind = |text: &str, part: &str, separator: char| {
        let inside = span(text, part).end() - 1;
        pinned_in("a.py", text, PinPlace::BehindId { at: Span::new(inside, inside), separator })
    };
    assert_eq!(behind("f('hf-hub:org/m')", "'hf-hub:org/m'", '@').unwrap(), "f('hf-hub:org/m@C')");
    assert_eq!(behind("f('org/m@main')", "'org/m@main'", '@').unwrap(), "f('org/m@C')");
    assert_eq!(behind("f(a='org/m:fn')", "'org/m:fn'", '@').unwrap(), "f(a='org/m@C:fn')");
    assert_eq!(behind("f(a='org/m@v1:fn')", "'org/m@v1:fn'", '@').unwrap(), "f(a='org/m@C:fn')");
    assert_eq!(behind("f('org/m:v1')", "'org/m:v1'", ':').unwrap(), "f('org/m:C')");
    assert_eq!(behind("f('org/m')", "'org/m'", ':').unwrap(), "f('org/m:C')");
    // The library puts the organisation before the name.
    assert_eq!(behind("f('m')", "'m'", '@').unwrap(), "f('m@C')");
    assert_eq!(behind("f('org/mx')", "'org/mx'", '@'), None);
}

#[test]
fn addresses_carry_the_commit() {
    let address = |text: &str| pinned_plainly("a.sh", text, PinPlace::Address { span: Span::new(0, text.len()) });
    assert_eq!(
        address("curl https://huggingface.co/org/m/resolve/main/a.bin -o a\n").unwrap(),
        "curl https://huggingface.co/org/m/resolve/C/a.bin -o a\n"
    );
    assert_eq!(address("x hf://org/m/a.parquet").unwrap(), "x hf://org/m@C/a.parquet");
    assert_eq!(address("x hf://org/m@refs/pr/3/a.parquet").unwrap(), "x hf://org/m@C/a.parquet");
    assert_eq!(address("see https://huggingface.co/org/m").as_deref(), None);
    // The first is pinned already, the other is of another repository.
    let pinned = format!("hf://org/m@{COMMIT}/a hf://org/x/b hf://org/m/c");
    assert_eq!(address(&pinned).unwrap(), "hf://org/m@C/a hf://org/x/b hf://org/m@C/c");
}

#[test]
fn commands_get_an_option() {
    let option = |path: &str, text: &str, part: &str, list_quote| {
        let at = Span::new(span(text, part).end(), span(text, part).end());
        pinned_plainly(path, text, PinPlace::Option { at, option: "--revision".to_owned(), list_quote }).unwrap()
    };
    assert_eq!(
        option("a.sh", "hf download org/m \\\n  --quiet\n", "org/m", None),
        "hf download org/m --revision C \\\n  --quiet\n"
    );
    assert_eq!(option("a.sh", "hf download \"org/m\" x\n", "org/m", None), "hf download \"org/m\" --revision C x\n");
    assert_eq!(
        option("Dockerfile", "RUN hf download org/m && ls\n", "org/m", None),
        "RUN hf download org/m --revision C && ls\n"
    );
    assert_eq!(
        option("Dockerfile", "CMD [\"vllm\", \"serve\", \"org/m\"]\n", "\"org/m\"", Some('"')),
        "CMD [\"vllm\", \"serve\", \"org/m\", \"--revision\", \"C\"]\n"
    );
    // The list is seen in the text, too.
    assert_eq!(
        option("Dockerfile", "CMD [\"vllm\", \"serve\", \"org/m\"]\n", "\"org/m\"", None),
        "CMD [\"vllm\", \"serve\", \"org/m\", \"--revision\", \"C\"]\n"
    );
    assert_eq!(
        option("a.json", "{\"args\": [\"serve\", \"org/m\"]}\n", "org/m", Some('"')),
        "{\"args\": [\"serve\", \"org/m\", \"--revision\", \"C\"]}\n"
    );
    assert_eq!(
        option("a.py", "run(['hf', 'download', 'org/m'])\n", "'org/m'", Some('\'')),
        "run(['hf', 'download', 'org/m', '--revision', 'C'])\n"
    );
}

#[test]
fn an_inserted_line_is_a_new_element_of_a_cell() {
    let text =
        "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n    \"f(\\n\",\n    \"  'é\\u00e9',\\n\",\n    \")\"\n  ]}]}";
    let source = source("n.ipynb", text);
    let cell = source.units[0].text.clone();
    let place = PinPlace::Argument { site: site(&cell, Some("'éé'")), keyword: "revision".to_owned() };
    let edits = pin(&plan(place), &stamp(), &[], Style::Inline, &Outlines::new(&source), 0).unwrap();
    let after = apply(text.as_bytes(), &[&Fix { safe: true, description: String::new(), edits }]).bytes;
    let after = String::from_utf8(after).unwrap().replace(COMMIT, "C");
    let line = "    \"  'é\\u00e9',\\n\",\n    \"  revision='C',  # main 2026-11-21\\n\",\n";
    assert_eq!(after, text.replace("    \"  'é\\u00e9',\\n\",\n", line));
    // One string instead of a list, and a list without blanks.
    let one = "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"f(\\n  'a',\\n)\"}]}";
    for (text, new) in [
        (one.to_owned(), "'a',\\n  revision='C',  # main 2026-11-21\\n)"),
        (
            one.replace("\"f(\\n  'a',\\n)\"", "[\"f(\\n\",\"  'a',\\n\",\")\"]"),
            "'a',\\n\",\"  revision='C',  # main 2026-11-21\\n\",\")",
        ),
    ] {
        let source = Source::new("n.ipynb", text.clone().into_bytes(), FileLanguage::Notebook);
        let cell = source.units[0].text.clone();
        let place = PinPlace::Argument { site: site(&cell, Some("'a'")), keyword: "revision".to_owned() };
        let edits = pin(&plan(place), &stamp(), &[], Style::Inline, &Outlines::new(&source), 0).unwrap();
        let after = apply(text.as_bytes(), &[&Fix { safe: true, description: String::new(), edits }]).bytes;
        let after = String::from_utf8(after).unwrap().replace(COMMIT, "C");
        assert!(after.contains(new), "{after}");
    }
}

#[test]
fn nothing_but_a_commit_is_ever_written() {
    let text = "f('org/m')\n";
    let place = PinPlace::Argument { site: site(text, Some("'org/m'")), keyword: "revision".to_owned() };
    for bad in ["main", "0123456", "x'); import os #", &COMMIT.to_uppercase(), &format!("{COMMIT}0")] {
        let stamp = Stamp { commit: bad.to_owned(), note: None };
        assert_eq!(pin(&plan(place.clone()), &stamp, &[], Style::Inline, &Outlines::new(&source("a.py", text)), 0), None);
    }
}

#[test]
fn an_argument_leaves_with_its_comma() {
    let removed = |text: &str, argument: &str| {
        let found = insert::removal(text, &site(text, Some(argument)), span(text, argument)).unwrap();
        format!("{}{}", &text[..found.start()], &text[found.end()..])
    };
    assert_eq!(removed("f(a, k=1)", "k=1"), "f(a)");
    assert_eq!(removed("f(k=1, a)", "k=1"), "f(a)");
    assert_eq!(removed("f(b, k=1, a)", "k=1"), "f(b, a)");
    assert_eq!(removed("f(a, k=1,)", "k=1"), "f(a,)");
    assert_eq!(removed("f(k=1)", "k=1"), "f()");
    assert_eq!(removed("f(\n  a,\n  k=1,\n)", "k=1"), "f(\n  a,\n)");
    assert_eq!(removed("f(\r\n  k=1,\r\n  a,\r\n)", "k=1"), "f(\r\n  a,\r\n)");
    assert_eq!(removed("f(\n  a,\n  k=1\n)", "k=1"), "f(\n  a\n)");
    assert_eq!(removed("f(a, k=1,\n  b)", "k=1"), "f(a,\n  b)");
}

fn edit_of(start: usize, end: usize, text: &str) -> Edit {
    Edit { start, end, text: text.to_owned() }
}

fn fix_of(edits: &[Edit]) -> Fix {
    Fix { safe: true, description: String::new(), edits: edits.to_vec() }
}

#[test]
fn fixes_that_meet_are_put_off_and_equal_edits_are_shared() {
    let first = fix_of(&[edit_of(0, 2, "X"), edit_of(9, 9, "!")]);
    let overlapping = fix_of(&[edit_of(1, 3, "Y")]);
    let sharing = fix_of(&[edit_of(5, 6, "Z"), edit_of(9, 9, "!")]);
    let other_at_nine = fix_of(&[edit_of(9, 9, "?")]);
    let beyond = fix_of(&[edit_of(99, 100, "")]);
    let applied = apply(b"abcdefghi", &[&overlapping, &first, &sharing, &other_at_nine, &beyond]);
    assert_eq!(String::from_utf8(applied.bytes.clone()).unwrap(), "XcdeZghi!");
    assert_eq!((applied.taken.clone(), applied.put_off.clone()), (vec![1, 2], vec![0, 3, 4]));
    assert_eq!((applied.moved(0), applied.moved(3), applied.moved(8)), (0, 2, 7));
}

#[test]
fn a_result_that_parses_worse_is_refused() {
    let check = |path: &str, old: &str, new: &str| still_parses(path, old.as_bytes(), new.as_bytes());
    assert_eq!(check("a.py", "f(1)\n", "f(1\n"), Err(Broken::Python));
    assert_eq!(check("a.py", "f(1)\n", "f(1, 2)\n"), Ok(()));
    // A file with errors of its own may be repaired elsewhere.
    assert_eq!(check("a.py", "print 'a' 1 2\nf(1)\n", "print 'a' 1 2\nf(1, 2)\n"), Ok(()));
    assert_eq!(check("a.json", "[1]", "[1"), Err(Broken::Json));
    assert_eq!(check("a.yml", "a: b\n", "a: b: c\n"), Err(Broken::Yaml));
    assert_eq!(check("a.toml", "a = 1\n", "a = \n"), Err(Broken::Toml));
    assert_eq!(check("n.ipynb", "{\"cells\": []}", "{\"cells\": [}"), Err(Broken::Json));
    let cell = |code: &str| format!("{{\"cells\": [{{\"cell_type\": \"code\", \"source\": \"{code}\"}}]}}");
    assert_eq!(check("n.ipynb", &cell("f(1)"), &cell("f(1")), Err(Broken::Python));
    assert_eq!(check("n.ipynb", &cell("f(1)"), &cell("f(1)\\n!ls")), Err(Broken::Notebook));
    assert_eq!(language_of("a.yml", b""), FileLanguage::Plain(Language::Yaml));
}

#[test]
fn a_patch_keeps_every_byte() {
    let patch = |old: &[u8], new: &[u8]| unified("a b/ü.py", old, new);
    let text = String::from_utf8(patch(b"a\r\nb\n", b"a\r\nc\n")).unwrap();
    assert_eq!(text, "--- a/a b/ü.py\n+++ b/a b/ü.py\n@@ -1,2 +1,2 @@\n a\r\n-b\n+c\n");
    let bytes = patch(b"\xff\nb\n", b"\xff\nc\n");
    assert!(bytes.windows(3).any(|window| window == b" \xff\n"), "{bytes:?}");
    assert_eq!(patch(b"a", b"a"), b"");
}

#[test]
fn files_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    std::fs::create_dir(&root).unwrap();
    let file = root.join("a.py");
    std::fs::write(&file, "old").unwrap();
    replace_file(&root, &file, b"old", b"new").unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"new");
    // Changed in the meantime.
    assert!(matches!(replace_file(&root, &file, b"old", b"newer"), Err(WriteError::Changed)));
    // The disk is full after three bytes.
    let full = |file: &mut std::fs::File| {
        std::io::Write::write_all(file, b"new")?;
        Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
    };
    assert!(matches!(write::replace_file_with(&root, &file, b"new", full), Err(WriteError::Io { .. })));
    assert_eq!(std::fs::read(&file).unwrap(), b"new");
    let names: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.py"], "no temporary file is left");
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_out_of_the_project_are_refused() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    std::fs::create_dir(&root).unwrap();
    let (file, inner, outer) = (root.join("a.py"), root.join("b.py"), root.join("c.py"));
    std::fs::write(&file, "old").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o750)).unwrap();
    symlink("a.py", &inner).unwrap();
    replace_file(&root, &inner, b"old", b"new").unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"new");
    assert!(std::fs::symlink_metadata(&inner).unwrap().file_type().is_symlink());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o750);
    let stranger = folder.path().join("stranger.py");
    std::fs::write(&stranger, "old").unwrap();
    symlink(&stranger, &outer).unwrap();
    assert!(matches!(replace_file(&root, &outer, b"old", b"new"), Err(WriteError::Outside)));
    assert_eq!(std::fs::read(&stranger).unwrap(), b"old");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o440)).unwrap();
    assert!(matches!(replace_file(&root, &file, b"new", b"newer"), Err(WriteError::Io { .. })));
}

#[test]
fn a_name_that_is_written_twice_does_nothing_by_it() {
    for plain in ["name", "self.name", "args.model", "names[\"a\"]", "names['a/b']", "names[key]", "names[0].id"] {
        assert!(super::style::is_plain(plain), "{plain}");
    }
    for other in ["", "f()", "a.f()", "a + b", "'org/m'", "a[f(1)]", "a[\"b\" + c]", "(a)", "a.", "a..b", "a[]", "0", "*a", "a b"]
    {
        assert!(!super::style::is_plain(other), "{other}");
    }
}
