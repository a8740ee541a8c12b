//! Where members want different topics: what they had stays, the rest goes to who has least, and then partitions move from who has more to who
//! has less until no move makes it more even.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::Claims;
use super::movements::Movements;
use super::{Dealt, Group, Said};
use crate::engine::client::consumer::TopicPartition;

/// Whose partitions were in generations before the newest, and in which.
type Earlier = BTreeMap<TopicPartition, (usize, i32)>;

/// The partitions while they are dealt out.
struct Balance<'a> {
    group: &'a Group<'a>,
    /// The topics that exist: which each member wants, who wants each, and how many partitions each has.
    wanted: Vec<BTreeSet<&'a str>>,
    readers: BTreeMap<&'a str, Vec<usize>>,
    counts: BTreeMap<&'a str, usize>,
    dealt: Dealt,
    owners: BTreeMap<TopicPartition, usize>,
    /// Who takes part, by how many partitions each has.
    ranked: BTreeSet<(usize, &'a str, usize)>,
    movements: Movements,
}

/// Deals `partitions`, which are in order.
pub(super) fn deal(group: &Group<'_>, claims: Claims, said: &[Said], partitions: &[TopicPartition]) -> Dealt {
    let earlier = earlier(group, said, claims.newest);
    let mut balance = Balance::new(group, partitions);
    let has_revoked = balance.keep_owned(claims.owned);
    balance.ranked = (0..group.members.len()).map(|at| balance.rank(at)).collect();
    let is_first = balance.dealt.iter().all(Vec::is_empty);

    // what few want comes first
    let mut all: Vec<&TopicPartition> = partitions.iter().collect();
    all.sort_by_key(|place| balance.readers_of(place).len());
    let mut free: Vec<&TopicPartition> = all.iter().copied().filter(|place| !balance.owners.contains_key(*place)).collect();
    balance.deal_free(&free);

    // what only one wants stays there, and so does who has nothing else to get or to lose
    all.retain(|place| balance.readers_of(place).len() > 1);
    free.retain(|place| balance.readers_of(place).len() > 1);
    let taking_part = (0..group.members.len()).filter(|at| balance.takes_part(*at)).map(|at| balance.rank(at));
    balance.ranked = taking_part.collect();
    let before = balance.dealt.clone();
    if !has_revoked {
        balance.move_some(&free, &earlier);
    }
    let has_moved = balance.move_some(&all, &earlier);
    let is_no_better = balance.unevenness(&balance.dealt) >= balance.unevenness(&before);
    if !is_first && has_moved && is_no_better {
        return before;
    }
    balance.take_unwanted();
    balance.dealt
}

/// The last owners of partitions of whom a newer generation knows nothing.
fn earlier(group: &Group<'_>, said: &[Said], newest: i32) -> Earlier {
    let mut earlier = Earlier::new();
    for at in group.order.iter().copied() {
        let (had, generation) = &said[at];
        for place in had.iter().filter(|_| *generation < newest) {
            let last = earlier.entry(place.clone()).or_insert((at, *generation));
            if last.1 < *generation {
                *last = (at, *generation);
            }
        }
    }
    earlier
}

impl<'a> Balance<'a> {
    fn new(group: &'a Group<'a>, partitions: &'a [TopicPartition]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        partitions.iter().for_each(|(topic, _)| *counts.entry(topic).or_default() += 1);
        let wanted = |at: usize| -> BTreeSet<&'a str> {
            let topics = group.members[at].subscription.topics.iter().map(String::as_str);
            topics.filter(|topic| counts.contains_key(topic)).collect()
        };
        let wanted: Vec<BTreeSet<&str>> = (0..group.members.len()).map(wanted).collect();
        let mut readers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, topics) in wanted.iter().enumerate() {
            topics.iter().for_each(|topic| readers.entry(topic).or_default().push(at));
        }
        let dealt = vec![Vec::new(); group.members.len()];
        let (owners, ranked) = (BTreeMap::new(), BTreeSet::new());
        Self { group, wanted, readers, counts, dealt, owners, ranked, movements: Movements::default() }
    }

    fn rank(&self, at: usize) -> (usize, &'a str, usize) {
        (self.dealt[at].len(), self.group.id(at), at)
    }

    fn readers_of(&self, place: &TopicPartition) -> &[usize] {
        self.readers.get(place.0.as_str()).map_or(&[], Vec::as_slice)
    }

    fn wants(&self, at: usize, place: &TopicPartition) -> bool {
        self.wanted[at].contains(place.0.as_str())
    }

    /// Keeps what members still want and are not far from; gives whether they lose something.
    fn keep_owned(&mut self, owned: Vec<Vec<TopicPartition>>) -> bool {
        let mut has_revoked = false;
        for (at, owned) in owned.into_iter().enumerate() {
            for place in owned {
                if self.wants(at, &place) && !self.group.is_far(at, &place) {
                    self.owners.insert(place.clone(), at);
                    self.dealt[at].push(place);
                } else {
                    has_revoked = true;
                }
            }
        }
        has_revoked
    }

    /// Deals out what nobody has, first to who is not far from it.
    fn deal_free(&mut self, free: &[&TopicPartition]) {
        let mut left = free.to_vec();
        if self.group.is_rack_aware {
            left.retain(|place| !self.deal_one(place, |group, at| !group.is_far(at, place)));
        }
        for place in left {
            self.deal_one(place, |_, _| true);
        }
    }

    /// Gives a partition to the one with the least of those who want it and may have it.
    fn deal_one(&mut self, place: &TopicPartition, may: impl Fn(&Group<'_>, usize) -> bool) -> bool {
        let fits = |rank: &&(usize, &str, usize)| self.wants(rank.2, place) && may(self.group, rank.2);
        let Some(rank) = self.ranked.iter().find(fits).copied() else { return false };
        self.ranked.remove(&rank);
        self.dealt[rank.2].push(place.clone());
        self.owners.insert(place.clone(), rank.2);
        self.ranked.insert(self.rank(rank.2));
        true
    }

    /// Whether a member could get or lose something.
    fn takes_part(&self, at: usize) -> bool {
        let most: usize = self.wanted[at].iter().map(|topic| self.counts[topic]).sum();
        self.dealt[at].len() < most || self.dealt[at].iter().any(|place| self.readers_of(place).len() > 1)
    }

    /// Moves some of `places` until all is even, or none moves any more; gives whether one did.
    fn move_some(&mut self, places: &[&TopicPartition], earlier: &Earlier) -> bool {
        let mut has_moved = false;
        // moves make a group more even; members that say what cannot be do not make this go on for ever
        for _ in 0..=places.len() * self.group.members.len() {
            let mut moved = false;
            for place in places {
                if self.is_balanced() {
                    break;
                }
                moved |= self.move_one(place, earlier);
            }
            if !moved {
                break;
            }
            has_moved = true;
        }
        has_moved
    }

    /// Whether nobody could take one from who has at least two more.
    fn is_balanced(&self) -> bool {
        let (Some((fewest, ..)), Some((most, ..))) = (self.ranked.first(), self.ranked.last()) else { return true };
        if fewest + 1 >= *most {
            return true;
        }
        // of each topic, how many the richest has who has some of it
        let mut richest: BTreeMap<&str, usize> = BTreeMap::new();
        for (count, _, at) in &self.ranked {
            for (topic, _) in &self.dealt[*at] {
                let most = richest.entry(topic).or_default();
                *most = (*most).max(*count);
            }
        }
        let could_take = |(count, _, at): &(usize, &str, usize)| {
            self.wanted[*at].iter().any(|topic| richest.get(topic).is_some_and(|most| count + 1 < *most))
        };
        !self.ranked.iter().any(could_take)
    }

    /// Moves a partition to who had it before, else to who has the least, if its owner has two more than somebody who wants it.
    fn move_one(&mut self, place: &TopicPartition, earlier: &Earlier) -> bool {
        let Some(owner) = self.owners.get(place).copied() else { return false };
        let has_more_than = |at: &usize| self.dealt[owner].len() > self.dealt[*at].len() + 1;
        // as in Kafka nobody asks here whether who had it still wants it
        let before = earlier.get(place).map(|(at, _)| *at).filter(|at| self.ranked.contains(&self.rank(*at)));
        let to = before.filter(has_more_than).or_else(|| {
            self.readers_of(place).iter().any(has_more_than).then_some(())?;
            self.ranked.iter().find(|rank| self.wants(rank.2, place)).map(|rank| rank.2)
        });
        let Some(to) = to else { return false };
        self.hand_over(place, owner, to);
        true
    }

    fn hand_over(&mut self, place: &TopicPartition, owner: usize, to: usize) {
        let place = self.movements.instead_of(place, owner, to);
        let Some(from) = self.owners.insert(place.clone(), to) else { return };
        self.ranked.remove(&self.rank(from));
        self.ranked.remove(&self.rank(to));
        self.movements.note(&place, from, to);
        self.dealt[from].retain(|other| *other != place);
        self.dealt[to].push(place);
        self.ranked.insert(self.rank(from));
        self.ranked.insert(self.rank(to));
    }

    /// Gives what ended with members that do not want it to others, where Kafka leaves it.
    fn take_unwanted(&mut self) {
        for at in 0..self.dealt.len() {
            let (wanted, unwanted) = std::mem::take(&mut self.dealt[at]).into_iter().partition(|place| self.wants(at, place));
            self.dealt[at] = wanted;
            let unwanted: Vec<TopicPartition> = unwanted;
            if unwanted.is_empty() {
                continue;
            }
            self.ranked = (0..self.dealt.len()).map(|at| self.rank(at)).collect();
            unwanted.iter().for_each(|place| {
                self.deal_one(place, |_, _| true);
            });
        }
    }

    /// How far the numbers of partitions are from each other: the sum over all pairs of those who take part.
    fn unevenness(&self, dealt: &Dealt) -> usize {
        let sizes: Vec<usize> = self.ranked.iter().map(|rank| dealt[rank.2].len()).collect();
        let from = |(at, size): (usize, &usize)| sizes[at + 1..].iter().map(|other| size.abs_diff(*other)).sum::<usize>();
        sizes.iter().enumerate().map(from).sum()
    }
}
