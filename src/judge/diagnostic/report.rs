//! Shows findings on a terminal as compilers do: title, place, the line with the place marked, and what there is to say of it.

use super::formats::severity_name;
use super::position::Positions;
use super::{Diagnostic, Label, Look, Paint, Severity, Source, snippet};
use crate::text::layout::{width, wrap};
use crate::text::lint as text;

/// One finding; ends with an empty line.
pub fn report(found: &Diagnostic, look: Look) -> String {
    let mut page = Page { look, columns: look.columns.clamp(40, 120), out: String::new(), margin: 0 };
    let tone = match found.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;36",
    };
    let head = format!("{}[{}]", severity_name(found.severity), found.code);
    let title = found.title.say(look.language);
    let painted = page.paint(&head, tone);
    page.out.push_str(&format!("{painted}: {title}\n"));
    let positions = Positions::new(found.source.bytes());
    let at = positions.of(found.primary.range.start);
    let last = found.secondary.iter().map(|label| positions.of(label.range.start).line).fold(at.line, usize::max);
    page.margin = last.to_string().len();
    let file = match &found.source {
        Source::File { shown, .. } => shown.as_str(),
        Source::CommandLine(_) => "<command>",
    };
    let corner = if look.paint == Paint::Plain { "-->" } else { "┌" };
    let place = page.paint(&format!("{} {corner} {file}:{}:{}", " ".repeat(page.margin), at.line, at.column), "2");
    page.out.push_str(&place);
    page.out.push('\n');
    page.label(&found.source, &found.primary, '^', tone);
    for label in &found.secondary {
        page.label(&found.source, label, '-', "36");
    }
    if let Some(seen) = &found.you_will_see {
        page.note(&seen.say(look.language));
    }
    if let Some(help) = &found.help {
        page.note(&help.say(look.language));
    }
    if let Some(line) = found.corrected_line() {
        let option = if found.fix.as_ref().is_some_and(|fix| fix.safe) { "--fix" } else { "--fix --unsafe" };
        // a line that was given by itself is nowhere to be changed
        let said = if matches!(found.source, Source::CommandLine(_)) { text::FIX_LINE } else { text::FIX };
        page.note(&said.fill(look.language, &[("line", &line), ("option", &option)]));
    }
    page.out.push('\n');
    page.out
}

struct Page {
    look: Look,
    columns: usize,
    out: String,
    /// The width of the line numbers.
    margin: usize,
}

impl Page {
    fn paint(&self, text: &str, tone: &str) -> String {
        if self.look.paint == Paint::Colour { format!("\x1b[{tone}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn bar(&self) -> &'static str {
        if self.look.paint == Paint::Plain { "|" } else { "│" }
    }

    fn label(&mut self, source: &Source, label: &Label, mark: char, tone: &str) {
        let room = self.columns.saturating_sub(self.margin + 3);
        let snippet = snippet::cut(source.bytes(), &label.range, room);
        let (number, bar) = (snippet.number, self.bar());
        let margin = self.margin;
        let line = self.paint(&format!("{number:>margin$} {bar}"), "2");
        self.out.push_str(format!("{line} {}", snippet.text).trim_end());
        let empty = self.paint(&format!("{} {bar}", " ".repeat(margin)), "2");
        let marks = self.paint(&mark.to_string().repeat(snippet.mark.len()), tone);
        let said = label.text.say(self.look.language);
        let beside = room.saturating_sub(snippet.mark.end + 1);
        self.out.push_str(&format!("\n{empty} {}{marks}", " ".repeat(snippet.mark.start)));
        if width(&said) <= beside {
            let said = self.paint(&said, tone);
            self.out.push_str(&format!(" {said}\n"));
            return;
        }
        self.out.push('\n');
        for line in wrap(&said, room) {
            let line = self.paint(&line, tone);
            self.out.push_str(&format!("{empty} {line}\n"));
        }
    }

    fn note(&mut self, text: &str) {
        let indent = " ".repeat(self.margin + 1);
        for (index, line) in wrap(text, self.columns.saturating_sub(self.margin + 3)).iter().enumerate() {
            let sign = if index == 0 { "=" } else { " " };
            self.out.push_str(format!("{indent}{sign} {line}").trim_end());
            self.out.push('\n');
        }
    }
}
