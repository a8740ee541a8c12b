//! The terminals of a session, in this process.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, mpsc};

use super::hooks::{HookFolder, HooksOf};
use super::shell::{Shell, Start};
use super::{
    Foreground, OpenTerminal, SESSION_VARIABLE, Size, Startup, TERMINAL_VARIABLE, TerminalError, TerminalEvent, TerminalOptions,
    check_name, marked_or_below, processes_of,
};
use crate::process::marked;
use crate::process::spawn::{self, Command, SpawnError};
use crate::process::table::{Identity, Process};

/// How many events wait at most for the runner; beyond that the programs wait, as they do for a slow terminal.
const EVENTS_MAX: usize = 256;
/// How long bash may take to tell its version.
const VERSION_DEADLINE: Duration = Duration::from_secs(10);
/// How long closing waits for the shell's end to be told; it is told later where the runner takes no events meanwhile.
const END_DEADLINE: Duration = Duration::from_millis(500);
/// How long typing waits for a program that does not read; whoever types is held up meanwhile.
const TYPING_PATIENCE: Duration = Duration::from_millis(300);
/// The oldest bash that has PS0.
const BASH_OLDEST: (u32, u32) = (4, 4);
/// What the terminals understand.
const TERM: &str = "xterm-256color";

type Shells = Arc<Mutex<BTreeMap<String, Shell>>>;

/// The terminals of a session. Dropping them hangs the shells up; [`Terminals::close_all`] makes sure that nothing is left.
#[derive(Debug)]
pub struct Terminals {
    options: TerminalOptions,
    bash: OnceCell<PathBuf>,
    shells: Shells,
    /// How many terminals were opened so far.
    opened: AtomicU32,
    events: mpsc::Sender<TerminalEvent>,
}

impl Terminals {
    /// No terminals yet, and where their events will arrive. The events have to be taken: the shells wait for that.
    ///
    /// # Errors
    /// [`TerminalError::Name`] for a session's id that is not one.
    pub fn new(options: TerminalOptions) -> Result<(Self, mpsc::Receiver<TerminalEvent>), TerminalError> {
        check_name(&options.session)?;
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        Ok((Self { options, bash: OnceCell::new(), shells: Shells::default(), opened: AtomicU32::new(0), events }, receiver))
    }

    /// The names of the open terminals.
    pub fn names(&self) -> Vec<String> {
        self.shells().keys().cloned().collect()
    }

    /// Opens a terminal. Its first [`TerminalEvent::Prompt`] tells that the shell is ready. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// No bash or one that is too old, a bad or taken name, a folder that is not there or cannot be written to.
    pub async fn open(&self, terminal: OpenTerminal) -> Result<(), TerminalError> {
        check_name(&terminal.name)?;
        let bash = self.bash.get_or_try_init(|| find_bash(self.options.bash.as_deref())).await?.clone();
        let OpenTerminal { name, cwd, environment, size } = terminal;
        let mut shells = self.shells();
        if shells.contains_key(&name) {
            return Err(TerminalError::AlreadyOpen { name });
        }
        // never the folder of one that has just closed: that is about to be removed
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let folder = self.options.folder.join(&self.options.session).join(format!("{name}.{number}"));
        let of = HooksOf { terminal: &name, number, startup: self.options.startup, prompt: self.options.prompt };
        let hooks = HookFolder::create(folder.clone(), &of).map_err(|source| TerminalError::Folder { folder, source })?;
        let environment = self.environment(&name, environment);
        let ended = {
            let (shells, name) = (Arc::downgrade(&self.shells), name.clone());
            Box::new(move || {
                let Some(shells) = shells.upgrade() else { return };
                let ended = lock(&shells).remove(&name);
                if let Some(shell) = ended {
                    shell.let_go();
                }
            })
        };
        let start = Start { name: name.clone(), bash, cwd, environment, size, hooks, events: self.events.clone(), ended };
        let shell = Shell::start(start).map_err(|source| match source {
            SpawnError::NotFound { .. } => TerminalError::BashMissing,
            source => TerminalError::Spawn { name: name.clone(), source },
        })?;
        shells.insert(name, shell);
        Ok(())
    }

    /// Types at a terminal. Waits a moment while the program there does not read what was typed before; what it then still has no room
    /// for is lost, as at any terminal.
    ///
    /// # Errors
    /// [`TerminalError::NotOpen`].
    pub async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TerminalError> {
        let keyboard = self.with(name, Shell::keyboard)?;
        match tokio::time::timeout(TYPING_PATIENCE, keyboard.send(bytes.to_vec())).await {
            Ok(Err(_)) => Err(TerminalError::NotOpen { name: name.to_owned() }),
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }

    /// Sets a terminal's size.
    ///
    /// # Errors
    /// [`TerminalError::NotOpen`].
    pub async fn resize(&self, name: &str, size: Size) -> Result<(), TerminalError> {
        // the only error is that the terminal is gone, which Closed is about to tell
        self.with(name, |shell| shell.resize(size))?.map_err(|_| TerminalError::NotOpen { name: name.to_owned() })
    }

    /// What a terminal is doing.
    ///
    /// # Errors
    /// [`TerminalError::NotOpen`].
    pub async fn foreground(&self, name: &str) -> Result<Foreground, TerminalError> {
        self.with(name, Shell::foreground)
    }

    /// Closes a terminal and stops everything that it started, also in the background; what has not ended after `grace` is killed.
    /// Returns what could not be stopped.
    ///
    /// # Errors
    /// [`TerminalError::NotOpen`].
    pub async fn close(&self, name: &str, grace: Duration) -> Result<Vec<Process>, TerminalError> {
        let identity = self.with(name, Shell::identity)?;
        let left = marked::stop(|| processes_of(&self.options.session, name, identity), grace).await;
        self.forget(name).await;
        Ok(left)
    }

    /// Closes every terminal and stops everything that the session started, also what terminals that were closed before left behind.
    /// Returns what could not be stopped.
    pub async fn close_all(&self, grace: Duration) -> Vec<Process> {
        let shells: Vec<_> = self.shells().iter().map(|(name, shell)| (name.clone(), shell.identity())).collect();
        let identities: Vec<Identity> = shells.iter().filter_map(|(_, identity)| *identity).collect();
        let session = self.options.session.clone();
        let look = || marked_or_below(&[(SESSION_VARIABLE, OsStr::new(&session))], &identities);
        let left = marked::stop(look, grace).await;
        for (name, _) in &shells {
            self.forget(name).await;
        }
        // only empty when nothing else of the session is in it
        let _ = std::fs::remove_dir(self.options.folder.join(&self.options.session));
        left
    }

    async fn forget(&self, name: &str) {
        // its end may have been told meanwhile
        let shell = self.shells().remove(name);
        if let Some(shell) = shell {
            shell.finish(END_DEADLINE).await;
        }
    }

    fn with<T>(&self, name: &str, ask: impl FnOnce(&Shell) -> T) -> Result<T, TerminalError> {
        self.shells().get(name).map(ask).ok_or_else(|| TerminalError::NotOpen { name: name.to_owned() })
    }

    fn shells(&self) -> MutexGuard<'_, BTreeMap<String, Shell>> {
        lock(&self.shells)
    }

    fn environment(&self, name: &str, given: Vec<(OsString, OsString)>) -> Vec<(OsString, Option<OsString>)> {
        let mut all: Vec<(OsString, Option<OsString>)> = vec![("TERM".into(), Some(TERM.into()))];
        // a shell that was started from a script must not read that script's startup file
        all.extend(["BASH_ENV", "ENV", "COLUMNS", "LINES"].map(|name| (name.into(), None)));
        if self.options.startup == Startup::Clean {
            all.extend(["PS0", "PS1", "PROMPT_COMMAND", "HISTFILE", "HISTCONTROL"].map(|name| (name.into(), None)));
            all.push(("INPUTRC".into(), Some("/dev/null".into())));
        }
        let set = |name: &str| {
            given.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()).or_else(|| std::env::var_os(name))
        };
        all.extend(utf8_locale(set).map(|(name, value)| (name.into(), Some(value.into()))));
        all.extend(given.into_iter().map(|(name, value)| (name, Some(value))));
        all.push((SESSION_VARIABLE.into(), Some(self.options.session.clone().into())));
        all.push((TERMINAL_VARIABLE.into(), Some(name.into())));
        all
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // what is behind these locks is valid after every statement
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What has to be set so that Korean can be typed: a UTF-8 character type, where the locale has none.
fn utf8_locale(set: impl Fn(&str) -> Option<OsString>) -> Option<(&'static str, &'static str)> {
    let named = |name: &'static str| set(name).filter(|value| !value.is_empty()).map(|value| (name, value));
    let (name, value) = named("LC_ALL").or_else(|| named("LC_CTYPE")).or_else(|| named("LANG")).unwrap_or_default();
    let value = value.to_string_lossy().to_ascii_lowercase().replace('-', "");
    if value.contains("utf8") {
        return None;
    }
    Some((if name == "LC_ALL" { "LC_ALL" } else { "LC_CTYPE" }, "C.UTF-8"))
}

/// Looks for the bash that terminals will run.
///
/// # Errors
/// [`TerminalError::BashMissing`] or [`TerminalError::BashTooOld`].
pub async fn look_for_bash() -> Result<PathBuf, TerminalError> {
    find_bash(None).await
}

async fn find_bash(given: Option<&Path>) -> Result<PathBuf, TerminalError> {
    let program = given.unwrap_or(Path::new("bash"));
    let path = spawn::find(program).ok_or(TerminalError::BashMissing)?;
    let asked = Command::new(&path).args(["--norc", "--noprofile", "-c", "printf %s \"$BASH_VERSION\""]).env_remove("BASH_ENV");
    let output = asked.output(b"", 1024, VERSION_DEADLINE).await.map_err(|_| TerminalError::BashMissing)?;
    let found = output.stdout.text();
    if is_new_enough(&found) { Ok(path) } else { Err(TerminalError::BashTooOld { path, found }) }
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= BASH_OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let check = |version: &str, expected: bool| assert_eq!(is_new_enough(version), expected, "{version:?}");
        check("4.4.0(1)-release", true);
        check("5.2.15(1)-release", true);
        check("10.0.1(1)-release", true);
        check("4.3.48(1)-release", false);
        check("3.2.57(1)-release", false);
        check("", false);
    }

    #[test]
    fn a_utf8_locale_is_kept_and_another_one_is_changed_where_it_counts() {
        let check = |set: &[(&str, &str)], expected: Option<(&str, &str)>| {
            let found = utf8_locale(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()));
            assert_eq!(found, expected, "{set:?}");
        };
        check(&[("LANG", "ko_KR.UTF-8")], None);
        check(&[("LC_ALL", "C.utf8"), ("LANG", "C")], None);
        check(&[], Some(("LC_CTYPE", "C.UTF-8")));
        check(&[("LANG", "C")], Some(("LC_CTYPE", "C.UTF-8")));
        check(&[("LANG", "ko_KR.UTF-8"), ("LC_CTYPE", "POSIX")], Some(("LC_CTYPE", "C.UTF-8")));
        check(&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "C")], Some(("LC_ALL", "C.UTF-8")));
    }
}
