//! Apache Kafka itself: a folder of its release, or its jars alone.

mod folder;
mod java;

use std::path::{Path, PathBuf};

pub use folder::{Folder, FolderError};
pub use java::{Fit, Java, JavaError, SUPPORTED};

use super::distribution::Distribution;
use super::server::{Engine, Role};
use crate::process::spawn::Command;

/// The settings of the JVM that Kafka's own scripts give to a server, heap aside.
const JVM_SETTINGS: &[&str] = &[
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
    "-XX:MaxInlineLevel=15",
    "-Djava.awt.headless=true",
];

/// Apache Kafka.
#[derive(Clone, Debug)]
pub enum Apache {
    /// A release's folder: servers are started with its scripts.
    Folder(Distribution),
    /// A folder of jars: servers are started with `java -cp`.
    Jars {
        /// The folder.
        libs: PathBuf,
        /// A log4j configuration file.
        log4j: PathBuf,
    },
}

impl Apache {
    /// The release in a folder.
    pub fn folder(folder: &Folder) -> Self {
        Self::Folder(folder.distribution().clone())
    }
}

impl Engine for Apache {
    fn name(&self) -> &'static str {
        "apache"
    }

    fn command(&self, role: Role, config: &Path, logs: &Path) -> Command {
        match self {
            Self::Folder(distribution) => Command::new(distribution.script(role.start_script())).arg(config).env("LOG_DIR", logs),
            Self::Jars { libs, log4j } => {
                let heap = match role {
                    Role::Coordinator => "-Xmx256M",
                    Role::Broker => "-Xmx512M",
                };
                java(libs, log4j, heap, role.main_class()).arg(config)
            }
        }
    }
}

/// The command that runs a class of Apache's jars with the settings of Kafka's scripts and a heap such as `-Xmx256M`.
pub fn java(libs: &Path, log4j: &Path, heap: &str, class: &str) -> Command {
    Command::new("java")
        .arg(heap)
        .args(JVM_SETTINGS)
        .arg(format!("-Dlog4j.configuration=file:{}", log4j.display()))
        .arg("-cp")
        .arg(format!("{}/*", libs.display()))
        .arg(class)
}
