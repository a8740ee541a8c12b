//! Plays a lab's solution through the same shells, coach and checks as a learner, and holds each step's transcript against its
//! snapshot.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::rig::{Rig, STOP_GRACE};
use super::session::{Session, SessionEvent};
use super::setup::{Ports, SetupError, new_session};
use super::workspace::LabMemory;
use super::{ACTION_DEADLINE, Input, PlayerError, RunEvent};
use crate::engine::parts::{Engines, Kind, Parts};
use crate::lab::check::Outcome;
use crate::lab::coach::Choice;
use crate::lab::format::Lab;
use crate::lab::snapshot::{Comparison, Difference, SnapshotError, Snapshots};
use crate::lab::terminal::{self, TerminalError};

/// How long things may take before they count as hung.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// One action of a solution.
    pub action: Duration,
    /// A step's checks, to hold after its solution was played: a group's first rebalance takes three seconds, a JVM's broker as long as
    /// the machine lets it wait for a processor.
    pub checks: Duration,
}

/// How much longer an action may take where a JVM has a part in it: it needs seconds of processor time to start, and gets few where several
/// start at once.
const JVM_PATIENCE: u32 = 5;

impl Deadlines {
    /// The deadlines for a run on these engines.
    pub fn on(parts: Parts) -> Self {
        let patience = if parts.has(Kind::Apache) { JVM_PATIENCE } else { 1 };
        Self { action: ACTION_DEADLINE * patience, checks: Duration::from_secs(120) }
    }
}

/// How a step came out.
#[derive(Debug)]
pub enum StepResult {
    /// Its checks hold and its transcript is the snapshot's.
    Passed,
    /// Its checks hold and its transcript was accepted as the snapshot.
    Updated,
    /// Its transcript is not the snapshot's.
    Differs(Difference),
    /// There is no snapshot to hold it against.
    MissingSnapshot,
    /// The solution could not be played to its end.
    PlayFailed(PlayerError),
    /// The solution was played, and this check does not hold.
    CheckFailed(Outcome),
    /// The coach objected to the solution: the rule's code.
    Advised(String),
}

impl StepResult {
    /// Whether all is well with the step.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Passed | Self::Updated)
    }

    /// Whether the next steps can still be played after it.
    fn lets_the_lab_go_on(&self) -> bool {
        !matches!(self, Self::PlayFailed(_) | Self::CheckFailed(_))
    }
}

/// How a lab came out: a result for each step that was played, in order.
#[derive(Debug)]
pub struct LabResult {
    /// By step: its id and its result.
    pub steps: Vec<(String, StepResult)>,
    /// How long it took.
    pub took: Duration,
}

/// Why a lab could not be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The lab cannot be made ready.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A terminal cannot be opened or typed into.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
    /// A snapshot cannot be read or written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// What to verify, and how.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The lab.
    pub lab: Arc<Lab>,
    /// A folder for the run's own files, empty.
    pub folder: &'a Path,
    /// Where the servers listen.
    pub ports: Ports,
    /// What runs it.
    pub engines: &'a Engines,
    /// The lab's snapshots.
    pub snapshots: Snapshots,
    /// Whether what comes out is accepted.
    pub update: bool,
    /// What counts as hung.
    pub deadlines: Deadlines,
}

/// Plays a lab and says how each step came out. Whatever happens, nothing of it is left running.
///
/// # Errors
/// The lab could not be played at all.
pub async fn verify(plan: &Plan<'_>) -> Result<LabResult, VerifyError> {
    let memory = LabMemory { session: new_session(), ..LabMemory::default() };
    let ended = play(plan, &memory).await;
    // what runs is stopped whatever happened
    terminal::stop_leftovers(&memory.session, STOP_GRACE).await;
    ended
}

async fn play(plan: &Plan<'_>, memory: &LabMemory) -> Result<LabResult, VerifyError> {
    let began = Instant::now();
    let lab = &plan.lab;
    let mut rig = Rig::open(plan, memory).await?;
    let mut steps = Vec::new();
    for (index, step) in lab.spec.steps.iter().enumerate() {
        rig.session.transcript_step(&step.id);
        let result = match play_step(&mut rig, index, plan.deadlines.checks).await? {
            Some(failed) => failed,
            None => hold_against(plan, &step.id, &rig.snapshot(step))?,
        };
        let goes_on = result.lets_the_lab_go_on();
        steps.push((step.id.clone(), result));
        if !goes_on {
            break;
        }
    }
    rig.session.into_terminals().close_all(STOP_GRACE).await?;
    Ok(LabResult { steps, took: began.elapsed() })
}

fn hold_against(plan: &Plan<'_>, step: &str, text: &str) -> Result<StepResult, SnapshotError> {
    let comparison = plan.snapshots.compare(step, text)?;
    if comparison == Comparison::Same {
        return Ok(StepResult::Passed);
    }
    if plan.update {
        plan.snapshots.accept(step, text)?;
        return Ok(StepResult::Updated);
    }
    Ok(match comparison {
        Comparison::Different(difference) => StepResult::Differs(difference),
        Comparison::Missing | Comparison::Same => StepResult::MissingSnapshot,
    })
}

/// Plays one step; returns what went wrong, or nothing where its checks hold.
async fn play_step(rig: &mut Rig, step: usize, checks: Duration) -> Result<Option<StepResult>, TerminalError> {
    // one whose checks hold already is played all the same
    if rig.session.run().step() == Some(step) {
        rig.session.take(Input::SolveAsked { step });
    } else {
        rig.session.play_step(step);
    }
    let mut played = false;
    let mut advised = None;
    let mut last: Vec<Outcome> = Vec::new();
    let mut deadline = None;
    loop {
        let passed = rig.session.run().progress().step > step;
        if played && passed {
            return Ok(advised.map(StepResult::Advised));
        }
        let event = match deadline {
            None => rig.next().await?,
            Some(deadline) => match tokio::time::timeout_at(deadline, rig.next()).await {
                Ok(event) => event?,
                Err(_) => return Ok(Some(unmet(&rig.session, last))),
            },
        };
        match event {
            SessionEvent::Played(Ok(())) => {
                played = true;
                deadline = Some(tokio::time::Instant::now() + checks);
            }
            SessionEvent::Played(Err(error)) => return Ok(Some(StepResult::PlayFailed(error))),
            SessionEvent::Told(RunEvent::Advised { advice, held, .. }) => {
                advised.get_or_insert(advice.diagnostic.code.to_owned());
                if held {
                    rig.session.answer(Choice::RunAnyway);
                }
            }
            SessionEvent::Told(RunEvent::ChecksChanged { step: of, outcomes }) if of == step => last = outcomes,
            SessionEvent::Lost => return Err(TerminalError::Host { reason: "the terminals are gone".to_owned() }),
            _ => {}
        }
    }
}

/// The first check that does not hold.
fn unmet(session: &Session, last: Vec<Outcome>) -> StepResult {
    let outcomes = if session.run().outcomes().is_empty() { last } else { session.run().outcomes().to_vec() };
    StepResult::CheckFailed(first_unmet(outcomes))
}

pub(super) fn first_unmet(outcomes: Vec<Outcome>) -> Outcome {
    outcomes.into_iter().find(|outcome| !outcome.passed).unwrap_or_else(|| Outcome {
        passed: false,
        expected: crate::text::checks::ANSWER.into(),
        found: crate::text::checks::NO_ANSWER.into(),
    })
}
