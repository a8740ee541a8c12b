//! KL101 and KL102: the archive with Kafka's source, and `cd` into an archive.

use super::invocation::Invocation;
use super::word::Word;
use crate::judge::diagnostic::{Diagnostic, Edit, Severity};
use crate::judge::rules::context::FileKind;
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// The archive has the source, which would have to be built.
pub static SOURCE_TARBALL: Rule =
    Rule::line("KL101", "source-tarball", text::SOURCE_TARBALL, Speaks::After, source_tarball).mattering(Severity::Warning);

/// An archive is no folder.
pub static CD_INTO_ARCHIVE: Rule = Rule::line("KL102", "cd-into-archive", text::CD_INTO_ARCHIVE, Speaks::After, cd_into_archive)
    .says(&[".tgz: Not a directory"]);

/// The endings of archives that Kafka comes in.
const ARCHIVES: [&str; 3] = [".tgz", ".tar.gz", ".zip"];

/// The word that names an archive of Kafka's source: `…/kafka-3.6.0-src.tgz`.
fn source_archive(invocation: &Invocation) -> Option<&Word> {
    let program = invocation.program.text.as_deref()?.rsplit('/').next()?;
    if !matches!(program, "wget" | "curl" | "tar" | "aria2c") {
        return None;
    }
    invocation.arguments.iter().find(|word| {
        let name = word.text.as_deref().and_then(|text| text.rsplit('/').next()).unwrap_or("");
        name.starts_with("kafka-") && ARCHIVES.iter().any(|end| name.ends_with(&format!("-src{end}")))
    })
}

fn source_tarball(line: &Line<'_>) -> Option<Diagnostic> {
    let judged = line.judged().iter().find_map(|invocation| Some((invocation, source_archive(invocation)?)));
    let (invocation, word) = judged?;
    // told once, and not at all to who is going to build it
    let first = line.invocations.iter().find(|other| source_archive(other).is_some())?;
    let builds = |other: &Invocation| other.program.text.as_deref().is_some_and(|text| text.ends_with("gradlew"));
    if first.command != invocation.command || line.invocations.iter().any(builds) {
        return None;
    }
    let typed = word.text.as_deref()?;
    let name = typed.rsplit('/').next()?;
    let range = word.place(line.context.line, typed.len() - name.len()..typed.len());
    let version = name.strip_prefix("kafka-")?.split("-src").next()?;
    let right = format!("kafka_2.13-{version}{}", &name[name.find("-src")? + 4..]);
    let finding = line.found(&SOURCE_TARBALL, range.clone(), Message::new(labels::SOURCE_TARBALL).with("right", &right));
    let plain = word.is_plain(line.context.line);
    Some(if plain { finding.fixed_by(vec![Edit { range, text: right }], false) } else { finding })
}

fn cd_into_archive(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.failed(invocation)).find_map(|invocation| {
        let ("cd" | "pushd", [word]) = (invocation.program.text.as_deref()?, invocation.arguments.as_slice()) else {
            return None;
        };
        let typed = word.text.as_deref()?;
        let end = ARCHIVES.into_iter().find(|end| typed.ends_with(end))?;
        let kind = invocation.resolve(typed).map_or(FileKind::Unknown, |path| line.context.files.kind(&path));
        if kind == FileKind::Folder {
            return None;
        }
        let folder = &typed[..typed.len() - end.len()];
        let range = word.place(line.context.line, 0..typed.len());
        let finding = line.found(&CD_INTO_ARCHIVE, range.clone(), Message::new(labels::CD_INTO_ARCHIVE).with("folder", folder));
        let plain = word.is_plain(line.context.line);
        Some(if plain { finding.fixed_by(vec![Edit { range, text: folder.to_owned() }], true) } else { finding })
    })
}
