//! KL101, KL102, KL112 and KL113: the archive with Kafka's source, `cd` into an archive, an archive that is not there, and one that is
//! not whole.

use std::io::Read as _;

use super::invocation::Invocation;
use super::nearest::nearest;
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

/// No archive of that name is here, but one of nearly that name.
pub static ARCHIVE_MISSING: Rule =
    Rule::line("KL112", "archive-name-mistyped", text::ARCHIVE_MISSING, Speaks::After, archive_missing)
        .says(&[".tgz: Cannot open: No such file or directory", ".tar.gz: Cannot open: No such file or directory"]);
/// The archive ends too early, or is no archive at all.
pub static ARCHIVE_BROKEN: Rule = Rule::line("KL113", "archive-broken", text::ARCHIVE_BROKEN, Speaks::After, archive_broken)
    .says(&["gzip: stdin: unexpected end of file", "gzip: stdin: not in gzip format", "tar: Unexpected EOF in archive"])
    .mended_elsewhere();

/// The most letters in which an archive's name may differ from the one that was meant.
const DISTANCE_MAX: usize = 5;
/// The most bytes that an archive is taken to unpack to; a longer one is not looked through.
const UNPACKED_BYTES_MAX: u64 = 1 << 26;
/// How a file that gzip has made begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

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

/// The file that `tar` or `gunzip` was to read, as it was typed, and the folder-free path that it means.
fn packed(invocation: &Invocation) -> Option<(&Word, &str)> {
    let program = invocation.program.text.as_deref()?.rsplit('/').next()?;
    if !matches!(program, "tar" | "gunzip" | "gzip" | "zcat") {
        return None;
    }
    let is_archive = |text: &str| text.ends_with(".tgz") || text.ends_with(".tar.gz");
    let word = invocation.arguments.iter().find(|word| word.text.as_deref().is_some_and(is_archive))?;
    Some((word, word.text.as_deref()?))
}

fn archive_missing(line: &Line<'_>) -> Option<Diagnostic> {
    if line.is_text() {
        return line.judged().iter().find_map(|invocation| archive_misnamed(line, invocation));
    }
    line.judged().iter().filter(|invocation| line.failed(invocation)).find_map(|invocation| {
        let (word, typed) = packed(invocation)?;
        let path = invocation.resolve(typed)?;
        if line.context.files.kind(&path) != FileKind::Missing {
            return None;
        }
        let name = typed.rsplit('/').next()?;
        let there = line.context.files.list(path.parent()?);
        let archives = there.iter().map(String::as_str).filter(|there| ARCHIVES.iter().any(|end| there.ends_with(end)));
        let meant = nearest(name, archives, DISTANCE_MAX)?;
        let range = word.place(line.context.line, typed.len() - name.len()..typed.len());
        let finding = line.found(&ARCHIVE_MISSING, range.clone(), Message::new(labels::ARCHIVE_MISSING).with("meant", meant));
        let plain = word.is_plain(line.context.line);
        Some(if plain { finding.fixed_by(vec![Edit { range, text: meant.to_owned() }], true) } else { finding })
    })
}

/// An archive of Kafka under a name that it was not downloaded by, or that Kafka's archives never have. What else names it in the text
/// may have made it.
fn archive_misnamed(line: &Line<'_>, invocation: &Invocation) -> Option<Diagnostic> {
    let (word, typed) = packed(invocation)?;
    let name = typed.rsplit('/').next().filter(|name| name.starts_with("kafka"))?;
    let others = || line.invocations.iter().filter(|other| other.command != invocation.command);
    let words = |other: &Invocation| {
        let redirected = other.command.redirections.iter().map(|found| found.target.clone());
        other.command.words.iter().cloned().chain(redirected).filter_map(|word| word.text).collect::<Vec<_>>()
    };
    let named: Vec<String> = others().filter(|other| packed(other).is_none()).flat_map(words).collect();
    if named.iter().any(|word| word.contains(name)) {
        return None;
    }
    let downloads = |word: &&String| word.contains("://") && ARCHIVES.iter().any(|end| word.ends_with(end));
    let fetched: Vec<&str> = named.iter().filter(downloads).filter_map(|word| word.rsplit('/').next()).collect();
    let renamed = named.iter().any(|word| word.starts_with("-O") || word.starts_with("-o") || word.starts_with("--output"));
    let (meant, label, severity) = match fetched.as_slice() {
        [] => (called(name).filter(|meant| meant != name)?, labels::ARCHIVE_NAMED, Severity::Warning),
        _ if renamed => return None,
        fetched => (nearest(name, fetched.iter().copied(), DISTANCE_MAX)?.to_owned(), labels::ARCHIVE_FETCHED, Severity::Error),
    };
    let range = word.place(line.context.line, typed.len() - name.len()..typed.len());
    let finding = line.found(&ARCHIVE_MISSING, range.clone(), Message::new(label).with("meant", &meant)).mattering(severity);
    let plain = word.is_plain(line.context.line);
    Some(if plain { finding.fixed_by(vec![Edit { range, text: meant }], false) } else { finding })
}

/// What an archive of Kafka is called whose versions of Scala and Kafka a name has, as `kafka-2.13-3.6.0.tgz`.
fn called(name: &str) -> Option<String> {
    let end = ARCHIVES.into_iter().find(|end| name.ends_with(end))?;
    let versions = name.strip_suffix(end)?.strip_prefix("kafka")?.strip_prefix(['-', '_'])?;
    let (scala, kafka) = versions.split_once(['-', '_'])?;
    let numbers = |text: &str, count: usize| {
        text.split('.').count() == count
            && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    (numbers(scala, 2) && numbers(kafka, 3)).then(|| format!("kafka_{scala}-{kafka}{end}"))
}

fn archive_broken(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| !line.is_text() && line.failed(invocation)).find_map(|invocation| {
        let (word, typed) = packed(invocation)?;
        let bytes = line.context.files.read(&invocation.resolve(typed)?)?;
        let label = match bytes.starts_with(&GZIP) {
            false if bytes.is_empty() => labels::ARCHIVE_EMPTY,
            false if is_page(&bytes) => labels::ARCHIVE_IS_PAGE,
            false => labels::ARCHIVE_OTHER,
            true if is_cut(&bytes) => labels::ARCHIVE_CUT,
            true => return None,
        };
        Some(line.found(&ARCHIVE_BROKEN, word.place(line.context.line, 0..typed.len()), label))
    })
}

/// Whether a file is a page for a browser, as a link to a list of mirrors gives it.
fn is_page(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// Whether what gzip has made ends before its end.
fn is_cut(bytes: &[u8]) -> bool {
    let mut unpacked = flate2::read::MultiGzDecoder::new(bytes).take(UNPACKED_BYTES_MAX);
    std::io::copy(&mut unpacked, &mut std::io::sink()).is_err_and(|error| error.kind() == std::io::ErrorKind::UnexpectedEof)
}
