//! Both engines: the bundled one is started, of Apache's the folder and Java are looked at.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Finding;
use crate::cli::engine::named_by_environment;
use crate::engine::apache::{Fit, Folder, Java, SUPPORTED};
use crate::engine::bundled::Bundled;
use crate::engine::distribution::{self, Settings};
use crate::engine::server::Role;
use crate::engine::trial::Trial;
use crate::text::{Language, Message, doctor as say, engines};

/// How long the bundled engine may take for each thing; it takes some milliseconds.
const DEADLINE: Duration = Duration::from_secs(60);

pub(super) async fn look(apache: Option<&Path>) -> Vec<Finding> {
    let java = Java::of_environment().await;
    let named = apache.map(Path::to_owned).or_else(named_by_environment);
    // without a release, Java is nobody's need
    let is_needed = named.is_some();
    vec![
        bundled().await,
        match named {
            None => Finding::ok("apache", say::APACHE, say::APACHE_UNNAMED),
            Some(folder) => match Folder::open(&folder) {
                Ok(folder) => {
                    let path = folder.distribution().root().display();
                    Finding::ok("apache", say::APACHE, Message::new(say::APACHE_OK).with("path", path))
                }
                Err(error) => Finding::error("apache", say::APACHE, say::APACHE_UNFIT, error.message()),
            },
        },
        match java {
            Ok(java) => java_found(&java),
            Err(error) if is_needed => Finding::error("java", say::JAVA, say::JAVA_UNFIT, error.message()),
            Err(_) => Finding::ok("java", say::JAVA, say::JAVA_UNNEEDED),
        },
    ]
}

fn java_found(java: &Java) -> Finding {
    let found = |text| Message::new(text).with("version", &java.version).with("program", java.program.display());
    match java.fit() {
        Fit::Supported => Finding::ok("java", say::JAVA, found(say::JAVA_OK)),
        Fit::Untested | Fit::TooOld => {
            let versions = SUPPORTED.map(|version| version.to_string()).join(", ");
            Finding::warning("java", say::JAVA, found(say::JAVA_OK), Message::new(say::JAVA_UNTESTED).with("versions", versions))
        }
    }
}

/// A coordinator and a broker start on free ports and data of their own, and a topic is made.
async fn bundled() -> Finding {
    let began = Instant::now();
    match try_bundled().await {
        Ok(()) => {
            let milliseconds = began.elapsed().as_millis();
            Finding::ok("bundled", engines::BUNDLED, Message::new(say::BUNDLED_OK).with("milliseconds", milliseconds))
        }
        Err(reason) => {
            let found = Message::new(say::BUNDLED_FAILED).with("reason", format!("{reason:#}"));
            Finding::error("bundled", engines::BUNDLED, found, say::BUNDLED_NEXT)
        }
    }
}

async fn try_bundled() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let program = distribution::this_program()?;
    let written = distribution::write(folder.path(), &Settings::shipped(Language::En), &program)?;
    let engine = Bundled::new(written.distribution);
    let trial = Trial::prepare(folder.path(), &[]).await?;
    let mut coordinator = trial.start(&engine, Role::Coordinator, DEADLINE).await?;
    let mut broker = trial.start(&engine, Role::Broker, DEADLINE).await?;
    trial.create_topic("doctor", 1, DEADLINE).await?;
    broker.stop(DEADLINE).await?;
    coordinator.stop(DEADLINE).await?;
    Ok(())
}
