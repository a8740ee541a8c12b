//! Opens a lab: at the terminals that were kept, or at new ones.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::engine::EngineChoice;
use super::failure::Failure;
use super::learn::{STOP_GRACE, setup_failure, terminal_failure};
use super::verify::free_ports;
use crate::engine::parts::Engines;
use crate::frontend::screen_size;
use crate::lab::coach::LabCoach;
use crate::lab::format::Lab;
use crate::lab::runner::control::Asked;
use crate::lab::runner::{
    ACTION_DEADLINE, LabMemory, Parts, Place, Ports, Ready, Session, Setup, Workspace, make_ready, new_session,
};
use crate::lab::terminal::host::HostOptions;
use crate::lab::terminal::{
    self, AnyTerminals, Attached, HostProcess, RemoteTerminals, Size, TerminalError, TerminalEvent, TerminalOptions,
};
use crate::text::{Language, engines, learn as words};

/// Where the servers of a lab are to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PortsWanted {
    /// At the documented ports.
    Documented,
    /// At ports that are free, or at those that were free the last time.
    Free,
    /// Where they did the last time.
    Remembered,
}

/// Fills in what has to be known of a lab before it is opened, and finds its engines; `None` asks for those it was done on last.
pub(super) async fn prepare(memory: &mut LabMemory, engines: Option<Engines>, ports: PortsWanted) -> Result<Engines, Failure> {
    if memory.session.is_empty() {
        memory.session = new_session();
    }
    let engines = match engines {
        Some(engines) => engines,
        None => remembered_engines(memory).await?,
    };
    memory.apache = engines.folder().map(|folder| folder.distribution().root().to_owned());
    memory.ports = match (ports, memory.ports) {
        (PortsWanted::Documented, _) => None,
        (PortsWanted::Free, None) => Some(free_ports().await?),
        (_, remembered) => remembered,
    };
    Ok(engines)
}

/// The engine that a lab was done on last.
pub(super) async fn remembered_engines(memory: &LabMemory) -> Result<Engines, Failure> {
    let Some(folder) = memory.apache.clone() else { return Ok(Engines::Bundled) };
    let found = EngineChoice::Apache(Some(folder)).engines().await;
    found.map_err(|failure| Failure { message: failure.message.and(engines::E_REMEMBERED.into()), ..failure })
}

/// The host of a lab's terminals.
pub(super) fn host_options(workspace: &Workspace, lab: &str, session: &str) -> HostOptions {
    host_options_at(&workspace.lab_folder(lab), session)
}

/// The host of the terminals of the lab in a folder.
pub(super) fn host_options_at(folder: &std::path::Path, session: &str) -> HostOptions {
    HostOptions::new(TerminalOptions {
        session: session.to_owned(),
        folder: folder.join(".terminals"),
        bash: None,
        startup: terminal::Startup::User,
        prompt: terminal::PromptStyle::Lab,
    })
}

/// What is to be opened.
pub(super) struct Opening<'a> {
    pub(super) lab: &'a Arc<Lab>,
    pub(super) engines: &'a Engines,
    pub(super) workspace: &'a Workspace,
    pub(super) memory: &'a LabMemory,
    pub(super) language: Language,
}

/// An open lab.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) options: HostOptions,
    /// What there is to say about it.
    pub(super) notices: Vec<String>,
}

impl Opening<'_> {
    /// Opens the lab; `requests` are what other windows ask.
    pub(super) async fn open(&self, requests: Option<mpsc::Receiver<Asked>>) -> Result<Opened, Failure> {
        let Self { lab, engines, memory, language, .. } = *self;
        let folder = self.workspace.lab_folder(&lab.name);
        let options = host_options(self.workspace, &lab.name, &memory.session);
        let kept = RemoteTerminals::attach(&options.socket()).await.ok();
        let mut notices = Vec::new();
        match &kept {
            Some(_) => notices.push(words::REATTACHED.get(language).to_owned()),
            None => notices.extend(clear_leftovers(memory, language).await),
        }
        let ports = memory.ports.unwrap_or(Ports::DOCUMENTED);
        let setup = Setup { lab, folder: &folder, language, ports, engines, memory };
        let Ready { place, variables, system, receiver, .. } =
            make_ready(&setup).map_err(|error| setup_failure(error, language))?;
        let (terminals, events, attached) = match kept {
            Some(kept) => kept,
            None => start_host(&options).await.map_err(terminal_failure)?,
        };
        let terminals = AnyTerminals::Remote(terminals);
        open_terminals(&terminals, lab, &place).await?;
        let session = Session::new(Parts {
            lab: Arc::clone(lab),
            variables,
            progress: memory.progress.clone(),
            terminals,
            events,
            attached,
            coach: LabCoach::new(memory.coach.clone(), system.scope.clone()),
            system,
            receiver: Some(receiver),
            action_deadline: ACTION_DEADLINE,
            keeps_transcript: false,
            place: Some(place),
            requests,
        });
        Ok(Opened { session, options, notices })
    }
}

/// What a runner that was killed left behind is stopped, and named.
async fn clear_leftovers(memory: &LabMemory, language: Language) -> Option<String> {
    let left = terminal::leftovers(&memory.session);
    if left.is_empty() {
        return None;
    }
    let names: Vec<String> = left.iter().map(|process| format!("{} ({})", process.name(), process.pid())).collect();
    terminal::stop_leftovers(&memory.session, STOP_GRACE).await;
    Some(words::LEFTOVERS.fill(language, &[("processes", &names.join(", "))]))
}

/// Starts a host for the terminals, so that they can be kept when the learner leaves.
async fn start_host(
    options: &HostOptions,
) -> Result<(RemoteTerminals, mpsc::Receiver<TerminalEvent>, Vec<Attached>), TerminalError> {
    let program = std::env::current_exe().map_err(|error| TerminalError::Host { reason: error.to_string() })?;
    let host = HostProcess { program, arguments: vec!["terminal-host".into()] };
    host.spawn(options).await?;
    RemoteTerminals::attach(&options.socket()).await
}

async fn open_terminals(terminals: &AnyTerminals, lab: &Lab, place: &Place) -> Result<(), Failure> {
    let open = terminals.names();
    let (columns, rows) = screen_size().unwrap_or((80, 24));
    for spec in lab.spec.terminals.iter().filter(|spec| !open.contains(&spec.name)) {
        terminals.open(place.terminal(&spec.name, Size { columns, rows })).await.map_err(terminal_failure)?;
    }
    Ok(())
}
