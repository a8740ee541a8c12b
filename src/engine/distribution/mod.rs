//! Writes the folder `kafka_2.13-3.6.0/` that a learner works in: scripts, configuration files, and a link to this very program.
//! Writing again renews what was written before and leaves alone what was edited since.

mod archive;
mod compose;
mod config;
mod place;
mod scripts;

use std::path::{Path, PathBuf};

use crate::catalog::{KAFKA_VERSION, SCALA_VERSION};
use crate::engine::parts::Engines;
use crate::text::Language;

pub use archive::{Archive, Content, Entry, releases};
pub use config::files as config_files;
pub use place::DistributionError;

/// How the folder is to be written.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language of the comments.
    pub language: Language,
    /// The folder that holds the servers' data, as `zookeeper` and `kafka-logs` in it; `None` for `/tmp`, as Kafka ships it.
    pub data_root: Option<PathBuf>,
    /// The coordinator's port; 2181 as Kafka ships it.
    pub zookeeper_port: u16,
    /// The broker's port; 9092 as Kafka ships it.
    pub broker_port: u16,
}

impl Settings {
    /// The coordinator's port as Kafka ships it.
    pub const ZOOKEEPER_PORT: u16 = 2181;
    /// The broker's port as Kafka ships it.
    pub const BROKER_PORT: u16 = 9092;

    /// What Kafka ships, with comments in `language`.
    pub fn shipped(language: Language) -> Self {
        Self { language, data_root: None, zookeeper_port: Self::ZOOKEEPER_PORT, broker_port: Self::BROKER_PORT }
    }
}

/// A distribution folder and what lies in it. The folder need not have been written by us: Apache's has the same parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    root: PathBuf,
}

impl Distribution {
    /// The distribution at `root`, the folder that holds `bin`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The name of the folder, as the archive of the release unpacks: `kafka_2.13-3.6.0`.
    pub fn folder_name() -> String {
        format!("kafka_{SCALA_VERSION}-{KAFKA_VERSION}")
    }

    /// The name of the archive that unpacks to it: `kafka_2.13-3.6.0.tgz`.
    pub fn archive_name() -> String {
        format!("{}.tgz", Self::folder_name())
    }

    /// The folder that holds `bin`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The scripts.
    pub fn bin(&self) -> PathBuf {
        self.root.join("bin")
    }

    /// One script, by its name with `.sh`.
    pub fn script(&self, name: &str) -> PathBuf {
        self.bin().join(name)
    }

    /// One configuration file, by its name with `.properties`.
    pub fn config(&self, name: &str) -> PathBuf {
        self.root.join("config").join(name)
    }

    /// Apache's jars; in ours, the link to the program.
    pub fn libs(&self) -> PathBuf {
        self.root.join("libs")
    }

    /// Where servers log to, unless `LOG_DIR` says otherwise. It is made when the first program starts.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// A file with the path of a socket in it: where it is there, every program tells that socket how it was called.
    pub fn witness(&self) -> PathBuf {
        self.libs().join("witness")
    }
}

/// What [`write`] did.
#[derive(Debug)]
pub struct Written {
    /// The folder.
    pub distribution: Distribution,
    /// The files that were written, relative to the folder: new, lost, or outdated ones.
    pub written: Vec<PathBuf>,
    /// The files that were left alone because they are not as we wrote them, relative to the folder.
    pub kept: Vec<PathBuf>,
}

/// Writes the distribution folder of the bundled engine into `parent`, which is made when missing. `program` is what `libs/kafkalab`
/// will link to; see [`this_program`].
///
/// # Errors
/// The folder cannot be written to: read-only, full, not a folder.
pub fn write(parent: &Path, settings: &Settings, program: &Path) -> Result<Written, DistributionError> {
    write_engines(parent, settings, program, &Engines::Bundled)
}

/// As [`write`], with each part of the engine that it is to be of. What comes from a release of Apache Kafka is copied, jars are links.
///
/// # Errors
/// As [`write`]; and where the release cannot be read, or lies where its copy should.
pub fn write_engines(
    parent: &Path,
    settings: &Settings,
    program: &Path,
    engines: &Engines,
) -> Result<Written, DistributionError> {
    let classes: Vec<&str> = super::programs().iter().map(|program| program.main_class).collect();
    write_with(parent, settings, program, &classes, engines)
}

fn write_with(
    parent: &Path,
    settings: &Settings,
    program: &Path,
    classes: &[&str],
    engines: &Engines,
) -> Result<Written, DistributionError> {
    let root = parent.join(Distribution::folder_name());
    let distribution = Distribution::at(&root);
    if let Some(folder) = engines.folder() {
        compose::refuse_itself(&root, folder)?;
    }
    let mut files = place::Files::open(root)?;
    compose::put(&mut files, settings, program, classes, engines)?;
    let (written, kept) = files.finish()?;
    Ok(Written { distribution, written, kept })
}

/// The file of the running program, for [`write`].
///
/// # Errors
/// The file is not there any more, as after `cargo clean`.
pub fn this_program() -> Result<PathBuf, DistributionError> {
    let path = std::env::current_exe().map_err(|source| DistributionError::io(Path::new("/proc/self/exe"), source))?;
    if path.exists() {
        return Ok(path);
    }
    // a rebuild replaced the file while we run: Linux then names it so, and the new one lies at the same place
    let replaced = path.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map(PathBuf::from);
    replaced.filter(|path| path.exists()).ok_or(DistributionError::ProgramGone { path })
}

#[cfg(test)]
mod tests;
