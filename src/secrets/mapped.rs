//! Decoded text that remembers where each byte came from.

use std::ops::Range;

use super::kind::Decoding;

/// A short decoded text; every byte knows the range of the source that it was written as.
#[derive(Debug, Default)]
pub(super) struct Mapped {
    pub(super) bytes: Vec<u8>,
    places: Vec<(usize, usize)>,
    /// Where a decoding step took place, by index into `bytes`.
    steps: Vec<(usize, Decoding)>,
    /// The end of the source that was read.
    pub(super) read_to: usize,
}

impl Mapped {
    /// Appends a byte that the source spells in `start..end`.
    pub(super) fn push(&mut self, byte: u8, start: usize, end: usize) {
        self.bytes.push(byte);
        self.places.push((start, end));
    }

    /// Notes that the next byte needed a step, or that something was left out before it.
    pub(super) fn step(&mut self, decoding: Decoding) {
        self.steps.push((self.bytes.len(), decoding));
    }

    /// The source range of a decoded range.
    pub(super) fn source(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let first = self.places.get(range.start)?;
        let last = self.places.get(range.end.checked_sub(1)?)?;
        Some(first.0.min(last.0)..last.1.max(first.1))
    }

    /// The steps within a decoded range, each once, in order of first use.
    pub(super) fn steps_in(&self, range: &Range<usize>) -> Vec<Decoding> {
        let mut steps = Vec::new();
        for (index, decoding) in &self.steps {
            if range.contains(index) && !steps.contains(decoding) {
                steps.push(*decoding);
            }
        }
        steps
    }
}

/// The offset map of a long decoded text: runs that were copied as they are, and pieces that were not.
#[derive(Debug, Default)]
pub(super) struct Segments {
    list: Vec<Segment>,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    decoded: usize,
    source: usize,
    /// Length in the source of a piece that was not copied byte by byte; zero for a run that was.
    replaced: usize,
}

impl Segments {
    /// From the decoded offset on, bytes are copies of the source from `source` on.
    pub(super) fn copied(&mut self, decoded: usize, source: usize) {
        self.list.push(Segment { decoded, source, replaced: 0 });
    }

    /// The bytes from the decoded offset on stand for `length` bytes of the source as a whole.
    pub(super) fn replaced(&mut self, decoded: usize, source: usize, length: usize) {
        self.list.push(Segment { decoded, source, replaced: length });
    }

    fn find(&self, decoded: usize) -> Option<Segment> {
        let after = self.list.partition_point(|segment| segment.decoded <= decoded);
        self.list.get(after.checked_sub(1)?).copied()
    }

    /// The source range of a decoded range that is not empty.
    pub(super) fn source(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let last = range.end.checked_sub(1)?;
        let head = self.find(range.start)?;
        let tail = self.find(last)?;
        let start = if head.replaced > 0 { head.source } else { head.source + (range.start - head.decoded) };
        let end = if tail.replaced > 0 { tail.source + tail.replaced } else { tail.source + (last - tail.decoded) + 1 };
        Some(start..end.max(start))
    }

    /// Whether a decoded range lies in one copied run, so that the source has the same bytes.
    pub(super) fn is_copy(&self, range: &Range<usize>) -> bool {
        let last = range.end.saturating_sub(1);
        match (self.find(range.start), self.find(last)) {
            (Some(head), Some(tail)) => head.replaced == 0 && head.decoded == tail.decoded,
            _ => false,
        }
    }
}
