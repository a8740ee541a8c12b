//! Commands in texts: shell scripts, the shell blocks of Markdown, and a line given by itself. The rules about lines look at them as
//! they look at what a learner types, but know no machine.

mod markdown;
mod prose;
mod written;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::{Input, Options, suppress};
use crate::judge::diagnostic::{Diagnostic, Source};
use crate::judge::rules::Line;
use crate::judge::rules::command::invocation::{Invocation, script_invocations};
use crate::judge::rules::config::file::KafkaVersion;
use crate::judge::rules::config::kind::Kind;
use crate::judge::rules::context::{AssumedMachine, CommandContext};

/// Where commands stand in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its bytes.
    pub range: Range<usize>,
    /// Whether it is what would be typed, and not a part of it that a sentence mentions.
    pub whole: bool,
}

/// What is found in a script or in Markdown.
pub(super) fn judge(input: &Input, kind: Kind, options: &Options) -> Vec<Diagnostic> {
    let text = as_text(&input.bytes);
    let bytes: Arc<[u8]> = input.bytes.as_slice().into();
    let source = Source::File { path: input.path.clone(), shown: input.shown.clone(), bytes };
    let (commands, pieces, marks, mut findings): (_, _, &[&[u8]], _) = if kind == Kind::Markdown {
        let found = markdown::read(&text);
        let settings = prose::judge(&found, &text, input, options.version);
        (found.commands, found.pieces, &[b"#", b"<!--"], settings)
    } else {
        let whole = Piece { range: 0..text.len(), whole: true };
        (text.replace('\r', " "), vec![whole], &[b"#"], Vec::new())
    };
    findings.iter_mut().for_each(|found| found.source = source.clone());
    let judged = judge_commands(&commands, &pieces, options.version, &source);
    findings.extend(judged.findings);
    let mut places = judged.places;
    for file in judged.written {
        let written = written::judge(&file, &text, options.version);
        places.extend(written.places);
        findings.extend(written.findings.into_iter().map(|found| Diagnostic { source: source.clone(), ..found }));
    }
    places.sort_unstable_by_key(|place| place.start);
    findings.sort_by_key(|found| (found.primary.range.start, found.code));
    suppress::apply(&input.bytes, &places, marks, findings, |unused| input.found(&suppress::UNUSED, unused.place, unused.label))
}

/// What is found in one line.
pub fn judge_line(line: &str, options: &Options) -> Vec<Diagnostic> {
    let piece = Piece { range: 0..line.len(), whole: true };
    let source = Source::CommandLine(line.to_owned());
    let mut found = judge_commands(line, &[piece], options.version, &source).findings;
    found.retain(|found| options.wants(found));
    found
}

/// What is known of the commands of a text.
struct Judged {
    findings: Vec<Diagnostic>,
    /// Where the commands stand that were looked at.
    places: Vec<Range<usize>>,
    /// The files that they write.
    written: Vec<written::Written>,
}

fn judge_commands(text: &str, pieces: &[Piece], version: KafkaVersion, source: &Source) -> Judged {
    let variables = BTreeMap::new();
    let machine = AssumedMachine;
    let context = CommandContext { line: text, cwd: Path::new("/"), variables: &variables, files: &machine, system: &machine };
    let mut judged = Judged { findings: Vec::new(), places: Vec::new(), written: Vec::new() };
    for whole in [true, false] {
        let of_kind = pieces.iter().filter(|piece| piece.whole == whole);
        let invocations: Vec<Invocation> = of_kind.flat_map(|piece| script_invocations(&context, piece.range.clone())).collect();
        judged.places.extend(invocations.iter().map(place));
        judged.written.extend(written::files(&invocations, text));
        judged.findings.extend(Line::of_text(&context, invocations, whole, version, source.clone()).judge_each());
    }
    judged
}

/// The bytes of a command, from its first word to its last.
fn place(invocation: &Invocation) -> Range<usize> {
    let words = &invocation.command.words;
    let start = words.first().map_or(0, |word| word.range.start);
    start..words.last().map_or(start, |word| word.range.end)
}

/// The bytes as text of the same length: what is no UTF-8 becomes question marks.
fn as_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

#[cfg(test)]
mod tests;
