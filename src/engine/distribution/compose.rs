//! What a distribution folder is put together from: our own scripts and files, those of a release of Apache Kafka, or each part from its
//! own engine. Of the release, scripts and settings are copied, so that an edit stays in the copy; jars are links.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::place::{FILE_BYTES_MAX, Mode, Sink, bounded};
use super::scripts::{RUN_CLASS, SERVER_SCRIPTS, scripts};
use super::{DistributionError, Settings, config};
use crate::engine::apache::Folder;
use crate::engine::parts::{Engines, Kind, Parts};
use crate::engine::server::Role;
use crate::properties::Document;
use crate::text::distribution as text;

/// What calls the programs of the engine that the tools are not of, in a mixed folder.
const OTHER_RUN_CLASS: &str = "kafka-run-class-other.sh";
/// Makes Apache's tools tell a runner of themselves; see `engine::tools::witnessed`.
const WITNESS: &str = ".kafkalab/witness.sh";
/// The Java that does so.
const JAVA: &str = ".kafkalab/java/bin/java";
/// The link to this program that it uses.
const PROGRAM: &str = ".kafkalab/program";
/// What of a release is copied, or linked to.
const FOLDERS: [&str; 5] = ["bin", "config", "libs", "licenses", "site-docs"];
/// How deep the folders of a release go, with room to spare.
const DEPTH_MAX: usize = 6;
/// How many files a release has at most, with room to spare.
const FILES_MAX: usize = 5000;

/// Puts every file of the folder in place.
pub(super) fn put(
    files: &mut impl Sink,
    settings: &Settings,
    program: &Path,
    classes: &[&str],
    engines: &Engines,
) -> Result<(), DistributionError> {
    let parts = engines.parts();
    if parts.has(Kind::Bundled) {
        put_bundled(files, settings, program, classes, parts)?;
    }
    if let Some(folder) = engines.folder() {
        Release { root: folder.distribution().root(), parts, settings }.put(files)?;
        put_witness(files, program)?;
    }
    Ok(())
}

/// The engine whose file stands at `name` in the folder.
fn owner(parts: Parts, name: &Path) -> Kind {
    match name.to_str().unwrap_or_default() {
        "config/zookeeper.properties" => parts.coordinator,
        "config/server.properties" | "config/log4j.properties" => parts.broker,
        name => match SERVER_SCRIPTS.iter().find(|(script, _)| name.strip_prefix("bin/") == Some(script)) {
            Some((_, Role::Coordinator)) => parts.coordinator,
            Some((_, Role::Broker)) => parts.broker,
            None => parts.tools,
        },
    }
}

/// What a script of `kind` that stands in the folder says there: a server of another engine than the tools runs by the other
/// `kafka-run-class.sh`.
fn in_place(parts: Parts, kind: Kind, script: &str) -> String {
    if kind == parts.tools { script.to_owned() } else { script.replace(RUN_CLASS, OTHER_RUN_CLASS) }
}

fn put_bundled(
    files: &mut impl Sink,
    settings: &Settings,
    program: &Path,
    classes: &[&str],
    parts: Parts,
) -> Result<(), DistributionError> {
    let ours = |name: &Path| owner(parts, name) == Kind::Bundled;
    for script in scripts(classes, settings.language) {
        let name = Path::new("bin").join(script.name);
        if ours(&name) {
            files.put(&name, in_place(parts, Kind::Bundled, &script.text).as_bytes(), Mode::Executable)?;
        } else if script.name == RUN_CLASS {
            files.put(&Path::new("bin").join(OTHER_RUN_CLASS), script.text.as_bytes(), Mode::Executable)?;
        }
    }
    for (name, contents) in config::files(settings).into_iter().chain(config::other_files(settings)) {
        let name = Path::new("config").join(name);
        if ours(&name) {
            files.put(&name, contents.as_bytes(), Mode::Plain)?;
        }
    }
    let note = text::LIBS_NOTE.fill(settings.language, &[("program", &program.display())]);
    files.put(Path::new("libs/NOTE"), note.as_bytes(), Mode::Plain)?;
    files.link(Path::new("libs/kafkalab"), program)
}

fn put_witness(files: &mut impl Sink, program: &Path) -> Result<(), DistributionError> {
    files.put(Path::new(WITNESS), include_bytes!("scripts/witness.sh"), Mode::Plain)?;
    files.put(Path::new(JAVA), include_bytes!("scripts/witnessed-java.sh"), Mode::Executable)?;
    files.link(Path::new(PROGRAM), program)
}

/// A release of Apache Kafka whose parts go into the folder.
struct Release<'a> {
    root: &'a Path,
    parts: Parts,
    settings: &'a Settings,
}

impl Release<'_> {
    fn put(&self, files: &mut impl Sink) -> Result<(), DistributionError> {
        let mut names = Vec::new();
        for folder in FOLDERS {
            self.collect(Path::new(folder), DEPTH_MAX, &mut names)?;
        }
        names.extend(["LICENSE", "NOTICE"].map(PathBuf::from).into_iter().filter(|name| self.root.join(name).is_file()));
        for name in names {
            self.put_one(files, &name)?;
        }
        Ok(())
    }

    /// The files below a folder of the release, sorted; none where it is not there.
    fn collect(&self, folder: &Path, depth: usize, names: &mut Vec<PathBuf>) -> Result<(), DistributionError> {
        let path = self.root.join(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(DistributionError::io(&path, error)),
        };
        let mut found: Vec<PathBuf> = entries.flatten().map(|entry| folder.join(entry.file_name())).collect();
        found.sort_unstable();
        for name in found {
            match self.root.join(&name) {
                path if names.len() >= FILES_MAX || (depth == 0 && path.is_dir()) => {
                    return Err(DistributionError::TooMuch { path: self.root.to_owned() });
                }
                path if path.is_dir() => self.collect(&name, depth - 1, names)?,
                _ => names.push(name),
            }
        }
        Ok(())
    }

    fn put_one(&self, files: &mut impl Sink, name: &Path) -> Result<(), DistributionError> {
        let source = self.root.join(name);
        let failed = |error| DistributionError::io(&source, error);
        let metadata = fs::metadata(&source).map_err(failed)?;
        let is_big = ["libs", "site-docs"].iter().any(|folder| name.starts_with(folder)) || metadata.len() > FILE_BYTES_MAX;
        let is_run_class = name == Path::new("bin").join(RUN_CLASS);
        let ours = owner(self.parts, name) == Kind::Bundled && !name.starts_with("libs");
        if ours && !is_run_class {
            return Ok(());
        }
        if is_big {
            return files.link(name, &source);
        }
        let bytes = bounded(&source).map_err(failed)?.unwrap_or_default();
        let mode = if metadata.permissions().mode() & 0o111 == 0 { Mode::Plain } else { Mode::Executable };
        let place = if is_run_class && ours { Path::new("bin").join(OTHER_RUN_CLASS) } else { name.to_owned() };
        files.put(&place, &self.adapted(name, is_run_class, bytes), mode)
    }

    /// A file as it stands in the copy: the runner's folder for data and its ports in the settings, the line that lets a runner know in
    /// `kafka-run-class.sh`. Where neither is asked for it is the release's own, byte for byte.
    fn adapted(&self, name: &Path, is_run_class: bool, bytes: Vec<u8>) -> Vec<u8> {
        if is_run_class {
            return witnessed(&bytes);
        }
        let changed = changes(self.settings, name);
        if !changed.is_empty() {
            let Ok(mut document) = Document::parse(bytes.clone()) else { return bytes };
            // a file at the limit stays as it is
            let set = changed.iter().try_for_each(|(key, value)| document.set(key, value));
            return set.map_or(bytes, |()| document.to_bytes());
        }
        match String::from_utf8(bytes) {
            Ok(script) if name.starts_with("bin") => in_place(self.parts, owner(self.parts, name), &script).into_bytes(),
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        }
    }
}

/// The settings of a file of `config/` that are not as Kafka ships them.
fn changes(settings: &Settings, name: &Path) -> Vec<(&'static str, String)> {
    let data = |name: &str| settings.data_root.as_ref().map(|root| root.join(name).display().to_string());
    let coordinator = (settings.zookeeper_port != Settings::ZOOKEEPER_PORT).then_some(settings.zookeeper_port);
    let broker = (settings.broker_port != Settings::BROKER_PORT).then_some(settings.broker_port);
    let local = |port: u16| format!("localhost:{port}");
    let all = match name.to_str() {
        Some("config/zookeeper.properties") => {
            vec![("dataDir", data("zookeeper")), ("clientPort", coordinator.map(|port| port.to_string()))]
        }
        Some("config/server.properties") => vec![
            ("listeners", broker.map(|port| format!("PLAINTEXT://:{port}"))),
            ("log.dirs", data("kafka-logs")),
            ("zookeeper.connect", coordinator.map(local)),
        ],
        Some("config/producer.properties" | "config/consumer.properties") => vec![("bootstrap.servers", broker.map(local))],
        _ => Vec::new(),
    };
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// `kafka-run-class.sh` with the line that lets a runner know, in the place of the first comment after `#!`: the numbers of the lines,
/// which bash names in its messages, stay.
fn witnessed(script: &[u8]) -> Vec<u8> {
    let line = format!(
        "[ -r \"$(dirname \"$0\")/../libs/witness\" ] && . \"$(dirname \"$0\")/../{WITNESS}\" # kafkalab sees which tools are run\n"
    );
    let end_of_line = |from: usize| script[from..].iter().position(|byte| *byte == b'\n').map(|length| from + length + 1);
    let Some(second) = end_of_line(0).filter(|_| !script.windows(WITNESS.len()).any(|part| part == WITNESS.as_bytes())) else {
        return script.to_vec();
    };
    let rest = if script[second..].starts_with(b"#") { end_of_line(second).unwrap_or(script.len()) } else { second };
    [&script[..second], line.as_bytes(), &script[rest..]].concat()
}

/// Whether a release may be copied from there to `root`: neither that folder nor one in it is the release's own, reached through a link.
pub(super) fn refuse_itself(root: &Path, folder: &Folder) -> Result<(), DistributionError> {
    let release = folder.distribution().root();
    let folders = || ["."].into_iter().chain(FOLDERS);
    let of_release: Vec<PathBuf> = folders().filter_map(|name| release.join(name).canonicalize().ok()).collect();
    match folders()
        .map(|name| if name == "." { root.to_owned() } else { root.join(name) })
        .find(|path| path.canonicalize().is_ok_and(|path| of_release.contains(&path)))
    {
        Some(path) => Err(DistributionError::Itself { path }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_for_the_runner_takes_the_place_of_a_comment() {
        let check = |script: &str, expected: &str| {
            let found = String::from_utf8(witnessed(script.as_bytes())).expect("text");
            let found: Vec<&str> = found.lines().map(|line| if line.contains("witness.sh") { "WITNESS" } else { line }).collect();
            assert_eq!(found.join("|"), expected);
        };
        check("#!/bin/bash\n# Licensed\n# to\nexec java\n", "#!/bin/bash|WITNESS|# to|exec java");
        check("#!/bin/bash\nexec java\n", "#!/bin/bash|WITNESS|exec java");
        check("#!/bin/bash\n# only this", "#!/bin/bash|WITNESS");
        check("no line", "no line");
        let twice = witnessed(&witnessed(b"#!/bin/bash\n#\nexec java\n"));
        assert_eq!(twice, witnessed(b"#!/bin/bash\n#\nexec java\n"));
    }
}
