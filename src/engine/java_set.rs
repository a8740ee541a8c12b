//! The order in which Java's `HashMap` and `HashSet` (8 and newer) hand out what is in them, for what Kafka and ZooKeeper decide or answer in
//! that order. Bins of which Java makes trees, with nine entries or more, are no different here.

use std::collections::BTreeMap;

/// Bins of a new table.
pub const FIRST_BINS: usize = 16;

/// `String.hashCode`, over UTF-16 units.
pub fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// `TopicPartition.hashCode`.
pub fn partition_hash(topic: &str, index: i32) -> i32 {
    index.wrapping_add(31).wrapping_mul(31).wrapping_add(java_hash(topic))
}

/// The bin of a hash in a table with that many, which is a power of two.
pub fn bin(hash: i32, bins: usize) -> usize {
    let hash = hash.cast_unsigned();
    usize::try_from(hash ^ (hash >> 16)).unwrap_or(0) & (bins - 1)
}

/// How many bins a table has that has grown, from `bins`, with that many entries.
fn grown(mut bins: usize, entries: usize) -> usize {
    while entries > bins * 3 / 4 {
        bins *= 2;
    }
    bins
}

/// Puts entries, which are in the order in which they came into a new map, into the order in which it hands them out.
pub fn sort_as_java_map<T>(entries: &mut [T], hash: impl Fn(&T) -> i32) {
    let bins = grown(FIRST_BINS, entries.len());
    // those of one bin stay in the order in which they came
    entries.sort_by_key(|entry| bin(hash(entry), bins));
}

/// What has a hash in Java.
pub trait JavaHash: Ord + Clone {
    /// `hashCode`.
    fn java_hash(&self) -> i32;
}

impl JavaHash for String {
    fn java_hash(&self) -> i32 {
        java_hash(self)
    }
}

impl JavaHash for (String, i32) {
    fn java_hash(&self) -> i32 {
        partition_hash(&self.0, self.1)
    }
}

/// A `HashSet`: ordered by bin, and in a bin by when they came.
#[derive(Clone, Debug)]
pub struct JavaSet<T> {
    /// Each element with its turn.
    turns: BTreeMap<T, u64>,
    next_turn: u64,
    bins: usize,
}

impl<T> Default for JavaSet<T> {
    fn default() -> Self {
        Self { turns: BTreeMap::new(), next_turn: 0, bins: FIRST_BINS }
    }
}

impl<T: JavaHash> JavaSet<T> {
    /// Adds an element, unless it is there.
    pub fn insert(&mut self, element: T) {
        if self.turns.contains_key(&element) {
            return;
        }
        self.turns.insert(element, self.next_turn);
        self.next_turn += 1;
        // a table never shrinks
        self.bins = grown(self.bins, self.turns.len());
    }

    /// Takes an element out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, element: &Q)
    where
        T: std::borrow::Borrow<Q>,
    {
        self.turns.remove(element);
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    fn place(&self, element: &T, turn: u64) -> (usize, u64) {
        (bin(element.java_hash(), self.bins), turn)
    }

    /// The element that an iterator gives first.
    pub fn first(&self) -> Option<&T> {
        self.turns.iter().min_by_key(|(element, turn)| self.place(element, **turn)).map(|(element, _)| element)
    }

    /// The elements in Java's order.
    pub fn in_order(&self) -> Vec<&T> {
        let mut elements: Vec<_> = self.turns.iter().map(|(element, turn)| (self.place(element, *turn), element)).collect();
        elements.sort_unstable();
        elements.into_iter().map(|(_, element)| element).collect()
    }

    /// What `HashSet.clone` gives: the same elements in a table that is as large as they need.
    pub fn java_clone(&self) -> Self {
        let needed = (self.len() * 4 + 3) / 3;
        let bins = if self.is_empty() { FIRST_BINS } else { needed.next_power_of_two() };
        let mut clone = Self { bins, ..Self::default() };
        self.in_order().into_iter().for_each(|element| clone.insert(element.clone()));
        clone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_javas() {
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
        assert_eq!(partition_hash("t", 0), 31 * 31 + 116);
    }

    proptest::proptest! {
        /// The set as Java has it: a table of lists.
        #[test]
        fn a_set_is_ordered_as_the_table_that_it_stands_for(steps in proptest::collection::vec(("[a-d]{1,3}", proptest::bool::ANY), 0..120)) {
            let mut set = JavaSet::default();
            let mut table: Vec<Vec<String>> = vec![Vec::new(); FIRST_BINS];
            for (name, is_insert) in steps {
                let count = table.iter().map(Vec::len).sum::<usize>();
                let place = bin(java_hash(&name), table.len());
                if !is_insert {
                    table[place].retain(|other| *other != name);
                    set.remove(&name);
                    continue;
                }
                set.insert(name.clone());
                if table[place].contains(&name) {
                    continue;
                }
                table[place].push(name);
                if count + 1 > table.len() * 3 / 4 {
                    let all: Vec<String> = table.concat();
                    table = vec![Vec::new(); table.len() * 2];
                    for name in all {
                        let place = bin(java_hash(&name), table.len());
                        table[place].push(name);
                    }
                }
            }
            let expected: Vec<String> = table.concat();
            proptest::prop_assert_eq!(set.first(), expected.first());
            proptest::prop_assert_eq!(set.in_order(), expected.iter().collect::<Vec<_>>());
        }
    }
}
