//! The state machine of a run: which step is on, what its checks said last, which line is held.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::events::{Effect, Input, RunEvent};
use crate::lab::check::Outcome;
use crate::lab::coach::{Advice, Choice};
use crate::lab::format::Lab;

/// How far a learner is in a lab; kept between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The step that is on, as an index; the number of steps where the lab is done.
    pub step: usize,
    /// How many hints were given in that step.
    pub hints: usize,
    /// The steps before it that the learner was taken past by `goto`: nobody did them by hand.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub taken: BTreeSet<usize>,
    /// The step that the learner was being taken to when the run ended: files and servers are halfway there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub going: Option<usize>,
}

/// The tier whose hint is the command itself.
const LAST_TIER: usize = 2;

/// A run of one lab.
#[derive(Debug)]
pub struct Run {
    lab: Arc<Lab>,
    progress: Progress,
    outcomes: Vec<Outcome>,
    /// The earlier steps whose server is missing, as the learner was told.
    missing: Vec<usize>,
    held: Option<Held>,
    /// The lines of other terminals that the coach has something to say about too: they wait for their turn, since one question is asked
    /// at a time.
    waiting: VecDeque<u64>,
    going: Option<Going>,
    /// The step is to be done as soon as its checks have told which servers are missing.
    solve_wanted: bool,
}

/// The way to a step that the learner is taken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Going {
    target: usize,
    /// The step whose solution is played.
    at: usize,
}

#[derive(Debug)]
struct Held {
    id: u64,
    advice: Box<Advice>,
}

impl Run {
    /// A run that goes on where `progress` left it.
    pub fn new(lab: Arc<Lab>, progress: Progress) -> Self {
        let progress = if progress.step > lab.spec.steps.len() { Progress::default() } else { progress };
        Self {
            lab,
            progress,
            outcomes: Vec::new(),
            missing: Vec::new(),
            held: None,
            waiting: VecDeque::new(),
            going: None,
            solve_wanted: false,
        }
    }

    /// How far it is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The step that is on; `None` when the lab is done.
    pub fn step(&self) -> Option<usize> {
        Some(self.progress.step).filter(|step| *step < self.lab.spec.steps.len())
    }

    /// What the checks of the step said last; empty before their first answer.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Whether a line is held until the learner answers.
    pub fn holds_a_line(&self) -> bool {
        self.held.is_some()
    }

    /// Whether the learner is being taken to a step.
    pub fn is_going(&self) -> bool {
        self.going.is_some()
    }

    /// Takes an input and says what has to be done, in order.
    pub fn take(&mut self, input: Input) -> Vec<Effect> {
        if self.going.is_some() {
            return self.on_the_way(input);
        }
        match input {
            Input::Begin => self.begin(),
            Input::Checked { step, outcomes, missing } => self.checked(step, outcomes, missing),
            Input::LineEntered { terminal, id, advice: Some(advice) } => self.hold(terminal, id, advice),
            Input::LineEntered { id, advice: None, .. } => vec![Effect::Verdict { id, run: true }],
            Input::LineDropped { id } => {
                self.waiting.retain(|waiting| *waiting != id);
                match self.held.take_if(|held| held.id == id) {
                    Some(_) => self.next_waiting().into_iter().collect(),
                    None => Vec::new(),
                }
            }
            Input::LineEnded { terminal, advice } => advice
                .map(|advice| Effect::Tell(RunEvent::Advised { terminal, advice: Box::new(advice), held: false }))
                .into_iter()
                .collect(),
            Input::Answered(choice) => self.answered(choice),
            Input::HintAsked => self.hint(),
            Input::SolveAsked { step } => self.solve(step),
            Input::GotoAsked { step } => self.set_out(step),
            Input::Renewed | Input::PlayEnded { .. } => Vec::new(),
        }
    }

    /// Nothing on the way is the learner's: lines run as they are played, and no check counts.
    fn on_the_way(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::LineEntered { id, .. } => vec![Effect::Verdict { id, run: true }],
            Input::Renewed => self.go_on(),
            Input::PlayEnded { done: true } => {
                if let Some(going) = &mut self.going {
                    self.progress.taken.insert(going.at);
                    going.at += 1;
                }
                self.go_on()
            }
            Input::PlayEnded { done: false } => self.arrive(),
            _ => Vec::new(),
        }
    }

    fn set_out(&mut self, target: usize) -> Vec<Effect> {
        let target = target.min(self.lab.spec.steps.len().saturating_sub(1));
        // a line that waits is given up with its terminal
        self.held = None;
        self.waiting.clear();
        self.solve_wanted = false;
        self.outcomes.clear();
        self.missing.clear();
        self.progress = Progress { going: Some(target), ..Progress::default() };
        self.going = Some(Going { target, at: 0 });
        vec![Effect::Save, Effect::Tell(RunEvent::Going { step: target }), Effect::Renew]
    }

    fn go_on(&mut self) -> Vec<Effect> {
        match self.going {
            Some(going) if going.at < going.target => vec![Effect::Play { step: going.at }],
            _ => self.arrive(),
        }
    }

    /// The step that is on is the one that was reached, which is an earlier one where something went wrong on the way.
    fn arrive(&mut self) -> Vec<Effect> {
        let Some(Going { target, at }) = self.going.take() else { return Vec::new() };
        self.progress.step = at;
        self.progress.going = None;
        let arrived = RunEvent::Arrived { step: at, wanted: target };
        vec![Effect::Save, Effect::Tell(arrived), Effect::Tell(RunEvent::StepStarted { step: at })]
    }

    fn begin(&mut self) -> Vec<Effect> {
        if let Some(target) = self.progress.going {
            return [Effect::Tell(RunEvent::LabStarted)].into_iter().chain(self.set_out(target)).collect();
        }
        let first = match self.step() {
            Some(step) => RunEvent::StepStarted { step },
            None => RunEvent::LabPassed,
        };
        vec![Effect::Tell(RunEvent::LabStarted), Effect::Tell(first)]
    }

    fn checked(&mut self, step: usize, outcomes: Vec<Outcome>, missing: Vec<usize>) -> Vec<Effect> {
        // an answer to a question of a step that is over already
        if self.step() != Some(step) || outcomes.len() != self.lab.spec.steps[step].checks.len() {
            return Vec::new();
        }
        if outcomes.iter().all(|outcome| outcome.passed) {
            return self.pass(step, outcomes);
        }
        let news = missing.iter().filter(|earlier| !self.missing.contains(earlier));
        let mut effects: Vec<Effect> =
            news.map(|earlier| Effect::Tell(RunEvent::ServerMissing { started_by: *earlier })).collect();
        self.missing = missing;
        let before = self.outcomes.iter().map(|outcome| outcome.passed);
        let changed = self.outcomes.len() != outcomes.len() || !before.eq(outcomes.iter().map(|outcome| outcome.passed));
        let first = self.outcomes.is_empty();
        let any_passed = outcomes.iter().any(|outcome| outcome.passed);
        let reworded = !first && self.outcomes != outcomes;
        self.outcomes.clone_from(&outcomes);
        // the step's own words list its checks, so a first answer with nothing passed is no news
        if changed && (!first || any_passed) {
            effects.push(Effect::Tell(RunEvent::ChecksChanged { step, outcomes }));
        } else if reworded {
            effects.push(Effect::Tell(RunEvent::ChecksReworded { outcomes }));
        }
        if std::mem::take(&mut self.solve_wanted) {
            effects.extend(self.plays(step));
        }
        effects
    }

    fn pass(&mut self, step: usize, outcomes: Vec<Outcome>) -> Vec<Effect> {
        self.outcomes.clear();
        self.missing.clear();
        self.solve_wanted = false;
        self.progress = Progress { step: step + 1, hints: 0, ..std::mem::take(&mut self.progress) };
        let next = match self.step() {
            Some(step) => RunEvent::StepStarted { step },
            None => RunEvent::LabPassed,
        };
        vec![Effect::Tell(RunEvent::StepPassed { step, outcomes }), Effect::Save, Effect::Tell(next)]
    }

    fn hold(&mut self, terminal: String, id: u64, advice: Advice) -> Vec<Effect> {
        let advice = Box::new(advice);
        let told = RunEvent::Advised { terminal, advice: advice.clone(), held: true };
        if self.held.is_some() {
            self.waiting.push_back(id);
            return Vec::new();
        }
        self.held = Some(Held { id, advice });
        vec![Effect::Tell(told)]
    }

    fn answered(&mut self, choice: Choice) -> Vec<Effect> {
        let Some(Held { id, advice }) = self.held.take() else { return Vec::new() };
        let effect = match choice {
            Choice::RunAnyway => Effect::Verdict { id, run: true },
            Choice::Cancel => Effect::Verdict { id, run: false },
            Choice::Fix => Effect::Fix { id, advice },
        };
        [effect].into_iter().chain(self.next_waiting()).collect()
    }

    /// The line whose turn it is to be asked about: it is looked at anew, since what was wrong with it may have been mended meanwhile.
    fn next_waiting(&mut self) -> Option<Effect> {
        self.waiting.pop_front().map(|id| Effect::LookAgain { id })
    }

    fn hint(&mut self) -> Vec<Effect> {
        let Some(step) = self.step() else { return Vec::new() };
        let tier = self.progress.hints.min(LAST_TIER);
        self.progress.hints = (tier + 1).min(LAST_TIER + 1);
        vec![Effect::Tell(RunEvent::HintGiven { step, tier }), Effect::Save]
    }

    /// A wish for another step than the one that is on is over; one that waits for the checks is not made twice.
    fn solve(&mut self, step: usize) -> Vec<Effect> {
        if self.step() != Some(step) || self.solve_wanted {
            return Vec::new();
        }
        let mut effects = vec![Effect::Tell(RunEvent::Solving { step })];
        if self.outcomes.is_empty() {
            self.solve_wanted = true;
        } else {
            effects.extend(self.plays(step));
        }
        effects
    }

    /// The step's solution, with the servers that it needs before it.
    fn plays(&self, step: usize) -> impl Iterator<Item = Effect> + use<> {
        self.missing.clone().into_iter().chain([step]).map(|step| Effect::Play { step })
    }
}

#[cfg(test)]
mod tests;
