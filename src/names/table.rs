//! A hash table that the build script fills and that is searched where it stands: nothing is built at run time.

/// So many bits of an entry are its value; the rest are of its key, so that few values under other keys come along.
const VALUE_BITS: u32 = 18;
/// Bits of the key in an entry.
const TAG_BITS: u32 = 32 - VALUE_BITS;

/// Values under 64-bit keys. What is stored comes from the embedded lists alone, so no hostile name can lengthen a search.
/// A value under another key may come along now and then: a caller checks what it gets.
#[derive(Debug)]
pub(super) struct Table {
    /// How far a mixed key is shifted to give the number of its bucket.
    pub(super) shift: u32,
    /// Where each bucket begins in `entries`, and the end of the last one.
    pub(super) starts: &'static [u16],
    /// Tag and value.
    pub(super) entries: &'static [u32],
}

impl Table {
    /// The values stored under a key, greatest first.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = usize> + use<> {
        let (bucket, tag) = place(key, self.shift);
        let start = |bucket: usize| self.starts.get(bucket).map_or(0, |start| usize::from(*start));
        let entries = self.entries.get(start(bucket)..start(bucket + 1)).unwrap_or_default();
        entries.iter().filter(move |entry| **entry >> VALUE_BITS == tag).map(|entry| (*entry & ((1 << VALUE_BITS) - 1)) as usize)
    }
}

fn place(key: u64, shift: u32) -> (usize, u32) {
    let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> shift) as usize, (mixed >> (shift - TAG_BITS)) as u32 & ((1 << TAG_BITS) - 1))
}

/// The parts of a table with these keys and values: `shift`, `starts` and `entries`; None if there are too many.
// Only the build script and tests fill tables.
#[allow(dead_code)]
pub(super) fn fill(pairs: &[(u64, usize)]) -> Option<(u32, Vec<u16>, Vec<u32>)> {
    // One to two entries a bucket: a start costs half as much as an entry.
    let buckets = (pairs.len() / 2).next_power_of_two().max(2);
    let shift = 64 - buckets.trailing_zeros();
    let mut placed = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let (bucket, tag) = place(*key, shift);
        let value = u32::try_from(*value).ok().filter(|value| value >> VALUE_BITS == 0)?;
        placed.push((bucket, std::cmp::Reverse(value), tag));
    }
    placed.sort_unstable();
    placed.dedup();
    let mut starts = Vec::with_capacity(buckets + 1);
    for bucket in 0..=buckets {
        starts.push(u16::try_from(placed.partition_point(|(other, ..)| *other < bucket)).ok()?);
    }
    let entries = placed.iter().map(|(_, std::cmp::Reverse(value), tag)| tag << VALUE_BITS | value).collect();
    Some((shift, starts, entries))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::keys::hash;
    use super::*;

    #[test]
    fn gives_back_what_was_stored() {
        let key = |number: usize| hash(format!("key{number}").bytes());
        let pairs: Vec<(u64, usize)> = (0..1000).map(|value| (key(value / 2), value)).collect();
        let (shift, starts, entries) = fill(&pairs).unwrap();
        let table = Table { shift, starts: starts.leak(), entries: entries.leak() };
        for number in 0..500 {
            let found: Vec<usize> = table.get(key(number)).collect();
            assert_eq!(found, [number * 2 + 1, number * 2]);
        }
        assert_eq!(table.get(key(500)).count(), 0);
        let (shift, starts, entries) = fill(&[]).unwrap();
        assert_eq!(Table { shift, starts: starts.leak(), entries: entries.leak() }.get(1).count(), 0);
        assert!(fill(&[(1, 1 << 18)]).is_none());
    }
}
