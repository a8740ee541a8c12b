//! The release as it is downloaded: the distribution, and beside it the archive that has the source, each packed as `.tgz`. The same
//! settings give the same bytes.

use std::io;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::place::{DistributionError, Mode, Sink};
use super::scripts::RUN_CLASS;
use super::{Distribution, Settings, compose};
use crate::catalog::{KAFKA_VERSION, SCALA_FULL_VERSION};
use crate::engine::parts::{Engines, Kind};
use crate::text::Language;
use crate::text::distribution as text;

/// The time of every file in the archives: the day when 3.6.0 was released, in seconds since 1970.
const RELEASED: u64 = 1_696_291_200;

/// An archive that has not been packed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The folder that it unpacks to.
    pub folder: String,
    /// What is in that folder, in the order of the archive.
    pub entries: Vec<Entry>,
}

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name within the folder, as `bin/kafka-topics.sh`.
    pub name: PathBuf,
    /// What it is.
    pub content: Content,
}

/// What an entry of an archive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A file with its bytes.
    File {
        /// The bytes.
        bytes: Vec<u8>,
        /// Whether it can be run.
        executable: bool,
    },
    /// A symbolic link to a path.
    Link(PathBuf),
}

/// The archive of the distribution and the archive of the source, made of the engines that `write_engines` makes a folder of. The bundled
/// program, and the jars of a release, are links in it: the archive is small, and what it unpacks to works on this machine.
///
/// # Errors
/// A release of Apache Kafka cannot be read.
pub fn releases(settings: &Settings, program: &Path, engines: &Engines) -> Result<[Archive; 2], DistributionError> {
    let classes: Vec<&str> = crate::engine::programs().iter().map(|program| program.main_class).collect();
    let mut entries = Entries::default();
    compose::put(&mut entries, settings, program, &classes, engines)?;
    let source = source(&entries.0, settings.language, engines);
    Ok([Archive { folder: Distribution::folder_name(), entries: entries.0 }, source])
}

/// What there is of the source: the scripts and the settings, which it has in common with the distribution, and no program that they could
/// run.
fn source(distribution: &[Entry], language: Language, engines: &Engines) -> Archive {
    let is_kept = |entry: &&Entry| ["bin", "config"].iter().any(|folder| entry.name.starts_with(folder));
    let mut entries: Vec<Entry> = distribution.iter().filter(is_kept).cloned().collect();
    if engines.parts().tools == Kind::Bundled {
        let script = include_str!("scripts/source-run-class.sh")
            .replace("@ABOUT@", text::SOURCE_RUN_CLASS.get(language))
            .replace("@SCALA@", SCALA_FULL_VERSION);
        let name = Path::new("bin").join(RUN_CLASS);
        for entry in entries.iter_mut().filter(|entry| entry.name == name) {
            entry.content = Content::File { bytes: script.clone().into_bytes(), executable: true };
        }
    }
    let note = text::SOURCE_NOTE.fill(language, &[("binary", &Distribution::folder_name())]);
    let content = Content::File { bytes: note.into_bytes(), executable: false };
    entries.insert(0, Entry { name: PathBuf::from("README.md"), content });
    Archive { folder: format!("kafka-{KAFKA_VERSION}-src"), entries }
}

impl Archive {
    /// The name of the packed archive.
    pub fn file_name(&self) -> String {
        format!("{}.tgz", self.folder)
    }

    /// The bytes of the packed archive.
    ///
    /// # Errors
    /// A name or a link is not one that an archive can hold.
    pub fn pack(&self) -> io::Result<Vec<u8>> {
        let zipped = GzBuilder::new().mtime(0).write(Vec::new(), Compression::fast());
        let mut builder = Builder::new(zipped);
        let mut folders: Vec<PathBuf> = Vec::new();
        for Entry { name, content } in &self.entries {
            let path = Path::new(&self.folder).join(name);
            let parents = path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
            for folder in parents.collect::<Vec<_>>().into_iter().rev() {
                if !folders.iter().any(|known| known == folder) {
                    let mut header = header(EntryType::Directory, 0o755, 0);
                    // the slash is how tar writes a folder
                    builder.append_data(&mut header, folder.join(""), io::empty())?;
                    folders.push(folder.to_owned());
                }
            }
            match content {
                Content::File { bytes, executable } => {
                    let mode = if *executable { Mode::Executable } else { Mode::Plain };
                    let mut header = header(EntryType::Regular, mode.bits(), bytes.len() as u64);
                    builder.append_data(&mut header, path, bytes.as_slice())?;
                }
                Content::Link(target) => {
                    let mut header = header(EntryType::Symlink, 0o777, 0);
                    builder.append_link(&mut header, path, target)?;
                }
            }
        }
        builder.into_inner()?.finish()
    }
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(RELEASED);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// What would be written, kept in memory.
#[derive(Default)]
struct Entries(Vec<Entry>);

impl Entries {
    fn add(&mut self, name: &Path, content: Content) {
        self.0.push(Entry { name: name.to_owned(), content });
    }
}

impl Sink for Entries {
    fn put(&mut self, name: &Path, contents: &[u8], mode: Mode) -> Result<(), DistributionError> {
        self.add(name, Content::File { bytes: contents.to_vec(), executable: matches!(mode, Mode::Executable) });
        Ok(())
    }

    fn link(&mut self, name: &Path, target: &Path) -> Result<(), DistributionError> {
        self.add(name, Content::Link(target.to_owned()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::distribution;

    fn made() -> [Archive; 2] {
        releases(&Settings::shipped(Language::En), Path::new("/opt/kafkalab"), &Engines::Bundled).expect("made")
    }

    /// Names, kinds and modes of a packed archive.
    fn listed(packed: &[u8]) -> Vec<(String, EntryType, u32)> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
        let entry = |entry: io::Result<tar::Entry<'_, _>>| {
            let entry = entry.expect("whole");
            let path = entry.path().expect("a path").display().to_string();
            (path, entry.header().entry_type(), entry.header().mode().expect("a mode"))
        };
        archive.entries().expect("an archive").map(entry).collect()
    }

    #[test]
    fn an_archive_is_the_same_each_time_and_small() {
        let [binary, source] = made();
        let packed = binary.pack().expect("packed");
        assert_eq!(packed, made()[0].pack().expect("packed"));
        assert!(packed.len() < 200_000, "{}", packed.len());
        assert_eq!((binary.file_name().as_str(), source.file_name().as_str()), ("kafka_2.13-3.6.0.tgz", "kafka-3.6.0-src.tgz"));
        let listed = listed(&packed);
        assert_eq!(listed[0], ("kafka_2.13-3.6.0/".to_owned(), EntryType::Directory, 0o755));
        let has = |name: &str, kind, mode| listed.contains(&(format!("kafka_2.13-3.6.0/{name}"), kind, mode));
        assert!(has("bin/kafka-topics.sh", EntryType::Regular, 0o755));
        assert!(has("config/server.properties", EntryType::Regular, 0o644));
        assert!(has("libs/kafkalab", EntryType::Symlink, 0o777));
    }

    #[test]
    fn what_is_unpacked_is_what_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let [binary, source] = made();
        for archive in [&binary, &source] {
            let packed = archive.pack().expect("packed");
            let mut packed = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
            packed.unpack(folder.path().join("unpacked")).expect("unpacked");
        }
        let settings = Settings::shipped(Language::En);
        let written = distribution::write(folder.path(), &settings, Path::new("/opt/kafkalab")).expect("written");
        for name in &written.written {
            let read = |root: &Path| std::fs::read(root.join(name)).ok();
            let unpacked = folder.path().join("unpacked/kafka_2.13-3.6.0");
            assert_eq!(read(&unpacked), read(written.distribution.root()), "{}", name.display());
            assert!(unpacked.join(name).symlink_metadata().is_ok(), "{}", name.display());
        }
        let source = folder.path().join("unpacked/kafka-3.6.0-src");
        assert!(source.join("bin/kafka-topics.sh").is_file() && source.join("README.md").is_file());
        assert!(!source.join("libs").exists());
    }
}
