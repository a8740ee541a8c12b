//! The learner's keyboard: which bytes are for kafkalab and which are for the terminal.
//!
//! Function keys and the prefix Ctrl-] are ours; every other byte goes to the shell untouched.

/// A key that is for kafkalab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// F1 or Ctrl-] h.
    Hint,
    /// F2 or Ctrl-] c.
    Check,
    /// F3 or Ctrl-] s.
    Solve,
    /// F6 or Ctrl-] t: the step's terminal, or the next one.
    NextTerminal,
    /// Ctrl-] 1 … 9: the terminal with that place, from 0.
    Terminal(usize),
    /// F9 or Ctrl-] l.
    Language,
    /// F10 or Ctrl-] q.
    Leave,
    /// Ctrl-] ?: the list of keys.
    Keys,
}

/// What came from the keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// For the shell.
    Bytes(Vec<u8>),
    /// For kafkalab.
    Command(Command),
}

const PREFIX: u8 = 0x1d;

/// The escape sequences of the function keys, as xterm, the Linux console and older terminals send them.
const SEQUENCES: &[(&[u8], Command)] = &[
    (b"\x1bOP", Command::Hint),
    (b"\x1b[11~", Command::Hint),
    (b"\x1b[[A", Command::Hint),
    (b"\x1bOQ", Command::Check),
    (b"\x1b[12~", Command::Check),
    (b"\x1b[[B", Command::Check),
    (b"\x1bOR", Command::Solve),
    (b"\x1b[13~", Command::Solve),
    (b"\x1b[[C", Command::Solve),
    (b"\x1b[17~", Command::NextTerminal),
    (b"\x1b[20~", Command::Language),
    (b"\x1b[21~", Command::Leave),
];

/// Takes the keyboard's bytes apart. A terminal sends a key's bytes in one piece, so a sequence that is cut off is not ours.
#[derive(Debug, Default)]
pub struct Decoder {
    after_prefix: bool,
}

impl Decoder {
    /// What these bytes are, in order.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let mut out = Vec::new();
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            if std::mem::take(&mut self.after_prefix) {
                rest = after;
                match prefixed(first) {
                    Some(command) => out.push(Typed::Command(command)),
                    // the prefix twice is the prefix itself; with any other byte it was meant for the shell
                    None if first == PREFIX => push(&mut out, PREFIX),
                    None => {
                        push(&mut out, PREFIX);
                        push(&mut out, first);
                    }
                }
            } else if first == PREFIX {
                self.after_prefix = true;
                rest = after;
            } else if let Some((sequence, command)) = SEQUENCES.iter().find(|(sequence, _)| rest.starts_with(sequence)) {
                out.push(Typed::Command(*command));
                rest = &rest[sequence.len()..];
            } else {
                push(&mut out, first);
                rest = after;
            }
        }
        out
    }
}

/// The first key that is a single byte: arrows and other keys that send a sequence are passed over, Esc alone is one.
pub fn first_plain(bytes: &[u8]) -> Option<u8> {
    let after = match bytes {
        [0x1b, b'[', rest @ ..] => {
            let end = rest.iter().position(|byte| matches!(byte, 0x40..=0x7e))?;
            &rest[end + 1..]
        }
        [0x1b, b'O', _, rest @ ..] => rest,
        [first, ..] => return Some(*first),
        [] => return None,
    };
    first_plain(after)
}

fn prefixed(byte: u8) -> Option<Command> {
    Some(match byte {
        b'h' | b'H' => Command::Hint,
        b'c' | b'C' => Command::Check,
        b's' | b'S' => Command::Solve,
        b't' | b'T' => Command::NextTerminal,
        b'1'..=b'9' => Command::Terminal(usize::from(byte - b'1')),
        b'l' | b'L' => Command::Language,
        b'q' | b'Q' => Command::Leave,
        b'?' => Command::Keys,
        _ => return None,
    })
}

fn push(out: &mut Vec<Typed>, byte: u8) {
    match out.last_mut() {
        Some(Typed::Bytes(bytes)) => bytes.push(byte),
        _ => out.push(Typed::Bytes(vec![byte])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &[u8], expected: &[Typed]) {
        assert_eq!(Decoder::default().take(input), expected);
    }

    #[test]
    fn our_keys_are_taken_and_the_rest_goes_to_the_shell() {
        check(b"ls\r", &[Typed::Bytes(b"ls\r".to_vec())]);
        check(b"a\x1bOPb", &[Typed::Bytes(b"a".to_vec()), Typed::Command(Command::Hint), Typed::Bytes(b"b".to_vec())]);
        check(b"\x1b[17~", &[Typed::Command(Command::NextTerminal)]);
        check(b"\x1d3\x1dq", &[Typed::Command(Command::Terminal(2)), Typed::Command(Command::Leave)]);
        check(b"\x1d\x1d", &[Typed::Bytes(vec![PREFIX])]);
        check(b"\x1dz", &[Typed::Bytes(vec![PREFIX, b'z'])]);
        check(b"\x1b[A\x03\x04", &[Typed::Bytes(b"\x1b[A\x03\x04".to_vec())]);
        check("안녕".as_bytes(), &[Typed::Bytes("안녕".as_bytes().to_vec())]);
    }

    #[test]
    fn an_answer_is_a_plain_key() {
        let check = |bytes: &[u8], expected: Option<u8>| assert_eq!(first_plain(bytes), expected, "{bytes:?}");
        check(b"n", Some(b'n'));
        check(b"\x1b", Some(0x1b));
        check(b"\x1b[A\x03", Some(3));
        check(b"\x1b[1;5C\x1bOPf", Some(b'f'));
        check(b"\x1b[A", None);
        check(b"\x1b[", None);
        check(b"", None);
    }

    #[test]
    fn the_prefix_and_its_letter_may_come_apart() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.take(b"\x1d"), []);
        assert_eq!(decoder.take(b"h"), [Typed::Command(Command::Hint)]);
    }
}
