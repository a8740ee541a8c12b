//! The line of the source that a place lies in, cut to the width, with its mark under it.

use crate::text::layout::{head, tail, visible, width};
use std::ops::Range;

/// A source line ready to show.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The number of the line, from 1.
    pub number: usize,
    /// The part of the line that fits.
    pub text: String,
    /// The columns of `text` that are marked.
    pub mark: Range<usize>,
}

/// The number of the line at a byte, and the line.
pub(super) fn line_at(bytes: &[u8], at: usize) -> (usize, String) {
    let range = line_range(bytes, at);
    (line_number(bytes, range.start), visible(&bytes[range]))
}

/// The number of the line that starts at a byte.
fn line_number(bytes: &[u8], start: usize) -> usize {
    let before = &bytes[..start];
    let ends = before.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => before.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() + 1
}

fn line_range(bytes: &[u8], at: usize) -> Range<usize> {
    let at = at.min(bytes.len());
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let start = bytes[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
    let end = bytes[at..].iter().position(is_end).map_or(bytes.len(), |end| at + end);
    start..end
}

/// Cuts the line of `place` to `columns`, so that the place is in it.
pub(super) fn cut(bytes: &[u8], place: &Range<usize>, columns: usize) -> Snippet {
    let line = line_range(bytes, place.start);
    let end = place.end.clamp(place.start.min(line.end), line.end);
    let place = place.start.min(line.end)..end;
    let before = visible(&bytes[line.start..place.start]);
    let before = before.trim_start_matches('\u{feff}');
    let marked = visible(&bytes[place.clone()]);
    let after = visible(&bytes[place.end..line.end]);
    let (left, right) = sides(before, width(&marked), &after, columns);
    let shown = match columns.saturating_sub(width(&left) + width(&right)) {
        room if room >= width(&marked) => marked,
        room => format!("{}…", head(&marked, room.saturating_sub(1))),
    };
    let start = width(&left);
    // An empty place, where something is missing, is marked with one column.
    let mark = start..start + width(&shown).max(1);
    Snippet { number: line_number(bytes, line.start), text: format!("{left}{shown}{right}"), mark }
}

/// What is shown before and after a mark `marked` columns wide.
fn sides(before: &str, marked: usize, after: &str, columns: usize) -> (String, String) {
    let room = columns.saturating_sub(marked);
    if width(before) + width(after) <= room {
        return (before.to_owned(), after.to_owned());
    }
    let half = room / 2;
    let for_after = width(after).min(if width(before) < half { room - width(before) } else { room - half });
    let for_before = width(before).min(room.saturating_sub(for_after));
    (shorten_left(before, for_before), shorten_right(after, for_after))
}

/// The end of `text` behind `… `, from a word's start if one is near.
fn shorten_left(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept = tail(text, columns.saturating_sub(2));
    match kept.find(' ') {
        _ if columns < 2 => String::new(),
        Some(blank) if kept[blank..].len() > 1 => format!("… {}", &kept[blank + 1..]),
        _ => format!("… {kept}"),
    }
}

/// The start of `text` before ` …`, to a word's end if one is near.
fn shorten_right(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept = head(text, columns.saturating_sub(2));
    match kept.rfind(' ') {
        _ if columns < 2 => String::new(),
        Some(blank) if blank > 0 => format!("{} …", &kept[..blank]),
        _ => format!("{kept} …"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str, place: &str, columns: usize, text: &str, marked: &str) {
        let start = line.find(place).expect("the place is in the line");
        let snippet = cut(line.as_bytes(), &(start..start + place.len()), columns);
        let marks = format!("{}{}", " ".repeat(snippet.mark.start), "^".repeat(snippet.mark.len()));
        assert_eq!((snippet.text.as_str(), marks.as_str()), (text, marked));
    }

    #[test]
    fn the_place_stays_in_the_line() {
        check("a=1 b=2", "b", 20, "a=1 b=2", "    ^");
        let line = "./x.sh --create --topic t --reflection-factor 1 --bootstrap-server localhost:9092";
        check(line, "--reflection-factor", 50, "… --topic t --reflection-factor 1 …", "            ^^^^^^^^^^^^^^^^^^^");
        check(line, "localhost:9092", 40, "… 1 --bootstrap-server localhost:9092", "                       ^^^^^^^^^^^^^^");
        check(line, "./x.sh", 40, "./x.sh --create --topic t …", "^^^^^^");
        check("토픽 하나 둘 셋", "하나", 40, "토픽 하나 둘 셋", "     ^^^^");
        check("x\tabcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz", 12, "abcdefghijk…", "^^^^^^^^^^^^");
    }

    #[test]
    fn lines_end_as_in_any_editor() {
        let bytes = b"a\r\nb\rc\nd";
        assert_eq!(line_at(bytes, 7), (4, "d".to_owned()));
        assert_eq!(line_at(bytes, 3), (2, "b".to_owned()));
        assert_eq!(cut(b"a\nb=\n", &(4..4), 10), Snippet { number: 2, text: "b=".to_owned(), mark: 2..3 });
    }

    proptest! {
        #[test]
        fn nothing_is_too_wide(line in "[a-z가-힣 ]{1,120}", at in 0usize..400, length in 0usize..60, columns in 8usize..80) {
            let snippet = cut(line.as_bytes(), &(at.min(line.len())..(at + length).min(line.len())), columns);
            prop_assert!(width(&snippet.text) <= columns, "{:?}", snippet);
            prop_assert!(snippet.mark.end <= columns + 1);
        }
    }
}
