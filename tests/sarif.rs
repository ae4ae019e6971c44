//! The contract of the SARIF output: what code scanning, editors and validators rely on, and above all what no
//! validator catches. `HUBLINT_WRITE_SARIF=FOLDER` writes the samples for tools/check-sarif.sh.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use hublint::finding::Level;
use hublint::report::{Format, Report};
use hublint::source::Source;
use hublint::source::position::LineIndex;
use serde_json::Value;

fn sarif(report: &Report) -> Value {
    serde_json::from_str(&support::print(Format::Sarif, report)).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn all_uris(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            if let Some(uri) = map.get("uri") {
                found.push((uri.as_str().unwrap().to_owned(), map["uriBaseId"].as_str().unwrap().to_owned()));
            }
            map.values().for_each(|value| all_uris(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| all_uris(value, found)),
        _ => {}
    }
}

/// The text of a region by UTF-16 columns, as a viewer finds it.
fn region_text(source: &Source, region: &Value) -> String {
    let lines = LineIndex::new(&source.bytes);
    let line = lines.line_range(region["startLine"].as_u64().unwrap() as u32);
    let text = String::from_utf8_lossy(&source.bytes[line]).into_owned();
    let units: Vec<u16> = text.encode_utf16().collect();
    let column = |name: &str| region[name].as_u64().unwrap() as usize - 1;
    String::from_utf16(&units[column("startColumn")..column("endColumn")]).unwrap()
}

#[test]
fn log_and_run_have_what_readers_need() {
    for report in [Report::default(), support::sample()] {
        let log = sarif(&report);
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(log["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
        assert_eq!(log["runs"].as_array().unwrap().len(), 1);
        let run = &log["runs"][0];
        assert!(run["results"].is_array());
        assert_eq!(run["columnKind"], "utf16CodeUnits");
        assert_eq!(run["automationDetails"]["id"], "hublint/");
        assert!(run["originalUriBaseIds"]["%SRCROOT%"].is_object());
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        let driver = &run["tool"]["driver"];
        assert_eq!(driver["name"], "hublint");
        assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
    }
}

#[test]
fn rules_are_sorted_complete_and_within_the_limits() {
    let log = sarif(&support::sample());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["leaked-token", "unpinned-revision", "unused-ignore"]);
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        let name = rule["name"].as_str().unwrap();
        assert!(name != id && name.len() <= 255 && !name.contains('-'));
        for key in ["shortDescription", "fullDescription"] {
            let text = rule[key]["text"].as_str().unwrap();
            assert!(!text.is_empty() && text.chars().count() <= 1024, "{id} {key}");
        }
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
        assert!(!rule["help"]["markdown"].as_str().unwrap().is_empty());
        assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
        let properties = &rule["properties"];
        let tags: Vec<&str> = properties["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
        assert!(tags.len() <= 10);
        assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), tags.len());
        for tag in tags.iter().filter(|tag| tag.contains("cwe")) {
            let number = tag.strip_prefix("external/cwe/cwe-").unwrap();
            assert!(number.parse::<u32>().unwrap() > 0);
        }
        if let Some(score) = properties.get("security-severity") {
            let number: f64 = score.as_str().unwrap().parse().unwrap();
            assert!(number > 0.0 && number <= 10.0);
            assert!(tags.contains(&"security"));
        }
        let precision = properties["precision"].as_str().unwrap();
        assert!(["very-high", "high", "medium", "low"].contains(&precision));
        let severity = properties["problem.severity"].as_str().unwrap();
        assert!(["error", "warning", "recommendation"].contains(&severity));
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["note", "warning", "error"].contains(&level));
    }
}

#[test]
fn results_point_at_their_rule_line_and_text() {
    let sources = support::sources();
    let log = sarif(&support::sample());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    let mut compared = 0;
    for result in results(&log) {
        assert!(seen.insert(result.to_string()), "the same result twice");
        assert!(result.get("kind").is_none());
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let message = result["message"]["text"].as_str().unwrap();
        assert!(!message.is_empty());
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        let place = &result["locations"][0]["physicalLocation"];
        let region = &place["region"];
        assert_eq!(region["startLine"], region["endLine"]);
        assert!(region["endColumn"].as_u64() >= region["startColumn"].as_u64());
        let around = &place["contextRegion"];
        assert!(around["startLine"].as_u64() <= region["startLine"].as_u64());
        assert!(around["endLine"].as_u64() >= region["endLine"].as_u64());
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
        let path = decoded(place["artifactLocation"]["uri"].as_str().unwrap());
        let Some(source) = sources.iter().find(|source| source.path == path) else {
            continue;
        };
        let line = region["startLine"].as_u64().unwrap() as u32;
        assert_eq!(LineIndex::new(&source.bytes).line_hash(line).as_deref(), Some(hash));
        let mut text = region_text(source, region);
        if source.notebook {
            text = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        }
        assert_eq!(text, region["snippet"]["text"].as_str().unwrap(), "{path}");
        assert_eq!(text, "transformers.AutoModel.from_pretrained", "{path}");
        compared += 1;
    }
    assert_eq!(compared, sources.len());
}

#[test]
fn uris_are_relative_encoded_and_declared() {
    let log = sarif(&support::sample());
    let mut found = Vec::new();
    all_uris(&log["runs"][0]["results"], &mut found);
    all_uris(&log["runs"][0]["invocations"], &mut found);
    let mut paths = BTreeSet::new();
    for (uri, base) in found {
        assert_eq!(base, "%SRCROOT%");
        assert!(!uri.starts_with(['.', '/']) && !uri.contains(':'), "{uri}");
        assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{uri}");
        paths.insert(decoded(&uri));
    }
    for source in support::sources() {
        assert!(paths.contains(&source.path), "{}", source.path);
    }
}

#[test]
fn a_cell_is_a_logical_location_and_the_end_of_the_message() {
    let log = sarif(&support::sample());
    let result = results(&log).iter().find(|result| result.to_string().contains("demo.ipynb")).unwrap();
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.ends_with("(cell 2, line 3)"), "{message}");
    let logical = &result["locations"][0]["logicalLocations"][0];
    assert_eq!(logical["name"], "cell 2");
    assert_eq!(logical["kind"], "member");
    assert_eq!(logical["fullyQualifiedName"], "nb/demo.ipynb:cell[1]:3:5");
}

#[test]
fn links_reach_related_locations_and_brackets_of_the_source_make_none() {
    let log = sarif(&support::sample());
    let mut brackets = 0;
    for result in results(&log) {
        let ids: BTreeSet<u64> =
            result["relatedLocations"].as_array().unwrap().iter().map(|location| location["id"].as_u64().unwrap()).collect();
        let message = result["message"]["text"].as_str().unwrap();
        let mut links = 0;
        let bytes = message.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if *byte != b'[' {
                continue;
            }
            if bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1 {
                brackets += 1;
                continue;
            }
            let (_, rest) = message[at..].split_once("](").unwrap();
            let id: u64 = rest.split_once(')').unwrap().0.parse().unwrap();
            assert!(ids.contains(&id));
            links += 1;
        }
        assert_eq!(links, ids.len());
    }
    assert!(brackets >= 2);
}

#[test]
fn fixes_are_sorted_and_do_not_overlap() {
    let log = sarif(&support::sample());
    for result in results(&log) {
        let fix = &result["fixes"][0];
        assert_eq!(fix["description"]["text"], "Pin the revision.");
        let change = &fix["artifactChanges"][0];
        assert_eq!(change["artifactLocation"], result["locations"][0]["physicalLocation"]["artifactLocation"]);
        let mut last = (0, 0);
        for replacement in change["replacements"].as_array().unwrap() {
            let region = &replacement["deletedRegion"];
            let place = |line: &str, column: &str| (region[line].as_u64().unwrap(), region[column].as_u64().unwrap());
            assert!(place("startLine", "startColumn") >= last);
            last = place("endLine", "endColumn");
            assert!(last >= place("startLine", "startColumn"));
            assert!(replacement["insertedContent"]["text"].is_string());
        }
        assert!(last > (0, 0));
    }
}

#[test]
fn problems_are_notifications_and_suppressed_results_say_why() {
    let log = sarif(&support::sample());
    let notifications = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 2);
    assert_eq!(notifications[0]["level"], "warning");
    assert_eq!(notifications[1]["level"], "error");
    let suppressed: Vec<&Value> = results(&log).iter().filter_map(|result| result.get("suppressions")).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0][0]["kind"], "inSource");
    assert_eq!(suppressed[0][0]["justification"], "only a test");
}

#[test]
fn nothing_secret_absolute_or_changing_is_in_the_output() {
    let report = support::sample();
    let first = support::print(Format::Sarif, &report);
    assert_eq!(first, support::print(Format::Sarif, &report));
    assert!(!first.contains("SECRETSECRET"));
    assert!(!first.contains(env!("CARGO_MANIFEST_DIR")));
    for word in ["guid", "TimeUtc", "\"null\"", ":null"] {
        assert!(!first.contains(word), "{word}");
    }
}

#[test]
fn more_results_than_github_accepts_are_cut_and_counted() {
    let sources = support::sources();
    let mut report = Report::default();
    let note = support::finding(&sources[0], "unpinned-revision", Level::Note, 0, "import");
    let error = support::finding(&sources[1], "leaked-token", Level::Error, 0, "import");
    // Without the parts that make 25,000 results slow to read in a debug build.
    let mut note = note;
    (note.fix, note.related) = (None, Vec::new());
    report.findings = vec![note; 25_001];
    report.findings.push(error);
    let log = sarif(&report);
    assert_eq!(results(&log).len(), 25_000);
    assert_eq!(results(&log)[24_999]["ruleId"], "leaked-token");
    assert!(log.to_string().contains("2 results are left out"));
}

#[test]
fn samples_for_the_outside_validators() {
    let Some(folder) = std::env::var_os("HUBLINT_WRITE_SARIF") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, report: &Report| {
        std::fs::write(folder.join(name), support::print(Format::Sarif, report)).unwrap();
    };
    write("empty.sarif", &Report::default());
    write("sample.sarif", &support::sample());
}
