//! Where the coach sits in a run: it looks at each line on a thread that may wait for files and servers, and its words come back as
//! events.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use super::live::LiveSystem;
use super::notice::{self, LineFacts, Notice, RunningServer, Surroundings};
use super::{Advice, Background, Coach, found_after, found_before, said};
use crate::engine::distribution::Distribution;
use crate::judge::rules::Line;
use crate::judge::rules::command::topic_returns::{TOPIC_RETURNS, deleting, may_make_topics};
use crate::judge::rules::context::{CommandContext, Deleted, DiskFiles, Ending, Ran, Typed as Keys, resolve};
use crate::lab::check::scope::Scope;
use crate::process::table::Process;

/// What the coach made of a line.
#[derive(Debug)]
pub enum Judged {
    /// Of a line that waits to be run.
    Before {
        /// The terminal.
        terminal: String,
        /// The line's number.
        id: u64,
        /// What there is to say.
        advice: Option<Advice>,
        /// What else is known of it.
        facts: LineFacts,
    },
    /// Of a line that started a server in the background, which has ended since.
    InBackground {
        /// The terminal.
        terminal: String,
        /// What there is to say.
        advice: Option<Advice>,
    },
    /// Of a line that has run.
    After {
        /// The terminal.
        terminal: String,
        /// What there is to say.
        advice: Option<Advice>,
    },
}

/// The coach of one run.
#[derive(Debug)]
pub struct LabCoach {
    coach: Arc<Mutex<Coach>>,
    scope: Scope,
    /// The servers that the step has the learner end.
    to_be_ended: Vec<Ending>,
    /// The topics that were deleted while clients were attached to them, and may come back with those.
    deleted: Arc<Mutex<Vec<Deleted>>>,
    /// How many servers were started in the background.
    background: Arc<AtomicU64>,
    sender: mpsc::UnboundedSender<Judged>,
    judged: mpsc::UnboundedReceiver<Judged>,
}

/// A line and where it was typed.
struct Typed {
    line: String,
    cwd: PathBuf,
}

/// How a line ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub exit_code: i32,
    /// What was printed meanwhile.
    pub output: Vec<u8>,
    /// What was typed meanwhile, where it was ended with Ctrl-C.
    pub typed: Option<Keys>,
    /// The topic that it deleted, as it was known before: [`LineFacts::deleted`].
    pub deleted: Option<Deleted>,
    /// The server that it started in the background: [`LineFacts::background`].
    pub background: Option<Background>,
}

/// How many topics that were deleted under their clients are remembered.
const DELETED_MAX: usize = 16;

impl LabCoach {
    /// A coach that remembers what it told in earlier runs, for the lab of that scope.
    pub fn new(coach: Coach, scope: Scope) -> Self {
        let (sender, judged) = mpsc::unbounded_channel();
        Self {
            coach: Arc::new(Mutex::new(coach)),
            scope,
            to_be_ended: Vec::new(),
            deleted: Arc::default(),
            background: Arc::default(),
            sender,
            judged,
        }
    }

    /// What it remembers.
    pub fn remembered(&self) -> Coach {
        locked(&self.coach).clone()
    }

    /// How often such a thing was told before; `None` where enough was said.
    pub fn notice(&self, notice: &Notice) -> Option<usize> {
        locked(&self.coach).notice(notice)
    }

    /// Another step begins, and with it the servers that are to be ended: what was told belongs to the past.
    pub fn turn_to(&mut self, to_be_ended: Vec<Ending>) {
        self.to_be_ended = to_be_ended;
        locked(&self.coach).forget();
    }

    /// Looks at a line that waits to be run. Must be called within a tokio runtime.
    pub fn judge_before(&self, terminal: String, line: String, cwd: PathBuf, id: u64) {
        let (scope, deleted) = (self.scope.clone(), Arc::clone(&self.deleted));
        self.judge(Typed { line, cwd }, self.system(), move |coach, context, system| {
            let mut facts = facts_of(context, &scope);
            facts.background = Background::of(context, &scope);
            let line = Line::new(context, None);
            if line.as_ref().is_none_or(may_make_topics) {
                locked(&deleted).clear();
            }
            facts.deleted = line.and_then(|line| deleting(&line)).and_then(|deleting| system.deleted_by(&deleting));
            // whoever is asked may take long, and other lines need the coach meanwhile
            let found = found_before(context);
            Judged::Before { terminal, id, advice: found.and_then(|found| locked(coach).ask(found)), facts }
        });
    }

    /// Looks at a line that has ended. Must be called within a tokio runtime.
    pub fn judge_after(&self, terminal: String, line: String, cwd: PathBuf, ended: Ended) {
        let Ended { exit_code, output, typed, deleted: own, background } = ended;
        if let Some(background) = background.filter(|_| exit_code == 0) {
            self.look_after(background, terminal.clone(), Typed { line: line.clone(), cwd: cwd.clone() });
        }
        let deleted = Arc::clone(&self.deleted);
        let earlier = locked(&deleted).clone();
        let printed = console::strip_ansi_codes(&String::from_utf8_lossy(&output)).replace('\r', "");
        let system = self.system().after(Ran { printed, typed, deleted: own.iter().cloned().chain(earlier).collect() });
        self.judge(Typed { line, cwd }, system, move |coach, context, _| {
            let found = found_after(context, exit_code, &output);
            let mut deleted = locked(&deleted);
            match &found {
                Some(found) if found.code == TOPIC_RETURNS.code => deleted.clear(),
                _ => deleted.extend(own.filter(|_| exit_code == 0)),
            }
            let forgotten = deleted.len().saturating_sub(DELETED_MAX);
            deleted.drain(..forgotten);
            drop(deleted);
            Judged::After { terminal, advice: found.and_then(|found| locked(coach).tell(found)) }
        });
    }

    /// Looks after a server that was started in the background, until it has started, or has ended instead, or another one is started.
    fn look_after(&self, background: Background, terminal: String, typed: Typed) {
        let (count, scope, system) = (Arc::clone(&self.background), self.scope.clone(), self.system());
        let (coach, sender) = (Arc::clone(&self.coach), self.sender.clone());
        let number = count.fetch_add(1, Ordering::AcqRel) + 1;
        tokio::spawn(async move {
            let is_over = || count.load(Ordering::Acquire) != number || sender.is_closed();
            let Some(log) = background.death(&scope, is_over).await else { return };
            judge(coach, sender, typed, system, move |coach, context, _| {
                let found = Line::new(context, None).and_then(|line| said::cause_in_log(&line, &log));
                Judged::InBackground { terminal, advice: found.and_then(|found| locked(coach).tell(found)) }
            });
        });
    }

    fn system(&self) -> LiveSystem {
        LiveSystem::new(tokio::runtime::Handle::current(), self.scope.clone(), self.to_be_ended.clone())
    }

    fn judge(
        &self,
        typed: Typed,
        system: LiveSystem,
        look: impl FnOnce(&Mutex<Coach>, &CommandContext<'_>, &LiveSystem) -> Judged + Send + 'static,
    ) {
        judge(Arc::clone(&self.coach), self.sender.clone(), typed, system, look);
    }

    /// The next thing that the coach has to say, or that it has nothing to say. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Judged> {
        self.judged.recv().await
    }
}

/// Looks at a line on a thread that may wait for files and servers.
fn judge(
    coach: Arc<Mutex<Coach>>,
    sender: mpsc::UnboundedSender<Judged>,
    typed: Typed,
    system: LiveSystem,
    look: impl FnOnce(&Mutex<Coach>, &CommandContext<'_>, &LiveSystem) -> Judged + Send + 'static,
) {
    tokio::task::spawn_blocking(move || {
        let variables = variables_at(&typed.cwd);
        let context =
            CommandContext { line: &typed.line, cwd: &typed.cwd, variables: &variables, files: &DiskFiles, system: &system };
        let judged = look(&coach, &context, &system);
        // a run that is over needs no words
        let _ = sender.send(judged);
    });
}

fn locked<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The shell's variables, as far as they are known: those that it was started with, and where it is.
fn variables_at(cwd: &Path) -> BTreeMap<String, String> {
    let inherited = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut variables: BTreeMap<String, String> = inherited.collect();
    variables.remove("OLDPWD");
    variables.insert("PWD".to_owned(), cwd.display().to_string());
    variables
}

fn facts_of(context: &CommandContext<'_>, scope: &Scope) -> LineFacts {
    let config = scope.folder().join(Distribution::folder_name()).join("config");
    let running = |class: &str| scope.processes(class).iter().map(|process| running_server(process, class)).collect();
    notice::facts(context, &Surroundings { config: &config, running: &running })
}

/// A server that runs, with the file it was started with: the first one behind the main class.
pub(super) fn running_server(process: &Process, class: &str) -> RunningServer {
    let words = process.argv.iter().skip_while(|word| *word != class).filter_map(|word| word.to_str());
    let file = words.skip(1).find(|word| word.ends_with(".properties"));
    let config = file.zip(process.working_folder()).map(|(file, folder)| resolve(&folder, file));
    RunningServer { pid: process.pid(), config }
}
