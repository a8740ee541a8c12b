//! The mouse, as terminals report it (xterm's SGR form), and as a program in one of the lab's terminals wants to hear of it.

use ratatui::layout::Position;
use vt100::{MouseProtocolEncoding as Encoding, MouseProtocolMode as Mode};

/// What was done with the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The left button went down.
    Press,
    /// The mouse moved with the left button down.
    Drag,
    /// The left button went up.
    Release,
    /// The wheel was turned away from the learner.
    WheelUp,
    /// The wheel was turned towards the learner.
    WheelDown,
    /// Anything else; a program may want it.
    Other,
}

/// A report of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mouse {
    /// What was done.
    pub(super) action: Action,
    /// Where, from 0.
    pub(super) at: Position,
    /// The button and modifiers as reported, for programs that want them.
    button: u16,
    /// Whether a button went up.
    released: bool,
}

/// A part of what came from the keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Keys.
    Keys(Vec<u8>),
    /// The mouse.
    Mouse(Mouse),
}

const INTRODUCER: &[u8] = b"\x1b[<";
/// The longest report, in bytes: three numbers of five digits.
const REPORT_BYTES_MAX: usize = 24;

/// Parts the mouse's reports from the keys.
pub(super) fn split(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some((mouse, after)) = report(rest) {
            pieces.push(Piece::Mouse(mouse));
            rest = after;
            continue;
        }
        match pieces.last_mut() {
            Some(Piece::Keys(keys)) => keys.push(rest[0]),
            _ => pieces.push(Piece::Keys(vec![rest[0]])),
        }
        rest = &rest[1..];
    }
    pieces
}

fn report(bytes: &[u8]) -> Option<(Mouse, &[u8])> {
    let body = bytes.strip_prefix(INTRODUCER)?;
    let end = body.iter().take(REPORT_BYTES_MAX).position(|byte| matches!(byte, b'M' | b'm'))?;
    let mut numbers = std::str::from_utf8(&body[..end]).ok()?.split(';').map(str::parse::<u16>);
    let (Some(Ok(button)), Some(Ok(column)), Some(Ok(row)), None) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    else {
        return None;
    };
    let released = body[end] == b'm';
    // bits 2 to 4 are Shift, Alt and Ctrl
    let action = match (button & !0b1_1100, released) {
        (0, false) => Action::Press,
        (0, true) => Action::Release,
        (32, false) => Action::Drag,
        (64, false) => Action::WheelUp,
        (65, false) => Action::WheelDown,
        _ => Action::Other,
    };
    let at = Position::new(column.saturating_sub(1), row.saturating_sub(1));
    Some((Mouse { action, at, button, released }, &body[end + 1..]))
}

/// The report that the program gets, if it asked for such: `at` is the place on its own screen, from 0.
pub(super) fn forward(mouse: Mouse, at: Position, mode: Mode, encoding: Encoding) -> Option<Vec<u8>> {
    let is_wheel = mouse.button & 64 != 0;
    let is_motion = mouse.button & 32 != 0;
    let wanted = match mode {
        Mode::None => false,
        Mode::Press => !mouse.released && !is_motion,
        Mode::PressRelease => !is_motion,
        Mode::ButtonMotion | Mode::AnyMotion => true,
    };
    if !wanted || (is_wheel && mouse.released) {
        return None;
    }
    let (column, row) = (at.x + 1, at.y + 1);
    if encoding == Encoding::Sgr {
        let end = if mouse.released { 'm' } else { 'M' };
        return Some(format!("\x1b[<{};{column};{row}{end}", mouse.button).into_bytes());
    }
    // the old form has no release of a named button, and no place beyond what fits
    let button = if mouse.released { 3 | (mouse.button & !3) } else { mouse.button };
    let mut report = b"\x1b[M".to_vec();
    for number in [button, column, row] {
        let code = u32::from(number) + 32;
        if encoding == Encoding::Utf8 {
            report.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            report.push(u8::try_from(code).ok()?);
        }
    }
    Some(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(bytes: &[u8]) -> Mouse {
        match split(bytes).as_slice() {
            [Piece::Mouse(mouse)] => *mouse,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reports_are_parted_from_keys() {
        let check = |bytes: &[u8], action: Action, x: u16, y: u16| {
            let mouse = only(bytes);
            assert_eq!((mouse.action, mouse.at), (action, Position::new(x, y)), "{bytes:?}");
        };
        check(b"\x1b[<0;1;1M", Action::Press, 0, 0);
        check(b"\x1b[<4;12;3M", Action::Press, 11, 2);
        check(b"\x1b[<32;12;3M", Action::Drag, 11, 2);
        check(b"\x1b[<0;12;3m", Action::Release, 11, 2);
        check(b"\x1b[<65;300;90M", Action::WheelDown, 299, 89);
        check(b"\x1b[<2;1;1M", Action::Other, 0, 0);
        assert_eq!(split(b"ls\x1b[A"), [Piece::Keys(b"ls\x1b[A".to_vec())]);
        assert_eq!(split(b"\x1b[<0;1M"), [Piece::Keys(b"\x1b[<0;1M".to_vec())]);
        assert_eq!(split(b"a\x1b[<64;2;2Mb").len(), 3);
    }

    #[test]
    fn a_program_hears_what_it_asked_for_in_the_form_it_asked_for() {
        let check = |bytes: &[u8], mode: Mode, encoding: Encoding, expected: Option<&[u8]>| {
            let found = forward(only(bytes), Position::new(4, 2), mode, encoding);
            assert_eq!(found.as_deref(), expected, "{mode:?} {encoding:?}");
        };
        check(b"\x1b[<0;9;9M", Mode::None, Encoding::Sgr, None);
        check(b"\x1b[<0;9;9M", Mode::PressRelease, Encoding::Sgr, Some(b"\x1b[<0;5;3M"));
        check(b"\x1b[<0;9;9m", Mode::PressRelease, Encoding::Sgr, Some(b"\x1b[<0;5;3m"));
        check(b"\x1b[<0;9;9m", Mode::PressRelease, Encoding::Default, Some(b"\x1b[M#%#"));
        check(b"\x1b[<0;9;9m", Mode::Press, Encoding::Sgr, None);
        check(b"\x1b[<32;9;9M", Mode::PressRelease, Encoding::Sgr, None);
        check(b"\x1b[<32;9;9M", Mode::ButtonMotion, Encoding::Sgr, Some(b"\x1b[<32;5;3M"));
    }
}
