//! A terminal that knows no escape sequences (`TERM=dumb`) gets none: what the lab's shells write for a terminal like xterm is told apart from
//! their text, and left out.

use std::io::{self, Write};

use vte::{Params, Parser, Perform};

/// Puts a blank over what stands at the cursor, and the cursor back.
const BLANKED: &[u8] = b" \x08";

/// Passes on what the learner's terminal can take: to a dumb one text, ends of lines, tabs, backspaces and bells, and no other control.
pub struct Fitted<W> {
    out: W,
    /// Of a dumb terminal.
    parser: Option<Parser>,
}

impl<W: Write> Fitted<W> {
    /// For a terminal that is dumb or not.
    pub fn new(out: W, is_dumb: bool) -> Self {
        Self { out, parser: is_dumb.then(Parser::new) }
    }
}

impl<W: Write> Write for Fitted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(parser) = &mut self.parser else { return self.out.write(bytes) };
        let mut text = Text::default();
        parser.advance(&mut text, bytes);
        self.out.write_all(&text.0)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What is left of the bytes.
#[derive(Default)]
struct Text(Vec<u8>);

impl Perform for Text {
    fn print(&mut self, c: char) {
        self.0.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn execute(&mut self, byte: u8) {
        if matches!(byte, b'\n' | b'\r' | b'\t' | b'\x08' | b'\x07') {
            self.0.push(byte);
        }
    }

    fn csi_dispatch(&mut self, parameters: &Params, _: &[u8], _: bool, action: char) {
        // what readline takes away it takes from the end of the line: one character, as far as can be known here
        let to_the_end = parameters.iter().all(|parameter| parameter == [0]);
        if action == 'K' && to_the_end {
            self.0.extend_from_slice(BLANKED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], expected: &str) {
        let mut dumb = Fitted::new(Vec::new(), true);
        for piece in pieces {
            dumb.write_all(piece.as_bytes()).expect("to memory");
        }
        assert_eq!(String::from_utf8(dumb.out).expect("text"), expected);
    }

    #[test]
    fn text_and_the_ends_of_its_lines_are_passed_on() {
        check(&["카프카\tKafka\r\n", "bell\x07"], "카프카\tKafka\r\nbell\x07");
    }

    #[test]
    fn another_terminal_gets_everything() {
        let mut fitted = Fitted::new(Vec::new(), false);
        fitted.write_all(b"\x1b[1mlearner\x1b[0m").expect("to memory");
        assert_eq!(fitted.out, b"\x1b[1mlearner\x1b[0m");
    }

    #[test]
    fn sequences_are_left_out_wherever_they_are_cut() {
        let line = "\x1b[?2004h\x1b]0;title\x07\x1b[01;32mlearner\x1b[0m$ ls\r\n\x1b[?2004l\r";
        for at in (0..line.len()).filter(|at| line.is_char_boundary(*at)) {
            check(&[&line[..at], &line[at..]], "learner$ ls\r\n\r");
        }
    }

    #[test]
    fn a_character_cut_in_two_is_whole() {
        let mut dumb = Fitted::new(Vec::new(), true);
        for byte in "브로커".bytes() {
            dumb.write_all(&[byte]).expect("to memory");
        }
        assert_eq!(dumb.out, "브로커".as_bytes());
    }

    #[test]
    fn what_is_taken_back_is_blanked() {
        check(&["ab\x08\x1b[K"], "ab\x08 \x08");
        check(&["\x1b[2K\x1b[1K"], "");
    }
}
