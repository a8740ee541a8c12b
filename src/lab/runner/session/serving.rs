//! What other windows ask of a session that runs here.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::turns::{PASS_DEADLINE, Turns};
use super::{Input, Session};
use crate::lab::runner::control::{self, Answering, Asked, Reply, Request};
use crate::lab::runner::player::PlayerError;
use crate::lab::runner::{Effect, RunEvent};

/// Something that was asked and is under way.
pub(super) struct Pending {
    reply: Answering,
    what: Doing,
}

enum Doing {
    /// A step is played; when that was done, its checks have until then.
    Solving { step: usize, until: Option<Instant> },
    /// The learner is taken to a step.
    Going,
}

impl Session {
    pub(super) fn serve(&mut self, Asked { request, reply }: Asked) {
        if request.lab() != self.lab.name {
            reply.give(Reply::OtherLab { lab: self.lab.name.clone() });
            return;
        }
        match request {
            Request::Check { step, language, .. } => {
                let Some(step) = step.or(self.run.step()) else { return reply.give(Reply::NoStep) };
                let (lab, variables, system) = (Arc::clone(&self.lab), self.variables.clone(), Arc::clone(&self.system));
                let began = self.began.lock().unwrap_or_else(PoisonError::into_inner).clone();
                tokio::spawn(async move {
                    reply.give(Reply::Checked(control::check(&lab, step, &variables, &system, &began, language).await));
                });
            }
            Request::Hint { .. } => {
                for effect in self.run.take(Input::HintAsked) {
                    if let Effect::Tell(RunEvent::HintGiven { step, tier }) = effect {
                        return self.give_hint(step, tier, effect, reply);
                    }
                }
                reply.give(Reply::NoStep);
            }
            Request::Solve { .. } | Request::Goto { .. } if self.playing || self.run.is_going() || self.pending.is_some() => {
                reply.give(Reply::Playing);
            }
            Request::Solve { step, .. } => self.solve(step, reply),
            Request::Goto { step, .. } => {
                self.pending = Some(Pending { reply, what: Doing::Going });
                self.take(Input::GotoAsked { step });
            }
        }
    }

    fn give_hint(&mut self, step: usize, tier: usize, effect: Effect, reply: Answering) {
        self.carry_out(effect);
        self.carry_out(Effect::Save);
        self.due.push((reply, Reply::Hint { step, tier }));
    }

    fn solve(&mut self, step: Option<usize>, reply: Answering) {
        let Some(step) = step.or(self.run.step()) else {
            return reply.give(Reply::NoStep);
        };
        if self.run.step().is_some_and(|current| step > current) {
            return reply.give(Reply::TooEarly { step: self.run.progress().step });
        }
        self.pending = Some(Pending { reply, what: Doing::Solving { step, until: None } });
        self.turns = Turns::default();
        if self.run.step() == Some(step) {
            self.take(Input::SolveAsked { step });
        } else {
            self.play_step(step);
        }
    }

    /// When what is under way has to be looked at again.
    pub(super) fn pending_until(&self) -> Option<Instant> {
        match self.pending.as_ref()?.what {
            Doing::Solving { until, .. } => until,
            Doing::Going => None,
        }
    }

    /// The checks had their time.
    pub(super) fn give_up_waiting(&mut self, now: Instant) {
        if self.pending_until().is_some_and(|until| now >= until) {
            self.reply(|what| match what {
                Doing::Solving { step, .. } => Reply::Solved { step: *step, passed: false },
                Doing::Going => Reply::NoStep,
            });
        }
    }

    pub(super) fn answer_played(&mut self, ended: &Result<(), PlayerError>) {
        let current = self.run.step();
        let Some(Pending { what: Doing::Solving { step, until }, .. }) = &mut self.pending else { return };
        match ended {
            Ok(()) if current == Some(*step) => *until = Some(Instant::now() + PASS_DEADLINE),
            Ok(()) => self.reply(|what| match what {
                Doing::Solving { step, .. } => Reply::Solved { step: *step, passed: true },
                Doing::Going => Reply::NoStep,
            }),
            Err(error) => {
                let stopped = Reply::Stopped(error.clone());
                self.reply(|_| stopped);
            }
        }
    }

    pub(super) fn answer_told(&mut self, event: &RunEvent) {
        match (event, self.pending.as_ref().map(|pending| &pending.what)) {
            // its checks may hold before all of it was played
            (RunEvent::StepPassed { step: passed, .. }, Some(Doing::Solving { step, until: Some(_) })) if passed == step => {
                let step = *step;
                self.reply(|_| Reply::Solved { step, passed: true });
            }
            (RunEvent::Arrived { step, wanted }, Some(Doing::Going)) => {
                let (step, wanted, aside) = (*step, *wanted, self.aside.take());
                self.reply(|_| Reply::At { step, wanted, aside });
            }
            _ => {}
        }
    }

    fn reply(&mut self, reply: impl FnOnce(&Doing) -> Reply) {
        if let Some(Pending { reply: waiting, what }) = self.pending.take() {
            self.due.push((waiting, reply(&what)));
        }
    }
}
