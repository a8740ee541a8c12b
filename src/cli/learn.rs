//! `kafkalab` and `kafkalab learn`: the first screen, then a lab at the learner's terminal.

use std::io::{self, IsTerminal, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::engine::EngineChoice;
use super::failure::{Failure, with_reason};
use super::list::entries;
use super::opening::{Opened, Opening, PortsWanted, host_options, prepare};
use super::{Args, exit, runtime, workspace_folder};
use crate::engine::parts::Engines;
use crate::frontend::{self, LearnError, Leaving, MenuChoice, Paint, plain, screen};
use crate::lab::format::Lab;
use crate::lab::runner::{Remembered, Session, SetupError, Workspace, control};
use crate::lab::terminal::host::HostOptions;
use crate::lab::terminal::{self, AnyTerminals, TerminalError};
use crate::process::wait;
use crate::text::{Language, Message, cli as say, learn as words};

/// How long what runs in the terminals may take to end by itself; a broker's controlled shutdown is well within it.
pub(super) const STOP_GRACE: Duration = Duration::from_secs(10);
/// The narrowest screen that a lab can be shown on.
const COLUMNS_MIN: u16 = 20;

pub(super) fn run(args: &Args, asked: &LearnArgs, locale: Language) -> Result<u8, Failure> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Failure::new("no-terminal", say::E_NOT_A_TERMINAL));
    }
    let (columns, _) = crossterm::terminal::size().map_err(|error| Failure::io("terminal", error))?;
    if columns < COLUMNS_MIN {
        return Err(Failure::new("narrow", Message::new(say::E_NARROW).with("columns", columns)));
    }
    let lab = asked.lab.as_deref().map(|word| args.labs.resolve(word)).transpose()?;
    let workspace = Workspace::open(&workspace_folder(args)?)?;
    let (remembered, damaged) = workspace.load()?;
    let lab = if asked.resume { lab.or_else(|| remembered.last.clone()) } else { lab };
    let language = args.language.or(remembered.language).unwrap_or(locale);
    if let Some(damaged) = damaged {
        let message = Message::new(say::E_STATE).with("kept", damaged.kept.display()).with("reason", damaged.reason);
        say_lines(&[message.say(language)]);
    }
    let runtime = runtime()?;
    // the terminals' host looks again; asked here, the answer is a sentence of our own, and nothing has been begun yet
    runtime.block_on(terminal::look_for_bash()).map_err(terminal_failure)?;
    let engines = match &asked.engine {
        Some(engine) => Some(runtime.block_on(engine.engines())?),
        None => None,
    };
    let plain = asked.plain || std::env::var_os(PLAIN_VARIABLE).is_some_and(|value| !value.is_empty());
    let ports = match (asked.free_ports, asked.resume) {
        (true, _) => PortsWanted::Free,
        (false, true) => PortsWanted::Remembered,
        (false, false) => PortsWanted::Documented,
    };
    let learner = Learner { args, ports, plain, engines, workspace, remembered, language };
    let result = runtime.block_on(learner.learn(lab));
    // the keyboard's thread sits in a read that only another key would end
    runtime.shutdown_background();
    result
}

/// What asks for `--plain` always.
const PLAIN_VARIABLE: &str = "KAFKALAB_PLAIN";

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LearnArgs {
    /// The lab's name, number or short name; `None` asks which.
    pub lab: Option<String>,
    /// Let the servers listen on ports that are free, instead of the documented ones.
    pub free_ports: bool,
    /// Go on with the lab that was open last.
    pub resume: bool,
    /// Line by line, also where the screen is large enough for more.
    pub plain: bool,
    /// `None` goes on with what the lab was done on last.
    pub engine: Option<EngineChoice>,
}

/// Stops everything that runs in a lab's terminals.
pub(super) async fn stop(terminals: AnyTerminals, options: &HostOptions) {
    // a host that is gone, or has nothing left to do, stops nothing any more; what it left is stopped by its mark
    let _ = terminals.close_all(STOP_GRACE).await;
    drop(terminals);
    terminal::stop_leftovers(&options.terminals.session, STOP_GRACE).await;
    // a runner that comes at once must not find the host about to end
    let _ = wait::until_true(STOP_GRACE, "the terminals' host to end", || !options.is_running()).await;
}

/// How a lab was left.
struct Left {
    leaving: Leaving,
    language: Language,
    /// The step that is on; `None` where the lab is done.
    step: Option<usize>,
    steps: usize,
}

impl Left {
    /// Keeps the terminals or stops everything; returns the exit code and what there is to say.
    async fn leave(self, terminals: AnyTerminals, options: &HostOptions) -> Result<(u8, String), Failure> {
        let Self { leaving, language, .. } = self;
        if leaving == Leaving::Keep {
            terminals.keep().await.map_err(terminal_failure)?;
            return Ok((exit::OK, words::LEFT_KEPT.get(language).to_owned()));
        }
        stop(terminals, options).await;
        let stopped = match self.step {
            Some(step) => words::LEFT_STOPPED.fill(language, &[("step", &(step + 1))]),
            None => words::LEFT_DONE.get(language).to_owned(),
        };
        let step = self.step.map_or(self.steps, |step| step + 1);
        match leaving {
            Leaving::Lost => Err(Failure::new("terminals-lost", Message::new(say::E_LOST).with("step", step))),
            Leaving::HungUp => Ok((exit::INTERRUPTED, stopped)),
            Leaving::Stop | Leaving::Keep => Ok((exit::OK, stopped)),
        }
    }
}

/// What came of the first screen.
enum Chosen {
    Lab(String),
    Nothing { exit: u8 },
}

struct Learner<'a> {
    args: &'a Args,
    ports: PortsWanted,
    plain: bool,
    /// What was asked for; `None` goes on with what the lab was done on last.
    engines: Option<Engines>,
    workspace: Workspace,
    remembered: Remembered,
    language: Language,
}

impl Learner<'_> {
    async fn learn(mut self, lab: Option<String>) -> Result<u8, Failure> {
        let raw = RawMode::enter()?;
        let mut keyboard = keyboard();
        let name = match lab {
            Some(name) => name,
            None => match self.choose(&mut keyboard).await? {
                Chosen::Lab(name) => name,
                Chosen::Nothing { exit } => return Ok(exit),
            },
        };
        self.remembered.language = Some(self.language);
        let lab = Arc::new(Lab::load(&self.args.labs, &name)?);
        let memory = self.remembered.labs.entry(name.clone()).or_default();
        let is_kept = host_options(&self.workspace, &name, &memory.session).is_running();
        // what was kept goes on where it listens
        let ports = if is_kept { PortsWanted::Remembered } else { self.ports };
        let engines = prepare(memory, self.engines.take(), ports).await?;
        self.remembered.last = Some(name);
        self.workspace.save(&self.remembered)?;
        let ended = self.play(&lab, &engines, &mut keyboard).await;
        drop(raw);
        let (exit, line) = ended?;
        say_lines(&[line]);
        Ok(exit)
    }

    /// The first screen.
    async fn choose(&mut self, keyboard: &mut mpsc::Receiver<Vec<u8>>) -> Result<Chosen, Failure> {
        let entries = entries(self.args, &self.remembered)?;
        let folder = self.workspace.folder().display().to_string();
        let (choice, language) = frontend::menu(&mut io::stdout(), keyboard, &entries, &folder, self.language)
            .await
            .map_err(|error| Failure::io("terminal", error))?;
        self.language = language;
        let names = self.args.labs.names()?;
        match choice {
            MenuChoice::Quit => Ok(Chosen::Nothing { exit: exit::OK }),
            MenuChoice::Interrupted => Ok(Chosen::Nothing { exit: exit::INTERRUPTED }),
            MenuChoice::Start(index) => Ok(Chosen::Lab(names[index].clone())),
            MenuChoice::Restart(index) => {
                self.start_over(&names[index]).await?;
                Ok(Chosen::Lab(names[index].clone()))
            }
        }
    }

    /// Begins a lab anew: what runs of it is stopped, and its folder is moved aside, not deleted.
    async fn start_over(&mut self, name: &str) -> Result<(), Failure> {
        let session = self.remembered.labs.remove(name).map(|memory| memory.session);
        if let Some(session) = session.filter(|session| !session.is_empty()) {
            terminal::stop_leftovers(&session, STOP_GRACE).await;
        }
        self.workspace.set_aside(name)?;
        Ok(self.workspace.save(&self.remembered)?)
    }

    async fn play(
        &mut self,
        lab: &Arc<Lab>,
        engines: &Engines,
        keyboard: &mut mpsc::Receiver<Vec<u8>>,
    ) -> Result<(u8, String), Failure> {
        let memory = self.remembered.labs.get(&lab.name).cloned().unwrap_or_default();
        // a workspace whose file system has no sockets is worked in all the same, from this window alone
        let (_desk, requests) = control::listen(self.workspace.folder()).await.ok().unzip();
        let opening = Opening { lab, engines, workspace: &self.workspace, memory: &memory, language: self.language };
        let Opened { mut session, options, notices, .. } = opening.open(requests).await?;
        say_lines(&notices);
        let mut host = Keeper { workspace: &self.workspace, remembered: &mut self.remembered };
        let ended = if self.plain || !screen::fits() {
            plain::learn(&mut session, &mut host, io::stdout(), keyboard, self.language).await
        } else {
            screen::learn(&mut session, &mut host, keyboard, self.language).await
        };
        let mut failed = None;
        let (leaving, language) = match ended {
            Ok(ended) => ended,
            Err(LearnError::Io(_)) => (Leaving::HungUp, self.language),
            Err(LearnError::Terminal(_)) => (Leaving::Lost, self.language),
            Err(LearnError::Setup(error)) => {
                failed = Some(setup_failure(error, self.language));
                (Leaving::Stop, self.language)
            }
        };
        frontend::Host::save(&mut host, &session, language);
        let step = session.run().step();
        let left = Left { leaving, language, step, steps: lab.spec.steps.len() };
        let left = left.leave(session.into_terminals(), &options).await;
        failed.map_or(left, Err)
    }
}

pub(super) fn setup_failure(error: SetupError, language: Language) -> Failure {
    match error {
        SetupError::Distribution(error) => with_reason("distribution", say::E_DIST, error.explain(language)),
        SetupError::PortTaken { port, holder } => port_taken(port, holder, language),
        SetupError::Witness { path, source } | SetupError::Renew { path, source } => {
            Failure::of_disk(&path, &source).unwrap_or_else(|| Failure::io(path.display(), source))
        }
    }
}

/// The refusal of a port that somebody holds: name and process number, where these can be seen.
pub(super) fn port_taken(port: u16, holder: Option<(String, u32)>, language: Language) -> Failure {
    let holder = match holder {
        Some((name, pid)) => Message::new(say::E_PORT_HOLDER).with("name", name).with("pid", pid),
        None => say::E_PORT_HOLDER_UNSEEN.into(),
    };
    Failure::new("port-taken", Message::new(say::E_PORT).with("port", port).with("holder", holder.say(language)))
}

pub(super) fn terminal_failure(error: TerminalError) -> Failure {
    if let TerminalError::Folder { folder, source } = &error
        && let Some(failure) = Failure::of_disk(folder, source)
    {
        return failure;
    }
    match error {
        TerminalError::BashMissing => Failure::new("bash-missing", say::E_BASH),
        TerminalError::BashTooOld { path, found } => {
            Failure::new("bash-old", Message::new(say::E_BASH_OLD).with("path", path.display()).with("found", found))
        }
        error => with_reason("terminal", say::E_TERMINAL, chain(&error)),
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What the front end asks of us while the lab runs.
pub(super) struct Keeper<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) remembered: &'a mut Remembered,
}

impl frontend::Host for Keeper<'_> {
    fn save(&mut self, session: &Session, language: Language) {
        self.remembered.language = Some(language);
        let memory = self.remembered.labs.entry(session.lab().name.clone()).or_default();
        memory.progress = session.run().progress().clone();
        memory.coach = session.coach();
        memory.seen = session.system().seen();
        // a full disk must not end the lab: the progress is then kept at the next step, or found again by the checks
        let _ = self.workspace.save(self.remembered);
    }

    fn running(&mut self, session: &Session) -> Vec<String> {
        session.system().running()
    }
}

/// The keyboard, read by a thread of its own: a terminal has no other way to be read without changing it for everybody else.
pub(super) fn keyboard() -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = io::stdin().read(&mut buffer) {
            if sender.blocking_send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The learner's terminal, byte by byte; given back as it was.
pub(super) struct RawMode;

impl RawMode {
    pub(super) fn enter() -> Result<Self, Failure> {
        crossterm::terminal::enable_raw_mode().map_err(|error| Failure::io("terminal", error))?;
        Ok(Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // where the terminal is gone there is nothing to give back
        let _ = crossterm::terminal::disable_raw_mode();
        let _ = write!(io::stdout(), "\x1b[0m\r\x1b[K");
    }
}

/// Says lines on the learner's terminal, raw or not.
pub(super) fn say_lines(lines: &[String]) {
    let paint = Paint::for_stdout();
    for line in lines.iter().flat_map(|line| paint.prose(line)) {
        let _ = write!(io::stdout(), "{line}\r\n");
    }
}
