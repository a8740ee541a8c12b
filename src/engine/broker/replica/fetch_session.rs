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
/// A session that was used this lately is not evicted for another one, in milliseconds
/// (`MinIncrementalFetchSessionEvictionMs`).
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
    /// Whether partitions without news are left out of the answer.
    pub incremental: bool,
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
        let whole = |session, wishes| FetchPlan { session, incremental: false, wishes };
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
        Ok(FetchPlan { session: request.id, incremental: true, wishes })
    }

    fn create(&mut self, request: &SessionRequest, now: i64) -> i32 {
        if self.sessions.len() >= self.slots {
            let oldest =
                self.sessions.iter().min_by_key(|(_, session)| session.used_ms).map(|(id, session)| (*id, session.used_ms));
            match oldest {
                Some((id, used)) if now.saturating_sub(used) > EVICTION_MS => self.sessions.remove(&id),
                _ => return NO_SESSION,
            };
        }
        let id = loop {
            let (high, _) = Uuid::new_v4().as_u64_pair();
            let id = i32::try_from(high >> 33).unwrap_or(1);
            if id != NO_SESSION && !self.sessions.contains_key(&id) {
                break id;
            }
        };
        let partitions = request.wishes.iter().map(|(key, wish)| (key.clone(), (*wish, Seen::default()))).collect();
        self.sessions.insert(id, Session { epoch: 1, by_id: request.by_id, used_ms: now, partitions });
        id
    }

    /// Whether the answer of a session names a partition; remembers what the client now knows. A partition with records goes to
    /// the end of the line, so that every one gets its turn.
    pub fn note(&mut self, plan: &FetchPlan, key: &FetchKey, news: FetchNews) -> bool {
        let Some(session) = self.sessions.get_mut(&plan.session) else { return true };
        let Some((wish, seen)) = session.partitions.get(key).copied() else { return true };
        let same = seen.answered && seen.high_watermark == news.high_watermark && seen.log_start_offset == news.log_start_offset;
        let named = !plan.incremental || news.has_records || news.has_error || !same;
        let now_seen = Seen {
            // an error is told again as long as it lasts, and its end too
            answered: !news.has_error,
            high_watermark: news.high_watermark,
            log_start_offset: news.log_start_offset,
        };
        if news.has_records {
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
        assert!(plan.session != NO_SESSION && !plan.incremental && plan.wishes.len() == 2);
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
}
