//! Makes a lab ready: the distribution in its folder, the ports free, the witness listening, the checks' view of the system.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::place::Place;
use super::workspace::LabMemory;
use crate::engine::distribution::{DistributionError, Settings};
use crate::engine::parts::Engines;
use crate::lab::check::LabSystem;
use crate::lab::check::downloads::Downloads;
use crate::lab::check::invocations::{Invocations, Receiver};
use crate::lab::check::scope::Scope;
use crate::lab::format::{Beginning, Lab, Variables};
use crate::process::sockets;
use crate::process::table::Process;
use crate::text::Language;

/// The ports of a lab's servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ports {
    /// The coordinator's.
    pub zookeeper: u16,
    /// The broker's.
    pub broker: u16,
    /// One more, for a lab that moves the broker or starts another one.
    #[serde(default = "Ports::documented_other")]
    pub other: u16,
}

impl Ports {
    /// The ports that Kafka documents and the labs speak of.
    pub const DOCUMENTED: Self = Self { zookeeper: Settings::ZOOKEEPER_PORT, broker: Settings::BROKER_PORT, other: 9096 };

    fn documented_other() -> u16 {
        Self::DOCUMENTED.other
    }
}

/// Why a lab cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The distribution cannot be written.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// Another program listens on a port that the lab needs.
    #[error("port {port} is taken by another program: end it, or use another port")]
    PortTaken {
        /// The port.
        port: u16,
        /// Who has it: its name and process number; `None` where it belongs to another user.
        holder: Option<(String, u32)>,
    },
    /// The socket for the tools' reports cannot be made.
    #[error("failed to listen at {}", .path.display())]
    Witness {
        /// Its path.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A folder cannot be made as new.
    #[error("failed to make {} as new", .path.display())]
    Renew {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// The name of the servers' data in a lab's folder.
pub(super) const DATA_FOLDER: &str = "data";
/// The name of the folder with the archives, in the folder of a lab that begins with them.
pub(super) const DOWNLOADS_FOLDER: &str = "downloads";

/// A lab that is ready to be run.
#[derive(Debug)]
pub struct Ready {
    /// Where the learner works.
    pub place: Place,
    /// Files that the learner has edited and that were left alone, relative to the distribution.
    pub kept: Vec<PathBuf>,
    /// The lab's variables.
    pub variables: Variables,
    /// What the checks ask.
    pub system: Arc<LabSystem>,
    /// Takes the tools' reports while it lives.
    pub receiver: Receiver,
}

/// The length of a session's mark, in characters: enough to tell sessions apart, short enough for the path of a socket.
const SESSION_CHARS: usize = 12;

/// A new mark for what a lab starts.
pub fn new_session() -> String {
    let mut mark = uuid::Uuid::new_v4().simple().to_string();
    mark.truncate(SESSION_CHARS);
    mark
}

/// Which lab is to be made ready, and how.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// Its folder; the distribution is written into it.
    pub folder: &'a Path,
    /// The language of comments in files.
    pub language: Language,
    /// Where the servers are to listen.
    pub ports: Ports,
    /// What the distribution is made of.
    pub engines: &'a Engines,
    /// What is remembered of the lab.
    pub memory: &'a LabMemory,
}

/// Makes a lab ready in its folder. Must be called within a tokio runtime.
///
/// # Errors
/// The folder cannot be written, or a port is taken by a program that is not of this lab.
pub fn make_ready(setup: &Setup<'_>) -> Result<Ready, SetupError> {
    let Setup { lab, folder, ports, engines, memory, .. } = *setup;
    let settings = settings(setup);
    let path = witness_socket(&memory.session);
    let downloads = downloads(setup, &settings)?;
    let place = Place::new(folder, settings, engines.clone(), downloads.clone(), path.clone());
    let kept = place.write()?;
    let scope = Scope::new(memory.session.clone(), folder);
    // who only unpacks starts no server
    if downloads.is_none() {
        let other = lab.spec.uses_variable("other-port").then_some(ports.other);
        for port in [ports.zookeeper, ports.broker].into_iter().chain(other) {
            refuse_taken(port, &scope)?;
        }
    }
    let invocations = Invocations::default();
    let receiver = invocations.receive_at(&path).map_err(|source| SetupError::Witness { path, source })?;
    let system = LabSystem::new(scope, invocations, memory.seen.clone()).with_downloads(downloads);
    Ok(Ready { place, kept, variables: variables(lab, ports, folder), system: Arc::new(system), receiver })
}

/// The settings of a lab's files.
fn settings(setup: &Setup<'_>) -> Settings {
    Settings {
        data_root: Some(setup.folder.join(DATA_FOLDER)),
        zookeeper_port: setup.ports.zookeeper,
        broker_port: setup.ports.broker,
        ..Settings::shipped(setup.language)
    }
}

/// The lab's system for somebody who only asks: nothing is written, and no tool reports to it.
///
/// # Errors
/// The archives of a lab that begins with them cannot be made.
pub fn system_to_ask(setup: &Setup<'_>) -> Result<LabSystem, SetupError> {
    let scope = Scope::new(setup.memory.session.clone(), setup.folder);
    let downloads = downloads(setup, &settings(setup))?;
    Ok(LabSystem::new(scope, Invocations::default(), setup.memory.seen.clone()).with_downloads(downloads))
}

/// The archives of a lab that begins with them.
fn downloads(setup: &Setup<'_>, settings: &Settings) -> Result<Option<Downloads>, SetupError> {
    match setup.lab.spec.begins {
        Beginning::Unpacked => Ok(None),
        Beginning::Downloaded => {
            let folder = setup.folder.join(DOWNLOADS_FOLDER);
            Ok(Some(Downloads::new(&folder, settings, setup.engines, &witness_socket(&setup.memory.session))?))
        }
    }
}

/// A lab's variables, with its servers on these ports and its data in this folder.
pub fn variables(lab: &Lab, ports: Ports, folder: &Path) -> Variables {
    let local = |port: u16| format!("localhost:{port}");
    Variables::new(&lab.spec.variables, &local(ports.broker), &local(ports.zookeeper))
        .with("other-port", ports.other.to_string())
        .with("data", folder.join(DATA_FOLDER).display().to_string())
}

/// Where a session's tools report; in the folder for temporary files, since the path of a socket may not be long.
pub fn witness_socket(session: &str) -> PathBuf {
    std::env::temp_dir().join(format!("kafkalab-{session}.sock"))
}

fn refuse_taken(port: u16, scope: &Scope) -> Result<(), SetupError> {
    let Some(listening) = sockets::listening_on(port) else { return Ok(()) };
    let process = listening.pid.and_then(Process::read);
    if process.as_ref().is_some_and(|process| scope.owns(process)) {
        return Ok(());
    }
    let holder = process.map(|process| (process.name(), process.pid()));
    Err(SetupError::PortTaken { port, holder })
}
