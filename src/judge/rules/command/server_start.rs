//! KL103, KL115, KL116, KL217 to KL220 and KL811: what the scripts that start servers are given.

use super::invocation::Invocation;
use super::nearest::nearest;
use super::word::Word;
use crate::engine::broker::config::split_list;
use crate::judge::diagnostic::{Diagnostic, Edit, Severity};
use crate::judge::rules::config::file::KafkaVersion;
use crate::judge::rules::context::{FileKind, resolve};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::properties::Document;
use crate::text::{Message, command_labels as labels, commands as text};

/// The path of the configuration counts from another folder than this one.
pub static CONFIG_FROM_ELSEWHERE: Rule =
    Rule::line("KL103", "config-path-from-elsewhere", text::CONFIG_FROM_ELSEWHERE, Speaks::After, config_from_elsewhere)
        .says(&["properties file is missing"]);
/// No file of that name, and one that is called nearly so.
pub static CONFIG_MISTYPED: Rule =
    Rule::line("KL115", "config-name-mistyped", text::CONFIG_MISTYPED, Speaks::After, config_mistyped);
/// `-daemon` behind the file.
pub static DAEMON_LAST: Rule = Rule::line("KL217", "daemon-option-last", text::DAEMON_LAST, Speaks::After, daemon_last);
/// No configuration is named.
pub static NO_CONFIG: Rule = Rule::line("KL218", "server-without-config", text::NO_CONFIG, Speaks::After, no_config)
    .says(&["[-daemon] server.properties [--override property=value]", "[-daemon] zookeeper.properties"]);
/// The other server's configuration.
pub static SWAPPED: Rule = Rule::line("KL219", "config-of-the-other-server", text::SWAPPED, Speaks::After, swapped);
/// More than one configuration.
pub static SEVERAL_CONFIGS: Rule = Rule::line("KL220", "several-configs", text::SEVERAL_CONFIGS, Speaks::After, several_configs)
    .says(&["Found non argument parameters"])
    .mattering(Severity::Error);

/// A folder where the configuration belongs.
pub static CONFIG_IS_FOLDER: Rule =
    Rule::line("KL116", "config-is-a-folder", text::CONFIG_IS_FOLDER, Speaks::After, config_is_folder);
/// KRaft's configuration, whose folders were not formatted.
pub static NOT_FORMATTED: Rule = Rule::line("KL811", "storage-not-formatted", text::NOT_FORMATTED, Speaks::After, not_formatted)
    .says(&["(have you run `kafka-storage.sh` to format the directory?)", "the bundled broker runs with ZooKeeper only"]);

/// The most letters in which a file's name may differ from the one that was meant.
pub(in crate::judge::rules) const DISTANCE_MAX: usize = 3;
const SCRIPTS: [&str; 2] = ["kafka-server-start.sh", "zookeeper-server-start.sh"];
/// The first Kafka that is never without KRaft.
const WITHOUT_COORDINATOR: KafkaVersion = KafkaVersion { major: 4, minor: 0 };
/// The files that come with Kafka in `config/`.
pub(in crate::judge::rules) const SHIPPED: [&str; 2] = ["server.properties", "zookeeper.properties"];

/// A script that starts a server.
struct Start<'a> {
    script: &'static str,
    /// Its words behind a leading `-daemon`.
    arguments: &'a [Word],
    invocation: &'a Invocation,
}

fn starts<'a>(line: &'a Line<'_>) -> impl Iterator<Item = Start<'a>> {
    line.judged().iter().filter(|invocation| line.refused(invocation)).filter_map(|invocation| {
        let script = SCRIPTS.into_iter().find(|script| invocation.program.file_name(line.context.line) == Some(*script))?;
        invocation.tool(line.context)?;
        let arguments = invocation.arguments.as_slice();
        let daemon = arguments.first().is_some_and(|word| word.text.as_deref() == Some("-daemon"));
        Some(Start { script, arguments: &arguments[usize::from(daemon)..], invocation })
    })
}

/// The way from the current folder to Kafka's, as the program's word shows it: `./bin/x.sh` is `""`, `./x.sh` is `"../"`.
fn way_to_kafka(program: &str) -> Option<String> {
    let (folder, _) = program.rsplit_once('/')?;
    let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    match parts.as_slice() {
        _ if program.starts_with('/') => None,
        [] => Some("../".to_owned()),
        [.., "bin"] => Some(parts[..parts.len() - 1].iter().map(|part| format!("{part}/")).collect()),
        _ => None,
    }
}

fn config_from_elsewhere(line: &Line<'_>) -> Option<Diagnostic> {
    starts(line).find_map(|start| {
        let word = start.arguments.first()?;
        let typed = word.text.as_deref()?;
        let (before, name) = typed.rsplit_once("config/").filter(|(_, name)| SHIPPED.contains(name))?;
        let way = way_to_kafka(start.invocation.program.text.as_deref()?)?;
        let written = before.strip_prefix("./").unwrap_or(before);
        // only the two that are mixed up: seen from Kafka's folder and seen from bin
        if way == written || !matches!((way.as_str(), written), ("", "../") | ("../", "")) {
            return None;
        }
        if !line.is_text() {
            let cwd = start.invocation.cwd.as_deref()?;
            let kind = |path: &str| line.context.files.kind(&resolve(cwd, path));
            if kind(typed) != FileKind::Missing || kind(&format!("{way}config/{name}")) != FileKind::File {
                return None;
            }
        }
        let right = format!("{way}config/{name}");
        let range = word.place(line.context.line, 0..typed.len());
        let label = if way.is_empty() { labels::CONFIG_FROM_BIN } else { labels::CONFIG_FROM_TOP };
        let finding = line.found(&CONFIG_FROM_ELSEWHERE, range.clone(), Message::new(label).with("right", &right));
        let plain = word.is_plain(line.context.line);
        Some(if plain { finding.fixed_by(vec![Edit { range, text: right }], true) } else { finding })
    })
}

fn config_mistyped(line: &Line<'_>) -> Option<Diagnostic> {
    starts(line).filter(|_| !line.is_text()).find_map(|start| {
        let word = start.arguments.first()?;
        let typed = word.text.as_deref()?;
        let path = start.invocation.resolve(typed)?;
        let name = typed.rsplit('/').next().filter(|name| !name.is_empty())?;
        // a file with a number in its name is a copy that has not been made yet
        if line.context.files.kind(&path) != FileKind::Missing || name.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let there = line.context.files.list(path.parent()?);
        let files = there.iter().map(String::as_str).filter(|there| there.ends_with(".properties"));
        let meant = nearest(name, files, DISTANCE_MAX)?;
        let range = word.place(line.context.line, typed.len() - name.len()..typed.len());
        let finding = line.found(&CONFIG_MISTYPED, range.clone(), Message::new(labels::CONFIG_MISTYPED).with("meant", meant));
        let plain = word.is_plain(line.context.line);
        Some(if plain { finding.fixed_by(vec![Edit { range, text: meant.to_owned() }], true) } else { finding })
    })
}

fn daemon_last(line: &Line<'_>) -> Option<Diagnostic> {
    starts(line).find_map(|start| {
        let word = start.arguments.iter().find(|word| word.text.as_deref() == Some("-daemon"))?;
        let first = start.arguments.first().filter(|first| *first != word)?;
        let finding = line.found(&DAEMON_LAST, word.range.clone(), labels::DAEMON_LAST);
        let taken_out = word.range.start.saturating_sub(1)..word.range.end;
        let edits = vec![
            Edit { range: first.range.start..first.range.start, text: "-daemon ".to_owned() },
            Edit { range: taken_out, text: String::new() },
        ];
        Some(finding.fixed_by(edits, true))
    })
}

fn no_config(line: &Line<'_>) -> Option<Diagnostic> {
    let start = starts(line).find(|start| line.whole && start.arguments.is_empty())?;
    let file = if start.script.starts_with("kafka") { SHIPPED[0] } else { SHIPPED[1] };
    let range = start.invocation.program.range.clone();
    Some(line.found(&NO_CONFIG, range, Message::new(labels::NO_CONFIG).with("file", file)))
}

fn swapped(line: &Line<'_>) -> Option<Diagnostic> {
    starts(line).find_map(|start| {
        let word = start.arguments.first()?;
        let name = word.file_name(line.context.line)?;
        let (own, other) = if start.script.starts_with("kafka") { (SHIPPED[0], SHIPPED[1]) } else { (SHIPPED[1], SHIPPED[0]) };
        if name != other {
            return None;
        }
        let range = match word.text.as_deref() {
            Some(typed) => word.place(line.context.line, typed.len() - name.len()..typed.len()),
            None => word.range.clone(),
        };
        let finding = line.found(&SWAPPED, range.clone(), Message::new(labels::SWAPPED).with("own", own));
        let plain = word.is_plain(line.context.line);
        Some(if plain { finding.fixed_by(vec![Edit { range, text: own.to_owned() }], false) } else { finding })
    })
}

fn several_configs(line: &Line<'_>) -> Option<Diagnostic> {
    starts(line).filter(|start| start.script.starts_with("kafka")).find_map(|start| {
        let second = start.arguments.get(1)?;
        let typed = second.text.as_deref().filter(|typed| typed.ends_with(".properties"))?;
        let range = second.place(line.context.line, 0..typed.len());
        Some(line.found(&SEVERAL_CONFIGS, range, labels::SEVERAL_CONFIGS))
    })
}

fn config_is_folder(line: &Line<'_>) -> Option<Diagnostic> {
    starts(line).find_map(|start| {
        let word = start.arguments.first()?;
        let typed = word.text.as_deref().filter(|typed| !typed.is_empty())?;
        let is_folder = match line.is_text() {
            true => typed.ends_with('/') || is_kafkas_folder(start.invocation.program.text.as_deref()?, typed),
            false => line.context.files.kind(&start.invocation.resolve(typed)?) == FileKind::Folder,
        };
        if !is_folder {
            return None;
        }
        let own = if start.script.starts_with("kafka") { SHIPPED[0] } else { SHIPPED[1] };
        let file = format!("{}/{own}", typed.trim_end_matches('/'));
        let there = match line.is_text() {
            true => file.ends_with(&format!("config/{own}")),
            false => line.context.files.kind(&start.invocation.resolve(&file)?) == FileKind::File,
        };
        let range = word.place(line.context.line, 0..typed.len());
        let label = if there { Message::new(labels::CONFIG_IS_FOLDER).with("file", &file) } else { labels::IS_FOLDER.into() };
        let finding = line.found(&CONFIG_IS_FOLDER, range.clone(), label);
        let plain = there && word.is_plain(line.context.line);
        Some(if plain { finding.fixed_by(vec![Edit { range, text: file }], true) } else { finding })
    })
}

/// Whether a path is that of `config` in the folder that the script belongs to, as far as both say so themselves.
fn is_kafkas_folder(program: &str, typed: &str) -> bool {
    let written = typed.strip_prefix("./").unwrap_or(typed);
    match program.strip_prefix('/').and_then(|_| program.rsplit_once("/bin/")) {
        Some((kafka, _)) => typed == format!("{kafka}/config"),
        None => way_to_kafka(program).is_some_and(|way| written == format!("{way}config")),
    }
}

fn not_formatted(line: &Line<'_>) -> Option<Diagnostic> {
    starts(line).filter(|start| start.script.starts_with("kafka")).find_map(|start| {
        let word = start.arguments.first()?;
        let typed = word.text.as_deref()?;
        let range = word.place(line.context.line, 0..typed.len());
        if !line.is_text() {
            return unformatted(line, start.invocation, typed).then(|| line.found(&NOT_FORMATTED, range, labels::OF_KRAFT));
        }
        // whether it was formatted before is not known, so it is no more than worth knowing
        let kraft = typed.split('/').rev().nth(1) == Some("kraft") && typed.ends_with(".properties");
        let formats = |other: &Invocation| other.program.file_name(line.context.line) == Some("kafka-storage.sh");
        let silent = !line.whole || line.version >= WITHOUT_COORDINATOR || line.invocations.iter().any(formats);
        (kraft && !silent).then(|| line.found(&NOT_FORMATTED, range, labels::OF_KRAFT).mattering(Severity::Note))
    })
}

/// Whether a file is KRaft's, and one of its folders was not formatted.
fn unformatted(line: &Line<'_>, invocation: &Invocation, typed: &str) -> bool {
    let read = || Document::parse(line.context.files.read(&invocation.resolve(typed)?)?).ok();
    let Some(document) = read().filter(|document| document.get("process.roles").is_some()) else { return false };
    let dirs = document.get("log.dirs").or_else(|| document.get("log.dir")).unwrap_or("");
    let is_missing = |dir: &str| {
        invocation.resolve(dir).is_some_and(|dir| line.context.files.kind(&dir.join("meta.properties")) == FileKind::Missing)
    };
    split_list(dirs).any(|dir| !dir.is_empty() && is_missing(dir))
}
