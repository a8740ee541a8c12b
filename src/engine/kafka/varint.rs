//! The numbers of variable length in records, as Java's `ByteUtils` reads and writes them: zigzag, seven bits to a byte, the lowest
//! first.

/// The most bytes of a number of 32 bits.
pub const INT_BYTES: usize = 5;
/// The most bytes of a number of 64 bits.
pub const LONG_BYTES: usize = 10;

/// Takes a number of 32 bits off `rest`; `None` where it does not end.
#[inline]
pub fn read_int(rest: &mut &[u8]) -> Option<i32> {
    read_unsigned(rest, INT_BYTES).map(int)
}

/// Takes a number of 64 bits off `rest`; `None` where it does not end.
#[inline]
pub fn read_long(rest: &mut &[u8]) -> Option<i64> {
    read_unsigned(rest, LONG_BYTES).map(long)
}

/// The number of 32 bits that these bits are; as in Java, the upper bits of a fifth byte are lost.
#[inline]
pub fn int(bits: u64) -> i32 {
    long(bits & u64::from(u32::MAX)) as i32
}

/// The number of 64 bits that these bits are.
#[inline]
pub fn long(bits: u64) -> i64 {
    (bits >> 1).cast_signed() ^ -(bits & 1).cast_signed()
}

/// What a byte adds to the bits of a number; `index` is its place in it.
pub fn bits_of(byte: u8, index: usize) -> u64 {
    u64::from(byte & 0x7f).wrapping_shl(index as u32 * 7)
}

#[inline]
fn read_unsigned(rest: &mut &[u8], most: usize) -> Option<u64> {
    // nearly every number of a record has one or two bytes
    match *rest {
        [one @ ..0x80, after @ ..] => {
            *rest = after;
            Some(u64::from(*one))
        }
        [one, two @ ..0x80, after @ ..] => {
            *rest = after;
            Some(u64::from(*one & 0x7f) | u64::from(*two) << 7)
        }
        _ => read_longer(rest, most),
    }
}

fn read_longer(rest: &mut &[u8], most: usize) -> Option<u64> {
    let mut value = 0;
    for (index, byte) in rest.iter().take(most).enumerate() {
        value |= bits_of(*byte, index);
        if byte & 0x80 == 0 {
            *rest = &rest[index + 1..];
            return Some(value);
        }
    }
    None
}

/// Puts a number behind what `out` holds.
pub fn put(out: &mut Vec<u8>, value: i64) {
    let mut rest = (value << 1 ^ value >> 63).cast_unsigned();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// How many bytes [`put`] takes for a number.
pub fn size(value: i64) -> usize {
    let bits = 64 - (value << 1 ^ value >> 63).leading_zeros() as usize;
    bits.div_ceil(7).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_that_do_not_end_are_none() {
        assert_eq!(read_int(&mut &[0x80; 5][..]), None);
        assert_eq!(read_long(&mut &[0xff; 9][..]), None);
        // Java loses what does not fit
        assert_eq!(read_int(&mut &[0xff, 0xff, 0xff, 0xff, 0x7f][..]), Some(i32::MIN));
    }

    proptest! {
        #[test]
        fn what_is_put_is_read(value in any::<i64>(), small in any::<i32>()) {
            let mut out = Vec::new();
            put(&mut out, value);
            prop_assert_eq!(out.len(), size(value));
            prop_assert_eq!(read_long(&mut &out[..]), Some(value));
            let mut out = Vec::new();
            put(&mut out, small.into());
            let mut rest = &out[..];
            prop_assert_eq!((read_int(&mut rest), rest.len()), (Some(small), 0));
        }
    }
}
