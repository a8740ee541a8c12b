//! KL111: a script's name is mistyped, as `kafka-console.consumer.sh`.

use super::invocation::Invocation;
use super::nearest::nearest;
use crate::catalog::tools;
use crate::judge::diagnostic::{Diagnostic, Edit, Fix};
use crate::judge::rules::context::{FileKind, resolve};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, RuleText, rules as text};

/// The rule.
pub static RULE: Rule = Rule::line(
    "KL111",
    "script-name-mistyped",
    RuleText::new(text::SCRIPT_NAME_TITLE, text::SCRIPT_NAME_EXPLANATION, text::SCRIPT_NAME_FIX),
    Speaks::After,
    check,
);

/// The most letters in which a name may differ from the one that was meant.
const DISTANCE_MAX: usize = 3;

fn check(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().find_map(|invocation| find(line, invocation))
}

fn find(line: &Line<'_>, invocation: &Invocation) -> Option<Diagnostic> {
    if !line.failed(invocation) {
        return None;
    }
    let typed = line.context.line;
    let name = invocation.program.file_name(typed)?;
    let meant = match &invocation.path {
        _ if line.is_text() => nearest_of_all(name)?,
        Some(path) if line.context.files.kind(path) == FileKind::Missing => nearest_in(line, path.parent()?, name)?,
        Some(_) => return None,
        None => nearest_in_path(line, name)?,
    };
    let (range, plain) = match invocation.program.text.as_deref() {
        Some(word) => (invocation.program.place(typed, word.len() - name.len()..word.len()), invocation.program.is_plain(typed)),
        None => (invocation.program.range.clone(), false),
    };
    let label = Message::new(text::SCRIPT_NAME_LABEL).with("typed", name).with("meant", meant);
    let found = line.found(&RULE, range.clone(), label);
    let fix = plain.then(|| Fix { edits: vec![Edit { range, text: meant.to_owned() }], safe: true });
    Some(Diagnostic { fix, ..found })
}

/// The script whose name is nearest to one in a text, where no folder can be looked at: a project may have scripts of its own, so
/// only what is hardly different counts.
pub(in crate::judge::rules) fn nearest_of_all(name: &str) -> Option<&'static str> {
    let near = |script: &str| strsim::damerau_levenshtein(name, script);
    let (distance, script) = tools::all().iter().map(|tool| (near(tool.script), tool.script)).min()?;
    (name.ends_with(".sh") && (1..=name.len() / 12).contains(&distance)).then_some(script)
}

/// The script of Kafka in `folder` whose name is nearest.
fn nearest_in(line: &Line<'_>, folder: &std::path::Path, name: &str) -> Option<&'static str> {
    let there = line.context.files.list(folder);
    let scripts = tools::all().iter().map(|tool| tool.script).filter(|script| there.iter().any(|name| name == script));
    nearest(name, scripts, DISTANCE_MAX)
}

/// The same among the folders that bash searches for a word without a slash.
fn nearest_in_path(line: &Line<'_>, name: &str) -> Option<&'static str> {
    let path = line.context.variables.get("PATH")?;
    let folders: Vec<_> = path.split(':').take(64).map(|folder| resolve(line.context.cwd, folder)).collect();
    if folders.iter().any(|folder| line.context.files.kind(&folder.join(name)) != FileKind::Missing) {
        return None;
    }
    folders.iter().find_map(|folder| nearest_in(line, folder, name))
}
