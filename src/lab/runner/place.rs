//! Where a lab lies: its distribution, its servers' data, and how they are made as new without losing what the learner has made.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::setup::{DATA_FOLDER, DOWNLOADS_FOLDER, SetupError};
use crate::engine::distribution::{self, Distribution, DistributionError, Settings};
use crate::engine::parts::Engines;
use crate::lab::check::downloads::Downloads;
use crate::lab::terminal::{OpenTerminal, Size};

/// How deep a folder is looked through for files of the learner's.
const DEPTH_MAX: usize = 16;

/// A lab's folder, and what it was written with.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    settings: Settings,
    engines: Engines,
    distribution: Distribution,
    /// What stands in the distribution's place until the learner has unpacked it.
    downloads: Option<Downloads>,
    witness: PathBuf,
}

impl Place {
    /// A lab's folder as it is written with these settings, or with the archives that the lab begins with; `witness` is the socket that
    /// the tools report to.
    pub(super) fn new(
        folder: &Path,
        settings: Settings,
        engines: Engines,
        downloads: Option<Downloads>,
        witness: PathBuf,
    ) -> Self {
        let unpacked = || Distribution::at(folder.join(Distribution::folder_name()));
        let distribution = downloads.as_ref().map_or_else(unpacked, Downloads::distribution);
        Self { folder: folder.to_owned(), settings, engines, distribution, downloads, witness }
    }

    /// The distribution.
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// A terminal of the lab, as it is opened.
    pub fn terminal(&self, name: &str, size: Size) -> OpenTerminal {
        let cwd = self.downloads.as_ref().map_or_else(|| self.distribution.bin(), |downloads| downloads.folder().to_owned());
        OpenTerminal { name: name.to_owned(), cwd, environment: Vec::new(), size }
    }

    /// Makes distribution and data as new. What the learner has changed or made is kept in a folder of its own, which is returned;
    /// where there is nothing of theirs, nothing is kept.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn renew(&self) -> Result<Option<PathBuf>, SetupError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| SetupError::Renew { path, source }
        };
        let edited = !self.write()?.is_empty();
        let aside = self.free_name();
        fs::create_dir(&aside).map_err(failed(&aside))?;
        for name in [self.main_folder().as_str(), DATA_FOLDER] {
            match fs::rename(self.folder.join(name), aside.join(name)) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(&self.folder.join(name))(source)),
                _ => {}
            }
        }
        self.write()?;
        if edited || self.has_more(&aside.join(self.main_folder())) {
            return Ok(Some(aside));
        }
        fs::remove_dir_all(&aside).map_err(failed(&aside))?;
        Ok(None)
    }

    /// The name of what is made as new, besides the data.
    fn main_folder(&self) -> String {
        if self.downloads.is_some() { DOWNLOADS_FOLDER.to_owned() } else { Distribution::folder_name() }
    }

    /// Writes what is missing; returns the files that the learner has changed.
    pub(super) fn write(&self) -> Result<Vec<PathBuf>, SetupError> {
        if let Some(downloads) = &self.downloads {
            let failed = |source| DistributionError::Io { path: downloads.folder().to_owned(), source };
            downloads.write().map_err(failed)?;
            return Ok(Vec::new());
        }
        let program = distribution::this_program()?;
        let written = distribution::write_engines(&self.folder, &self.settings, &program, &self.engines)?;
        self.write_witness()?;
        Ok(written.kept)
    }

    /// Names the socket for the tools' reports.
    fn write_witness(&self) -> Result<(), SetupError> {
        let failed = |source| SetupError::Witness { path: self.witness.clone(), source };
        fs::write(self.distribution.witness(), self.witness.display().to_string()).map_err(failed)
    }

    /// A name beside the lab's folder that nothing has.
    fn free_name(&self) -> PathBuf {
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let named = |n: u32| self.folder.with_file_name(format!("{name}.{n}"));
        (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(0))
    }

    /// Whether an old distribution has files that the new one has not: the learner's own. What servers log is not.
    fn has_more(&self, old: &Path) -> bool {
        let logs = self.distribution.logs().file_name().map(PathBuf::from).unwrap_or_default();
        let new = match &self.downloads {
            Some(downloads) => downloads.known(),
            None => files(self.distribution.root()),
        };
        files(old).into_iter().any(|file| !file.starts_with(&logs) && !new.contains(&file))
    }
}

/// The files below a folder, relative to it. What cannot be read is left out.
fn files(root: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth < DEPTH_MAX {
                folders.push((entry.path(), depth + 1));
            } else if let Ok(relative) = entry.path().strip_prefix(root) {
                found.insert(relative.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn place(folder: &Path) -> Place {
        let folder = folder.join("01-lab");
        let settings = Settings { data_root: Some(folder.join(DATA_FOLDER)), ..Settings::shipped(Language::En) };
        let place = Place::new(&folder, settings, Engines::Bundled, None, folder.join("socket"));
        assert!(place.write().expect("written").is_empty());
        place
    }

    #[test]
    fn what_the_learner_has_made_is_kept_and_the_rest_is_not() {
        let check = |change: &dyn Fn(&Place), kept: Option<&str>| {
            let folder = tempfile::tempdir().expect("a folder");
            let place = place(folder.path());
            fs::create_dir_all(place.folder.join(DATA_FOLDER).join("kafka-logs/t-0")).expect("made");
            let shipped = fs::read_to_string(place.distribution.config("server.properties")).expect("it is there");
            change(&place);
            let aside = place.renew().expect("renewed");
            assert_eq!(aside.is_some(), kept.is_some(), "{aside:?}");
            if let Some((aside, kept)) = aside.zip(kept) {
                assert_eq!(aside, folder.path().join("01-lab.1"));
                assert!(aside.join(kept).exists(), "{kept}");
            }
            let text = fs::read_to_string(place.distribution.config("server.properties")).expect("it is there");
            assert_eq!(text, shipped);
            assert!(!place.folder.join(DATA_FOLDER).exists());
            assert!(!place.folder.with_file_name("01-lab.2").exists());
        };
        check(&|_| {}, None);
        let log = |place: &Place| {
            fs::create_dir_all(place.distribution.logs())
                .and_then(|()| fs::write(place.distribution.logs().join("server.log"), "x"))
        };
        check(&|place| log(place).expect("written"), None);
        let edit = |place: &Place| fs::write(place.distribution.config("server.properties"), "broker.id=7\n").expect("written");
        check(&edit, Some("kafka_2.13-3.6.0/config/server.properties"));
        let own = |place: &Place| fs::write(place.distribution.config("server-1.properties"), "broker.id=1\n").expect("written");
        check(&own, Some("kafka_2.13-3.6.0/config/server-1.properties"));
    }
}
