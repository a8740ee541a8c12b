//! Java's random numbers from a seed, for payloads that are the same as the Java tools'.

/// What is added to the state for each number, the golden ratio's bits.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// `java.util.SplittableRandom`.
#[derive(Clone, Debug)]
pub(super) struct SplittableRandom(u64);

impl SplittableRandom {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(GAMMA);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0x62a9_d9ed_7997_05f5);
        let mixed = (mixed ^ (mixed >> 28)).wrapping_mul(0xcb24_d0a5_c88c_35b3);
        u32::try_from(mixed >> 32).unwrap_or_default()
    }

    /// A number below `bound`; 0 where the bound is not from 1 to 2^31 - 1.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let Some(bound) = i32::try_from(bound).ok().filter(|bound| *bound > 0) else { return 0 };
        let most = bound - 1;
        let mut drawn = self.next();
        if bound & most == 0 {
            return (drawn & most.cast_unsigned()) as usize;
        }
        loop {
            let half = (drawn >> 1).cast_signed();
            let rest = half % bound;
            // the last stretch of numbers is too short to be fair
            if half.wrapping_add(most).wrapping_sub(rest) >= 0 {
                return rest.cast_unsigned() as usize;
            }
            drawn = self.next();
        }
    }

    /// A letter from A to Z.
    pub(super) fn letter(&mut self) -> u8 {
        b'A' + u8::try_from(self.below(26)).unwrap_or_default()
    }
}

/// `java.util.Random`.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;

    pub(super) fn new(seed: u64) -> Self {
        Self((seed ^ Self::MULTIPLIER) & Self::MASK)
    }

    fn bits(&mut self, count: u32) -> i32 {
        self.0 = self.0.wrapping_mul(Self::MULTIPLIER).wrapping_add(0xB) & Self::MASK;
        let taken = self.0 >> (48 - count);
        u32::try_from(taken & u64::from(u32::MAX)).unwrap_or_default().cast_signed()
    }

    /// A number below `bound`, which must be above 0; 0 otherwise.
    pub(super) fn below(&mut self, bound: i32) -> i32 {
        if bound <= 0 {
            return 0;
        }
        let most = bound - 1;
        let mut drawn = self.bits(31);
        if bound & most == 0 {
            let scaled = (i64::from(bound) * i64::from(drawn)) >> 31;
            return i32::try_from(scaled).unwrap_or_default();
        }
        loop {
            let rest = drawn % bound;
            if drawn.wrapping_sub(rest).wrapping_add(most) >= 0 {
                return rest;
            }
            drawn = self.bits(31);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_javas() {
        let mut random = SplittableRandom::new(0);
        let letters: Vec<u8> = (0..20).map(|_| random.letter()).collect();
        // the first record of ProducerPerformance with --record-size 20
        assert_eq!(String::from_utf8_lossy(&letters), "YQHHNEBSEPDNSEIFGAMS");
        let mut random = Random::new(0);
        let letters: Vec<u8> = (0..10).map(|_| b'A' + u8::try_from(random.below(26)).expect("a letter")).collect();
        assert_eq!(String::from_utf8_lossy(&letters), "SSXVNJHPDQ");
    }
}
