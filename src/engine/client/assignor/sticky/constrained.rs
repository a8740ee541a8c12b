//! Where all members want the same topics: everybody gets its share or one more, and of what it had keeps as much as that is.

use std::collections::{BTreeSet, VecDeque};

use super::claims::Claims;
use super::{Dealt, Group, Moving};
use crate::engine::client::consumer::TopicPartition;

/// The partitions while they are dealt out.
struct Shares<'a> {
    group: &'a Group<'a>,
    claims: &'a Claims,
    /// Everybody's share, and that of those who get more.
    least: usize,
    most: usize,
    /// How many members get more, and how many of them have it.
    larger: usize,
    larger_so_far: usize,
    dealt: Dealt,
    /// What members had beyond their share.
    revoked: BTreeSet<TopicPartition>,
    moving: Moving,
    /// Who has less than its share, and who has just that and may get one more.
    below: Vec<usize>,
    at_least: VecDeque<usize>,
}

/// Deals `partitions`, which are in order; gives also which of them change hands.
pub(super) fn deal(group: &Group<'_>, claims: &Claims, partitions: &[TopicPartition]) -> (Dealt, Moving) {
    let count = group.members.len();
    if count == 0 {
        return (Dealt::new(), Moving::new());
    }
    let mut shares = Shares {
        group,
        claims,
        least: partitions.len() / count,
        most: partitions.len().div_ceil(count),
        larger: partitions.len() % count,
        larger_so_far: 0,
        dealt: vec![Vec::new(); count],
        revoked: BTreeSet::new(),
        moving: Moving::new(),
        below: Vec::new(),
        at_least: VecDeque::new(),
    };
    shares.keep_owned();
    let kept: BTreeSet<&TopicPartition> = shares.dealt.iter().flatten().collect();
    let mut free: Vec<TopicPartition> = partitions.iter().filter(|place| !kept.contains(place)).cloned().collect();
    shares.below.sort_by_key(|at| group.id(*at));
    shares.at_least.make_contiguous().sort_by_key(|at| group.id(*at));
    // what few are near to goes first
    free.sort_by_cached_key(|place| group.racks.members_near(place));
    if group.is_rack_aware {
        shares.deal_near(&mut free);
    }
    shares.deal_in_turn(free);
    (shares.dealt, shares.moving)
}

impl Shares<'_> {
    fn keep_owned(&mut self) {
        for at in self.group.order.iter().copied() {
            let stays = |place: &&TopicPartition| !self.group.is_far(at, place) && !self.claims.contested.contains(*place);
            let mut owned: Vec<TopicPartition> = self.claims.owned[at].iter().filter(stays).cloned().collect();
            if owned.len() < self.least {
                self.below.push(at);
            } else if owned.len() >= self.most && self.larger_so_far < self.larger {
                self.larger_so_far += 1;
                if self.larger_so_far == self.larger {
                    self.at_least.clear();
                }
                self.revoked.extend(owned.drain(self.most..));
            } else {
                self.revoked.extend(owned.drain(self.least..));
                if self.larger_so_far < self.larger {
                    self.at_least.push_back(at);
                }
            }
            self.dealt[at] = owned;
        }
    }

    /// Deals out what members are near to, as far as everybody's share goes; the rest stays in `free`.
    fn deal_near(&mut self, free: &mut Vec<TopicPartition>) {
        let mut turn = 0;
        free.retain(|place| match self.next_near(place, &mut turn) {
            Some(at) => {
                self.give(at, place.clone());
                false
            }
            None => true,
        });
    }

    /// Whose turn it is of those who are near: of those below their share from `turn` on, else of those who may get one more.
    fn next_near(&mut self, place: &TopicPartition, turn: &mut usize) -> Option<usize> {
        let (later, earlier) = (*turn..self.below.len(), 0..(*turn).min(self.below.len()));
        if let Some(index) = later.chain(earlier).find(|index| self.group.is_near(self.below[*index], place)) {
            let at = self.below[index];
            let will_have = self.dealt[at].len() + 1;
            let mut next = index + 1;
            if will_have >= self.least {
                self.below.remove(index);
                next = index;
                if will_have < self.most {
                    self.at_least.push_back(at);
                }
            }
            *turn = if self.below.is_empty() { 0 } else { next % self.below.len() };
            return Some(at);
        }
        let index = self.at_least.iter().position(|at| self.group.is_near(*at, place))?;
        let at = self.at_least[index];
        if self.dealt[at].len() + 1 == self.most {
            self.at_least.remove(index);
        }
        Some(at)
    }

    /// Deals the rest out in turn to those below their share, then one more to others.
    fn deal_in_turn(&mut self, free: Vec<TopicPartition>) {
        let mut turn = 0;
        for place in free {
            if turn >= self.below.len() {
                turn = 0;
            }
            let below = self.below.get(turn).copied();
            let Some(at) = below.or_else(|| self.at_least.pop_front()).or_else(|| self.poorest()) else { return };
            self.give(at, place);
            if below.is_none() {
                continue;
            }
            if self.dealt[at].len() == self.least {
                self.below.remove(turn);
                self.at_least.push_back(at);
            } else {
                turn += 1;
            }
        }
    }

    /// Who has the fewest. Kafka gives a group up whose racks leave nobody to deal to.
    fn poorest(&self) -> Option<usize> {
        (0..self.dealt.len()).min_by_key(|at| (self.dealt[*at].len(), self.group.id(*at)))
    }

    fn give(&mut self, at: usize, place: TopicPartition) {
        if self.revoked.contains(&place) || self.claims.contested.contains(&place) {
            self.moving.insert(place.clone(), at);
        }
        self.dealt[at].push(place);
    }
}
