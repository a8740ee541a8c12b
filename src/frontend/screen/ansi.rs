//! Painted lines, as the line-by-line front end writes them, for a full screen.

use console::AnsiCodeIterator;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar as _;

/// The line with its colours, broken at blanks (else anywhere) into lines of at most `columns`. A code other than a colour changes
/// nothing. Further lines keep the first one's indentation.
pub(super) fn folded(text: &str, columns: usize) -> Vec<Line<'static>> {
    let mut style = Style::default();
    let mut cells: Vec<(char, Style)> = Vec::new();
    for (piece, is_code) in AnsiCodeIterator::new(text) {
        if is_code {
            style = styled(style, piece);
        } else {
            cells.extend(piece.chars().map(|c| (c, style)));
        }
    }
    let columns = columns.max(2);
    // room for a wide character is left
    let indent = cells.iter().take_while(|(c, _)| *c == ' ').count().min(columns / 2).min(columns - 2);
    let mut lines = Vec::new();
    let mut rest = cells.as_slice();
    while let Some(end) = break_at(rest, columns - if lines.is_empty() { 0 } else { indent }) {
        lines.push(line(&rest[..end], if lines.is_empty() { 0 } else { indent }));
        let blanks = rest[end..].iter().take_while(|(c, _)| *c == ' ').count();
        rest = &rest[end + blanks..];
    }
    lines.push(line(rest, if lines.is_empty() { 0 } else { indent }));
    lines
}

/// Where a line has to be broken; `None` where it fits.
fn break_at(cells: &[(char, Style)], columns: usize) -> Option<usize> {
    let mut used = 0;
    let too_far = cells.iter().position(|(c, _)| {
        used += c.width().unwrap_or(0);
        used > columns
    })?;
    let indent = cells.iter().take_while(|(c, _)| *c == ' ').count();
    let blank = cells[..=too_far].iter().rposition(|(c, _)| *c == ' ').filter(|blank| *blank > indent);
    Some(blank.unwrap_or(too_far.max(1)))
}

fn line(cells: &[(char, Style)], indent: usize) -> Line<'static> {
    let mut spans = vec![Span::raw(" ".repeat(indent))];
    for run in cells.chunk_by(|(_, one), (_, next)| one == next) {
        spans.push(Span::styled(run.iter().map(|(c, _)| *c).collect::<String>(), run[0].1));
    }
    Line::from(spans)
}

fn styled(style: Style, sequence: &str) -> Style {
    let Some(codes) = sequence.strip_prefix("\x1b[").and_then(|rest| rest.strip_suffix('m')) else { return style };
    codes.split(';').fold(style, |style, code| match code.parse().unwrap_or(0_u8) {
        0 => Style::default(),
        1 => style.add_modifier(Modifier::BOLD),
        2 => style.add_modifier(Modifier::DIM),
        3 => style.add_modifier(Modifier::ITALIC),
        4 => style.add_modifier(Modifier::UNDERLINED),
        7 => style.add_modifier(Modifier::REVERSED),
        22 => style.remove_modifier(Modifier::BOLD | Modifier::DIM),
        39 => style.fg(Color::Reset),
        code @ 30..=37 => style.fg(Color::Indexed(code - 30)),
        code @ 90..=97 => style.fg(Color::Indexed(code - 90 + 8)),
        _ => style,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_styles_and_the_text_stays() {
        let painted = folded("a \x1b[1;31mKL203\x1b[0m b\x1b[2J \x1b[36mls\x1b[m", 80);
        let spans: Vec<(&str, Style)> = painted[0].spans[1..].iter().map(|span| (span.content.as_ref(), span.style)).collect();
        let bold_red = Style::default().add_modifier(Modifier::BOLD).fg(Color::Indexed(1));
        let plain = Style::default();
        assert_eq!(painted.len(), 1);
        assert_eq!(spans, [("a ", plain), ("KL203", bold_red), (" b ", plain), ("ls", plain.fg(Color::Indexed(6)))]);
    }

    #[test]
    fn long_lines_are_broken_at_blanks_and_keep_their_indentation() {
        let check = |text: &str, columns: usize, expected: &[&str]| {
            let found: Vec<String> = folded(text, columns).iter().map(Line::to_string).collect();
            assert_eq!(found, expected);
        };
        check("", 10, &[""]);
        check("  one two three", 10, &["  one two", "  three"]);
        check("--topic test_topic", 8, &["--topic", "test_top", "ic"]);
        check("토픽을 만들어요", 8, &["토픽을", "만들어요"]);
        check("토픽", 3, &["토", "픽"]);
        check("       x", 4, &["    ", "  x"]);
    }

    #[test]
    fn no_line_is_wider_than_asked_for() {
        for columns in 2..20 {
            for line in folded("  ./kafka-topics.sh --create 안녕하세요 \x1b[1m--topic\x1b[0m", columns) {
                assert!(line.width() <= columns, "{columns}: {line}");
            }
        }
    }
}
