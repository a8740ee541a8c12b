//! Colours and widths of what kafkalab says. Colours carry nothing alone: each mark has its own sign.

use std::io::IsTerminal;

use crate::text::layout::{width, wrap};

/// The widest that prose is set, in columns; longer lines are hard to read.
const PROSE_COLUMNS_MAX: usize = 88;

/// The columns and rows of the terminal that standard output is; `None` where it is none.
pub fn screen_size() -> Option<(u16, u16)> {
    // where there is none to ask, another program would be asked
    if !std::io::stdout().is_terminal() {
        return None;
    }
    crossterm::terminal::size().ok()
}

/// Whether the terminal knows no escape sequences.
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// How text is painted on this screen.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    colour: bool,
    /// The screen's width in columns.
    pub columns: usize,
}

impl Paint {
    /// For standard output as it is: no colours where `NO_COLOR` is set or it is no terminal.
    pub fn for_stdout() -> Self {
        let colour =
            std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && !is_dumb() && std::io::stdout().is_terminal();
        let columns = screen_size().map_or(80, |(columns, _)| usize::from(columns));
        Self { colour, columns }
    }

    /// Without colours, for tests and pipes.
    pub fn plain(columns: usize) -> Self {
        Self { colour: false, columns }
    }

    /// Whether colours are used.
    pub fn has_colour(&self) -> bool {
        self.colour
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// What matters.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What is by the way.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What to type.
    pub fn command(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// What is now true.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What needs the learner.
    pub fn attention(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// A heading with a rule behind it; one that is too long for a line goes on in the next.
    pub fn rule(self, title: &str) -> Vec<String> {
        let columns = self.columns.min(PROSE_COLUMNS_MAX);
        let mut lines = self.item("──", title);
        if let Some(last) = lines.last_mut() {
            let rest = columns.saturating_sub(width(last) + 1);
            last.push(' ');
            last.push_str(&"─".repeat(rest));
        }
        lines.iter().map(|line| self.strong(line.trim_end())).collect()
    }

    /// A paragraph, wrapped.
    pub fn prose(self, text: &str) -> Vec<String> {
        wrap(text, self.columns.min(PROSE_COLUMNS_MAX))
    }

    /// An item with a sign before it; further lines stand under its text.
    pub fn item(self, sign: &str, text: &str) -> Vec<String> {
        let indent = width(sign) + 1;
        let lines = wrap(text, self.columns.min(PROSE_COLUMNS_MAX).saturating_sub(indent));
        let lead = |index: usize| if index == 0 { format!("{sign} ") } else { " ".repeat(indent) };
        lines.iter().enumerate().map(|(index, line)| format!("{}{line}", lead(index))).collect()
    }
}
