//! Which partitions moved between which members while a group is balanced: where one of a topic would move back the way another one came, that
//! other one goes back instead.

use std::collections::BTreeMap;

use crate::engine::client::consumer::TopicPartition;
use crate::engine::java_set::JavaSet;

/// From which member to which other one.
type Way = (usize, usize);

/// What moved where.
#[derive(Default)]
pub(super) struct Movements {
    ways: BTreeMap<TopicPartition, Way>,
    /// The same, by topic and way.
    moved: BTreeMap<(String, Way), JavaSet<TopicPartition>>,
}

impl Movements {
    /// What moves instead of a partition that `from` has and `to` is to get.
    pub(super) fn instead_of(&self, place: &TopicPartition, from: usize, to: usize) -> TopicPartition {
        let first = self.ways.get(place).map_or(from, |(first, _)| *first);
        let back = self.moved.get(&(place.0.clone(), (to, first)));
        back.and_then(JavaSet::first).unwrap_or(place).clone()
    }

    /// Notes that a partition moves; one that comes back to where it was first has not moved.
    pub(super) fn note(&mut self, place: &TopicPartition, from: usize, to: usize) {
        let first = match self.ways.remove(place) {
            Some(way) => {
                let key = (place.0.clone(), way);
                if let Some(moved) = self.moved.get_mut(&key) {
                    moved.remove(place);
                    if moved.is_empty() {
                        self.moved.remove(&key);
                    }
                }
                way.0
            }
            None => from,
        };
        if first != to {
            self.ways.insert(place.clone(), (first, to));
            self.moved.entry((place.0.clone(), (first, to))).or_default().insert(place.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_one_of_the_topic_goes_back_first() {
        let place = |index| ("t".to_owned(), index);
        let mut movements = Movements::default();
        movements.note(&place(0), 1, 2);
        assert_eq!(movements.instead_of(&place(5), 2, 1), place(0));
        assert_eq!(movements.instead_of(&place(5), 2, 3), place(5));
        assert_eq!(movements.instead_of(&("u".to_owned(), 5), 2, 1), ("u".to_owned(), 5));
        // on its way over another member it is still away from the first
        movements.note(&place(0), 2, 3);
        assert_eq!(movements.instead_of(&place(5), 3, 1), place(0));
        assert_eq!(movements.instead_of(&place(5), 2, 1), place(5));
        movements.note(&place(0), 3, 1);
        assert_eq!(movements.instead_of(&place(5), 3, 1), place(5));
    }
}
