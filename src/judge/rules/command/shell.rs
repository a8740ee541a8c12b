//! KL104 to KL108, KL118 and KL205: what the shell makes of a line before Kafka sees any of it.

use std::ops::Range;
use std::path::Path;

use super::invocation::Invocation;
use crate::catalog::tools;
use crate::judge::diagnostic::{Diagnostic, Edit, Severity};
use crate::judge::rules::context::{FileKind, resolve};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// The folder that the output goes to is not there.
pub static LOG_FOLDER: Rule =
    Rule::line("KL104", "log-folder-missing", text::LOG_FOLDER, Speaks::After, log_folder).mended_elsewhere();
/// A script of this folder without `./`.
pub static NO_SLASH: Rule = Rule::line("KL105", "script-without-dot-slash", text::NO_SLASH, Speaks::After, no_slash)
    .says(&["kafka-topics.sh: command not found", "kafka-server-start.sh: command not found"]);
/// The script is in another folder.
pub static OTHER_FOLDER: Rule = Rule::line("KL106", "script-in-another-folder", text::OTHER_FOLDER, Speaks::After, other_folder);
/// `nohup` without `&`.
pub static NOHUP_IN_FOREGROUND: Rule =
    Rule::line("KL107", "nohup-without-ampersand", text::NOHUP_IN_FOREGROUND, Speaks::Before, nohup_in_foreground)
        .mattering(Severity::Warning);
/// A blank behind the backslash that was to continue the line.
pub static BLANK_AFTER_BACKSLASH: Rule =
    Rule::line("KL108", "blank-after-backslash", text::BLANK_AFTER_BACKSLASH, Speaks::After, blank_after_backslash);
/// A long dash, as editors and web pages make it of two hyphens.
pub static ODD_DASH: Rule = Rule::line("KL205", "dash-instead-of-hyphens", text::ODD_DASH, Speaks::After, odd_dash);

/// `<…>` of a manual, typed as it stands.
pub static PLACEHOLDER: Rule = Rule::line("KL118", "placeholder-typed", text::PLACEHOLDER, Speaks::After, placeholder_typed);

/// The signs that take the place of two hyphens.
pub(super) const DASHES: [char; 5] = ['\u{2010}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}'];

fn log_folder(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.failed(invocation)).find_map(|invocation| {
        if line.is_text() {
            return None;
        }
        let makes_folders = |other: &Invocation| other.program.text.as_deref() == Some("mkdir");
        if line.invocations.iter().any(makes_folders) {
            return None;
        }
        invocation.command.redirections.iter().filter(|found| found.operator.contains('>')).find_map(|redirection| {
            let typed = redirection.target.text.as_deref()?;
            let (folder, _) = typed.rsplit_once('/').filter(|(folder, _)| !folder.is_empty())?;
            if line.context.files.kind(&invocation.resolve(folder)?) != FileKind::Missing {
                return None;
            }
            let range = redirection.target.place(line.context.line, 0..folder.len());
            Some(line.found(&LOG_FOLDER, range, Message::new(labels::LOG_FOLDER).with("folder", folder)))
        })
    })
}

/// The script of Kafka that a word names and that the shell did not find.
fn not_found<'a>(line: &Line<'_>, invocation: &'a Invocation) -> Option<(&'a str, &'a str)> {
    let typed = invocation.program.text.as_deref().filter(|_| line.exit_code == Some(127) && !line.is_text())?;
    let name = typed.rsplit('/').next()?;
    tools::all().iter().any(|tool| tool.script == name).then_some((typed, name))
}

fn no_slash(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.failed(invocation)).find_map(|invocation| {
        let (typed, name) = not_found(line, invocation)?;
        let there = line.context.files.kind(&invocation.cwd.as_deref()?.join(name)) == FileKind::File;
        if typed != name || invocation.path.is_some() || !there || invocation.tool(line.context).is_some() {
            return None;
        }
        let range = invocation.program.range.clone();
        let finding = line.found(&NO_SLASH, range.clone(), Message::new(labels::NO_SLASH).with("name", name));
        Some(finding.fixed_by(vec![Edit { range: range.start..range.start, text: "./".to_owned() }], true))
    })
}

fn other_folder(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.failed(invocation)).find_map(|invocation| {
        let (typed, name) = not_found(line, invocation)?;
        let cwd = invocation.cwd.as_deref()?;
        let is_file = |path: &Path| line.context.files.kind(path) == FileKind::File;
        // a bare name is searched elsewhere; where the script is in this folder, `./` is what was forgotten
        let typed_path = if typed == name { cwd.join(name) } else { invocation.path.clone()? };
        if is_file(&typed_path) || (typed == name && invocation.path.is_some()) {
            return None;
        }
        let ways = ["bin/", "./", "../bin/", "../"];
        let right = ways.into_iter().map(|way| format!("{way}{name}")).find(|path| is_file(&resolve(cwd, path)))?;
        let right = if right.starts_with('.') { right } else { format!("./{right}") };
        let range = invocation.program.place(line.context.line, 0..typed.len());
        let label = Message::new(labels::OTHER_FOLDER).with("typed", typed).with("right", &right);
        let finding = line.found(&OTHER_FOLDER, range.clone(), label);
        let plain = invocation.program.is_plain(line.context.line);
        Some(if plain { finding.fixed_by(vec![Edit { range, text: right }], true) } else { finding })
    })
}

fn nohup_in_foreground(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.whole && line.failed(invocation)).find_map(|invocation| {
        let script = invocation.program.file_name(line.context.line)?;
        let nohup = invocation.command.words.iter().find(|word| word.text.as_deref() == Some("nohup"))?;
        let daemon = invocation.arguments.iter().any(|word| word.text.as_deref().is_none_or(|text| text == "-daemon"));
        let server = matches!(script, "kafka-server-start.sh" | "zookeeper-server-start.sh");
        let command = &invocation.command;
        if !server || daemon || command.background || command.piped || command.guarded || !invocation_is_there(line, invocation) {
            return None;
        }
        Some(line.found(&NOHUP_IN_FOREGROUND, nohup.range.clone(), labels::NOHUP_IN_FOREGROUND))
    })
}

fn invocation_is_there(line: &Line<'_>, invocation: &Invocation) -> bool {
    invocation.tool(line.context).is_some()
}

fn blank_after_backslash(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.failed(invocation)).find_map(|invocation| {
        invocation.tool(line.context)?;
        let text = line.context.line;
        let word = invocation.arguments.last().filter(|word| word.text.as_deref().is_some_and(|text| text.trim().is_empty()))?;
        let raw = text.get(word.range.clone()).filter(|raw| raw.starts_with('\\'))?;
        let rest = &text[word.range.start + 1..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        if raw.len() < 2 || !rest[blanks..].starts_with('\n') {
            return None;
        }
        let range = word.range.start..word.range.start + 1 + blanks;
        let edit = Edit { range: range.start + 1..range.end, text: String::new() };
        Some(line.found(&BLANK_AFTER_BACKSLASH, range, labels::BLANK_AFTER_BACKSLASH).fixed_by(vec![edit], true))
    })
}

fn odd_dash(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.refused(invocation)).find_map(|invocation| {
        invocation.tool(line.context)?;
        invocation.arguments.iter().find_map(|word| {
            let typed = word.text.as_deref()?;
            let name = typed.trim_start_matches(|c: char| c == '-' || DASHES.contains(&c));
            let dashes = &typed[..typed.len() - name.len()];
            let letters = name.starts_with(|c: char| c.is_ascii_alphabetic());
            if !dashes.contains(DASHES) || !letters {
                return None;
            }
            let range = word.place(line.context.line, 0..dashes.len());
            let finding = line.found(&ODD_DASH, range.clone(), Message::new(labels::ODD_DASH).with("name", format!("--{name}")));
            let plain = word.is_plain(line.context.line);
            Some(if plain { finding.fixed_by(vec![Edit { range, text: "--".to_owned() }], true) } else { finding })
        })
    })
}

/// The bytes of `<…>` within a command, which the shell reads as two redirections; none of `<in.txt >out.txt`.
pub(super) fn placeholder(line: &str, invocation: &Invocation) -> Option<Range<usize>> {
    let opened = invocation.command.redirections.iter().filter(|found| found.operator == "<").find_map(|found| {
        let start = found.target.range.start.checked_sub(1)?;
        line.get(start..)?.starts_with('<').then_some((start, found.target.range.end))
    });
    let (start, inside) = opened?;
    let rest = line.get(inside..)?;
    let rest = &rest[..rest.find(['|', ';', '&', '\n', '<']).unwrap_or(rest.len())];
    let end = rest.find('>')?;
    let closes = !line[..inside + end].ends_with([' ', '\t']) && !rest[end..].starts_with(">>");
    closes.then_some(start..inside + end + 1)
}

fn placeholder_typed(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| !line.is_text() && line.failed(invocation)).find_map(|invocation| {
        let range = placeholder(line.context.line, invocation)?;
        let mut read = invocation.command.redirections.iter().filter(|found| found.operator == "<");
        let file = invocation.resolve(read.next()?.target.text.as_deref()?)?;
        if line.context.files.kind(&file) != FileKind::Missing || !invocation_is_there(line, invocation) {
            return None;
        }
        Some(line.found(&PLACEHOLDER, range, labels::PLACEHOLDER))
    })
}
