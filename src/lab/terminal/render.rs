//! The plain text of what a program wrote to a terminal: carriage returns, backspaces, cursor moves and erasures applied, colours and
//! titles gone. Lines are as long as they were written, not as wide as the terminal, and tabs stay tabs.

use unicode_width::UnicodeWidthChar;

/// The most cells that are kept; what comes after is dropped, and the text ends with [`CUT`].
const CELLS_MAX: usize = 2 * 1024 * 1024;
/// The longest control sequence that is understood, in bytes; a longer one is dropped as it arrives.
const SEQUENCE_BYTES_MAX: usize = 4096;
/// The farthest a single sequence moves the cursor, in cells.
const MOVE_MAX: usize = 1000;
/// What stands at the end of a text that was too long.
pub const CUT: &str = "<CUT>";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Char(char),
    /// The second half of a wide character.
    Half,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Plain,
    Escape,
    /// After `ESC [`, with the bytes so far.
    Csi(Vec<u8>),
    /// After `ESC ]` and the like, until BEL or `ESC \`; with the number of bytes and whether the last one was ESC.
    Text(usize, bool),
    /// One more byte belongs to the sequence.
    One,
}

/// Renders a stream of bytes that may be cut anywhere.
#[derive(Clone, Debug)]
pub struct Renderer {
    lines: Vec<Vec<Cell>>,
    row: usize,
    column: usize,
    cells: usize,
    state: State,
    /// The first bytes of a character that is not complete yet.
    partial: Vec<u8>,
    /// Whether a full-screen program shows its own screen: that is not kept.
    other_screen: bool,
}

impl Default for Renderer {
    fn default() -> Self {
        Self {
            lines: vec![Vec::new()],
            row: 0,
            column: 0,
            cells: 0,
            state: State::Plain,
            partial: Vec::new(),
            other_screen: false,
        }
    }
}

impl Renderer {
    /// Takes more of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    /// The text so far, without the empty lines at its end.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (number, line) in self.lines.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            text.extend(line.iter().filter_map(|cell| match cell {
                Cell::Char(char) => Some(*char),
                Cell::Half => None,
            }));
        }
        text.truncate(text.trim_end_matches('\n').len());
        if self.cells >= CELLS_MAX {
            text.push_str(CUT);
        }
        text
    }

    fn byte(&mut self, byte: u8) {
        match std::mem::take(&mut self.state) {
            State::Plain => self.plain(byte),
            State::Escape => match byte {
                b'[' => self.state = State::Csi(Vec::new()),
                b']' | b'P' | b'X' | b'^' | b'_' => self.state = State::Text(0, false),
                b' '..=b'/' => self.state = State::One,
                _ => {}
            },
            State::Csi(mut sequence) => match byte {
                0x40..=0x7e => self.control(&sequence, byte),
                _ if sequence.len() < SEQUENCE_BYTES_MAX => {
                    sequence.push(byte);
                    self.state = State::Csi(sequence);
                }
                _ => {}
            },
            State::Text(length, escaped) => {
                let ends = byte == 0x07 || (escaped && byte == b'\\');
                if !ends && length < SEQUENCE_BYTES_MAX {
                    self.state = State::Text(length + 1, byte == 0x1b);
                }
            }
            State::One => {}
        }
    }

    fn plain(&mut self, byte: u8) {
        if byte >= 0x80 {
            self.partial.push(byte);
            match std::str::from_utf8(&self.partial) {
                Ok(text) => {
                    let complete: Vec<char> = text.chars().collect();
                    self.partial.clear();
                    complete.into_iter().for_each(|char| self.put(char));
                }
                // an error without a length is an end that is not there yet
                Err(error) if error.error_len().is_some() => {
                    self.partial.clear();
                    self.put(char::REPLACEMENT_CHARACTER);
                }
                Err(_) => {}
            }
            return;
        }
        if !std::mem::take(&mut self.partial).is_empty() {
            self.put(char::REPLACEMENT_CHARACTER);
        }
        match byte {
            0x1b => self.state = State::Escape,
            b'\r' => self.column = 0,
            b'\n' => self.down(),
            0x08 => self.column = self.column.saturating_sub(1),
            b'\t' | b' '..=b'~' => self.put(char::from(byte)),
            _ => {}
        }
    }

    fn down(&mut self) {
        if self.other_screen {
            return;
        }
        self.row += 1;
        self.column = 0;
        if self.row == self.lines.len() && self.cells < CELLS_MAX {
            self.cells += 1;
            self.lines.push(Vec::new());
        }
        self.row = self.row.min(self.lines.len() - 1);
    }

    fn put(&mut self, char: char) {
        // a tab is one cell here: it is kept as it is, and nothing moves back over one
        let width = char.width().unwrap_or(1);
        if self.other_screen || self.cells >= CELLS_MAX {
            return;
        }
        let line = &mut self.lines[self.row];
        let before = line.len();
        if line.len() < self.column {
            line.resize(self.column, Cell::Char(' '));
        }
        let cells = [Cell::Char(char), Cell::Half];
        for cell in cells.into_iter().take(width.max(1)) {
            match line.get_mut(self.column) {
                Some(old) => *old = cell,
                None => line.push(cell),
            }
            self.column += 1;
        }
        self.cells += line.len() - before;
    }

    fn control(&mut self, sequence: &[u8], end: u8) {
        let text = std::str::from_utf8(sequence).unwrap_or_default();
        let first = text.split(';').next().unwrap_or_default().parse::<usize>().ok();
        let count = first.unwrap_or(1).clamp(1, MOVE_MAX);
        match (end, text) {
            (b'h', "?1049" | "?1047" | "?47") => self.other_screen = true,
            (b'l', "?1049" | "?1047" | "?47") => self.other_screen = false,
            _ if self.other_screen => {}
            (b'A', _) => self.row = self.row.saturating_sub(count),
            (b'B', _) => self.row = (self.row + count).min(self.lines.len() - 1),
            (b'C', _) => self.column += count,
            (b'D', _) => self.column = self.column.saturating_sub(count),
            (b'G', _) => self.column = count - 1,
            (b'K' | b'J' | b'P' | b'@', _) => self.edit(end, first.unwrap_or(0), count),
            _ => {}
        }
    }

    fn edit(&mut self, end: u8, mode: usize, count: usize) {
        let (row, column) = (self.row, self.column);
        let line = &mut self.lines[row];
        match (end, mode) {
            (b'K', 0) => line.truncate(column),
            (b'K', 1) => line.iter_mut().take(column + 1).for_each(|cell| *cell = Cell::Char(' ')),
            (b'K', 2) => line.clear(),
            (b'J', 0) => {
                line.truncate(column);
                self.lines.truncate(row + 1);
            }
            // what scrolled by was shown; clearing the screen does not unsay it
            (b'J', _) => {}
            (b'P', _) if column < line.len() => {
                line.drain(column..(column + count).min(line.len()));
            }
            (b'@', _) if column < line.len() => {
                line.splice(column..column, std::iter::repeat_n(Cell::Char(' '), count));
                self.cells += count;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the stream is cut, the text is the same.
    fn check(stream: &str, expected: &str) {
        for size in [1, 3, stream.len().max(1)] {
            let mut renderer = Renderer::default();
            stream.as_bytes().chunks(size).for_each(|chunk| renderer.feed(chunk));
            assert_eq!(renderer.text(), expected, "{stream:?} in chunks of {size}");
        }
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        check("Topic: t\tPartition: 0 \r\n\tIsr: 0\r\n", "Topic: t\tPartition: 0 \n\tIsr: 0");
        check("한글 토픽\r\n", "한글 토픽");
        check("", "");
        check("a\r\n\r\nb\r\n\r\n", "a\n\nb");
    }

    #[test]
    fn what_was_overwritten_or_erased_is_gone() {
        check("10%\r100%\r\n", "100%");
        check("abc\x08\x08X\r\n", "aXc");
        check("한글\x08\x08국\r\n", "한국");
        check("secret\r\x1b[Kshown", "shown");
        check("abcdef\r\x1b[2P", "cdef");
        check("bc\r\x1b[1@a", "abc");
        check("one\r\ntwo\x1b[A\rONE", "ONE\ntwo");
        check("keep\r\nx\r\ny\x1b[2A\r\x1b[4C\x1b[J\r\nz", "keep\nz");
    }

    #[test]
    fn colours_titles_and_other_screens_are_gone() {
        check("\x1b[1;31mred\x1b[0m \x1b]0;title\x07plain\x1b(B", "red plain");
        check("\x1b]2;title\x1b\\x\x1b[?2004h", "x");
        check("before\r\n\x1b[?1049h\x1b[2Jfull\r\nscreen\x1b[?1049lafter", "before\nafter");
    }

    #[test]
    fn broken_input_neither_panics_nor_grows() {
        let mut renderer = Renderer::default();
        renderer.feed(b"a\xff\xc3\x1b[999999999999C\x1b[999Ab\xed\x95");
        assert!(renderer.text().starts_with("a\u{fffd}\u{fffd}"), "{:?}", renderer.text());
        let mut renderer = Renderer::default();
        renderer.feed(&vec![b'x'; CELLS_MAX + 10]);
        assert_eq!(renderer.text().len(), CELLS_MAX + CUT.len());
    }
}
