//! KL450 to KL456: where the broker keeps its data.

use super::file::Judgement;
use crate::engine::broker::config::split_list;
use crate::judge::diagnostic::{Edit, Severity};
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{labels, storage as text};

/// Below `/tmp`.
pub static IN_TMP: Rule = Rule::file("KL450", "log-dirs-in-tmp", Severity::Note, text::DIRS_IN_TMP);
/// A path that counts from the folder of the start.
pub static RELATIVE: Rule = Rule::file("KL451", "log-dirs-relative", Severity::Warning, text::DIRS_RELATIVE);
/// The same folder again.
pub static TWICE: Rule =
    Rule::file("KL452", "log-dirs-twice", Severity::Error, text::DIRS_TWICE).says(&["Duplicate log directory found"]);
/// `log.dir` beside `log.dirs`.
pub static TWO_SETTINGS: Rule = Rule::file("KL453", "log-dir-and-log-dirs", Severity::Warning, text::DIRS_TWO_SETTINGS);
/// No folder.
pub static EMPTY: Rule = Rule::refused(
    "KL454",
    "log-dirs-empty",
    text::DIRS_EMPTY,
    &["At least one log directory must be defined via log.dirs or log.dir."],
    &["log.dirs", "log.dir"],
);
/// `~/kafka`.
pub static TILDE: Rule = Rule::file("KL455", "log-dirs-tilde", Severity::Warning, text::DIRS_TILDE);
/// `/a;/b`.
pub static SEPARATOR: Rule = Rule::file("KL456", "log-dirs-separator", Severity::Warning, text::DIRS_SEPARATOR);

/// Looks at the folders.
pub(super) fn check(judged: &mut Judgement<'_>) {
    if let (Some(_), Some(index)) = (judged.value("log.dirs"), judged.sound("log.dir")) {
        let finding = judged.at_key(&TWO_SETTINGS, index, labels::DIRS_TWO_SETTINGS);
        judged.blame(index, finding);
    }
    let Some(index) = judged.sound("log.dirs").or_else(|| judged.sound("log.dir")) else { return };
    let value = judged.entries[index].value.trim();
    let mut seen: Vec<String> = Vec::new();
    for folder in split_list(value).filter(|folder| !folder.is_empty()) {
        let start = folder.as_ptr() as usize - judged.entries[index].value.as_ptr() as usize;
        let place = judged.part(index, start..start + folder.len());
        let same = folder.trim_end_matches('/').to_owned();
        let (rule, label): (&'static Rule, Message) = if seen.contains(&same) {
            (&TWICE, labels::DIRS_TWICE.into())
        } else if separated_otherwise(folder) {
            (&SEPARATOR, labels::COMMA_WANTED.into())
        } else if folder.starts_with('~') {
            (&TILDE, labels::DIRS_TILDE.into())
        } else if is_in_tmp(folder) {
            (&IN_TMP, labels::IN_TMP.into())
        } else if is_relative(folder) {
            (&RELATIVE, labels::RELATIVE.into())
        } else {
            seen.push(same);
            continue;
        };
        seen.push(same);
        let mut finding = judged.found(rule, place.clone(), label);
        if rule.code == SEPARATOR.code && judged.is_plain(index) {
            let listed: Vec<&str> = folder.split([';', ' ']).filter(|part| !part.is_empty()).collect();
            finding = finding.fixed_by(vec![Edit { range: place, text: listed.join(",") }], false);
        }
        judged.claim(index);
        judged.tell(finding);
    }
}

/// `/a;/b`, `/a /b`.
fn separated_otherwise(folder: &str) -> bool {
    let parts: Vec<&str> = folder.split([';', ' ']).filter(|part| !part.is_empty()).collect();
    parts.len() > 1 && parts.iter().all(|part| part.starts_with('/'))
}

/// Whether a path lies below a folder that the system empties.
pub(super) fn is_in_tmp(path: &str) -> bool {
    ["/tmp", "/var/tmp"].iter().any(|tmp| path == *tmp || path.strip_prefix(tmp).is_some_and(|rest| rest.starts_with('/')))
}

/// Whether a path counts from the folder of the start; `C:/kafka` does not.
pub(super) fn is_relative(path: &str) -> bool {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.next() == Some(':');
    !path.starts_with(['/', '\\']) && !drive
}
