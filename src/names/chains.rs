//! A small hash table from keys to target numbers that is cheap to build.

const EMPTY: u32 = u32::MAX;
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Hash of no bytes.
pub(super) const NOTHING: u64 = FNV_OFFSET;

/// The hash of a string with one byte more: prefixes of all lengths cost one pass.
pub(super) fn extend(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
}

/// The hash of a sequence of bytes.
pub(super) fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(NOTHING, extend)
}

/// A hash told apart by a small number, for tables that hold keys of several sorts.
pub(super) fn tagged(hash: u64, tag: usize) -> u64 {
    let mixed = (hash ^ (tag as u64)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// Chained hash table. What is stored comes from the embedded lists alone, so no hostile name can lengthen a chain.
/// Keys are 64-bit hashes: a caller checks what it gets.
#[derive(Debug, Default)]
pub(super) struct Chains {
    heads: Vec<u32>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: u64,
    value: u32,
    next: u32,
}

impl Chains {
    /// A table meant for about `capacity` entries.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { heads: vec![EMPTY; capacity.next_power_of_two().max(16)], entries: Vec::with_capacity(capacity) }
    }

    fn slot(&self, key: u64) -> usize {
        // The upper half is the better mixed one after a multiplication.
        ((key >> 32) ^ key) as usize & (self.heads.len().saturating_sub(1))
    }

    pub(super) fn insert(&mut self, key: u64, value: u32) {
        let slot = self.slot(key);
        if let (Some(head), Ok(number)) = (self.heads.get_mut(slot), u32::try_from(self.entries.len())) {
            self.entries.push(Entry { key, value, next: *head });
            *head = number;
        }
    }

    /// The values stored under a key, newest first.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.heads.get(self.slot(key)).copied().unwrap_or(EMPTY);
        std::iter::from_fn(move || {
            while let Some(entry) = self.entries.get(next as usize) {
                next = entry.next;
                if entry.key == key {
                    return Some(entry.value);
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_stored() {
        let mut table = Chains::with_capacity(10);
        for value in 0..1000 {
            table.insert(tagged(hash(format!("key{}", value / 2).bytes()), 3), value);
        }
        for value in 0..500 {
            let found: Vec<u32> = table.get(tagged(hash(format!("key{value}").bytes()), 3)).collect();
            assert_eq!(found, [value * 2 + 1, value * 2]);
        }
        assert_eq!(table.get(hash(*b"other")).count(), 0);
        assert_eq!(Chains::default().get(1).count(), 0);
    }
}
