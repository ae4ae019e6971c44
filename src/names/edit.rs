//! One edit between two strings, found without a matrix.

/// The one edit that leads from a target to a query. Positions are byte offsets of the common prefix, equal in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// The query has `query` where the target has `target`.
    Substituted { at: usize, query: u8, target: u8 },
    /// The query has one character more.
    Inserted { at: usize, query: u8 },
    /// The query lacks one character.
    Omitted { at: usize, target: u8 },
    /// Two neighbours of the target stand the other way round in the query: first `first`, then `second`.
    Swapped { at: usize, first: u8, second: u8 },
}

impl Edit {
    /// Length of the common prefix.
    pub(super) fn at(self) -> usize {
        match self {
            Self::Substituted { at, .. } | Self::Inserted { at, .. } | Self::Omitted { at, .. } | Self::Swapped { at, .. } => at,
        }
    }

    /// The characters that differ, of the query's side and of the target's side.
    pub(super) fn touched(self) -> [Option<u8>; 2] {
        match self {
            Self::Substituted { query, target, .. } => [Some(query), Some(target)],
            Self::Inserted { query, .. } => [Some(query), None],
            Self::Omitted { target, .. } => [None, Some(target)],
            Self::Swapped { first, second, .. } => [Some(first), Some(second)],
        }
    }

    /// True when every touched character passes the test.
    pub(super) fn all(self, test: impl Fn(u8) -> bool) -> bool {
        self.touched().into_iter().flatten().all(test)
    }

    /// True when some touched character passes the test.
    pub(super) fn any(self, test: impl Fn(u8) -> bool) -> bool {
        self.touched().into_iter().flatten().any(test)
    }
}

/// Finds the one insertion, deletion, substitution or swap of neighbours (optimal string alignment, distance exactly 1).
/// Linear: the common prefix and suffix are stripped and what is left is at most two characters, or there is no edit.
pub(super) fn one_edit(query: &[u8], target: &[u8]) -> Option<Edit> {
    one_edit_folded(query, target, |byte| byte)
}

/// The same on what `fold` makes of each byte; the edit names folded bytes.
pub(super) fn one_edit_folded(query: &[u8], target: &[u8], fold: impl Fn(u8) -> u8) -> Option<Edit> {
    if query.len().abs_diff(target.len()) > 1 {
        return None;
    }
    let equal = |(left, right): &(&u8, &u8)| left == right || fold(**left) == fold(**right);
    let at = query.iter().zip(target).take_while(equal).count();
    let (query, target) = (query.get(at..)?, target.get(at..)?);
    let end = query.iter().rev().zip(target.iter().rev()).take_while(equal).count();
    match (query.get(..query.len() - end)?, target.get(..target.len() - end)?) {
        (&[query], &[target]) => Some(Edit::Substituted { at, query: fold(query), target: fold(target) }),
        (&[query], &[]) => Some(Edit::Inserted { at, query: fold(query) }),
        (&[], &[target]) => Some(Edit::Omitted { at, target: fold(target) }),
        (&[first, second], &[left, right]) => {
            let (first, second) = (fold(first), fold(second));
            (first == fold(right) && second == fold(left)).then_some(Edit::Swapped { at, first, second })
        }
        _ => None,
    }
}

/// True when two edits, and not fewer, lead from one string to the other. Linear: after the first difference the four
/// ways to spend one edit are tried, and the rest must be one edit away.
pub(super) fn two_edits(query: &[u8], target: &[u8]) -> bool {
    if query == target || query.len().abs_diff(target.len()) > 2 || one_edit(query, target).is_some() {
        return false;
    }
    let at = common_prefix(query, target);
    let rest = |query_from: usize, target_from: usize| match (query.get(at + query_from..), target.get(at + target_from..)) {
        (Some(query), Some(target)) => query == target || one_edit(query, target).is_some(),
        _ => false,
    };
    let swapped = query.get(at).is_some() && query.get(at) == target.get(at + 1) && query.get(at + 1) == target.get(at);
    rest(1, 1) || rest(1, 0) || rest(0, 1) || (swapped && rest(2, 2))
}

fn common_prefix(query: &[u8], target: &[u8]) -> usize {
    query.iter().zip(target).take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_kind_of_edit() {
        let edit = |query: &str, target: &str| one_edit(query.as_bytes(), target.as_bytes());
        assert_eq!(edit("goggle", "google"), Some(Edit::Substituted { at: 2, query: b'g', target: b'o' }));
        assert_eq!(edit("qwenn", "qwen"), Some(Edit::Inserted { at: 4, query: b'n' }));
        assert_eq!(edit("facebok", "facebook"), Some(Edit::Omitted { at: 6, target: b'o' }));
        assert_eq!(edit("microsotf", "microsoft"), Some(Edit::Swapped { at: 7, first: b't', second: b'f' }));
        assert_eq!(edit("same", "same"), None);
        assert_eq!(edit("abcd", "badc"), None);
        assert_eq!(edit("", ""), None);
        assert_eq!(edit("", "a"), Some(Edit::Omitted { at: 0, target: b'a' }));
    }

    /// Distance by the textbook, for strings short enough to try them all.
    fn distance(left: &[u8], right: &[u8]) -> usize {
        let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
        for row in 0..=left.len() {
            for column in 0..=right.len() {
                table[row][column] = if row == 0 || column == 0 {
                    row + column
                } else {
                    let cost = usize::from(left[row - 1] != right[column - 1]);
                    let mut best =
                        (table[row - 1][column] + 1).min(table[row][column - 1] + 1).min(table[row - 1][column - 1] + cost);
                    if row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1] {
                        best = best.min(table[row - 2][column - 2] + 1);
                    }
                    best
                };
            }
        }
        table[left.len()][right.len()]
    }

    #[test]
    fn agrees_with_the_textbook_on_all_short_strings() {
        let mut words: Vec<Vec<u8>> = vec![Vec::new()];
        for length in 0..5 {
            let longer: Vec<Vec<u8>> = words
                .iter()
                .filter(|word| word.len() == length)
                .flat_map(|word| [b'a', b'b', b'c'].map(|letter| [word.as_slice(), &[letter]].concat()))
                .collect();
            words.extend(longer);
        }
        for left in &words {
            for right in &words {
                let expected = distance(left, right);
                assert_eq!(one_edit(left, right).is_some(), expected == 1, "{left:?} {right:?}");
                assert_eq!(two_edits(left, right), expected == 2, "{left:?} {right:?}");
            }
        }
    }
}
