//! What the learner looks at: one of the lab's terminals, passed through byte by byte, with blocks of our own between its lines.
//!
//! Each terminal's screen is kept, so that a line the learner is typing can be shown again under a block, and so that a terminal
//! can be shown again when it is switched to.

use std::collections::HashMap;
use std::io::{self, Write};
use std::num::NonZeroU16;

use crate::frontend::paint::Paint;

/// How many lines of a terminal are shown again when it is switched to.
const REPLAY_ROWS_MAX: usize = 12;

/// The screens of the terminals and the one that is shown.
pub struct View<W> {
    out: W,
    paint: Paint,
    rows: u16,
    screens: HashMap<String, vt100::Parser>,
    shown: String,
    /// Blocks that wait until a full-screen program gives the screen back.
    waiting: Vec<Vec<String>>,
}

impl<W: Write> View<W> {
    /// Shows `shown` on a screen of that size.
    pub fn new(out: W, paint: Paint, rows: u16, shown: &str) -> Self {
        Self { out, paint, rows, screens: HashMap::new(), shown: shown.to_owned(), waiting: Vec::new() }
    }

    /// How text is painted now.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    /// The terminal that is shown.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    fn screen(&mut self, terminal: &str) -> &mut vt100::Parser {
        let columns = at_least_one(u16::try_from(self.paint.columns).unwrap_or(u16::MAX));
        let rows = at_least_one(self.rows);
        self.screens.entry(terminal.to_owned()).or_insert_with(|| vt100::Parser::new(rows, columns, 0))
    }

    /// A terminal showed something.
    ///
    /// # Errors
    /// The learner's own terminal is gone.
    pub fn output(&mut self, terminal: &str, bytes: &[u8]) -> io::Result<()> {
        self.screen(terminal).process(bytes);
        if terminal != self.shown {
            return Ok(());
        }
        self.out.write_all(bytes)?;
        if !self.waiting.is_empty() && !self.is_full_screen() {
            for block in std::mem::take(&mut self.waiting) {
                self.block(&block)?;
            }
        }
        self.out.flush()
    }

    /// The terminals are other ones now: what they showed is over.
    ///
    /// # Errors
    /// The learner's own terminal is gone.
    pub fn begin_anew(&mut self) -> io::Result<()> {
        if self.is_full_screen() {
            write!(self.out, "\x1b[?1049l")?;
        }
        self.screens.clear();
        write!(self.out, "\x1b[m\r\n")
    }

    /// Whether a full-screen program has the shown terminal.
    pub fn is_full_screen(&mut self) -> bool {
        let shown = self.shown.clone();
        self.screen(&shown).screen().alternate_screen()
    }

    /// Shows a block of lines. The line that the learner is on (a prompt and what is typed so far) moves below it.
    ///
    /// # Errors
    /// The learner's own terminal is gone.
    pub fn block(&mut self, lines: &[String]) -> io::Result<()> {
        if self.is_full_screen() {
            self.waiting.push(lines.to_vec());
            return Ok(());
        }
        let line = self.current_line();
        write!(self.out, "\x1b[m\r{}\x1b[J", up(line.above))?;
        for text in lines {
            write!(self.out, "{text}\r\n")?;
        }
        self.show_again(&line)
    }

    fn show_again(&mut self, line: &CurrentLine) -> io::Result<()> {
        write!(self.out, "{}{}", line.rows.join("\x1b[m"), up(line.below))?;
        if line.column > 0 {
            write!(self.out, "\r\x1b[{}C", line.column)?;
        }
        write!(self.out, "{}", line.attributes)?;
        self.out.flush()
    }

    /// The line that the cursor of the shown terminal is on: more than one row where it is wrapped.
    fn current_line(&mut self) -> CurrentLine {
        let shown = self.shown.clone();
        let screen = self.screen(&shown).screen();
        let (row, column) = screen.cursor_position();
        let (rows, columns) = screen.size();
        let first = (0..row).rev().take_while(|above| screen.row_wrapped(*above)).last().unwrap_or(row);
        let last = (row..rows.get()).take_while(|at| screen.row_wrapped(*at)).last().map_or(row, |wrapped| wrapped + 1);
        let shown = screen.rows_formatted(0, columns.get());
        CurrentLine {
            rows: shown.skip(usize::from(first)).take(usize::from(last - first) + 1).collect(),
            above: row - first,
            below: last - row,
            column,
            attributes: screen.attributes_formatted(),
        }
    }

    /// Shows another terminal: a divider, then the end of what it has on its screen.
    ///
    /// # Errors
    /// The learner's own terminal is gone.
    pub fn switch(&mut self, terminal: &str, divider: &str) -> io::Result<()> {
        if terminal == self.shown {
            return Ok(());
        }
        self.shown = terminal.to_owned();
        let paint = self.paint;
        let screen = self.screen(terminal).screen();
        if screen.alternate_screen() {
            let state = screen.state_formatted();
            write!(self.out, "\x1b[?1049h{state}")?;
            return self.out.flush();
        }
        let columns = screen.size().1.get();
        let row = screen.cursor_position().0;
        let row = usize::from((0..row).rev().take_while(|above| screen.row_wrapped(*above)).last().unwrap_or(row));
        let rows: Vec<String> = screen.rows_formatted(0, columns).take(row).collect();
        let plain: Vec<String> = screen.rows(0, columns).take(row).collect();
        let first_used = plain.iter().position(|line| !line.trim().is_empty()).unwrap_or(row);
        let first = first_used.max(row.saturating_sub(REPLAY_ROWS_MAX));
        write!(self.out, "\x1b[m\r\n{}\r\n", paint.rule(divider).join("\r\n"))?;
        for line in &rows[first..] {
            write!(self.out, "{line}\x1b[m\r\n")?;
        }
        let line = self.current_line();
        self.show_again(&line)
    }

    /// The learner's terminal has another size.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        self.rows = rows;
        self.paint.columns = usize::from(columns);
        for screen in self.screens.values_mut() {
            screen.screen_mut().set_size(at_least_one(rows), at_least_one(columns));
        }
    }
}

/// The line that a terminal's cursor is on.
struct CurrentLine {
    /// Its rows, with their colours.
    rows: Vec<String>,
    /// How many of them are above the cursor.
    above: u16,
    /// How many are below it.
    below: u16,
    /// The cursor's column.
    column: u16,
    /// The colours that the program has set for what comes next.
    attributes: String,
}

fn up(rows: u16) -> String {
    if rows > 0 { format!("\x1b[{rows}A") } else { String::new() }
}

/// A screen has at least one row and one column, whatever a terminal says of itself.
fn at_least_one(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a real terminal of 40 columns and 12 rows would show.
    fn shown(view: View<Vec<u8>>) -> String {
        let mut screen = vt100::Parser::new(at_least_one(12), at_least_one(40), 0);
        screen.process(&view.out);
        screen.screen().contents()
    }

    fn view() -> View<Vec<u8>> {
        View::new(Vec::new(), Paint::plain(40), 12, "client")
    }

    #[test]
    fn a_block_goes_above_the_line_that_is_being_typed() {
        let mut view = view();
        view.output("client", b"learner@client bin$ ./kafka-to").expect("written");
        view.block(&["one".to_owned(), "two".to_owned()]).expect("written");
        view.output("client", b"pics.sh").expect("written");
        assert_eq!(shown(view).trim_end(), "one\ntwo\nlearner@client bin$ ./kafka-topics.sh");
    }

    #[test]
    fn a_wrapped_line_moves_below_a_block_as_a_whole() {
        let check = |back: usize, more: &str, expected: &str| {
            let mut view = view();
            let command = "learner@client bin$ ./kafka-topics.sh --list --bootstrap-server";
            view.output("client", command.as_bytes()).expect("written");
            view.output("client", "\x1b[A".repeat(back).as_bytes()).expect("written");
            view.block(&["block".to_owned()]).expect("written");
            view.output("client", more.as_bytes()).expect("written");
            assert_eq!(shown(view).trim_end(), expected);
        };
        check(0, " here", "block\nlearner@client bin$ ./kafka-topics.sh --list --bootstrap-server here");
        check(1, "!", "block\nlearner@client bin$ ./k!fka-topics.sh --list --bootstrap-server");
    }

    #[test]
    fn a_terminal_that_is_switched_to_shows_where_it_was() {
        let mut view = view();
        view.output("client", b"learner@client bin$ ").expect("written");
        view.output("broker", b"INFO started\r\n").expect("written");
        view.switch("broker", "terminal broker").expect("written");
        view.output("broker", b"INFO more\r\n").expect("written");
        view.switch("client", "terminal client").expect("written");
        let screen = shown(view);
        assert!(screen.contains("INFO started\nINFO more\n"), "{screen}");
        assert!(screen.trim_end().ends_with("learner@client bin$"), "{screen}");
    }

    #[test]
    fn blocks_wait_while_a_full_screen_program_runs() {
        let mut view = view();
        view.output("client", b"$ less\r\n\x1b[?1049h").expect("written");
        view.block(&["hint".to_owned()]).expect("kept");
        assert!(!String::from_utf8_lossy(&view.out).contains("hint"));
        view.output("client", b"\x1b[?1049l$ ").expect("written");
        assert!(shown(view).contains("hint"));
    }
}
