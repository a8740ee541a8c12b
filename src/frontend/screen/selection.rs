//! What is selected with the mouse on a terminal's screen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most text that is handed to the clipboard, in bytes; terminals take no more than about this.
const CLIPBOARD_BYTES_MAX: usize = 64 * 1024;

/// A row and a column of a terminal's screen, from 0.
pub(super) type Place = (u16, u16);

/// From where the button was pressed to where the mouse is, in reading order, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pressed: Place,
    reached: Place,
}

impl Selection {
    /// Begins where the button was pressed.
    pub(super) fn at(place: Place) -> Self {
        Self { pressed: place, reached: place }
    }

    /// The mouse was moved.
    pub(super) fn reach(&mut self, place: Place) {
        self.reached = place;
    }

    /// Whether the mouse never left its first cell: a click.
    pub(super) fn is_click(&self) -> bool {
        self.pressed == self.reached
    }

    fn ends(&self) -> (Place, Place) {
        (self.pressed.min(self.reached), self.pressed.max(self.reached))
    }

    /// Whether a cell is selected.
    pub(super) fn contains(&self, place: Place) -> bool {
        let (first, last) = self.ends();
        !self.is_click() && (first..=last).contains(&place)
    }

    /// The text; a line that the terminal has wrapped is one line.
    pub(super) fn text(&self, screen: &vt100::Screen) -> String {
        let ((first_row, first_column), (last_row, last_column)) = self.ends();
        screen.contents_between(first_row, first_column, last_row, last_column.saturating_add(1))
    }
}

/// What hands a text to the clipboard of the learner's machine, also over ssh (OSC 52).
pub(super) fn to_clipboard(text: &str) -> String {
    let end = (0..=text.len().min(CLIPBOARD_BYTES_MAX)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("\x1b]52;c;{}\x07", STANDARD.encode(&text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_selected_in_reading_order_whichever_way_the_mouse_goes() {
        let check = |pressed: Place, reached: Place, expected: &str| {
            let mut parser = vt100::Parser::default();
            parser.process("one two\r\n안녕 three".as_bytes());
            let mut selection = Selection::at(pressed);
            selection.reach(reached);
            assert_eq!(selection.text(parser.screen()), expected);
        };
        check((0, 4), (0, 6), "two");
        check((0, 6), (0, 4), "two");
        check((0, 4), (1, 3), "two\n안녕");
    }

    #[test]
    fn a_click_selects_nothing() {
        assert!(!Selection::at((1, 1)).contains((1, 1)));
        assert!(Selection::at((1, 1)).is_click());
    }

    #[test]
    fn the_clipboard_is_told_in_base64_and_not_too_much() {
        assert_eq!(to_clipboard("안"), "\x1b]52;c;7JWI\x07");
        assert!(to_clipboard(&"안".repeat(CLIPBOARD_BYTES_MAX)).len() < CLIPBOARD_BYTES_MAX * 4 / 3 + 16);
    }
}
