//! How other windows ask the runner of a workspace: one question and one answer over a Unix socket in the workspace.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::player::PlayerError;
use crate::lab::check::{self, Context, LabSystem};
use crate::lab::format::{Lab, Variables};
use crate::lab::terminal::protocol;
use crate::net::{connect_local, listen_local};
use crate::process::wait;
use crate::text::Language;

/// The name of the socket in the workspace.
const SOCKET: &str = ".control.socket";
/// How long a runner that is just starting may take to listen.
const START_DEADLINE: Duration = Duration::from_secs(3);
/// How long an answer may take: a whole lab may have to be played.
const ANSWER_DEADLINE: Duration = Duration::from_secs(600);
/// How many questions wait at most.
const ASKED_MAX: usize = 16;

/// What another window asks; a lab by its whole name, a step by its index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Ask the checks of a step.
    Check {
        /// The lab.
        lab: String,
        /// The step; `None` for the one that is on.
        step: Option<usize>,
        /// The language of the answer.
        language: Language,
    },
    /// Give a hint for the step that is on.
    Hint {
        /// The lab.
        lab: String,
    },
    /// Play the solution of a step that was reached.
    Solve {
        /// The lab.
        lab: String,
        /// The step; `None` for the one that is on.
        step: Option<usize>,
    },
    /// Take the learner to a step: everything as new, and the steps before it played.
    Goto {
        /// The lab.
        lab: String,
        /// The step.
        step: usize,
    },
}

impl Request {
    /// The lab that is asked about.
    pub fn lab(&self) -> &str {
        match self {
            Self::Check { lab, .. } | Self::Hint { lab } | Self::Solve { lab, .. } | Self::Goto { lab, .. } => lab,
        }
    }
}

/// What the checks of a step found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// The lab's name.
    pub lab: String,
    /// The step's index.
    pub step: usize,
    /// Its name.
    pub id: String,
    /// Its checks, in order.
    pub checks: Vec<CheckLine>,
}

impl CheckReport {
    /// Whether all of them hold.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// What one check found, as it is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// Whether it holds.
    pub passed: bool,
    /// What it looks for.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// What the checks found.
    Checked(CheckReport),
    /// This hint was given; 0 is a nudge, 1 a pointer, 2 the command.
    Hint {
        /// The step.
        step: usize,
        /// Which.
        tier: usize,
    },
    /// The solution was played.
    Solved {
        /// The step.
        step: usize,
        /// Whether its checks held in time.
        passed: bool,
    },
    /// The learner is at a step.
    At {
        /// The step.
        step: usize,
        /// The one that was wanted.
        wanted: usize,
        /// Where what the learner had made is now, where there was something.
        aside: Option<PathBuf>,
    },
    /// The solution could not be played to its end.
    Stopped(PlayerError),
    /// Something is being played already.
    Playing,
    /// The step has not been reached.
    TooEarly {
        /// The step that is on.
        step: usize,
    },
    /// All steps are done.
    NoStep,
    /// The runner has another lab open.
    OtherLab {
        /// That lab.
        lab: String,
    },
}

/// A question that waits for its answer.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub request: Request,
    /// Takes the answer.
    pub reply: Answering,
}

/// Takes an answer.
#[derive(Debug)]
pub struct Answering(oneshot::Sender<Reply>);

impl Answering {
    /// Answers; whoever asked may have gone.
    pub fn give(self, reply: Reply) {
        let _ = self.0.send(reply);
    }
}

impl Asked {
    /// A question, and where its answer will arrive.
    pub fn new(request: Request) -> (Self, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        (Self { request, reply: Answering(sender) }, receiver)
    }
}

/// Takes questions until it is dropped; the socket is then removed.
#[derive(Debug)]
pub struct Desk {
    task: AbortHandle,
    socket: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
        // a socket that is left is replaced by the next runner
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Listens for questions in a workspace that this process has to itself.
///
/// # Errors
/// The socket cannot be made.
pub async fn listen(workspace: &Path) -> io::Result<(Desk, mpsc::Receiver<Asked>)> {
    let socket = workspace.join(SOCKET);
    let listener = listen_local(&socket).await?;
    let (sender, asked) = mpsc::channel(ASKED_MAX);
    let task = tokio::spawn(take_all(listener, sender));
    Ok((Desk { task: task.abort_handle(), socket }, asked))
}

async fn take_all(listener: UnixListener, sender: mpsc::Sender<Asked>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(take_one(stream, sender.clone()));
    }
}

async fn take_one(mut stream: UnixStream, sender: mpsc::Sender<Asked>) -> Option<()> {
    let request = protocol::receive::<Request, _>(&mut stream).await.ok()??;
    let (asked, reply) = Asked::new(request);
    sender.send(asked).await.ok()?;
    let reply = reply.await.ok()?;
    protocol::send(&mut stream, &reply).await.ok()
}

/// Asks the runner that has a workspace.
///
/// # Errors
/// It has no lab open (it is at its first screen), or went away before it answered.
pub async fn ask(workspace: &Path, request: &Request) -> io::Result<Reply> {
    let socket = workspace.join(SOCKET);
    let connected = wait::until(START_DEADLINE, "the runner to listen", async || connect_local(&socket).await.ok());
    let mut stream = connected.await.map_err(|_| io::ErrorKind::NotConnected)?;
    let answered = async {
        protocol::send(&mut stream, request).await?;
        protocol::receive(&mut stream).await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    };
    tokio::time::timeout(ANSWER_DEADLINE, answered).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Asks the checks of a step; `began` is when each step of this run began.
pub async fn check(
    lab: &Lab,
    step: usize,
    variables: &Variables,
    system: &LabSystem,
    began: &HashMap<String, Instant>,
    language: Language,
) -> CheckReport {
    let spec = &lab.spec.steps[step];
    let context = Context { variables, began };
    let mut checks = Vec::new();
    for check in &spec.checks {
        let outcome = check::ask(system, check, &context).await;
        let (expected, found) = (outcome.expected.say(language), outcome.found.say(language));
        checks.push(CheckLine { passed: outcome.passed, expected, found });
    }
    CheckReport { lab: lab.name.clone(), step, id: spec.id.clone(), checks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_is_answered_and_a_runner_that_goes_is_noticed() {
        let place = tempfile::tempdir().expect("a folder");
        let (desk, mut asked) = listen(place.path()).await.expect("it listens");
        let request = Request::Goto { lab: "01-single-node".to_owned(), step: 4 };
        let answering = tokio::spawn(async move {
            let Asked { request, reply } = asked.recv().await.expect("asked");
            reply.give(Reply::At { step: 4, wanted: 4, aside: None });
            // the next one is never answered
            drop(asked.recv().await);
            request
        });
        assert_eq!(ask(place.path(), &request).await.expect("answered"), Reply::At { step: 4, wanted: 4, aside: None });
        assert_eq!(ask(place.path(), &request).await.expect_err("gone").kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(answering.await.expect("it ended"), request);
        drop(desk);
        assert!(!place.path().join(SOCKET).exists());
    }
}
