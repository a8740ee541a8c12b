//! Fetch sessions (KIP-227): a consumer names its partitions once and then only what changes; the broker answers only with what is
//! new. Pure: requests and the time go in, what to fetch comes out.

use std::collections::HashMap;
use std::time::Duration;

use indexmap::IndexMap;
use kafka_protocol::ResponseError;
use uuid::Uuid;

/// "No session".
pub const NO_SESSION: i32 = 0;
/// The epoch of a request that begins a session.
const INITIAL_EPOCH: i32 = 0;
/// The epoch of a request that ends a session, or wants none.
const FINAL_EPOCH: i32 = -1;
/// A session that was not used for so long goes for any other one; one that is younger goes for none but a follower's
/// (`MinIncrementalFetchSessionEvictionMs`). In milliseconds.
const EVICTION_MS: i64 = Duration::from_secs(120).as_millis() as i64;

/// A partition as a request names it: by the topic's name up to version 12, by its id from 13 on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchKey {
    /// The topic's name; empty in a request by id.
    pub topic: String,
    /// The topic's id; zero in a request by name.
    pub topic_id: Uuid,
    /// The partition's index.
    pub index: i32,
}

/// What is wanted of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchWish {
    /// The first offset wanted.
    pub offset: i64,
    /// At most this many bytes.
    pub max_bytes: i32,
    /// The leader epoch that the client believes in; -1 for none.
    pub leader_epoch: i32,
    /// The epoch of the last record that the client has; -1 for none.
    pub last_fetched_epoch: i32,
}

/// What a client saw last of a partition in its session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    answered: bool,
    high_watermark: i64,
    log_start_offset: i64,
}

#[derive(Clone, Debug)]
struct Session {
    epoch: i32,
    by_id: bool,
    /// Whether it is a follower's.
    privileged: bool,
    created_ms: i64,
    used_ms: i64,
    partitions: IndexMap<FetchKey, (FetchWish, Seen)>,
}

/// A fetch request, as far as sessions go.
#[derive(Clone, Debug, Default)]
pub struct SessionRequest {
    /// The session's id; 0 for none.
    pub id: i32,
    /// The session's epoch.
    pub epoch: i32,
    /// Whether topics are named by id.
    pub by_id: bool,
    /// Whether a follower asks.
    pub privileged: bool,
    /// The partitions that are named, in order.
    pub wishes: Vec<(FetchKey, FetchWish)>,
    /// The partitions that leave the session.
    pub forgotten: Vec<FetchKey>,
}

/// What a request is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchPlan {
    /// The session's id in the answer.
    pub session: i32,
    /// The session's epoch from now on where partitions without news are left out of the answer; `None` where they are not.
    pub incremental: Option<i32>,
    /// What to fetch, in order.
    pub wishes: Vec<(FetchKey, FetchWish)>,
}

/// What the answer says of a partition, as far as it makes news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchNews {
    /// Whether there are records.
    pub has_records: bool,
    /// Whether there is an error or a diverging epoch.
    pub has_error: bool,
    /// The high watermark in the answer.
    pub high_watermark: i64,
    /// The log start offset in the answer.
    pub log_start_offset: i64,
}

/// Every session of this broker.
#[derive(Debug)]
pub struct FetchSessions {
    sessions: HashMap<i32, Session>,
    slots: usize,
}

impl FetchSessions {
    /// At most `slots` sessions (`max.incremental.fetch.session.cache.slots`).
    pub fn new(slots: usize) -> Self {
        Self { sessions: HashMap::new(), slots }
    }

    /// Finds what a request is for, and goes on with its session; `now` is in milliseconds since 1970 (UTC).
    ///
    /// # Errors
    /// `FETCH_SESSION_ID_NOT_FOUND`, `INVALID_FETCH_SESSION_EPOCH`, `FETCH_SESSION_TOPIC_ID_ERROR`.
    pub fn begin(&mut self, request: SessionRequest, now: i64) -> Result<FetchPlan, ResponseError> {
        let whole = |session, wishes| FetchPlan { session, incremental: None, wishes };
        if request.epoch == FINAL_EPOCH || request.epoch == INITIAL_EPOCH {
            self.sessions.remove(&request.id);
            let wanted = request.epoch == INITIAL_EPOCH && !request.wishes.is_empty();
            let session = if wanted { self.create(&request, now) } else { NO_SESSION };
            return Ok(whole(session, request.wishes));
        }
        let session = self.sessions.get_mut(&request.id).ok_or(ResponseError::FetchSessionIdNotFound)?;
        if session.epoch != request.epoch {
            return Err(ResponseError::InvalidFetchSessionEpoch);
        }
        if session.by_id != request.by_id {
            return Err(ResponseError::FetchSessionTopicIdError);
        }
        for (key, wish) in request.wishes {
            session.partitions.entry(key).or_insert((wish, Seen::default())).0 = wish;
        }
        for key in &request.forgotten {
            session.partitions.shift_remove(key);
        }
        session.used_ms = now;
        session.epoch = if session.epoch == i32::MAX { 1 } else { session.epoch + 1 };
        let wishes: Vec<_> = session.partitions.iter().map(|(key, (wish, _))| (key.clone(), *wish)).collect();
        if wishes.is_empty() {
            self.sessions.remove(&request.id);
            return Ok(whole(NO_SESSION, wishes));
        }
        Ok(FetchPlan { session: request.id, incremental: Some(session.epoch), wishes })
    }

    /// Whether a session is where it was when that was planned: another request may have gone on with it meanwhile.
    ///
    /// # Errors
    /// `INVALID_FETCH_SESSION_EPOCH`.
    pub fn check(&self, plan: &FetchPlan) -> Result<(), ResponseError> {
        match self.sessions.get(&plan.session) {
            Some(session) if plan.incremental.is_some_and(|epoch| epoch != session.epoch) => {
                Err(ResponseError::InvalidFetchSessionEpoch)
            }
            _ => Ok(()),
        }
    }

    /// Makes room for a session of `size` partitions: at the cost of one that was away for long; else of the smallest that is worth
    /// less, where those of followers are worth more than others and those of many partitions more than those of few.
    fn evict(&mut self, privileged: bool, size: usize, now: i64) -> bool {
        let stale = self.sessions.iter().min_by_key(|(_, session)| session.used_ms);
        let stale = stale.filter(|(_, session)| now.saturating_sub(session.used_ms) > EVICTION_MS).map(|(id, _)| *id);
        let may_go = |session: &Session| {
            let grown_up = session.used_ms.saturating_sub(session.created_ms) > EVICTION_MS;
            grown_up || privileged && !session.privileged
        };
        let worth = |session: &Session| (session.privileged, session.partitions.len());
        let least = || {
            let evictable = self.sessions.iter().filter(|(_, session)| may_go(session));
            let least = evictable.min_by_key(|(id, session)| (worth(session), **id))?;
            (worth(least.1) < (privileged, size)).then_some(*least.0)
        };
        let goes = stale.or_else(least);
        goes.is_some_and(|id| self.sessions.remove(&id).is_some())
    }

    fn create(&mut self, request: &SessionRequest, now: i64) -> i32 {
        if self.sessions.len() >= self.slots && !self.evict(request.privileged, request.wishes.len(), now) {
            return NO_SESSION;
        }
        let id = loop {
            let (high, _) = Uuid::new_v4().as_u64_pair();
            let id = i32::try_from(high >> 33).unwrap_or(1);
            if id != NO_SESSION && !self.sessions.contains_key(&id) {
                break id;
            }
        };
        let partitions = request.wishes.iter().map(|(key, wish)| (key.clone(), (*wish, Seen::default()))).collect();
        let (by_id, privileged) = (request.by_id, request.privileged);
        self.sessions.insert(id, Session { epoch: 1, by_id, privileged, created_ms: now, used_ms: now, partitions });
        id
    }

    /// Whether the answer of a session names a partition; remembers what the client now knows. A partition with records goes to
    /// the end of the line from the second answer on, so that every one gets its turn.
    pub fn note(&mut self, plan: &FetchPlan, key: &FetchKey, news: FetchNews) -> bool {
        let Some(session) = self.sessions.get_mut(&plan.session) else { return true };
        let Some((wish, seen)) = session.partitions.get(key).copied() else { return true };
        let same = seen.answered && seen.high_watermark == news.high_watermark && seen.log_start_offset == news.log_start_offset;
        let incremental = plan.incremental.is_some();
        let named = !incremental || news.has_records || news.has_error || !same;
        let now_seen = Seen {
            // an error is told again as long as it lasts, and its end too
            answered: !news.has_error,
            high_watermark: news.high_watermark,
            log_start_offset: news.log_start_offset,
        };
        if incremental && news.has_records {
            session.partitions.shift_remove(key);
        }
        session.partitions.insert(key.clone(), (wish, now_seen));
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(index: i32) -> FetchKey {
        FetchKey { topic: "t".to_owned(), topic_id: Uuid::nil(), index }
    }

    fn wish(offset: i64) -> FetchWish {
        FetchWish { offset, max_bytes: 100, leader_epoch: -1, last_fetched_epoch: -1 }
    }

    fn request(id: i32, epoch: i32, wishes: &[(i32, i64)]) -> SessionRequest {
        let wishes = wishes.iter().map(|(index, offset)| (key(*index), wish(*offset))).collect();
        SessionRequest { id, epoch, wishes, ..SessionRequest::default() }
    }

    const QUIET: FetchNews = FetchNews { has_records: false, has_error: false, high_watermark: 5, log_start_offset: 0 };

    #[test]
    fn a_session_goes_from_whole_to_incremental_to_its_end() {
        let mut sessions = FetchSessions::new(10);
        let plan = sessions.begin(request(0, 0, &[(0, 1), (1, 1)]), 0).expect("begins");
        assert!(plan.session != NO_SESSION && plan.incremental.is_none() && plan.wishes.len() == 2);
        assert!(sessions.note(&plan, &key(0), QUIET) && sessions.note(&plan, &key(1), QUIET));
        let id = plan.session;
        let plan = sessions.begin(request(id, 1, &[(1, 7)]), 0).expect("goes on");
        assert_eq!(plan.wishes, [(key(0), wish(1)), (key(1), wish(7))]);
        assert!(!sessions.note(&plan, &key(0), QUIET), "nothing new");
        assert!(sessions.note(&plan, &key(0), FetchNews { high_watermark: 6, ..QUIET }));
        assert!(sessions.note(&plan, &key(0), FetchNews { has_records: true, high_watermark: 6, ..QUIET }));
        let forget = SessionRequest { forgotten: vec![key(1)], ..request(id, 2, &[(2, 0)]) };
        let plan = sessions.begin(forget, 0).expect("goes on");
        assert_eq!(plan.wishes, [(key(0), wish(1)), (key(2), wish(0))]);
        let plan = sessions.begin(request(id, -1, &[]), 0).expect("ends");
        assert_eq!((plan.session, plan.wishes.len()), (NO_SESSION, 0));
        assert_eq!(sessions.begin(request(id, 3, &[]), 0), Err(ResponseError::FetchSessionIdNotFound));
    }

    #[test]
    fn wrong_requests_are_told_apart() {
        let mut sessions = FetchSessions::new(10);
        let id = sessions.begin(request(0, 0, &[(0, 1)]), 0).expect("begins").session;
        assert_eq!(sessions.begin(request(id, 2, &[]), 0), Err(ResponseError::InvalidFetchSessionEpoch));
        let by_id = SessionRequest { by_id: true, ..request(id, 1, &[]) };
        assert_eq!(sessions.begin(by_id, 0), Err(ResponseError::FetchSessionTopicIdError));
        assert_eq!(sessions.begin(request(id + 1, 1, &[]), 0), Err(ResponseError::FetchSessionIdNotFound));
        assert_eq!(sessions.begin(request(0, -1, &[(0, 1)]), 0).expect("none wanted").session, NO_SESSION);
    }

    #[test]
    fn a_full_house_evicts_only_who_was_away_for_long() {
        let mut sessions = FetchSessions::new(1);
        let first = sessions.begin(request(0, 0, &[(0, 1)]), 0).expect("begins").session;
        assert_eq!(sessions.begin(request(0, 0, &[(0, 1)]), EVICTION_MS).expect("whole").session, NO_SESSION);
        let second = sessions.begin(request(0, 0, &[(0, 1)]), EVICTION_MS + 1).expect("begins").session;
        assert!(second != NO_SESSION);
        assert_eq!(sessions.begin(request(first, 1, &[]), 0), Err(ResponseError::FetchSessionIdNotFound));
    }

    #[test]
    fn larger_sessions_and_followers_push_smaller_ones_out() {
        let wishes = |count: i32| (0..count).map(|index| (key(index), wish(0))).collect::<Vec<_>>();
        let opening = |count: i32, privileged: bool| SessionRequest { privileged, wishes: wishes(count), ..request(0, 0, &[]) };
        // a session of two partitions, used last at `used`; then another wants its place at `now`
        let check = |old: bool, used: i64, new: (i32, bool), now: i64, expected: bool| {
            let mut sessions = FetchSessions::new(1);
            let id = sessions.begin(opening(2, old), 0).expect("begins").session;
            if used > 0 {
                sessions.begin(request(id, 1, &[]), used).expect("goes on");
            }
            let found = sessions.begin(opening(new.0, new.1), now).expect("whole").session != NO_SESSION;
            assert_eq!(found, expected, "{old} {used} {new:?} {now}");
        };
        let later = EVICTION_MS + 1;
        check(false, 0, (9, false), 10, false);
        check(false, 0, (1, true), 10, true);
        check(true, 0, (9, true), 10, false);
        check(false, later, (3, false), later, true);
        check(false, later, (2, false), later, false);
        check(true, later, (9, false), later, false);
        check(true, later, (3, true), later, true);
        check(true, later, (1, false), later * 3, true);
        assert_eq!(FetchSessions::new(0).begin(opening(1, true), 0).expect("whole").session, NO_SESSION);
    }

    #[test]
    fn an_answer_that_another_request_overtook_is_none() {
        let mut sessions = FetchSessions::new(10);
        let id = sessions.begin(request(0, 0, &[(0, 1)]), 0).expect("begins").session;
        let first = sessions.begin(request(id, 1, &[]), 0).expect("goes on");
        assert_eq!(sessions.check(&first), Ok(()));
        let second = sessions.begin(request(id, 2, &[]), 0).expect("goes on");
        assert_eq!(sessions.check(&first), Err(ResponseError::InvalidFetchSessionEpoch));
        assert_eq!(sessions.check(&second), Ok(()));
    }

    #[test]
    fn partitions_take_turns_from_the_second_answer_on() {
        let mut sessions = FetchSessions::new(10);
        let plan = sessions.begin(request(0, 0, &[(0, 1), (1, 1)]), 0).expect("begins");
        let records = FetchNews { has_records: true, ..QUIET };
        assert!(sessions.note(&plan, &key(0), records) && sessions.note(&plan, &key(1), QUIET));
        let first = |plan: &FetchPlan| plan.wishes[0].0.index;
        let plan = sessions.begin(request(plan.session, 1, &[]), 0).expect("goes on");
        assert_eq!(first(&plan), 0, "the order that was asked for");
        sessions.note(&plan, &key(0), records);
        assert_eq!(first(&sessions.begin(request(plan.session, 2, &[]), 0).expect("goes on")), 1);
    }
}
