//! What a session types by itself: solutions of steps, one after the other.

use std::time::Instant;

use super::solving::Situation;
use super::turns::{Due, Turns, Wish};
use super::{Input, Session, SessionEvent};
use crate::lab::check::scope::{BROKER_CLASS, COORDINATOR_CLASS};
use crate::lab::runner::player::{Next, PlayerError};
use crate::lab::runner::{Play, RunEvent};
use crate::lab::terminal::TerminalError;

/// What solutions and routes call the processes of the lab's servers, with their main classes: their numbers are known when a line is typed,
/// and not before.
pub const PROCESSES: [(&str, &str); 2] = [("${broker-pid}", BROKER_CLASS), ("${coordinator-pid}", COORDINATOR_CLASS)];
/// How such a number is written where it does not matter which one it is.
const ANY_PROCESS: &str = "<PID>";

impl Session {
    /// Whether a step that is asked for has its turn at once; where it has it later, that is told.
    pub(super) fn is_now(&mut self, step: usize) -> bool {
        if self.run.is_going() {
            return false;
        }
        let wish = self.turns.ask(step, self.run.step(), self.playing, Instant::now());
        match wish {
            Wish::Again => self.ready.push_back(SessionEvent::Told(RunEvent::StillSolving { step })),
            Wish::Next => self.ready.push_back(SessionEvent::Told(RunEvent::SolvesNext { step })),
            Wish::Now | Wish::Void => {}
        }
        wish == Wish::Now
    }

    /// Plays a command line, as if it was typed.
    pub fn play(&mut self, plays: impl IntoIterator<Item = Play>) {
        self.player.add(plays);
        self.playing = self.player.is_playing();
    }

    /// Forgets what is left to play.
    pub fn stop_playing(&mut self) {
        self.player.clear();
        self.playing = false;
        self.turns = Turns::default();
    }

    /// Plays a step's solution at the terminals as they are.
    pub(in crate::lab::runner) fn play_step(&mut self, step: usize) {
        let spec = &self.lab.spec.steps[step];
        let names: Vec<&str> = self.lab.spec.terminals.iter().map(|terminal| terminal.name.as_str()).collect();
        let situation = Situation::look(&self.system.scope, &names, &self.player);
        let arranged = situation.arrange(spec, Play::of_step(spec, &self.variables));
        self.turns.begin(step);
        self.ready.extend(arranged.told.into_iter().map(SessionEvent::Told));
        self.play(arranged.plays);
    }

    /// Types what is to be typed; returns when to look again.
    pub(super) async fn advance_player(&mut self) -> Result<Option<Instant>, TerminalError> {
        while self.playing {
            match self.player.next(Instant::now()) {
                Ok(Next::Type { terminal, bytes }) => {
                    let bytes = self.with_processes(bytes);
                    self.note_keys(&terminal, &bytes);
                    match self.terminals.write(&terminal, &bytes).await {
                        // the player says so itself when its deadline has passed
                        Err(TerminalError::NotOpen { .. }) => {}
                        written => written?,
                    }
                }
                Ok(Next::Wait(until)) => return Ok(Some(until)),
                Ok(Next::Done) => self.play_ended(Ok(())),
                Err(error) => self.play_ended(Err(error)),
            }
        }
        Ok(None)
    }

    /// What is to be typed, with the numbers of the processes that it names; nothing stands for one that does not run.
    fn with_processes(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(&bytes) else { return bytes };
        let named: Vec<(&str, &str)> = PROCESSES.into_iter().filter(|(name, _)| text.contains(name)).collect();
        if named.is_empty() {
            return bytes;
        }
        let (mut typed, mut written) = (text.to_owned(), text.to_owned());
        for (name, class) in named {
            let pid = self.system.scope.processes(class).first().map(|process| process.pid().to_string());
            typed = typed.replace(name, &pid.unwrap_or_default());
            written = written.replace(name, ANY_PROCESS);
        }
        self.written.insert(typed.trim_end().to_owned(), written.trim_end().to_owned());
        typed.into_bytes()
    }

    fn play_ended(&mut self, ended: Result<(), PlayerError>) {
        self.playing = false;
        let done = ended.is_ok();
        self.answer_played(&ended);
        if !done || !self.run.is_going() {
            self.ready.push_back(SessionEvent::Played(ended));
        }
        self.take(Input::PlayEnded { done });
        if let Some(step) = self.turns.end(done, self.run.step(), Instant::now()) {
            self.take(Input::SolveAsked { step });
        }
        self.checker.wake();
    }

    /// A step that was played has had its time to pass.
    pub(super) fn look_at_turns(&mut self, now: Instant) {
        match self.turns.due(self.run.step(), now) {
            Some(Due::Again(step)) => self.take(Input::SolveAsked { step }),
            Some(Due::NotDone(step)) => {
                let outcomes = self.run.outcomes().to_vec();
                self.ready.push_back(SessionEvent::Told(RunEvent::NotSolved { step, outcomes }));
            }
            None => {}
        }
    }
}
