//! The outline of Python text: order and place of what it lists, and agreement with the parser.

use hublint::python::module::{Module, ParseMode};
use hublint::python::outline::Outline;
use hublint::span::Span;

/// Checks one text.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for outline in [Outline::new(text), Outline::recovering(text)] {
        sorted(text, &outline.comments, true);
        sorted(text, &outline.strings, false);
        for comment in &outline.comments {
            let written = comment.text(text);
            assert!(written.starts_with('#') && !written.contains('\n'), "{written:?}");
        }
        let lines: Vec<Span> = outline.lines.iter().map(|line| line.span).collect();
        sorted(text, &lines, true);
        if let Some(trouble) = outline.trouble {
            assert!(trouble.offset <= text.len());
        }
    }
    let module = Module::new(text, ParseMode::OnDemand);
    for index in 0..module.lines().len().min(200) {
        let line = hublint::python::module::LineIndex::new(u32::try_from(index).unwrap());
        let _ = module.statements(line);
        let block = module.block(line);
        assert!(block.start <= block.end && block.end as usize <= module.lines().len(), "{block:?}");
        if let Some(parent) = module.parent(line) {
            assert!(parent < line, "{parent:?} holds {line:?}");
            assert!(module.block(parent).contains(&line.number()));
        }
    }
    if hublint::python::syntax::error_count(text) == Some(0) && module.problems().is_empty() && !module.fell_back() {
        let whole = Module::new(text, ParseMode::Whole);
        let starts = |module: &Module<'_>| -> Vec<usize> { module.lines().iter().map(|line| line.span.start()).collect() };
        assert_eq!(starts(&module), starts(&whole), "logical lines");
    }
}

fn sorted(text: &str, spans: &[Span], disjoint: bool) {
    let mut last = 0;
    for span in spans {
        assert!(text.get(span.range()).is_some(), "{span:?} of {}", text.len());
        assert!(last <= span.start(), "{span:?} stands before {last}");
        last = if disjoint { span.end() } else { span.start() };
    }
}
