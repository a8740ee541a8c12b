//! Plays routes: a right one as a whole run of the lab, in which nobody objects; the wrong ones one after another in one run, as a
//! learner who makes every mistake, and gets out of each.

use std::time::{Duration, Instant};

use super::rig::{Rig, STOP_GRACE};
use super::session::SessionEvent;
use super::setup::new_session;
use super::verify::{Plan, VerifyError, first_unmet};
use super::workspace::LabMemory;
use super::{Play, PlayerError, RunEvent};
use crate::lab::check::Outcome;
use crate::lab::coach::Choice;
use crate::lab::format::{Action, RightRoute, StepSpec, Variables, WrongRoute};
use crate::lab::terminal::{self, TerminalError};

/// What is wrong with a route, or with the lab on it.
#[derive(Clone, Debug)]
pub enum Problem {
    /// The coach said something else than it should: the codes of the rules.
    Raised {
        /// The rule that is expected; `None` where nobody should speak.
        expected: Option<String>,
        /// What was raised, in order.
        found: Vec<String>,
    },
    /// A mistake passed the step.
    Passed,
    /// The checks of the step held before anything was done for it.
    PassedBefore,
    /// Something could not be played to its end.
    PlayFailed(PlayerError),
    /// All was played, and this check does not hold.
    CheckFailed(Outcome),
}

/// How a route came out.
#[derive(Clone, Debug)]
pub struct RouteResult {
    /// Its name; the step's, where the way back to the solution failed.
    pub id: String,
    /// The step where it went wrong, and how; `None` where all is as it should be.
    pub problem: Option<(String, Problem)>,
    /// How long it took.
    pub took: Duration,
}

/// Plays the lab with a right route's ways in it.
///
/// # Errors
/// The lab could not be played at all.
pub async fn play_right(plan: &Plan<'_>, route: &RightRoute) -> Result<RouteResult, VerifyError> {
    let memory = LabMemory { session: new_session(), ..LabMemory::default() };
    let began = Instant::now();
    let played = right(plan, &memory, route).await;
    terminal::stop_leftovers(&memory.session, STOP_GRACE).await;
    Ok(RouteResult { id: route.id.clone(), problem: played?, took: began.elapsed() })
}

async fn right(plan: &Plan<'_>, memory: &LabMemory, route: &RightRoute) -> Result<Option<(String, Problem)>, VerifyError> {
    let mut walk = Walk::begin(plan, memory).await?;
    for (name, value) in &route.variables {
        let value = walk.variables.expand(value);
        walk.variables = walk.variables.clone().with(name, value);
    }
    for (index, step) in plan.lab.spec.steps.iter().enumerate() {
        let way = route.steps.get(&index).unwrap_or(&step.solution);
        if let Some(problem) = walk.pass(index, way).await? {
            return Ok(Some((step.id.clone(), problem)));
        }
    }
    walk.end().await?;
    Ok(None)
}

/// Plays all wrong routes in one run of the lab: those of a step before its solution, in their order.
///
/// # Errors
/// The lab could not be played at all.
pub async fn play_wrong(plan: &Plan<'_>, routes: &[WrongRoute]) -> Result<Vec<RouteResult>, VerifyError> {
    let memory = LabMemory { session: new_session(), ..LabMemory::default() };
    let played = wrong(plan, &memory, routes).await;
    terminal::stop_leftovers(&memory.session, STOP_GRACE).await;
    played
}

async fn wrong(plan: &Plan<'_>, memory: &LabMemory, routes: &[WrongRoute]) -> Result<Vec<RouteResult>, VerifyError> {
    let mut walk = Walk::begin(plan, memory).await?;
    let mut results = Vec::new();
    for (index, step) in plan.lab.spec.steps.iter().enumerate() {
        let began = Instant::now();
        let ends_at =
            |problem| RouteResult { id: step.id.clone(), problem: Some((step.id.clone(), problem)), took: began.elapsed() };
        if walk.holds(index).await {
            results.push(ends_at(Problem::PassedBefore));
            return Ok(results);
        }
        for route in routes.iter().filter(|route| route.step == index) {
            let began = Instant::now();
            let problem = walk.err(step, route).await?;
            let passed = matches!(problem, Some(Problem::Passed));
            let problem = problem.map(|problem| (step.id.clone(), problem));
            results.push(RouteResult { id: route.id.clone(), problem, took: began.elapsed() });
            if passed {
                return Ok(results);
            }
        }
        if let Some(problem) = walk.pass(index, &step.solution).await? {
            results.push(ends_at(problem));
            return Ok(results);
        }
    }
    walk.end().await?;
    Ok(results)
}

/// A run of a lab that is being played.
struct Walk {
    rig: Rig,
    variables: Variables,
    /// For the checks of a step to hold.
    deadline: Duration,
}

/// What came of some plays.
#[derive(Default)]
struct Played {
    raised: Vec<String>,
    /// The player's own failure, unless the coach held a line and it was given up.
    failed: Option<PlayerError>,
}

impl Walk {
    async fn begin(plan: &Plan<'_>, memory: &LabMemory) -> Result<Self, VerifyError> {
        let rig = Rig::open(plan, memory).await?;
        Ok(Self { variables: rig.session.variables().clone(), rig, deadline: plan.deadlines.checks })
    }

    async fn end(self) -> Result<(), TerminalError> {
        self.rig.session.into_terminals().close_all(STOP_GRACE).await.map(|_| ())
    }

    fn is_past(&self, step: usize) -> bool {
        self.rig.session.run().progress().step > step
    }

    async fn holds(&self, step: usize) -> bool {
        self.is_past(step) || self.rig.session.look(step).await.iter().all(|outcome| outcome.passed)
    }

    /// Plays actions to their end, and waits until the coach has looked at all of them.
    async fn play(&mut self, terminal: &str, actions: &[Action]) -> Result<Played, TerminalError> {
        let plays: Vec<Play> = actions.iter().map(|action| Play::of_action(action, terminal, &self.variables)).collect();
        let mut played = Played::default();
        let mut playing = !plays.is_empty();
        self.rig.session.play(plays);
        while playing || self.rig.session.is_judging() {
            match self.rig.next().await? {
                SessionEvent::Played(ended) => {
                    playing = false;
                    played.failed = ended.err();
                }
                SessionEvent::Told(RunEvent::Advised { advice, held, .. }) => {
                    played.raised.push(advice.diagnostic.code.to_owned());
                    if held {
                        self.rig.session.stop_playing();
                        playing = false;
                        self.rig.session.answer(Choice::Cancel);
                    }
                }
                SessionEvent::Lost => return Err(TerminalError::Host { reason: "the terminals are gone".to_owned() }),
                _ => {}
            }
        }
        Ok(played)
    }

    /// Does a step in a way that is right.
    async fn pass(&mut self, step: usize, way: &[Action]) -> Result<Option<Problem>, TerminalError> {
        let terminal = self.rig.session.lab().spec.steps[step].terminal.clone();
        let played = self.play(&terminal, way).await?;
        if !played.raised.is_empty() {
            return Ok(Some(Problem::Raised { expected: None, found: played.raised }));
        }
        if let Some(error) = played.failed {
            return Ok(Some(Problem::PlayFailed(error)));
        }
        self.rig.session.check_now();
        let deadline = tokio::time::Instant::now() + self.deadline;
        while !self.is_past(step) {
            match tokio::time::timeout_at(deadline, self.rig.next()).await {
                Ok(event) => drop(event?),
                Err(_) => return Ok(Some(Problem::CheckFailed(first_unmet(self.rig.session.look(step).await)))),
            }
        }
        Ok(None)
    }

    /// Makes a mistake, and says where what came of it is not what the route expects.
    async fn err(&mut self, step: &StepSpec, route: &WrongRoute) -> Result<Option<Problem>, TerminalError> {
        let before = self.play(&step.terminal, &route.before).await?;
        let mut played = self.play(&step.terminal, &route.play).await?;
        played.raised.splice(0..0, before.raised);
        let passed = self.holds(route.step).await;
        let undone = self.play(&step.terminal, &route.undo).await?;
        played.raised.extend(undone.raised);
        Ok(if passed {
            Some(Problem::Passed)
        } else if !played.raised.iter().eq(&route.raises) {
            Some(Problem::Raised { expected: route.raises.clone(), found: played.raised })
        } else {
            before.failed.or(played.failed).or(undone.failed).map(Problem::PlayFailed)
        })
    }
}
