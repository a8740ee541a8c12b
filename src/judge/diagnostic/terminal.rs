//! Shows a diagnostic on a terminal: a box with the place marked under the line it stands in.

use super::{Diagnostic, Label, Severity, Source, snippet};
use crate::text::Language;
use crate::text::layout::{width, wrap};

/// The narrowest and the widest box. Prose beyond 120 columns is hard to read.
const COLUMNS: std::ops::RangeInclusive<usize> = 40..=120;
/// The most lines of text beside a mark; a longer text goes under it.
const BESIDE_LINES_MAX: usize = 2;

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Colours and a frame.
    Colour,
    /// A frame, no colours: `NO_COLOR`.
    Monochrome,
    /// Neither, for screen readers and dumb terminals.
    Plain,
}

/// How to show it.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The language of the reader.
    pub language: Language,
    /// The columns of the terminal; the box keeps to between 40 and 120 of them.
    pub columns: usize,
    /// Colours and frame.
    pub paint: Paint,
}

/// How much to say. The code always stands first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What is wrong, in one line.
    pub title: bool,
    /// The place, the line it stands in and what is wrong with it.
    pub place: bool,
    /// What Kafka will print.
    pub you_will_see: bool,
    /// Why it is wrong.
    pub explanation: bool,
    /// What to do, in words.
    pub help: bool,
    /// The line as it is right.
    pub correction: bool,
}

/// The box; `foot` is its last line, what the reader may do now. Ends with a line end.
pub fn render(diagnostic: &Diagnostic, parts: Parts, foot: &str, look: Look) -> String {
    let mut page = Page::new(look);
    let tone = match diagnostic.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;36",
    };
    let title = if parts.title { diagnostic.title.say(look.language) } else { String::new() };
    page.prose_in(&format!("{} {title}", diagnostic.code), tone);
    let file = match &diagnostic.source {
        Source::File { shown, bytes, .. } => {
            format!("{shown}:{}", snippet::line_at(bytes, diagnostic.primary.range.start).0)
        }
        Source::CommandLine(_) => String::new(),
    };
    if parts.place {
        page.place(&file);
        page.label(&diagnostic.source, &diagnostic.primary, '^', tone);
        for label in &diagnostic.secondary {
            page.label(&diagnostic.source, label, '-', "36");
        }
    }
    if let Some(sentence) = diagnostic.you_will_see.as_ref().filter(|_| parts.you_will_see) {
        page.prose(&sentence.say(look.language));
    }
    if parts.explanation {
        page.prose(&diagnostic.explanation.say(look.language));
    }
    if let Some(sentence) = diagnostic.help.as_ref().filter(|_| parts.help) {
        page.prose(&sentence.say(look.language));
    }
    if let Some(line) = diagnostic.corrected_line().filter(|_| parts.correction) {
        page.place(&file);
        page.verbatim(&line, "32");
    }
    page.prose_in(foot, "2");
    page.finish()
}

/// Collects the lines of a box.
struct Page {
    look: Look,
    /// Columns inside the frame.
    columns: usize,
    lines: Vec<String>,
}

impl Page {
    fn new(look: Look) -> Self {
        let columns = look.columns.clamp(*COLUMNS.start(), *COLUMNS.end()) - 2;
        Self { look, columns, lines: Vec::new() }
    }

    fn paint(&self, text: &str, tone: &str) -> String {
        match self.look.paint {
            Paint::Colour if !text.is_empty() => format!("\x1b[{tone}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }

    /// The file and line that what follows stands in, if it is a file.
    fn place(&mut self, file: &str) {
        if !file.is_empty() {
            self.prose_in(file, "36");
        }
    }

    fn prose(&mut self, text: &str) {
        self.lines.extend(wrap(text, self.columns));
    }

    fn prose_in(&mut self, text: &str, tone: &str) {
        for line in wrap(text, self.columns) {
            let line = self.paint(&line, tone);
            self.lines.push(line);
        }
    }

    /// A line to be copied: broken only where the frame ends, every line of it as it is.
    fn verbatim(&mut self, text: &str, tone: &str) {
        for line in text.lines() {
            for part in wrap(line, self.columns - 2) {
                let part = self.paint(&part, tone);
                self.lines.push(format!("  {part}"));
            }
        }
    }

    fn label(&mut self, source: &Source, label: &Label, mark: char, tone: &str) {
        let number = snippet::line_at(source.bytes(), label.range.start).0.to_string();
        let (margin, empty) = match source {
            Source::CommandLine(_) => (String::new(), String::new()),
            Source::File { .. } => (format!("{number} │ "), format!("{} │ ", " ".repeat(number.len()))),
        };
        let room = self.columns.saturating_sub(width(&margin));
        let snippet = snippet::cut(source.bytes(), &label.range, room);
        self.lines.push(format!("{}{}", self.paint(&margin, "2"), snippet.text));
        let marks = mark.to_string().repeat(snippet.mark.len());
        let under = format!("{}{}{}", self.paint(&empty, "2"), " ".repeat(snippet.mark.start), self.paint(&marks, tone));
        let text = label.text.say(self.look.language);
        let beside = wrap(&text, room.saturating_sub(snippet.mark.end + 1));
        if beside.len() > BESIDE_LINES_MAX {
            self.lines.push(under);
            return self.prose_in(&text, tone);
        }
        let indent = format!("{}{}", self.paint(&empty, "2"), " ".repeat(snippet.mark.end + 1));
        for (index, line) in beside.iter().enumerate() {
            let before = if index == 0 { format!("{under} ") } else { indent.clone() };
            let line = self.paint(line, tone);
            self.lines.push(format!("{before}{line}"));
        }
    }

    fn finish(self) -> String {
        let last = self.lines.len().saturating_sub(1);
        let mut out = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            let frame = match index {
                _ if self.look.paint == Paint::Plain => "  ",
                0 => "╭ ",
                index if index == last => "╰ ",
                _ => "│ ",
            };
            out.push_str(format!("{frame}{line}").trim_end());
            out.push('\n');
        }
        out
    }
}
