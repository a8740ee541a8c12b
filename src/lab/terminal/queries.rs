//! What programs ask of a terminal, left out of what they show: a terminal that answers types into the shell, and only one of several
//! windows may.

/// The longest control sequence that is looked at, in bytes; what is longer is passed on.
const SEQUENCE_BYTES_MAX: usize = 4096;
/// The final bytes of control sequences that ask: device attributes and status, modes, window, parameters, keyboard.
const ASKING_FINALS: &[u8] = b"cnx";

/// Takes output apart, also where a sequence is cut between two pieces.
#[derive(Debug, Default)]
pub struct Queries {
    /// A control sequence whose end has not come.
    open: Vec<u8>,
}

/// The output without questions, as a whole.
pub fn without_queries(output: &[u8]) -> Vec<u8> {
    let mut queries = Queries::default();
    let mut passed = queries.leave_out(output);
    passed.append(&mut queries.open);
    passed
}

impl Queries {
    /// The bytes without questions; the beginning of a sequence is kept until its end has come.
    pub fn leave_out(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.split(bytes).0
    }

    /// The questions in the bytes, and nothing else.
    pub fn pick(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.split(bytes).1
    }

    /// The bytes without questions, and the questions.
    fn split(&mut self, bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut passed = Vec::with_capacity(bytes.len());
        let mut asked = Vec::new();
        for &byte in bytes {
            if self.open.is_empty() && byte != 0x1b {
                // an enquiry is answered too
                if byte == 0x05 { &mut asked } else { &mut passed }.push(byte);
                continue;
            }
            // an escape begins anew, except where it ends a string
            if byte == 0x1b && !self.open.is_empty() && !self.is_string() {
                passed.append(&mut self.open);
            }
            self.open.push(byte);
            if self.is_complete() {
                let of_its_kind = if self.asks() { &mut asked } else { &mut passed };
                of_its_kind.append(&mut self.open);
            } else if self.open.len() >= SEQUENCE_BYTES_MAX {
                passed.append(&mut self.open);
            }
        }
        (passed, asked)
    }

    fn is_string(&self) -> bool {
        matches!(self.open.get(1), Some(b']' | b'P' | b'X' | b'^' | b'_'))
    }

    fn is_complete(&self) -> bool {
        match self.open.as_slice() {
            [_] => false,
            [_, b'[', rest @ ..] => rest.last().is_some_and(|last| matches!(last, 0x40..=0x7e)),
            [_, b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => rest.last() == Some(&0x07) || rest.ends_with(b"\x1b\\"),
            // two bytes, or with a byte between them as in ESC ( B
            [_, .., last] => !matches!(last, 0x20..=0x2f),
            [] => true,
        }
    }

    fn asks(&self) -> bool {
        match self.open.as_slice() {
            [_, b'Z'] => true,
            [_, b'[', body @ .., last] => {
                ASKING_FINALS.contains(last)
                    || (*last == b'p' && body.ends_with(b"$"))
                    || (*last == b'q' && body.starts_with(b">"))
                    || (*last == b'u' && body.starts_with(b"?"))
                    || (*last == b't' && is_report(body))
            }
            [_, b']', body @ ..] => {
                let body = body.strip_suffix(b"\x07").or(body.strip_suffix(b"\x1b\\")).unwrap_or(body);
                body.ends_with(b";?")
            }
            [_, b'P', body @ ..] => body.starts_with(b"$q") || body.starts_with(b"+q"),
            _ => false,
        }
    }
}

/// Whether a window operation is one of those that report.
fn is_report(body: &[u8]) -> bool {
    let first = body.split(|byte| *byte == b';').next().unwrap_or_default();
    std::str::from_utf8(first).ok().and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| (11..=21).contains(&number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(output: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&without_queries(output.as_bytes())), expected, "{output:?}");
    }

    #[test]
    fn questions_are_left_out_and_all_else_stays() {
        check("a\x1b[6nb\x1b[cc\x1b[>0cd\x1b[?6n", "abcd");
        check("\x1b[?2004$p\x1b[>q\x1b[?u\x1b[18t\x1bZ\x05", "");
        check("\x1b]10;?\x07\x1b]52;c;?\x1b\\\x1bP$qm\x1b\\\x1bP+q544e\x1b\\.", ".");
        for kept in [
            "\x1b[1;31mred\x1b[m",
            "\x1b]0;title\x07",
            "\x1b[22;0t",
            "\x1b(B안녕\x1b7\x1b8",
            "\x1b[2J\x1b[H",
            "\x1b[!p",
            "\x1b[5 q",
            "\x1b",
        ] {
            check(kept, kept);
        }
        assert_eq!(Queries::default().pick(b"a\x1b[6nb\x1b[31mc\x05\x1b[c"), b"\x1b[6n\x05\x1b[c");
        // a sequence that is given up for another
        check("\x1b[3\x1b[6nx", "\x1b[3x");
    }

    proptest! {
        #[test]
        fn where_output_is_cut_makes_no_difference(output in "(\x1b|\\[|6|n|c|;|\\?|\\]|\x07|a|\\$|p|P|\\\\){0,40}", cut in 0_usize..40) {
            let bytes = output.as_bytes();
            let cut = cut.min(bytes.len());
            let mut queries = Queries::default();
            let mut parts = queries.leave_out(&bytes[..cut]);
            parts.extend(queries.leave_out(&bytes[cut..]));
            parts.extend(&queries.open);
            prop_assert_eq!(parts, without_queries(bytes));
        }
    }
}
