//! A terminal's cells in an area of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};

use super::selection::Selection;

/// Puts what a terminal shows into an area; what does not fit is cut off.
pub(super) fn draw(screen: &vt100::Screen, selection: Option<&Selection>, area: Rect, buffer: &mut Buffer) {
    for row in 0..area.height {
        for column in 0..area.width {
            let Some(cell) = screen.cell(row, column) else { continue };
            let Some(target) = buffer.cell_mut(Position::new(area.x + column, area.y + row)) else { continue };
            let cut = cell.is_wide() && column + 1 == area.width;
            // the second half of a wide character is covered by the first
            if cell.has_contents() && !cell.is_wide_continuation() && !cut {
                target.set_symbol(cell.contents());
            } else {
                target.set_symbol(" ");
            }
            let selected = selection.is_some_and(|selection| selection.contains((row, column)));
            target.set_style(style(cell, selected));
        }
    }
}

fn style(cell: &vt100::Cell, selected: bool) -> Style {
    let mut style = Style::reset().fg(colour(cell.fgcolor())).bg(colour(cell.bgcolor()));
    let modifiers = [
        (cell.bold(), Modifier::BOLD),
        (cell.dim(), Modifier::DIM),
        (cell.italic(), Modifier::ITALIC),
        (cell.underline(), Modifier::UNDERLINED),
        (cell.inverse() != selected, Modifier::REVERSED),
    ];
    for (_, modifier) in modifiers.into_iter().filter(|(set, _)| *set) {
        style = style.add_modifier(modifier);
    }
    style
}

fn colour(colour: vt100::Color) -> Color {
    match colour {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(index) => Color::Indexed(index),
        vt100::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;

    fn shown(bytes: &[u8], columns: u16, rows: u16) -> Buffer {
        let cells = |cells| NonZeroU16::new(cells).expect("some");
        let mut parser = vt100::Parser::new(cells(rows.max(3)), cells(columns.max(20)), 0);
        parser.process(bytes);
        let area = Rect::new(0, 0, columns, rows);
        let mut buffer = Buffer::empty(area);
        draw(parser.screen(), None, area, &mut buffer);
        buffer
    }

    #[test]
    fn colours_and_wide_characters_arrive() {
        let buffer = shown("\x1b[1;31m안\x1b[0m\x1b[7mok".as_bytes(), 6, 1);
        let cell = |column: u16| buffer.cell(Position::new(column, 0)).expect("it is there");
        assert_eq!((cell(0).symbol(), cell(0).fg, cell(0).modifier), ("안", Color::Indexed(1), Modifier::BOLD));
        assert_eq!((cell(2).symbol(), cell(2).modifier), ("o", Modifier::REVERSED));
    }

    #[test]
    fn half_of_a_wide_character_is_not_shown() {
        let buffer = shown("abc안".as_bytes(), 4, 1);
        assert_eq!(buffer.cell(Position::new(3, 0)).map(|cell| cell.symbol()), Some(" "));
    }
}
