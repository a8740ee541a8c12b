//! How many sessions may come at once: a bucket of tokens, and beside it the drop of some by chance (`BlueThrottle`). Pure.

/// ZooKeeper's `connection_throttle_*`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThrottleOptions {
    /// What the bucket holds; 0 is no throttle.
    pub tokens: i32,
    /// How often it is filled, in ms.
    pub fill_time_ms: i32,
    /// Tokens at each filling.
    pub fill_count: i32,
    /// How long the chance to be dropped stays as it is, in ms; -1: nobody is dropped by chance.
    pub freeze_time_ms: i32,
    /// By how much the chance grows while the bucket is empty.
    pub drop_increase: f64,
    /// By how much it falls while the bucket is full enough.
    pub drop_decrease: f64,
    /// The share of the bucket that may be missing when the chance falls.
    pub decrease_ratio: f64,
    /// What a new session costs where sessions are weighed; else each connection costs one.
    pub weights: Option<Weights>,
}

/// What sessions cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// A new one.
    pub new: i32,
    /// One taken up again.
    pub renewed: i32,
}

impl Default for ThrottleOptions {
    fn default() -> Self {
        Self {
            tokens: 0,
            fill_time_ms: 1,
            fill_count: 1,
            freeze_time_ms: -1,
            drop_increase: 0.02,
            drop_decrease: 0.002,
            decrease_ratio: 0.0,
            weights: None,
        }
    }
}

/// The bucket.
#[derive(Clone, Debug)]
pub(super) struct Throttle {
    options: ThrottleOptions,
    tokens: i32,
    filled_at: i64,
    frozen_at: i64,
    drop: f64,
    random: u64,
}

impl Throttle {
    /// A full bucket; `seed` is for the dice.
    pub(super) fn new(options: ThrottleOptions, now_ms: i64, seed: i64) -> Self {
        let random = seed.cast_unsigned() | 1;
        Self { options, tokens: options.tokens, filled_at: now_ms, frozen_at: now_ms, drop: 0.0, random }
    }

    /// The chance to be dropped, from 0 to 1.
    pub(super) fn drop_chance(&self) -> f64 {
        self.drop
    }

    /// Tokens that are missing.
    pub(super) fn deficit(&self) -> i32 {
        self.options.tokens - self.tokens
    }

    /// Whether a session may come now.
    pub(super) fn admit(&mut self, is_new: bool, now_ms: i64) -> bool {
        if self.options.tokens <= 0 {
            return true;
        }
        let need = self.options.weights.map_or(1, |weights| if is_new { weights.new } else { weights.renewed });
        self.fill(now_ms);
        if self.options.freeze_time_ms != -1 && self.drops_by_chance(now_ms) {
            return false;
        }
        if self.tokens < need {
            return false;
        }
        self.tokens -= need;
        true
    }

    fn fill(&mut self, now_ms: i64) {
        let passed = now_ms - self.filled_at;
        let fill_time = i64::from(self.options.fill_time_ms.max(1));
        if passed > fill_time {
            let refill = passed.saturating_mul(i64::from(self.options.fill_count.max(0))) / fill_time;
            let filled = i64::from(self.tokens).saturating_add(refill).min(i64::from(self.options.tokens));
            self.tokens = i32::try_from(filled).unwrap_or(self.options.tokens);
            self.filled_at = now_ms;
        }
    }

    fn drops_by_chance(&mut self, now_ms: i64) -> bool {
        let missing = self.deficit();
        if now_ms - self.frozen_at > i64::from(self.options.freeze_time_ms) {
            if missing == self.options.tokens {
                self.drop = (self.drop + self.options.drop_increase).min(1.0);
            } else if f64::from(missing) <= (f64::from(self.options.tokens) * self.options.decrease_ratio).round() {
                self.drop = (self.drop - self.options.drop_decrease).max(0.0);
            }
            self.frozen_at = now_ms;
        }
        self.dice() < self.drop
    }

    /// A number from 0 to 1, from Marsaglia's xorshift.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    fn dice(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tokens_nobody_is_refused() {
        let mut throttle = Throttle::new(ThrottleOptions::default(), 0, 7);
        assert!((0..10_000).all(|_| throttle.admit(true, 0)));
    }

    #[test]
    fn a_bucket_empties_and_is_filled_again() {
        let options = ThrottleOptions { tokens: 3, fill_time_ms: 10, fill_count: 2, ..ThrottleOptions::default() };
        let mut throttle = Throttle::new(options, 0, 7);
        let admitted = |throttle: &mut Throttle, now| (0..9).filter(|_| throttle.admit(true, now)).count();
        assert_eq!(admitted(&mut throttle, 0), 3);
        assert_eq!(admitted(&mut throttle, 10), 0);
        assert_eq!(admitted(&mut throttle, 11), 2);
        assert_eq!(admitted(&mut throttle, 1000), 3);
    }

    #[test]
    fn a_new_session_costs_more_where_sessions_are_weighed() {
        let weights = Some(Weights { new: 3, renewed: 2 });
        let mut throttle = Throttle::new(ThrottleOptions { tokens: 5, weights, ..ThrottleOptions::default() }, 0, 7);
        assert!(throttle.admit(true, 0) && throttle.admit(false, 0) && !throttle.admit(false, 0));
    }

    #[test]
    fn the_chance_to_be_dropped_grows_while_the_bucket_is_empty_and_falls_after() {
        let options =
            ThrottleOptions { tokens: 1, fill_time_ms: 1000, freeze_time_ms: 0, drop_increase: 0.5, ..Default::default() };
        let mut throttle = Throttle::new(options, 0, 7);
        assert!(throttle.admit(true, 0));
        assert!(!throttle.admit(true, 1) && !throttle.admit(true, 2));
        assert!((throttle.drop_chance() - 1.0).abs() < f64::EPSILON);
        assert!(!throttle.admit(true, 5000), "the bucket is full again, and the dice still say no");
        assert!(throttle.drop_chance() < 1.0);
    }
}
