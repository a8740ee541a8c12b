//! Where a line of text may be broken, as Java's `BreakIterator.getLineInstance` says for the texts of the tools.

/// The pieces of a line between which it may be broken; spaces belong to the piece before them.
pub(super) fn pieces(line: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 1..chars.len() {
        if may_break(&chars, at) {
            pieces.push(&line[start..chars[at].0]);
            start = chars[at].0;
        }
    }
    pieces.push(&line[start..]);
    pieces
}

/// Whether a break may stand before the character at `at`.
fn may_break(chars: &[(usize, char)], at: usize) -> bool {
    let (before, after) = (chars[at - 1].1, chars[at].1);
    match before {
        ' ' | '\t' => !matches!(after, ' ' | '\t' | '\n'),
        '\n' => true,
        _ if matches!(after, ' ' | '\t' | '\n') => false,
        '-' if after.is_ascii_digit() => !begins_a_number(chars, at - 1),
        '-' => !matches!(after, '$' | '\'' | '-'),
        '.' | ',' if after.is_ascii_digit() => !ends_a_number(&chars[..at - 1]),
        '!' | '"' | '%' | ')' | ',' | '.' | ':' | ';' | '?' | ']' | '}' => {
            !matches!(after, '!' | '"' | '$' | '%' | '\'' | ')' | ',' | '.' | ':' | ';' | '?' | ']' | '}')
        }
        '$' | '\'' | '(' | '[' | '{' => false,
        '0'..='9' if after == '>' => is_signed(chars, at - 1),
        _ if is_ideograph(before) || is_ideograph(after) => after.is_alphanumeric(),
        _ => matches!(after, '(' | '[' | '{'),
    }
}

/// Whether the digit at `at` is the last of a number with a minus before it.
fn is_signed(chars: &[(usize, char)], at: usize) -> bool {
    let minus = (0..at).rev().find(|before| !chars[*before].1.is_ascii_digit());
    minus.is_some_and(|minus| chars[minus].1 == '-' && begins_a_number(chars, minus))
}

/// Whether a minus at `at` is the sign of a number rather than a hyphen.
fn begins_a_number(chars: &[(usize, char)], at: usize) -> bool {
    at == 0 || matches!(chars[at - 1].1, ' ' | '\t' | '(' | '[' | '-' | ',' | ':')
}

/// Whether a word of digits alone, with points and commas in it, ends there.
fn ends_a_number(chars: &[(usize, char)]) -> bool {
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let ends = chars.last().is_some_and(|(_, c)| c.is_ascii_digit());
    let before = chars.iter().rev().map(|(_, c)| *c).find(|c| !of_number(*c));
    ends && before.is_none_or(|c| !c.is_alphanumeric() && c != '/')
}

/// Whether lines may be broken on both sides of the character, as between Korean syllables.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` has a bar at each break.
    fn check(expected: &str) {
        let line = expected.replace('|', "");
        assert_eq!(pieces(&line).join("|"), expected);
    }

    #[test]
    fn lines_break_where_java_breaks_them() {
        for expected in [
            "a |- |b",
            "3-|4 |a-|1 |-1 |--|x |a--|b",
            "f. |a |f.|a |f.|1",
            "x |(default: |-1) |x",
            "server|(s) |to",
            "unrecognized |arguments: |'--|no-|such'",
            "a,|b |a, |b",
            "한|글 |가|나",
            "1.5 |x",
            "a1,|5 |1,5 |9:|1",
            "(default: |1.5.6)",
            "127.0.0.1:|9092",
            "$1.5 |--1 |(-1) |x|(-1)",
            "a/b |a=b |<a> |10%|5 |1/2",
            "*approximately* |T |e.|g. |a  |b",
        ] {
            check(expected);
        }
    }
}
