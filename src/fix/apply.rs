//! Edits onto bytes. Fixes that meet each other are put off to the next pass: the first by place wins.

use crate::finding::{Edit, Fix};

/// What came of a pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The new bytes.
    pub bytes: Vec<u8>,
    /// Indexes of the fixes that are in them, ascending.
    pub taken: Vec<usize>,
    /// Indexes of the fixes that met one of those, ascending.
    pub put_off: Vec<usize>,
    /// The edits that were made, sorted, each once.
    pub edits: Vec<Edit>,
}

impl Applied {
    /// Where a byte of the old file stands in the new one. A byte that was replaced goes to the start of the replacement.
    #[must_use]
    pub fn moved(&self, offset: usize) -> usize {
        let mut moved = offset;
        for edit in self.edits.iter().take_while(|edit| edit.start < offset || edit.end < offset) {
            if edit.end <= offset {
                moved = (moved + edit.text.len()).saturating_sub(edit.end - edit.start);
            } else {
                moved = moved.saturating_sub(offset - edit.start);
            }
        }
        moved
    }
}

/// Applies as many fixes as do not meet. Two fixes may share an equal edit (a constant that pins two calls): it is made
/// once.
#[must_use]
pub fn apply(bytes: &[u8], fixes: &[&Fix]) -> Applied {
    let mut order: Vec<usize> = (0..fixes.len()).collect();
    let start = |index: &usize| fixes.get(*index).and_then(|fix| fix.edits.first()).map_or(usize::MAX, |edit| edit.start);
    order.sort_by_key(|index| (start(index), *index));
    let mut applied = Applied::default();
    let mut made: std::collections::BTreeSet<Edit> = std::collections::BTreeSet::new();
    for index in order {
        let Some(fix) = fixes.get(index) else { continue };
        let fits = !fix.edits.is_empty()
            && fix.edits.iter().all(|edit| {
                edit.start <= edit.end && edit.end <= bytes.len() && (made.contains(edit) || !meets_any(edit, &made))
            });
        if fits {
            made.extend(fix.edits.iter().cloned());
            applied.taken.push(index);
        } else {
            applied.put_off.push(index);
        }
    }
    applied.taken.sort_unstable();
    applied.put_off.sort_unstable();
    applied.edits = made.into_iter().collect();
    let mut at = 0;
    for edit in &applied.edits {
        applied.bytes.extend_from_slice(bytes.get(at..edit.start).unwrap_or_default());
        applied.bytes.extend_from_slice(edit.text.as_bytes());
        at = edit.end;
    }
    applied.bytes.extend_from_slice(bytes.get(at..).unwrap_or_default());
    applied
}

/// True when an edit touches one that is made: what each means next to the other is not known. The made ones do not
/// overlap each other, so only its neighbours by place can meet it.
fn meets_any(edit: &Edit, made: &std::collections::BTreeSet<Edit>) -> bool {
    let bound = |start: usize| Edit { start, end: 0, text: String::new() };
    let before = made.range(..bound(edit.start)).next_back();
    let after = made.range(bound(edit.start)..).next();
    before.is_some_and(|before| before.end >= edit.start) || after.is_some_and(|after| after.start <= edit.end)
}
