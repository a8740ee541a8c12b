//! A folder of Apache Kafka's release: whether it is one, and of which version.

use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog::KAFKA_VERSION;
use crate::engine::distribution::Distribution;
use crate::engine::server::Role;
use crate::text::{Message, engines as text};

/// What every program of the release needs: the names of its jars without version.
const JARS: [&str; 4] = ["kafka-clients-", "scala-library-", "zookeeper-", "jopt-simple-"];

/// The folder of a release that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(Distribution);

/// Why a folder cannot be run.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum FolderError {
    /// It is not there.
    #[error("{} is not there: name the folder that the release was unpacked to", .path.display())]
    Missing {
        /// What was named.
        path: PathBuf,
    },
    /// It is a file, as the archive that was not unpacked.
    #[error("{} is a file: unpack it and name the folder", .path.display())]
    File {
        /// What was named.
        path: PathBuf,
    },
    /// It is the folder around the one of the release.
    #[error("{} is the folder to name, not the one around it", .inside.display())]
    Around {
        /// The folder of the release in it.
        inside: PathBuf,
    },
    /// It is one that kafkalab wrote.
    #[error("{} was written by kafkalab: its programs are the bundled ones", .path.display())]
    Bundled {
        /// What was named.
        path: PathBuf,
    },
    /// It holds the sources, which are not built.
    #[error("{} holds the sources: get the binary release", .path.display())]
    Sources {
        /// What was named.
        path: PathBuf,
    },
    /// Neither scripts nor jars of Kafka are in it.
    #[error("there is no Kafka in {}", .path.display())]
    NoKafka {
        /// What was named.
        path: PathBuf,
    },
    /// It is another version.
    #[error("{} is Kafka {found}: expected {KAFKA_VERSION}", .path.display())]
    OtherVersion {
        /// What was named.
        path: PathBuf,
        /// Its version.
        found: String,
    },
    /// Something that belongs to the release is not there.
    #[error("{} is incomplete: {missing} is not there", .path.display())]
    Incomplete {
        /// What was named.
        path: PathBuf,
        /// What is not there, below it.
        missing: String,
    },
}

impl FolderError {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "apache-missing",
            Self::File { .. } => "apache-file",
            Self::Around { .. } => "apache-around",
            Self::Bundled { .. } => "apache-bundled",
            Self::Sources { .. } => "apache-sources",
            Self::NoKafka { .. } => "apache-none",
            Self::OtherVersion { .. } => "apache-version",
            Self::Incomplete { .. } => "apache-incomplete",
        }
    }

    /// One sentence for a person, with the next step.
    pub fn message(&self) -> Message {
        let (sentence, path) = match self {
            Self::Missing { path } => (text::APACHE_MISSING, path),
            Self::File { path } => (text::APACHE_FILE, path),
            Self::Around { inside } => (text::APACHE_AROUND, inside),
            Self::Bundled { path } => (text::APACHE_BUNDLED, path),
            Self::Sources { path } => (text::APACHE_SOURCES, path),
            Self::NoKafka { path } => (text::APACHE_NONE, path),
            Self::OtherVersion { path, .. } => (text::APACHE_VERSION, path),
            Self::Incomplete { path, .. } => (text::APACHE_INCOMPLETE, path),
        };
        let message = Message::new(sentence).with("path", path.display());
        match self {
            Self::OtherVersion { found, .. } => message.with("found", found),
            Self::Incomplete { missing, .. } => message.with("missing", missing),
            _ => message,
        }
    }
}

impl Folder {
    /// The release in `path`, looked at without running anything of it.
    ///
    /// # Errors
    /// It is none, or not one that can be run.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        // links are kept: a folder that moves with its link is found again
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if path.is_file() {
            return Err(FolderError::File { path });
        }
        if !path.is_dir() {
            return Err(FolderError::Missing { path });
        }
        let distribution = Distribution::at(&path);
        if distribution.libs().join("kafkalab").is_symlink() {
            return Err(FolderError::Bundled { path });
        }
        let jars = names(&distribution.libs());
        let Some(version) = jars.iter().find_map(|name| version_of(name)) else { return Err(none_there(path)) };
        if version != KAFKA_VERSION {
            return Err(FolderError::OtherVersion { found: version.to_owned(), path });
        }
        let scripts = [Role::Coordinator, Role::Broker].map(Role::start_script).into_iter().chain(["kafka-run-class.sh"]);
        let configs = [Role::Coordinator, Role::Broker].map(Role::config_name);
        let files = scripts.map(|name| format!("bin/{name}")).chain(configs.map(|name| format!("config/{name}")));
        let missing = files.into_iter().find(|name| !path.join(name).is_file()).or_else(|| {
            let jar = JARS.iter().find(|jar| !jars.iter().any(|name| name.starts_with(**jar)))?;
            Some(format!("libs/{jar}*.jar"))
        });
        match missing {
            Some(missing) => Err(FolderError::Incomplete { path, missing }),
            None => Ok(Self(distribution)),
        }
    }

    /// What lies in it.
    pub fn distribution(&self) -> &Distribution {
        &self.0
    }
}

fn none_there(path: PathBuf) -> FolderError {
    if ["build.gradle", "gradlew", "settings.gradle"].iter().any(|name| path.join(name).is_file()) {
        return FolderError::Sources { path };
    }
    let inside = path.join(Distribution::folder_name());
    if inside.join("libs").is_dir() {
        return FolderError::Around { inside };
    }
    if path.join("bin/kafka-run-class.sh").is_file() {
        return FolderError::Incomplete { path, missing: format!("libs/kafka_2.13-{KAFKA_VERSION}.jar") };
    }
    FolderError::NoKafka { path }
}

/// `3.6.0` of `kafka_2.13-3.6.0.jar`; `None` for other files, `kafka_2.13-3.6.0-sources.jar` and signatures among them.
fn version_of(jar: &str) -> Option<&str> {
    let (_, version) = jar.strip_prefix("kafka_")?.strip_suffix(".jar")?.split_once('-')?;
    version.chars().all(|c| c.is_ascii_digit() || c == '.').then_some(version)
}

/// The names of what lies in a folder, sorted; none where it cannot be read.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn put(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
    }

    const COMPLETE: [&str; 10] = [
        "bin/zookeeper-server-start.sh",
        "bin/kafka-server-start.sh",
        "bin/kafka-run-class.sh",
        "config/zookeeper.properties",
        "config/server.properties",
        "libs/kafka_2.13-3.6.0.jar",
        "libs/kafka-clients-3.6.0.jar",
        "libs/scala-library-2.13.11.jar",
        "libs/zookeeper-3.8.2.jar",
        "libs/jopt-simple-5.0.4.jar",
    ];

    #[test]
    fn a_release_is_told_from_everything_else() {
        let check = |names: &[&str], expected: Result<(), (&str, &str)>| {
            let folder = tempfile::tempdir().expect("a folder");
            put(folder.path(), names);
            match (Folder::open(folder.path()), expected) {
                (Ok(found), Ok(())) => assert_eq!(found.distribution().root(), folder.path()),
                (Err(found), Err((code, said))) => {
                    assert_eq!(found.code(), code, "{names:?}");
                    assert!(found.to_string().contains(said), "{found}");
                    for language in Language::ALL {
                        let explained = found.message().say(language);
                        let path = folder.path().display().to_string();
                        assert!(explained.contains(&path) && !explained.contains('{'), "{explained}");
                    }
                }
                (found, expected) => panic!("{names:?}: expected {expected:?}, found {found:?}"),
            }
        };
        let without = |name: &str| COMPLETE.into_iter().filter(|found| *found != name).collect::<Vec<_>>();
        check(&COMPLETE, Ok(()));
        check(&[], Err(("apache-none", "no Kafka")));
        check(&["build.gradle", "bin/kafka-run-class.sh"], Err(("apache-sources", "sources")));
        check(&["kafka_2.13-3.6.0/libs/x.jar"], Err(("apache-around", "kafka_2.13-3.6.0 is the folder to name")));
        check(&["libs/kafka_2.12-2.8.1.jar"], Err(("apache-version", "is Kafka 2.8.1: expected 3.6.0")));
        check(&["libs/kafka_2.13-3.6.0-sources.jar"], Err(("apache-none", "")));
        check(&without("libs/kafka_2.13-3.6.0.jar"), Err(("apache-incomplete", "libs/kafka_2.13-3.6.0.jar is not there")));
        check(&without("libs/jopt-simple-5.0.4.jar"), Err(("apache-incomplete", "libs/jopt-simple-*.jar is not there")));
        check(&without("bin/kafka-server-start.sh"), Err(("apache-incomplete", "bin/kafka-server-start.sh is not there")));
        check(&without("config/server.properties"), Err(("apache-incomplete", "config/server.properties is not there")));
    }

    #[test]
    fn files_and_folders_of_our_own_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let code = |path: &Path| Folder::open(path).map_err(|error| error.code());
        put(folder.path(), &["kafka_2.13-3.6.0.tgz"]);
        assert_eq!(code(&folder.path().join("kafka_2.13-3.6.0.tgz")), Err("apache-file"));
        assert_eq!(code(&folder.path().join("nothing")), Err("apache-missing"));
        put(folder.path(), &COMPLETE);
        std::os::unix::fs::symlink("/bin/true", folder.path().join("libs/kafkalab")).expect("made");
        assert_eq!(code(folder.path()), Err("apache-bundled"));
    }
}
