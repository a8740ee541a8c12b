//! Takes the shell hooks' markers out of what a terminal shows. Pure: bytes in, pieces out, in order.

use super::hooks::MARKER_START;

/// The longest marker that is waited for to end, in bytes: a path (4096 on Linux) and a little around it. Anything longer is output.
const MARKER_BYTES_MAX: usize = 8 * 1024;
/// The most that is dropped of what bash itself says when a line is dropped; it is one sentence.
const DROPPED_BYTES_MAX: usize = 1024;
const MARKER_END: u8 = 0x07;

/// What was in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// For the screen.
    Output(Vec<u8>),
    /// The shell is about to show its prompt.
    Prompt {
        /// What `$?` is.
        exit_code: i32,
        /// What `$PWD` is.
        cwd: String,
    },
    /// The shell waits for the answer to this line.
    Line {
        /// Its number.
        id: u64,
    },
    /// The line was dropped: skipped, or the learner pressed Ctrl-C while it waited.
    Dropped {
        /// Its number, or that of a command which was accepted together with it.
        id: u64,
    },
}

/// Splits a stream; keeps what may be the start of a marker until the rest arrives.
#[derive(Debug)]
pub(super) struct Scanner {
    prefix: Vec<u8>,
    held: Vec<u8>,
    /// The line that was handed over since the last prompt.
    asked: Option<u64>,
    /// How many bytes may still be dropped, between [`Piece::Dropped`] and the next prompt.
    dropping: usize,
}

impl Scanner {
    /// A scanner for the markers of one terminal; `mark` is its secret.
    pub(super) fn new(mark: &str) -> Self {
        Self { prefix: format!("{MARKER_START}{mark};").into_bytes(), held: Vec::new(), asked: None, dropping: 0 }
    }

    /// The pieces that `bytes` complete.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_slice();
        while let Some(start) = find(rest, &self.prefix) {
            self.output(&rest[..start], &mut pieces);
            let inside = &rest[start + self.prefix.len()..];
            match inside.iter().take(MARKER_BYTES_MAX).position(|byte| *byte == MARKER_END) {
                Some(end) => {
                    match parse(&inside[..end]) {
                        Some(piece) => self.marker(piece, &mut pieces),
                        None => self.output(&rest[start..start + self.prefix.len() + end + 1], &mut pieces),
                    }
                    rest = &inside[end + 1..];
                }
                None if inside.len() >= MARKER_BYTES_MAX => {
                    self.output(&rest[start..start + self.prefix.len()], &mut pieces);
                    rest = inside;
                }
                None => {
                    self.held = rest[start..].to_vec();
                    return pieces;
                }
            }
        }
        let keep = (1..self.prefix.len()).rev().find(|length| rest.ends_with(&self.prefix[..*length])).unwrap_or(0);
        self.output(&rest[..rest.len() - keep], &mut pieces);
        self.held = rest[rest.len() - keep..].to_vec();
        pieces
    }

    /// What was held back when the stream ended.
    pub(super) fn finish(&mut self) -> Vec<Piece> {
        let held = std::mem::take(&mut self.held);
        let mut pieces = Vec::new();
        self.output(&held, &mut pieces);
        pieces
    }

    fn marker(&mut self, piece: Piece, pieces: &mut Vec<Piece>) {
        match piece {
            // after Ctrl-C the prompt may be there before the waiting subshell has told of its end
            Piece::Dropped { id } if self.dropping > 0 || self.asked.is_none_or(|asked| id < asked) => return,
            Piece::Dropped { .. } => self.dropping = DROPPED_BYTES_MAX,
            Piece::Line { id } => self.asked = Some(id),
            Piece::Prompt { .. } | Piece::Output(_) => (self.asked, self.dropping) = (None, 0),
        }
        pieces.push(piece);
    }

    fn output(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) {
        let dropped = self.dropping.min(bytes.len());
        self.dropping -= dropped;
        if bytes.len() > dropped {
            pieces.push(Piece::Output(bytes[dropped..].to_vec()));
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn parse(inside: &[u8]) -> Option<Piece> {
    let text = String::from_utf8_lossy(inside);
    let mut fields = text.splitn(3, ';');
    let piece = match (fields.next()?, fields.next(), fields.next()) {
        ("P", Some(code), Some(cwd)) => Piece::Prompt { exit_code: code.parse().ok()?, cwd: cwd.to_owned() },
        ("L", Some(id), None) => Piece::Line { id: id.parse().ok()? },
        ("S", Some(id), None) => Piece::Dropped { id: id.parse().ok()? },
        _ => return None,
    };
    Some(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(text: &str) -> Piece {
        Piece::Output(text.as_bytes().to_vec())
    }

    fn prompt(exit_code: i32, cwd: &str) -> Piece {
        Piece::Prompt { exit_code, cwd: cwd.to_owned() }
    }

    fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
        pieces.into_iter().fold(Vec::new(), |mut all, piece| {
            match (all.last_mut(), piece) {
                (Some(Piece::Output(before)), Piece::Output(more)) => before.extend(more),
                (_, piece) => all.push(piece),
            }
            all
        })
    }

    /// However the stream is cut, the pieces are the same.
    fn check(stream: &str, expected: &[Piece]) {
        for size in [1, 2, 7, stream.len().max(1)] {
            let mut scanner = Scanner::new("secret");
            let mut pieces: Vec<Piece> = stream.as_bytes().chunks(size).flat_map(|chunk| scanner.feed(chunk)).collect();
            pieces.extend(scanner.finish());
            assert_eq!(joined(pieces), expected, "{stream:?} in chunks of {size}");
        }
    }

    #[test]
    fn markers_are_taken_out_and_keep_their_place() {
        check("plain \x1b[1mtext\x1b", &[output("plain \x1b[1mtext\x1b")]);
        check(
            "a\r\n\x1b]7717;secret;P;0;/tmp/한 글\x07$ \x1b]7717;secret;L;7\x07b",
            &[output("a\r\n"), prompt(0, "/tmp/한 글"), output("$ "), Piece::Line { id: 7 }, output("b")],
        );
        check("\x1b]7717;secret;P;130;/a;b\x07", &[prompt(130, "/a;b")]);
    }

    #[test]
    fn what_only_looks_like_a_marker_is_output() {
        check("\x1b]7717;other;P;0;/\x07", &[output("\x1b]7717;other;P;0;/\x07")]);
        check("\x1b]7717;secret;X\x07", &[output("\x1b]7717;secret;X\x07")]);
        check("\x1b]7717;secret;P;x;/\x07", &[output("\x1b]7717;secret;P;x;/\x07")]);
        check("\x1b]7717;secret;P;0;/cut", &[output("\x1b]7717;secret;P;0;/cut")]);
        let long = format!("\x1b]7717;secret;{}", "x".repeat(MARKER_BYTES_MAX * 2));
        check(&long, &[output(&long)]);
    }

    #[test]
    fn what_bash_says_about_a_dropped_line_is_dropped_up_to_a_limit() {
        check(
            "\x1b]7717;secret;L;3\x07x\x1b]7717;secret;S;3\x07bash: division by 0\r\n\x1b]7717;secret;S;4\x07\r\n\x1b]7717;secret;P;1;/\x07$ ",
            &[Piece::Line { id: 3 }, output("x"), Piece::Dropped { id: 3 }, prompt(1, "/"), output("$ ")],
        );
        let lost = format!("\x1b]7717;secret;L;1\x07\x1b]7717;secret;S;1\x07{}", "x".repeat(DROPPED_BYTES_MAX + 3));
        check(&lost, &[Piece::Line { id: 1 }, Piece::Dropped { id: 1 }, output("xxx")]);
    }

    #[test]
    fn a_drop_that_is_told_after_the_prompt_drops_nothing() {
        check(
            "\x1b]7717;secret;L;3\x07\x1b]7717;secret;P;130;/\x07$ \x1b]7717;secret;S;3\x07text",
            &[Piece::Line { id: 3 }, prompt(130, "/"), output("$ text")],
        );
        check("\x1b]7717;secret;L;4\x07a\x1b]7717;secret;S;3\x07b", &[Piece::Line { id: 4 }, output("ab")]);
    }
}
