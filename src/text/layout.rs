//! Laying out text on a screen: widths as a terminal counts them (Korean takes two columns), and wrapping.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes; escape sequences must be gone already.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks a text into lines of at most `columns` columns: at spaces where there are any, else inside the word. Line breaks in the
/// text stay. The result has at least one line.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    text.split('\n').flat_map(|line| wrap_line(line, columns)).collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let wide = width(word);
        let space = usize::from(used > 0);
        if used + space + wide > columns && used > 0 {
            lines.push(String::new());
            used = 0;
        } else if space > 0 {
            push(&mut lines, " ");
            used += 1;
        }
        for character in word.chars() {
            let wide = character.width().unwrap_or(0);
            if used + wide > columns {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, character.encode_utf8(&mut [0; 4]));
            used += wide;
        }
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_by_display_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("토픽을 만들어요", 8), ["토픽을", "만들어요"]);
        assert_eq!(wrap("a\n\nb", 10), ["a", "", "b"]);
        assert_eq!(wrap("kafka-console-consumer.sh", 10), ["kafka-cons", "ole-consum", "er.sh"]);
        assert_eq!(wrap("", 10), [""]);
        for columns in 2..20 {
            for line in wrap("브로커 localhost:9092 에게 물어봐요", columns) {
                assert!(width(&line) <= columns, "{line:?} in {columns}");
            }
        }
    }
}
