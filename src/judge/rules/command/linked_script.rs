//! KL117: a script that is run through a link, or was copied out of `bin`: it looks for its neighbours beside the name it was run by.

use std::path::Path;

use super::invocation::Invocation;
use super::word::Word;
use crate::catalog::tools;
use crate::judge::diagnostic::Diagnostic;
use crate::judge::rules::context::resolve;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// The rule. What the shell says then has its cause told by [`crate::judge::rules::runtime::quoted`].
pub static SCRIPT_LINK: Rule = Rule::line("KL117", "script-through-link", text::SCRIPT_LINK, Speaks::After, script_link);

fn is_script(name: &str) -> bool {
    tools::all().iter().any(|tool| tool.script == name)
}

fn script_link(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().find_map(|invocation| match line.is_text() {
        true => link_made(line, invocation),
        false => link_run(line, invocation),
    })
}

/// `ln -s …/bin/kafka-topics.sh /usr/local/bin/`: what is run by that link will not find its neighbours.
fn link_made(line: &Line<'_>, invocation: &Invocation) -> Option<Diagnostic> {
    let text = |word: &Word| word.text.clone();
    if invocation.program.text.as_deref()?.rsplit('/').next()? != "ln" {
        return None;
    }
    let words: Vec<String> = invocation.arguments.iter().map(text).collect::<Option<_>>()?;
    let symbolic =
        words.iter().any(|word| word == "--symbolic" || (word.starts_with('-') && !word.starts_with("--") && word.contains('s')));
    let odd = words.iter().any(|word| word.starts_with("-t") || word.starts_with("--target") || word.starts_with("--no-target"));
    let [target, link] = words.iter().filter(|word| !word.starts_with('-')).collect::<Vec<_>>()[..] else { return None };
    let (folder, name) = target.rsplit_once('/')?;
    // a second name in the same folder finds what is there
    let beside = link.rsplit_once('/').map_or("", |(folder, _)| folder) == folder || !link.contains('/');
    if !symbolic || odd || beside || !is_script(name) || !folder.ends_with("bin") {
        return None;
    }
    let word = invocation.arguments.iter().find(|word| word.text.as_ref() == Some(target))?;
    Some(line.found(
        &SCRIPT_LINK,
        word.place(line.context.line, 0..target.len()),
        Message::new(labels::LINK_MADE).with("folder", folder),
    ))
}

/// The line ran a link, and the shell did not find what the script runs.
fn link_run(line: &Line<'_>, invocation: &Invocation) -> Option<Diagnostic> {
    if line.exit_code != Some(127) || !line.failed(invocation) {
        return None;
    }
    let link = match &invocation.path {
        Some(path) => path.clone(),
        None => in_path(line, invocation)?,
    };
    let target = line.context.files.link(&link)?;
    let target = resolve(link.parent()?, target.to_str()?);
    let (folder, name) = (target.parent()?, target.file_name()?.to_str()?);
    if !is_script(name) || Some(folder) == link.parent() {
        return None;
    }
    let label = Message::new(labels::LINK_RUN).with("path", target.display().to_string());
    Some(line.found(&SCRIPT_LINK, invocation.program.range.clone(), label))
}

fn in_path(line: &Line<'_>, invocation: &Invocation) -> Option<std::path::PathBuf> {
    let name = invocation.program.text.as_deref().filter(|name| !name.contains('/'))?;
    let path = line.context.variables.get("PATH")?;
    let mut places = path.split(':').take(64).map(|folder| resolve(Path::new(line.context.cwd), folder).join(name));
    places.find(|place| line.context.files.kind(place) == crate::judge::rules::context::FileKind::File)
}
