//! What the path of a file says about it.

/// True for tests, examples, documentation and benchmarks: pins matter less there.
#[must_use]
pub fn is_low_stakes(path: &str) -> bool {
    let mut segments: Vec<&str> = path.split('/').collect();
    let file = segments.pop().unwrap_or("");
    let folder = segments.iter().any(|segment| {
        matches!(
            segment.to_ascii_lowercase().as_str(),
            "test" | "tests" | "testing" | "unittests" | "examples" | "example" | "docs" | "doc" | "benchmarks" | "benchmark"
        )
    });
    folder || file.starts_with("test_") || file.ends_with("_test.py") || file.ends_with("_tests.py") || file == "conftest.py"
}

/// True for test folders and files only.
#[must_use]
pub fn is_test(path: &str) -> bool {
    let mut segments: Vec<&str> = path.split('/').collect();
    let file = segments.pop().unwrap_or("");
    segments.iter().any(|segment| matches!(segment.to_ascii_lowercase().as_str(), "test" | "tests" | "testing" | "unittests"))
        || file.starts_with("test_")
        || file.ends_with("_test.py")
        || file == "conftest.py"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_file_names_count_but_parts_of_words_do_not() {
        assert!(is_low_stakes("examples/a.py") && is_low_stakes("src/tests/a.py") && is_low_stakes("test_a.py"));
        assert!(!is_low_stakes("src/latest/a.py") && !is_low_stakes("contest.py") && !is_low_stakes("attest_me.py"));
        assert!(is_test("tests/a.py") && !is_test("docs/a.py"));
    }
}
