//! Text measured in terminal columns: wrapping prose and cutting lines, with Korean two columns wide.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks prose at blanks into lines of at most `columns`; a word that is longer is broken where it must be. Line breaks in the prose
/// stay.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let (mut line, mut used) = (String::new(), 0);
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            if used > 0 && used + 1 + width(word) > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            for c in word.chars() {
                let columns_of_c = c.width().unwrap_or(0);
                if used + columns_of_c > columns {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(c);
                used += columns_of_c;
            }
        }
        lines.push(line);
    }
    lines
}

/// The start of `text` that fits into `columns`.
pub fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// The end of `text` that fits into `columns`.
pub fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[at + c.len_utf8()..];
        }
    }
    text
}

/// A text that is safe to show: tabs become a blank, other control characters a replacement character.
pub fn visible(bytes: &[u8]) -> String {
    let clean = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    String::from_utf8_lossy(bytes).chars().map(clean).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prose_is_wrapped_at_blanks() {
        assert_eq!(wrap("브로커 하나 더", 7), ["브로커", "하나 더"]);
        assert_eq!(wrap("ZooKeeperClientTimeoutException", 10), ["ZooKeeperC", "lientTimeo", "utExceptio", "n"]);
        assert_eq!(wrap("가나다", 5), ["가나", "다"]);
        assert_eq!(wrap("a\n\nb", 10), ["a", "", "b"]);
        assert_eq!(wrap("", 10), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(text in "[a-z가-힣 ]{0,80}", columns in 2usize..40) {
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns));
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
