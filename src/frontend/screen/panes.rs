//! The screens of the lab's terminals: what each shows, how far back it is looked at, and what its programs ask a terminal.

use std::collections::HashMap;
use std::num::NonZeroU16;

use super::selection::Selection;
use crate::lab::terminal::Size;

/// How many lines that have left a screen can be looked at again.
const SCROLLBACK_ROWS: usize = 5_000;

/// Back to the first screen. On the first screen it would move the cursor.
const FIRST_SCREEN: &[u8] = b"\x1b[?1049l";
/// What else a new shell's terminal is: no mouse, usual keys, a cursor, no colours.
const AS_NEW: &[u8] =
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1l\x1b>\x1b[?2004l\x1b[?25h\x1b7\x1b[r\x1b8\x1b[m";

/// The most that a program is answered for one piece of its output, in bytes.
const ANSWERS_BYTES_MAX: usize = 256;
/// The most that a program may put into the clipboard, in letters of base64; terminals take no more than about this.
const CLIPBOARD_LETTERS_MAX: usize = 100_000;
/// The most kinds of clipboard that a program may name at once.
const CLIPBOARD_KINDS_MAX: usize = 12;

/// What a program gets back from its terminal, and what goes on to the learner's.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// For the program: answers to what it asked.
    pub(super) for_program: Vec<u8>,
    /// For the learner's terminal: the bell, a text for the clipboard.
    pub(super) for_learner: Vec<u8>,
}

impl vt100::Callbacks for Answers {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.for_learner = b"\x07".to_vec();
    }

    /// Selector and data have been looked at: there is nothing in them but letters of base64.
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, kind: &[u8], data: &[u8]) {
        if data.len() > CLIPBOARD_LETTERS_MAX || kind.len() > CLIPBOARD_KINDS_MAX {
            return;
        }
        self.for_learner = [b"\x1b]52;", kind, b";", data, b"\x07"].concat();
    }

    fn unhandled_csi(&mut self, screen: &mut vt100::Screen, first: Option<u8>, _: Option<u8>, params: &[&[u16]], last: char) {
        let number = params.first().and_then(|param| param.first()).copied().unwrap_or(0);
        let answer = match (first, number, last) {
            // am I heard, where is the cursor, what are you: a VT220 with colours
            (None, 5, 'n') => "\x1b[0n".to_owned(),
            (None, 6, 'n') => {
                let (row, column) = screen.cursor_position();
                format!("\x1b[{};{}R", row + 1, column + 1)
            }
            (None, 0, 'c') => "\x1b[?62;22c".to_owned(),
            (Some(b'>'), 0, 'c') => "\x1b[>1;10;0c".to_owned(),
            _ => return,
        };
        // a flood of questions gets no flood of answers, which would end up in the shell's line
        if self.for_program.len() + answer.len() <= ANSWERS_BYTES_MAX {
            self.for_program.extend_from_slice(answer.as_bytes());
        }
    }
}

/// One terminal.
pub(super) struct Pane {
    parser: vt100::Parser<Answers>,
    /// Whether its shell runs a line.
    pub(super) busy: bool,
    /// Whether it showed something since it was looked at last.
    pub(super) unseen: bool,
    /// What is selected on it.
    pub(super) selection: Option<Selection>,
}

impl Pane {
    /// What it shows.
    pub(super) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// As a shell that begins wants its terminal.
    fn as_new(&mut self) {
        if self.screen().alternate_screen() {
            self.parser.process(FIRST_SCREEN);
        }
        self.parser.process(AS_NEW);
        if self.screen().cursor_position().1 > 0 {
            self.parser.process(b"\r\n");
        }
        self.busy = false;
    }

    /// Looks further back, or less far where `rows` is negative.
    pub(super) fn scroll_back(&mut self, rows: isize) {
        let screen = self.parser.screen_mut();
        let back = screen.scrollback().saturating_add_signed(rows);
        screen.set_scrollback(back);
        self.selection = None;
    }

    /// Looks at what is there now.
    pub(super) fn scroll_to_end(&mut self) {
        self.parser.screen_mut().set_scrollback(0);
        self.selection = None;
    }
}

/// All terminals, each as large as the area that shows it.
pub(super) struct Panes {
    panes: HashMap<String, Pane>,
    size: Size,
}

impl Panes {
    /// Terminals of these names.
    pub(super) fn new(names: impl IntoIterator<Item = String>, size: Size) -> Self {
        let pane = |name| {
            let parser = vt100::Parser::new_with_callbacks(
                at_least_one(size.rows),
                at_least_one(size.columns),
                SCROLLBACK_ROWS,
                Answers::default(),
            );
            (name, Pane { parser, busy: false, unseen: false, selection: None })
        };
        Self { panes: names.into_iter().map(pane).collect(), size }
    }

    /// The size of every terminal.
    pub(super) fn size(&self) -> Size {
        self.size
    }

    /// A terminal.
    pub(super) fn get(&self, name: &str) -> Option<&Pane> {
        self.panes.get(name)
    }

    /// A terminal, to change it.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Pane> {
        self.panes.get_mut(name)
    }

    /// A terminal showed something; returns what is to be told about it.
    pub(super) fn output(&mut self, name: &str, bytes: &[u8], is_shown: bool) -> Answers {
        let Some(pane) = self.panes.get_mut(name) else { return Answers::default() };
        pane.parser.process(bytes);
        // a prompt is no news
        pane.unseen = !is_shown && (pane.unseen || pane.busy);
        // what is selected has moved
        pane.selection = None;
        std::mem::take(pane.parser.callbacks_mut())
    }

    /// The shell of a terminal has ended; what its programs had asked of the terminal does not hold for the next one.
    pub(super) fn closed(&mut self, name: &str) {
        if let Some(pane) = self.panes.get_mut(name) {
            pane.as_new();
        }
    }

    /// The terminals are other ones now: what they showed is over.
    pub(super) fn begin_anew(&mut self) {
        for pane in self.panes.values_mut() {
            pane.as_new();
            pane.parser.process(b"\x1b[H\x1b[2J\x1b[3J");
            (pane.unseen, pane.selection) = (false, None);
        }
    }

    /// The terminals have another size.
    pub(super) fn resize(&mut self, size: Size) {
        self.size = size;
        for pane in self.panes.values_mut() {
            pane.parser.set_size(at_least_one(size.rows), at_least_one(size.columns));
            pane.selection = None;
        }
    }
}

/// What the learner's own terminal has to do so that its keys arrive as the program in the shown terminal wants them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyModes {
    cursor: bool,
    keypad: bool,
    paste: bool,
}

impl KeyModes {
    /// What the program on a screen has asked for.
    pub(super) fn of(screen: &vt100::Screen) -> Self {
        Self { cursor: screen.application_cursor(), keypad: screen.application_keypad(), paste: screen.bracketed_paste() }
    }

    /// What changes the learner's terminal from `before`.
    pub(super) fn change_from(self, before: Self) -> String {
        let changes = [
            (self.cursor, before.cursor, "\x1b[?1h", "\x1b[?1l"),
            (self.keypad, before.keypad, "\x1b=", "\x1b>"),
            (self.paste, before.paste, "\x1b[?2004h", "\x1b[?2004l"),
        ];
        let changed = changes.into_iter().filter(|(now, before, ..)| now != before);
        changed.map(|(now, _, on, off)| if now { on } else { off }).collect()
    }
}

/// A screen has at least one row and one column, whatever a terminal says of itself.
fn at_least_one(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panes() -> Panes {
        Panes::new(["client".to_owned()], Size { columns: 20, rows: 3 })
    }

    #[test]
    fn a_program_is_answered_as_by_a_terminal() {
        let check = |asked: &[u8], expected: &str| {
            let answers = panes().output("client", asked, true);
            assert_eq!(String::from_utf8_lossy(&answers.for_program), expected, "{asked:?}");
        };
        check(b"ab\x1b[6n", "\x1b[1;3R");
        check(b"\x1b[5n", "\x1b[0n");
        check(b"\x1b[c\x1b[>c", "\x1b[?62;22c\x1b[>1;10;0c");
        check(b"\x1b[?25l", "");
    }

    #[test]
    fn a_program_types_nothing_but_a_terminals_answers_and_not_too_much_of_them() {
        let for_program = |asked: &[u8]| panes().output("client", asked, true).for_program;
        let flood = for_program(&b"\x1b[6n".repeat(10_000));
        assert!(flood.len() <= ANSWERS_BYTES_MAX && flood.starts_with(b"\x1b[1;1R"), "{flood:?}");
        // no title, clipboard or setting can be had back, and no text of the program's own
        let tricks = "\x1b]0;rm -rf ~\r\x07\x1b[21t\x1b]52;c;?\x07\x1b]10;?\x07\x1bP$q\"p\x1b\\\x1bP+q54\x1b\\\x05\x1b[?2004$p\x1b[18t\x1b[>q";
        assert_eq!(String::from_utf8_lossy(&for_program(tricks.as_bytes())), "");
    }

    #[test]
    fn what_goes_to_the_clipboard_is_base64_and_has_an_end() {
        let for_learner =
            |asked: String| String::from_utf8_lossy(&panes().output("client", asked.as_bytes(), true).for_learner).into_owned();
        assert_eq!(for_learner("\x1b]52;c;aGk=\x07".to_owned()), "\x1b]52;c;aGk=\x07");
        assert_eq!(for_learner("\x1b]52;c;?\x07".to_owned()), "", "the clipboard is not read");
        assert_eq!(for_learner("\x1b]52;c;a\u{9b}2J\x07".to_owned()), "");
        assert_eq!(for_learner(format!("\x1b]52;c;{}\x07", "A".repeat(CLIPBOARD_LETTERS_MAX + 1))), "");
        assert_eq!(for_learner(format!("\x1b]52;{};aGk=\x07", "c".repeat(100))), "");
    }

    #[test]
    fn lines_that_left_the_screen_can_be_looked_at() {
        let mut panes = panes();
        panes.output("client", b"1\r\n2\r\n3\r\n4\r\n5", true);
        let pane = panes.get_mut("client").expect("it is there");
        pane.scroll_back(1);
        assert_eq!(pane.screen().contents(), "2\n3\n4");
        pane.scroll_back(100);
        assert_eq!(pane.screen().contents(), "1\n2\n3");
        pane.scroll_back(-1);
        assert_eq!(pane.screen().contents(), "2\n3\n4");
        pane.scroll_to_end();
        assert_eq!(pane.screen().contents(), "3\n4\n5");
    }

    #[test]
    fn the_learners_terminal_follows_the_programs_modes() {
        let mut panes = panes();
        let modes = |panes: &Panes| KeyModes::of(panes.get("client").expect("it is there").screen());
        let before = modes(&panes);
        panes.output("client", b"\x1b[?1h\x1b=\x1b[?2004h", true);
        let during = modes(&panes);
        assert_eq!(during.change_from(before), "\x1b[?1h\x1b=\x1b[?2004h");
        assert_eq!(during.change_from(during), "");
        assert_eq!(before.change_from(during), "\x1b[?1l\x1b>\x1b[?2004l");
    }

    #[test]
    fn a_new_shell_does_not_inherit_what_a_killed_program_asked_for() {
        let mut panes = panes();
        panes.output("client", b"first\r\n\x1b[?1049h\x1b[?1002h\x1b[?1h\x1b[?2004h\x1b[?25l\x1b[7mvim", true);
        panes.closed("client");
        let screen = panes.get("client").expect("it is there").screen();
        assert_eq!(KeyModes::of(screen), KeyModes::default());
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.inverse());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!((screen.contents().as_str(), screen.cursor_position()), ("first", (1, 0)), "what it had shown stays");
    }

    #[test]
    fn a_new_shell_writes_below_what_the_last_one_showed() {
        let check = |last: &str, expected: &str| {
            let mut panes = panes();
            panes.output("client", last.as_bytes(), true);
            panes.closed("client");
            panes.output("client", b"$ ", true);
            assert_eq!(panes.get("client").expect("it is there").screen().contents(), expected);
        };
        check("$ exit\r\nexit\r\n", "$ exit\nexit\n$ ");
        check("$ ", "$ \n$ ");
        check("", "$ ");
    }

    #[test]
    fn what_nobody_looked_at_is_marked() {
        let mut panes = panes();
        panes.output("client", b"learner@client bin$ ", false);
        assert!(panes.get("client").is_some_and(|pane| !pane.unseen), "a prompt is no news");
        panes.get_mut("client").expect("it is there").busy = true;
        panes.output("client", b"x", false);
        assert!(panes.get("client").is_some_and(|pane| pane.unseen));
        panes.output("client", b"x", true);
        assert!(panes.get("client").is_some_and(|pane| !pane.unseen));
    }
}
