//! Starting a program: how it is called, where, with which environment, streams and process group; and running one to its end with
//! a limit on what is kept of its output and a deadline.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

use super::signal::{self, Signal, SignalError};
use super::table::Identity;

/// Where one of the three streams of a program leads.
#[derive(Debug)]
pub enum Stream {
    /// To `/dev/null`.
    Null,
    /// Where ours leads.
    Inherit,
    /// To us.
    Piped,
    /// To an open file.
    File(File),
}

impl From<Stream> for Stdio {
    fn from(stream: Stream) -> Self {
        match stream {
            Stream::Null => Self::null(),
            Stream::Inherit => Self::inherit(),
            Stream::Piped => Self::piped(),
            Stream::File(file) => file.into(),
        }
    }
}

/// Why a program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// There is no such program.
    #[error("{} is not there: install it, or check the path", .program.display())]
    NotFound {
        /// What was to be started.
        program: PathBuf,
    },
    /// The folder that it was to work in is missing.
    #[error("the working folder {} of {} is not there", .folder.display(), .program.display())]
    NoWorkingFolder {
        /// What was to be started.
        program: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// The system refused.
    #[error("failed to start {}", .program.display())]
    System {
        /// What was to be started.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It started, but talking to it failed.
    #[error("failed to read what {} wrote", .program.display())]
    Io {
        /// What was started.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A program to be started. Its streams are `/dev/null` and it stays in our process group, until told otherwise.
#[derive(Debug)]
pub struct Command {
    program: PathBuf,
    called_as: Option<OsString>,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, Option<OsString>)>,
    empty_environment: bool,
    working_folder: Option<PathBuf>,
    own_group: bool,
    kill_on_drop: bool,
    default_signals: bool,
    stdin: Stream,
    stdout: Stream,
    stderr: Stream,
}

impl Command {
    /// A program by its path, or by a name that is looked up in `PATH`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            called_as: None,
            arguments: Vec::new(),
            environment: Vec::new(),
            empty_environment: false,
            working_folder: None,
            own_group: false,
            kill_on_drop: false,
            default_signals: false,
            stdin: Stream::Null,
            stdout: Stream::Null,
            stderr: Stream::Null,
        }
    }

    /// Runs it by another program, which is given `before`, then the path of this one and its arguments.
    pub fn through(mut self, program: PathBuf, before: impl IntoIterator<Item = OsString>) -> Self {
        let inner = std::mem::replace(&mut self.program, program);
        self.arguments = before.into_iter().chain([inner.into_os_string()]).chain(self.arguments).collect();
        self
    }

    /// The name that it is called by, `argv[0]`, where that is not the program's.
    pub fn called_as(mut self, name: impl Into<OsString>) -> Self {
        self.called_as = Some(name.into());
        self
    }

    /// One more argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// More arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), Some(value.into())));
        self
    }

    /// Takes an environment variable away.
    pub fn env_remove(mut self, name: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), None));
        self
    }

    /// Takes every environment variable away that is not set here.
    pub fn env_clear(mut self) -> Self {
        self.empty_environment = true;
        self
    }

    /// The folder to work in.
    pub fn working_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.working_folder = Some(folder.into());
        self
    }

    /// Makes it the leader of a process group of its own: Ctrl-C at our terminal does not reach it, and everything that it starts can be
    /// ended with it. (A session of its own belongs to a terminal of its own: the pseudo-terminals make those.)
    pub fn own_group(mut self) -> Self {
        self.own_group = true;
        self
    }

    /// In a process group of its own, and killed with the whole group when the [`Child`] is dropped.
    pub fn kill_group_on_drop(mut self) -> Self {
        self.own_group = true;
        self.kill_on_drop = true;
        self
    }

    /// Lets it begin with every signal as the system has it, also where this process was started to ignore some, and so all that is started
    /// here from then on. (A program that is to be ended as `nohup` wants it is started without this.)
    pub fn default_signals(mut self) -> Self {
        self.default_signals = true;
        self
    }

    /// Where its standard input comes from.
    pub fn stdin(mut self, stream: Stream) -> Self {
        self.stdin = stream;
        self
    }

    /// Where its standard output leads.
    pub fn stdout(mut self, stream: Stream) -> Self {
        self.stdout = stream;
        self
    }

    /// Where its standard error leads.
    pub fn stderr(mut self, stream: Stream) -> Self {
        self.stderr = stream;
        self
    }

    /// Starts it. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The program or its working folder is not there, or the system refuses (permissions, memory, number of processes).
    pub fn spawn(self) -> Result<Child, SpawnError> {
        let Self { program, working_folder, own_group, kill_on_drop, .. } = self;
        if let Some(folder) = working_folder.as_deref().filter(|folder| !folder.is_dir()) {
            return Err(SpawnError::NoWorkingFolder { program, folder: folder.to_owned() });
        }
        if self.default_signals {
            super::ignored::spare_children();
        }
        let mut command = tokio::process::Command::new(&program);
        command.args(self.arguments).stdin(self.stdin).stdout(self.stdout).stderr(self.stderr);
        if let Some(name) = self.called_as {
            command.arg0(name);
        }
        if self.empty_environment {
            command.env_clear();
        }
        for (name, value) in self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(folder) = working_folder {
            command.current_dir(folder);
        }
        if own_group {
            command.process_group(0);
        }
        match command.spawn() {
            Ok(mut child) => {
                // not collected yet, so the number is still its own, even if it has ended already
                let identity = child.id().and_then(Identity::of);
                let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
                Ok(Child { program, identity, own_group, kill_on_drop, stdin, stdout, stderr, child })
            }
            Err(source) if source.kind() == io::ErrorKind::NotFound => Err(SpawnError::NotFound { program }),
            Err(source) => Err(SpawnError::System { program, source }),
        }
    }

    /// Runs it to its end in a process group of its own, feeding it `input`, and gives back what it wrote. When the deadline passes,
    /// the whole group is killed. Of each stream the first `limit` bytes are kept; the rest is read and dropped.
    ///
    /// # Errors
    /// As [`Command::spawn`], and where its streams cannot be read.
    pub async fn output(mut self, input: &[u8], limit: usize, deadline: Duration) -> Result<Output, SpawnError> {
        if !input.is_empty() {
            self.stdin = Stream::Piped;
        }
        let mut child = self.kill_group_on_drop().stdout(Stream::Piped).stderr(Stream::Piped).spawn()?;
        let program = child.program.clone();
        let failed = |source| SpawnError::Io { program: program.clone(), source };
        let (mut stdout, mut stderr) = (Capture::default(), Capture::default());
        let (stdin, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let end = tokio::time::Instant::now() + deadline;
        let ran = async {
            let streams = async { tokio::try_join!(feed(stdin, input), stdout.fill(out, limit), stderr.fill(err, limit)) };
            // a grandchild may hold the streams open after the program has ended: the deadline is for both
            let (streams, status) = tokio::join!(streams, child.wait());
            streams.and(status)
        };
        let ended = match tokio::time::timeout_at(end, ran).await {
            Ok(status) => Ended::Exit(status.map_err(failed)?),
            Err(_) => Ended::Deadline(deadline),
        };
        Ok(Output { ended, stdout, stderr })
    }
}

async fn feed(stdin: Option<ChildStdin>, input: &[u8]) -> io::Result<()> {
    let Some(mut stdin) = stdin else { return Ok(()) };
    match stdin.write_all(input).await {
        // it ended, or closed its input, before it read everything: its business
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// How a program that was run with a deadline ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this status.
    Exit(ExitStatus),
    /// By us, after this long.
    Deadline(Duration),
}

impl Ended {
    /// The exit code as a shell shows it: 128 and the number of the signal where one ended it, 124 where the deadline did.
    pub fn code(self) -> i32 {
        match self {
            Self::Exit(status) => exit_code(status),
            Self::Deadline(_) => 124,
        }
    }

    /// Whether it ended by itself with 0.
    pub fn is_success(self) -> bool {
        self.code() == 0
    }
}

/// The exit code as a shell shows it: 128 and the number of the signal where one ended the program.
pub fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|number| 128 + number)).unwrap_or(-1)
}

/// What a program that ran to its end left behind.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub ended: Ended,
    /// What it wrote to standard output.
    pub stdout: Capture,
    /// What it wrote to standard error.
    pub stderr: Capture,
}

/// What is kept of one stream.
#[derive(Debug, Default)]
pub struct Capture {
    /// The first bytes, up to the limit.
    pub bytes: Vec<u8>,
    /// How many bytes came after them.
    pub dropped: u64,
}

impl Capture {
    /// The kept bytes as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    async fn fill(&mut self, stream: Option<impl AsyncRead + Unpin>, limit: usize) -> io::Result<()> {
        let Some(mut stream) = stream else { return Ok(()) };
        let mut chunk = vec![0; 8 * 1024];
        loop {
            let count = stream.read(&mut chunk).await?;
            if count == 0 {
                return Ok(());
            }
            let kept = count.min(limit - self.bytes.len());
            self.bytes.extend_from_slice(&chunk[..kept]);
            self.dropped += (count - kept) as u64;
        }
    }
}

/// A program that was started. Dropping it leaves the program running, unless [`Command::kill_group_on_drop`] was asked for.
#[derive(Debug)]
pub struct Child {
    program: PathBuf,
    identity: Option<Identity>,
    own_group: bool,
    kill_on_drop: bool,
    /// Our end of its standard input, where that is piped.
    pub stdin: Option<ChildStdin>,
    /// Our end of its standard output, where that is piped.
    pub stdout: Option<ChildStdout>,
    /// Our end of its standard error, where that is piped.
    pub stderr: Option<ChildStderr>,
    child: tokio::process::Child,
}

impl Child {
    /// What was started.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Which process it is; `None` where `/proc` could not be read when it started.
    pub fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// Waits for its end. Can be called again: the status is kept.
    ///
    /// # Errors
    /// As the system gives them.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Its exit status, if it has ended.
    ///
    /// # Errors
    /// As the system gives them.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Sends a signal to it, or to its whole group where it has one of its own.
    ///
    /// # Errors
    /// [`SignalError::Gone`] where it has ended.
    pub fn signal(&self, signal: Signal) -> Result<(), SignalError> {
        let identity = self.identity.ok_or(SignalError::Gone { pid: self.child.id().unwrap_or(0) })?;
        if self.own_group { signal::send_group(identity, signal) } else { signal::send(identity, signal) }
    }

    /// Asks it to end with SIGTERM, waits, and kills it (with its group) where it has not ended within `grace`.
    ///
    /// # Errors
    /// As the system gives them.
    pub async fn stop(&mut self, grace: Duration) -> io::Result<ExitStatus> {
        // gone already: waiting tells how
        let _ = self.signal(Signal::Terminate);
        match tokio::time::timeout(grace, self.child.wait()).await {
            Ok(status) => status,
            Err(_) => {
                let _ = self.signal(Signal::Kill);
                self.child.wait().await
            }
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.kill_on_drop {
            // gone already is what is wanted; nobody can be told of anything else here
            let _ = self.signal(Signal::Kill);
        }
    }
}

/// The full path of a program that is looked up in `PATH` as a shell would; `None` where it is not there or not executable.
pub fn find(program: impl AsRef<OsStr>) -> Option<PathBuf> {
    which::which(program).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::wait::until_true;

    const SECONDS: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        Command::new("sh").arg("-c").arg(script)
    }

    #[tokio::test]
    async fn output_status_and_input_come_through() {
        let output =
            shell("read line; echo got $line; echo oops >&2; exit 3").output(b"hello\n", 1000, SECONDS).await.expect("runs");
        assert_eq!((output.stdout.text().as_str(), output.stderr.text().as_str()), ("got hello\n", "oops\n"));
        assert_eq!(output.ended.code(), 3);
        let killed = shell("kill -TERM $$").output(b"", 1000, SECONDS).await.expect("runs");
        assert_eq!(killed.ended.code(), 143);
    }

    #[tokio::test]
    async fn name_folder_and_environment_are_given_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().canonicalize().expect("it exists");
        let command = Command::new("sh").called_as("kafka.Kafka").args(["-c", "echo $0; pwd -P; echo $A$HOME"]);
        let output = command.env_clear().env("A", "a").env("B", "b").env_remove("B").working_folder(&path);
        let output = output.output(b"", 1000, SECONDS).await.expect("runs");
        assert_eq!(output.stdout.text(), format!("kafka.Kafka\n{}\na\n", path.display()));
    }

    #[tokio::test]
    async fn output_beyond_the_limit_is_dropped_and_counted() {
        let output = shell("head -c 100000 /dev/zero").output(b"", 10, SECONDS).await.expect("runs");
        assert_eq!((output.stdout.bytes.len(), output.stdout.dropped), (10, 99_990));
        assert!(output.ended.is_success());
    }

    #[tokio::test]
    async fn the_deadline_ends_the_whole_group() {
        let folder = tempfile::tempdir().expect("a folder");
        let note = folder.path().join("pid");
        // the grandchild outlives the shell and keeps its output open
        let script = format!("sleep 600 & echo $! > {}; echo started", note.display());
        let output = shell(&script).output(b"", 1000, Duration::from_millis(300)).await.expect("runs");
        assert_eq!((output.ended.code(), output.stdout.text().as_str()), (124, "started\n"));
        let pid: u32 = std::fs::read_to_string(note).expect("written").trim().parse().expect("a number");
        until_true(SECONDS, "the grandchild to end", || !Identity::of(pid).is_some_and(Identity::is_running))
            .await
            .expect("it was killed with its group");
    }

    #[tokio::test]
    async fn stop_terminates_and_kills_what_does_not_listen() {
        let mut polite = shell("sleep 600").own_group().spawn().expect("starts");
        assert_eq!(exit_code(polite.stop(SECONDS).await.expect("ends")), 143);
        let gone = until_true(SECONDS, "the group to be gone", || polite.signal(Signal::Continue).is_err());
        gone.await.expect("nothing of it is left");

        let deaf = shell("trap '' TERM; echo deaf; while :; do sleep 600; done").kill_group_on_drop();
        let mut deaf = deaf.stdout(Stream::Piped).spawn().expect("starts");
        let mut said = [0; 5];
        deaf.stdout.as_mut().expect("piped").read_exact(&mut said).await.expect("it traps first");
        assert_eq!(exit_code(deaf.stop(Duration::from_millis(100)).await.expect("ends")), 137);
    }

    #[tokio::test]
    async fn what_is_not_there_is_said() {
        let error = Command::new("/no/such/program").spawn().expect_err("it is not there");
        assert_eq!(error.to_string(), "/no/such/program is not there: install it, or check the path");
        let error = Command::new("sh").working_folder("/no/such/folder").spawn().expect_err("it is not there");
        assert_eq!(error.to_string(), "the working folder /no/such/folder of sh is not there");
    }
}
