//! The learner's keyboard: which bytes are for kafkalab and which are for the terminal.
//!
//! Function keys and the prefix Ctrl-] are ours; every other byte goes to the shell untouched. A function key behind the prefix is for
//! the program in the terminal.

/// A key that is for kafkalab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// F1 or Ctrl-] h.
    Hint,
    /// F2 or Ctrl-] c.
    Check,
    /// F3 or Ctrl-] s.
    Solve,
    /// F4 or Ctrl-] e: all that is known of the last mistake.
    Explain,
    /// F5 or Ctrl-] z: the terminal alone on the screen, or beside the lesson again.
    Enlarge,
    /// F7 or Ctrl-] k: what stands above in the lesson.
    LessonUp,
    /// F8 or Ctrl-] j: what stands below in the lesson.
    LessonDown,
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
    (b"\x1bOS", Command::Explain),
    (b"\x1b[14~", Command::Explain),
    (b"\x1b[[D", Command::Explain),
    (b"\x1b[15~", Command::Enlarge),
    (b"\x1b[[E", Command::Enlarge),
    (b"\x1b[17~", Command::NextTerminal),
    (b"\x1b[18~", Command::LessonUp),
    (b"\x1b[19~", Command::LessonDown),
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
            let ours = SEQUENCES.iter().find(|(sequence, _)| rest.starts_with(sequence));
            if std::mem::take(&mut self.after_prefix) {
                if let Some((sequence, _)) = ours {
                    sequence.iter().for_each(|byte| push(&mut out, *byte));
                    rest = &rest[sequence.len()..];
                    continue;
                }
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
            } else if let Some((sequence, command)) = ours {
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

/// The keys that are single bytes: arrows and other keys that send a sequence are passed over, Esc alone is one.
pub fn plain_keys(bytes: &[u8]) -> Vec<u8> {
    let mut keys = Vec::new();
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = match rest {
            [0x1b, b'[', sequence @ ..] => {
                let end = sequence.iter().position(|byte| matches!(byte, 0x40..=0x7e));
                end.map_or(&[][..], |end| &sequence[end + 1..])
            }
            [0x1b, b'O', _, after @ ..] => after,
            _ => {
                keys.push(first);
                after
            }
        };
    }
    keys
}

fn prefixed(byte: u8) -> Option<Command> {
    Some(match byte {
        b'h' | b'H' => Command::Hint,
        b'c' | b'C' => Command::Check,
        b's' | b'S' => Command::Solve,
        b'e' | b'E' => Command::Explain,
        b'z' | b'Z' => Command::Enlarge,
        b'k' | b'K' => Command::LessonUp,
        b'j' | b'J' => Command::LessonDown,
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
        check(b"\x1d\x1b[21~q", &[Typed::Bytes(b"\x1b[21~q".to_vec())]);
        check(b"\x1d\x1d", &[Typed::Bytes(vec![PREFIX])]);
        check(b"\x1dx", &[Typed::Bytes(vec![PREFIX, b'x'])]);
        check(b"\x1b[A\x03\x04", &[Typed::Bytes(b"\x1b[A\x03\x04".to_vec())]);
        check("안녕".as_bytes(), &[Typed::Bytes("안녕".as_bytes().to_vec())]);
    }

    #[test]
    fn keys_that_send_a_sequence_are_no_plain_keys() {
        let check = |bytes: &[u8], expected: &[u8]| assert_eq!(plain_keys(bytes), expected, "{bytes:?}");
        check(b"n", b"n");
        check(b"\x1b", b"\x1b");
        check(b"\x1b[A\x03", b"\x03");
        check(b"x\x1b[1;5C\x1bOPf", b"xf");
        check(b"\x1b[A", b"");
        check(b"\x1b[", b"");
        check(b"", b"");
    }

    #[test]
    fn the_prefix_and_its_letter_may_come_apart() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.take(b"\x1d"), []);
        assert_eq!(decoder.take(b"h"), [Typed::Command(Command::Hint)]);
    }
}
