//! The archives that a lab begins with instead of a distribution, and the folders that the learner makes of them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::engine::distribution::{self, Archive, Content, Distribution, DistributionError, Entry, Settings};
use crate::engine::parts::Engines;
use crate::properties::Document;

/// How deep below a folder an unpacked one is looked for.
const DEPTH_MAX: usize = 4;
/// How many folders are looked at, wherever they are.
const FOLDERS_MAX: usize = 2000;

/// The archives of a lab.
#[derive(Clone, Debug)]
pub struct Downloads {
    folder: PathBuf,
    binary: Archive,
    source: Archive,
    /// The socket that the tools of the unpacked distribution report to. It tells what was unpacked here from any other Kafka.
    witness: PathBuf,
}

/// What a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unpacked {
    /// All of the distribution.
    Whole(PathBuf),
    /// A part of it.
    Part {
        /// The folder.
        folder: PathBuf,
        /// How many of its files are not there.
        missing: usize,
    },
    /// The source.
    Source(PathBuf),
    /// Nothing was found.
    Nothing,
}

impl Downloads {
    /// The archives in `folder`, made of these engines; what is unpacked reports to `witness`.
    ///
    /// # Errors
    /// A release of Apache Kafka cannot be read, or this program is gone.
    pub fn new(folder: &Path, settings: &Settings, engines: &Engines, witness: &Path) -> Result<Self, DistributionError> {
        let [mut binary, source] = distribution::releases(settings, &distribution::this_program()?, engines)?;
        let bytes = witness.display().to_string().into_bytes();
        // the last file of the archive: where it is, the archive was unpacked to its end
        let name = Distribution::at("").witness();
        binary.entries.push(Entry { name, content: Content::File { bytes, executable: false } });
        Ok(Self { folder: folder.to_owned(), binary, source, witness: witness.to_owned() })
    }

    /// The folder that has the archives.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the distribution is, once it is unpacked beside its archive.
    pub fn distribution(&self) -> Distribution {
        Distribution::at(self.folder.join(&self.binary.folder))
    }

    /// Puts the archives into their folder, those that are not there as they should be.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        for archive in [&self.binary, &self.source] {
            let packed = archive.pack()?;
            let path = self.folder.join(archive.file_name());
            if fs::read(&path).is_ok_and(|found| found == packed) {
                continue;
            }
            let mut file = tempfile::Builder::new().prefix(".new").tempfile_in(&self.folder)?;
            io::Write::write_all(&mut file, &packed)?;
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            file.as_file().set_permissions(mode)?;
            file.persist(path)?;
        }
        Ok(())
    }

    /// The files that come from the archives, archives included, relative to their folder.
    pub fn known(&self) -> BTreeSet<PathBuf> {
        let of = |archive: &Archive| {
            let folder = PathBuf::from(&archive.folder);
            let names: Vec<PathBuf> = archive.entries.iter().map(|entry| folder.join(&entry.name)).collect();
            names.into_iter().chain([PathBuf::from(archive.file_name())])
        };
        of(&self.binary).chain(of(&self.source)).collect()
    }

    /// How many files the distribution has.
    pub(super) fn count(&self) -> usize {
        self.binary.entries.len()
    }

    /// How many scripts are right in `bin`.
    pub(super) fn script_count(&self) -> Option<usize> {
        let is_script = |name: &Path| name.parent() == Some(Path::new("bin")) && name.extension().is_some_and(|end| end == "sh");
        Some(self.binary.entries.iter().filter(|entry| is_script(&entry.name)).count())
    }

    /// What `zookeeper.properties` gives as its port.
    pub(super) fn coordinator_port(&self) -> Option<String> {
        let entry = self.binary.entries.iter().find(|entry| entry.name == Path::new("config/zookeeper.properties"))?;
        let Content::File { bytes, .. } = &entry.content else { return None };
        Document::parse(bytes.clone()).ok()?.get("clientPort").map(|port| port.to_string())
    }

    /// What was unpacked, wherever: below the archives' folder, around the places where the learner's shells are, or right in the home
    /// folder and the folder for temporary files.
    pub(super) fn look(&self, shells: &[PathBuf]) -> Unpacked {
        let mut search = Search { downloads: self, left: FOLDERS_MAX, seen: BTreeSet::new(), best: Unpacked::Nothing };
        search.below(&self.folder, DEPTH_MAX);
        for shell in shells {
            shell.ancestors().for_each(|folder| search.at(folder));
            search.below(shell, 2);
        }
        let home = std::env::var_os("HOME").map(PathBuf::from);
        for folder in home.into_iter().chain([std::env::temp_dir()]) {
            search.below(&folder, 1);
        }
        search.best
    }

    /// What one folder is; `None` where it is nothing of the kind.
    fn is(&self, folder: &Path) -> Option<Unpacked> {
        let is_ours = folder.starts_with(&self.folder) || self.is_witnessed(folder);
        if !is_ours || !folder.join("bin").is_dir() {
            return None;
        }
        let is_there = |entry: &&Entry| folder.join(&entry.name).symlink_metadata().is_ok_and(|found| !found.is_dir());
        let missing = self.count() - self.binary.entries.iter().filter(is_there).count();
        if missing == 0 && self.is_witnessed(folder) {
            return Some(Unpacked::Whole(folder.to_owned()));
        }
        let is_source = folder.join("README.md").is_file() && !folder.join("libs").exists();
        Some(if is_source { Unpacked::Source(folder.to_owned()) } else { Unpacked::Part { folder: folder.to_owned(), missing } })
    }

    fn is_witnessed(&self, folder: &Path) -> bool {
        let path = Distribution::at(folder).witness();
        let is_short = fs::metadata(&path).is_ok_and(|file| file.len() <= 4096);
        is_short && fs::read(&path).is_ok_and(|found| found == self.witness.display().to_string().into_bytes())
    }
}

/// The way through the folders.
struct Search<'a> {
    downloads: &'a Downloads,
    /// How many folders may still be looked at.
    left: usize,
    seen: BTreeSet<PathBuf>,
    best: Unpacked,
}

impl Search<'_> {
    fn at(&mut self, folder: &Path) {
        if self.is_found() || self.left == 0 || !self.seen.insert(folder.to_owned()) {
            return;
        }
        self.left -= 1;
        let found = self.downloads.is(folder).unwrap_or(Unpacked::Nothing);
        if found.worth() > self.best.worth() {
            self.best = found;
        }
    }

    fn below(&mut self, folder: &Path, depth: usize) {
        self.at(folder);
        // what is unpacked has no other one in it
        if depth == 0 || self.is_found() || self.downloads.is(folder).is_some() {
            return;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten().take(FOLDERS_MAX) {
            if self.left > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.below(&entry.path(), depth - 1);
            }
        }
    }

    fn is_found(&self) -> bool {
        matches!(self.best, Unpacked::Whole(_))
    }
}

impl Unpacked {
    /// How much is known with it.
    fn worth(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Source(_) => 1,
            Self::Part { .. } => 2,
            Self::Whole(_) => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    /// Downloads in a folder of their own.
    struct Place {
        downloads: Downloads,
        folder: tempfile::TempDir,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings::shipped(Language::En);
        let at = folder.path().join("downloads");
        let downloads = Downloads::new(&at, &settings, &Engines::Bundled, &folder.path().join("socket")).expect("made");
        downloads.write().expect("written");
        Place { downloads, folder }
    }

    impl Place {
        fn unpack(&self, archive: &str, into: &Path) {
            let file = fs::File::open(self.downloads.folder.join(archive)).expect("it is there");
            tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(into).expect("unpacked");
        }
    }

    #[test]
    fn what_is_unpacked_is_found_and_what_is_missing_is_counted() {
        let place = place();
        let Place { downloads, folder } = &place;
        assert_eq!(downloads.look(&[]), Unpacked::Nothing);
        place.unpack("kafka-3.6.0-src.tgz", downloads.folder());
        assert_eq!(downloads.look(&[]), Unpacked::Source(downloads.folder().join("kafka-3.6.0-src")));
        place.unpack("kafka_2.13-3.6.0.tgz", downloads.folder());
        let root = downloads.distribution().root().to_owned();
        assert_eq!(downloads.look(&[]), Unpacked::Whole(root.clone()));
        fs::remove_file(root.join("libs/kafkalab")).expect("removed");
        assert_eq!(downloads.look(&[]), Unpacked::Part { folder: root.clone(), missing: 1 });
        fs::remove_dir_all(&root).expect("removed");
        let elsewhere = folder.path().join("elsewhere");
        place.unpack("kafka_2.13-3.6.0.tgz", &elsewhere);
        let whole = Unpacked::Whole(elsewhere.join("kafka_2.13-3.6.0"));
        assert_eq!(downloads.look(&[elsewhere.join("kafka_2.13-3.6.0/bin")]), whole);
        assert_eq!(downloads.look(std::slice::from_ref(&elsewhere)), whole);
    }

    #[test]
    fn another_kafka_is_not_what_was_unpacked_here() {
        let (ours, other) = (place(), place());
        other.unpack("kafka_2.13-3.6.0.tgz", other.downloads.folder());
        let root = other.downloads.distribution().root().to_owned();
        assert_eq!(ours.downloads.look(std::slice::from_ref(&root)), Unpacked::Nothing);
        assert_eq!(other.downloads.look(&[]), Unpacked::Whole(root));
    }

    #[test]
    fn an_archive_that_is_broken_is_made_anew_and_what_it_says_can_be_asked() {
        let Place { downloads, folder: _folder } = place();
        let path = downloads.folder().join(Distribution::archive_name());
        let whole = fs::read(&path).expect("read");
        fs::write(&path, &whole[..100]).expect("written");
        downloads.write().expect("written");
        assert_eq!(fs::read(&path).expect("read"), whole);
        assert_eq!(downloads.coordinator_port().as_deref(), Some("2181"));
        assert_eq!(downloads.script_count(), Some(crate::catalog::tools::all().len()));
        assert!(downloads.known().contains(Path::new("kafka_2.13-3.6.0/libs/witness")));
    }
}
