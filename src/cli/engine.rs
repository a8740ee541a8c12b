//! `--engine`: what was asked for, and the engine that comes of it.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::engine::apache::{Folder, FolderError, Java, JavaError};
use crate::engine::parts::{Engines, Kind, Parts};
use crate::text::{Message, Text, engines as say};

/// The environment variable that names a release of Apache Kafka.
const FOLDER_VARIABLE: &str = "KAFKA_HOME";

/// An engine as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineChoice {
    /// `bundled`.
    Bundled,
    /// `apache=DIR`; `apache` alone is the release that `KAFKA_HOME` names.
    Apache(Option<PathBuf>),
}

impl EngineChoice {
    /// Reads the value of `--engine`.
    ///
    /// # Errors
    /// There is no such engine.
    pub fn parse(value: &str) -> Result<Self, Failure> {
        match value.split_once('=') {
            None if value == Kind::Bundled.name() => Ok(Self::Bundled),
            None if value == Kind::Apache.name() => Ok(Self::Apache(None)),
            Some((name, folder)) if name == Kind::Apache.name() && !folder.is_empty() => Ok(Self::Apache(Some(folder.into()))),
            _ => Err(Failure::new("engine", Message::new(say::E_ENGINE).with("found", value))),
        }
    }

    /// The engines, looked at and found fit.
    ///
    /// # Errors
    /// The folder is no release that can be run, or there is no Java for it.
    pub(super) async fn engines(&self) -> Result<Engines, Failure> {
        match self {
            Self::Bundled => Ok(Engines::Bundled),
            Self::Apache(folder) => Ok(Engines::apache(release(folder.as_deref()).await?)),
        }
    }
}

/// The release in `folder`, or in the one that `KAFKA_HOME` names, with a Java to run it.
pub(super) async fn release(folder: Option<&Path>) -> Result<Folder, Failure> {
    let folder = folder.map(Path::to_owned).or_else(named_by_environment);
    let folder = folder.ok_or_else(|| Failure::new("engine", say::E_ENGINE_NO_FOLDER))?;
    let folder = Folder::open(&folder)?;
    Java::of_environment().await?;
    Ok(folder)
}

/// The folder that `KAFKA_HOME` names.
pub(super) fn named_by_environment() -> Option<PathBuf> {
    std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// What a person calls the engines.
pub(super) fn name(engines: &Engines) -> Text {
    match engines.parts() {
        parts if parts == Parts::all_of(Kind::Bundled) => say::BUNDLED,
        parts if parts == Parts::all_of(Kind::Apache) => say::APACHE,
        _ => say::MIXED,
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Self::new(error.code(), error.message())
    }
}

impl From<JavaError> for Failure {
    fn from(error: JavaError) -> Self {
        Self::new(error.code(), error.message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_named_with_its_folder() {
        let check = |value: &str, expected: Option<EngineChoice>| {
            assert_eq!(EngineChoice::parse(value).ok(), expected, "{value}");
        };
        check("bundled", Some(EngineChoice::Bundled));
        check("apache", Some(EngineChoice::Apache(None)));
        check("apache=/opt/kafka", Some(EngineChoice::Apache(Some("/opt/kafka".into()))));
        check("apache=a=b", Some(EngineChoice::Apache(Some("a=b".into()))));
        check("apache=", None);
        check("bundled=x", None);
        check("java", None);
        check("", None);
    }
}
