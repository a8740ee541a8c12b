//! Sessions: who is alive, and when each expires. Time is given in ms on a clock that only goes forward.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::protocol::{ErrorCode, PASSWORD_BYTES};

/// What ZooKeeper's `ZooKeeperServer.superSecret` holds: passwords are made from it, so that a client keeps its session where
/// one server takes the place of the other.
const SUPER_SECRET: i64 = 0xB341_5C00;

#[derive(Clone, Debug)]
struct Session {
    timeout_ms: i32,
    expires_at: i64,
    closing: bool,
}

/// The sessions, in buckets of one tick: all of a bucket expire together.
#[derive(Clone, Debug)]
pub struct SessionTracker {
    sessions: HashMap<i64, Session>,
    buckets: BTreeMap<i64, BTreeSet<i64>>,
    tick_ms: i64,
    next_id: i64,
}

impl SessionTracker {
    /// A tracker without sessions; ids are made from the wall clock, as ZooKeeper does for the server with id 1.
    pub fn new(tick_ms: i32, wall_ms: i64) -> Self {
        // the low 40 bits of the time below the byte of the server's id
        let time = ((wall_ms << 24).cast_unsigned() >> 8).cast_signed();
        let next_id = time | (1 << 56);
        Self { sessions: HashMap::new(), buckets: BTreeMap::new(), tick_ms: i64::from(tick_ms.max(1)), next_id }
    }

    /// The id for a new session.
    pub fn next_id(&mut self) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Begins to track a session, or gives one that is tracked another timeout.
    pub fn track(&mut self, id: i64, timeout_ms: i32, now: i64) {
        self.sessions.entry(id).or_insert(Session { timeout_ms, expires_at: 0, closing: false }).timeout_ms = timeout_ms;
        self.touch(id, now);
    }

    /// A session was heard of; false where it is not tracked or is closing.
    pub fn touch(&mut self, id: i64, now: i64) -> bool {
        let Some(session) = self.sessions.get_mut(&id).filter(|session| !session.closing) else { return false };
        let expires_at = ((now + i64::from(session.timeout_ms)) / self.tick_ms + 1) * self.tick_ms;
        let before = std::mem::replace(&mut session.expires_at, expires_at);
        if before != expires_at {
            remove_from(&mut self.buckets, before, id);
            self.buckets.entry(expires_at).or_default().insert(id);
        }
        true
    }

    /// Whether a session may do something.
    ///
    /// # Errors
    /// `SessionExpired` where it is closing, `UnknownSession` where it is not tracked.
    pub fn check(&self, id: i64) -> Result<(), ErrorCode> {
        match self.sessions.get(&id) {
            Some(session) if session.closing => Err(ErrorCode::SessionExpired),
            Some(_) => Ok(()),
            None => Err(ErrorCode::UnknownSession),
        }
    }

    /// From now on the session may do nothing more.
    pub fn set_closing(&mut self, id: i64) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.closing = true;
        }
    }

    /// Forgets a session.
    pub fn remove(&mut self, id: i64) {
        if let Some(session) = self.sessions.remove(&id) {
            remove_from(&mut self.buckets, session.expires_at, id);
        }
    }

    /// When the next session expires unless it is heard of.
    pub fn next_expiry(&self) -> Option<i64> {
        self.buckets.keys().next().copied()
    }

    /// The sessions that have expired by now, with their timeouts; they are closing from here on.
    pub fn expire(&mut self, now: i64) -> Vec<(i64, i32)> {
        let mut expired = Vec::new();
        while let Some(bucket) = self.buckets.first_entry().filter(|bucket| *bucket.key() <= now) {
            for id in bucket.remove() {
                if let Some(session) = self.sessions.get_mut(&id).filter(|session| !session.closing) {
                    session.closing = true;
                    expired.push((id, session.timeout_ms));
                }
            }
        }
        expired
    }

    /// A session's timeout in ms.
    pub fn timeout(&self, id: i64) -> Option<i32> {
        self.sessions.get(&id).map(|session| session.timeout_ms)
    }

    /// Number of sessions.
    pub fn count(&self) -> usize {
        self.sessions.len()
    }

    /// When sessions expire, and which together.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, &BTreeSet<i64>)> {
        self.buckets.iter().map(|(at, ids)| (*at, ids))
    }

    /// Every session and its timeout in ms, as a snapshot keeps them.
    pub fn timeouts(&self) -> BTreeMap<i64, i32> {
        self.sessions.iter().map(|(id, session)| (*id, session.timeout_ms)).collect()
    }
}

fn remove_from(buckets: &mut BTreeMap<i64, BTreeSet<i64>>, at: i64, id: i64) {
    if let Some(bucket) = buckets.get_mut(&at) {
        bucket.remove(&id);
        if bucket.is_empty() {
            buckets.remove(&at);
        }
    }
}

/// The password of a session: 16 bytes from Java's `Random`, seeded with the id and the secret.
pub fn password(id: i64) -> [u8; PASSWORD_BYTES] {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let mut seed = ((id ^ SUPER_SECRET).cast_unsigned() ^ MULTIPLIER) & MASK;
    let mut password = [0; PASSWORD_BYTES];
    for chunk in password.chunks_mut(4) {
        seed = (seed.wrapping_mul(MULTIPLIER).wrapping_add(0xB)) & MASK;
        // the high 32 of the 48 bits, lowest byte first
        chunk.copy_from_slice(&(seed >> 16).to_le_bytes()[..chunk.len()]);
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_that_of_a_real_server() {
        // session and password as a ZooKeeper 3.8.2 gave them
        let expected = 0x98b7_4946_45ed_0a05_36d0_6f30_9673_1670_u128;
        assert_eq!(u128::from_be_bytes(password(0x0100_003e_5086_0000)), expected);
    }

    #[test]
    fn sessions_expire_in_buckets_of_a_tick() {
        let mut tracker = SessionTracker::new(3000, 0);
        let (a, b) = (tracker.next_id(), tracker.next_id());
        tracker.track(a, 6000, 100);
        tracker.track(b, 6000, 2999);
        assert_eq!(tracker.next_expiry(), Some(9000));
        assert!(tracker.touch(b, 3000));
        assert_eq!(tracker.expire(8999), []);
        assert_eq!(tracker.expire(9000), [(a, 6000)]);
        assert_eq!(tracker.check(a), Err(ErrorCode::SessionExpired));
        assert!(!tracker.touch(a, 9001), "an expired session does not come back");
        tracker.remove(a);
        assert_eq!(tracker.check(a), Err(ErrorCode::UnknownSession));
        assert_eq!(tracker.expire(12_000), [(b, 6000)]);
        assert_eq!(tracker.next_expiry(), None);
    }
}
