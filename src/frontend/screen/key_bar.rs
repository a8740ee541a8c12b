//! The last row: the keys, and what each does. Where they do not all fit, the least needed ones go first.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::frontend::keys::Command;
use crate::text::layout::width;
use crate::text::{Language, Text, learn as say};

/// A key, what it does, and how soon it is left out (the lowest number first).
struct Key {
    name: &'static str,
    label: Text,
    command: Command,
    rank: u8,
}

const KEYS: [Key; 9] = [
    Key { name: "F1", label: say::KEY_HINT, command: Command::Hint, rank: 8 },
    Key { name: "F2", label: say::KEY_CHECK, command: Command::Check, rank: 5 },
    Key { name: "F3", label: say::KEY_SOLVE, command: Command::Solve, rank: 6 },
    Key { name: "F4", label: say::KEY_EXPLAIN, command: Command::Explain, rank: 3 },
    Key { name: "F5", label: say::KEY_ENLARGE, command: Command::Enlarge, rank: 1 },
    Key { name: "F6", label: say::KEY_TERMINAL, command: Command::NextTerminal, rank: 7 },
    Key { name: "F7 F8", label: say::KEY_SCROLL, command: Command::LessonDown, rank: 2 },
    Key { name: "F9", label: say::KEY_LANGUAGE, command: Command::Language, rank: 4 },
    Key { name: "F10", label: say::KEY_LEAVE, command: Command::Leave, rank: 9 },
];

/// One key as it stands in the row.
pub(super) struct Shown {
    /// Its first column, from 0.
    column: u16,
    name: &'static str,
    label: &'static str,
    command: Command,
}

impl Shown {
    fn end(&self) -> u16 {
        self.column + columns(self.name) + 1 + columns(self.label)
    }
}

fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// The keys that fit into a row.
pub(super) fn keys(columns_of_row: u16, language: Language) -> Vec<Shown> {
    (0..=KEYS.len())
        .map(|left_out| {
            let mut column = 0;
            let kept = KEYS.iter().filter(|key| usize::from(key.rank) > left_out);
            let shown = kept.map(|key| {
                let shown = Shown { column, name: key.name, label: key.label.get(language), command: key.command };
                column = shown.end() + 2;
                shown
            });
            shown.collect::<Vec<Shown>>()
        })
        .find(|shown| shown.last().is_none_or(|last| last.end() <= columns_of_row))
        .unwrap_or_default()
}

/// The row as a line.
pub(super) fn line(keys: &[Shown]) -> Line<'static> {
    let strong = Style::default().add_modifier(Modifier::BOLD);
    let spans = keys.iter().enumerate().flat_map(|(index, key)| {
        let gap = Span::raw(if index == 0 { "" } else { "  " });
        [gap, Span::styled(key.name, strong), Span::raw(format!(" {}", key.label))]
    });
    Line::from_iter(spans)
}

/// What a click on that column of the row asks for.
pub(super) fn at(keys: &[Shown], column: u16) -> Option<Command> {
    keys.iter().find(|key| (key.column..key.end()).contains(&column)).map(|key| key.command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_keys_as_fit_are_shown_and_each_can_be_clicked() {
        for language in Language::ALL {
            for columns in 0..140 {
                let keys = keys(columns, language);
                let row = line(&keys);
                assert!(row.width() <= usize::from(columns), "{columns}: {row}");
                for key in &keys {
                    assert_eq!(at(&keys, key.column), Some(key.command));
                }
            }
            assert_eq!(keys(140, language).len(), KEYS.len());
            let narrow: Vec<Command> = keys(30, language).iter().map(|key| key.command).collect();
            assert!(narrow.contains(&Command::Hint) && narrow.contains(&Command::Leave), "{narrow:?}");
        }
    }
}
