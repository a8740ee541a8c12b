//! The loop around a run: terminals, checks, coach and player in, events for the front end out.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use lines::Entered;
pub use parts::{Parts, SessionEvent};
pub use playing::PROCESSES;
pub use renewing::RenewError;
use serving::Pending;
use tokio::sync::mpsc;
use turns::Turns;

use super::checker::{Began, Checker};
use super::control::{Answering, Asked, Reply};
use super::place::Place;
use super::player::{Play, Player};
use super::{Effect, Input, Run, RunEvent};
use crate::lab::check::invocations::Receiver;
use crate::lab::check::{self, Context, LabSystem, Outcome};
use crate::lab::coach::{Coach, LabCoach};
use crate::lab::format::{Lab, Variables};
use crate::lab::terminal::transcript::Transcript;
use crate::lab::terminal::{AnyTerminals, Attached, TerminalError, TerminalEvent, Verdict};

mod lines;
mod noticing;
mod parts;
mod playing;
mod renewing;
mod serving;
mod solving;
mod turns;

/// A running lab.
pub struct Session {
    lab: Arc<Lab>,
    variables: Variables,
    run: Run,
    player: Player,
    coach: LabCoach,
    transcript: Option<Transcript>,
    terminals: AnyTerminals,
    events: mpsc::Receiver<TerminalEvent>,
    system: Arc<LabSystem>,
    began: Began,
    checker: Checker,
    lines: HashMap<String, Entered>,
    /// By terminal that was kept while a program ran in it: how many letters were typed since the last Enter.
    kept_busy: HashMap<String, usize>,
    /// The consumers that were noticed to wait for new messages only.
    waiting_consumers: HashSet<u32>,
    /// The answers of this step that were told to be wrong.
    wrong_answers: Vec<String>,
    held: HashMap<u64, (Verdict, String)>,
    next_line: u64,
    ready: VecDeque<SessionEvent>,
    playing: bool,
    /// The lines that were played with the number of a process in them, and how they are written.
    written: HashMap<String, String>,
    turns: Turns,
    /// The lines that the coach looks at now.
    judging: usize,
    place: Option<Place>,
    requests: Option<mpsc::Receiver<Asked>>,
    pending: Option<Pending>,
    /// Answers to be given when the events before them were taken.
    due: Vec<(Answering, Reply)>,
    /// Where what the learner had made was put when files were made as new.
    aside: Option<PathBuf>,
    _receiver: Option<Receiver>,
}

impl Session {
    /// Begins, or goes on where the progress says.
    pub fn new(parts: Parts) -> Self {
        let Parts { lab, variables, progress, terminals, events, attached, system, receiver, coach, .. } = parts;
        let began = Began::default();
        let checker = Checker::start(&lab, &variables, &system, &began);
        let run = Run::new(Arc::clone(&lab), progress);
        let mut session = Self {
            lab,
            variables,
            run,
            player: Player::new(parts.action_deadline),
            coach,
            transcript: parts.keeps_transcript.then(|| Transcript::new("", Instant::now())),
            terminals,
            events,
            system,
            began,
            checker,
            lines: HashMap::new(),
            kept_busy: HashMap::new(),
            waiting_consumers: HashSet::new(),
            wrong_answers: Vec::new(),
            held: HashMap::new(),
            next_line: 0,
            ready: VecDeque::new(),
            playing: false,
            written: HashMap::new(),
            turns: Turns::default(),
            judging: 0,
            place: parts.place,
            requests: parts.requests,
            pending: None,
            due: Vec::new(),
            aside: None,
            _receiver: receiver,
        };
        for Attached { terminal, replay, unanswered, foreground } in attached {
            if foreground.at_prompt {
                session.player.at_prompt_already(&terminal);
            } else {
                session.kept_busy.insert(terminal.clone(), 0);
            }
            let busy = !foreground.at_prompt;
            session.ready.push_back(SessionEvent::Replayed { terminal: terminal.clone(), bytes: replay.0, busy });
            if !unanswered.0.is_empty() {
                session.ready.push_back(SessionEvent::Output { terminal, bytes: unanswered.0 });
            }
        }
        session.take(Input::Begin);
        session
    }

    /// The lab.
    pub fn lab(&self) -> &Lab {
        &self.lab
    }

    /// Its variables.
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// What the checks ask.
    pub fn system(&self) -> &LabSystem {
        &self.system
    }

    /// What the coach remembers.
    pub fn coach(&self) -> Coach {
        self.coach.remembered()
    }

    /// The transcript, where one is kept.
    pub fn transcript(&self) -> Option<&Transcript> {
        self.transcript.as_ref()
    }

    /// What happens from now on belongs to another step of the transcript, where one is kept.
    pub fn transcript_step(&mut self, id: &str) {
        if let Some(transcript) = &mut self.transcript {
            transcript.begin_step(id);
        }
    }

    /// By line that was typed by itself with the number of a process in it, the line as others write it.
    pub fn written(&self) -> &HashMap<String, String> {
        &self.written
    }

    /// The terminals, to type into and to resize.
    pub fn terminals(&mut self) -> &mut AnyTerminals {
        &mut self.terminals
    }

    /// The learner asks or answers something.
    pub fn take(&mut self, input: Input) {
        match input {
            Input::SolveAsked { step } if !self.is_now(step) => return,
            // what is being played is not given up
            Input::GotoAsked { .. } if self.playing => return,
            Input::GotoAsked { .. } => self.turns = Turns::default(),
            _ => {}
        }
        for effect in self.run.take(input) {
            self.carry_out(effect);
        }
    }

    /// Asks the checks of the step at once.
    pub fn check_now(&self) {
        self.checker.wake();
    }

    /// Whether the coach looks at a line.
    pub fn is_judging(&self) -> bool {
        self.judging > 0
    }

    /// Asks the checks of a step, once and now.
    pub async fn look(&self, step: usize) -> Vec<Outcome> {
        let began = self.began.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let context = Context { variables: &self.variables, began: &began };
        let mut outcomes = Vec::new();
        for spec in &self.lab.spec.steps[step].checks {
            outcomes.push(check::ask(&self.system, spec, &context).await);
        }
        outcomes
    }

    /// Waits for what happens next. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The player's bytes could not be typed.
    pub async fn next(&mut self) -> Result<SessionEvent, TerminalError> {
        loop {
            let wake = self.advance_player().await?;
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            // what an answer tells of has been shown and saved by now
            self.due.drain(..).for_each(|(answering, reply)| answering.give(reply));
            let wake = [wake, self.pending_until(), self.turns.until()].into_iter().flatten().min();
            let timer = async {
                match wake {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.take_terminal_event(event),
                    None => return Ok(SessionEvent::Lost),
                },
                Some(judged) = self.coach.next() => self.take_judged(judged),
                Some(round) = self.checker.next() => {
                    if let Input::Checked { outcomes, .. } = &round {
                        self.notice_outcomes(outcomes);
                    }
                    self.take(round);
                }
                Some(asked) = async { self.requests.as_mut()?.recv().await } => self.serve(asked),
                () = timer => {
                    self.give_up_waiting(Instant::now());
                    self.look_at_turns(Instant::now());
                }
            }
        }
    }

    /// What the learner types at a terminal. A terminal whose shell has just ended takes nothing: a new one is about to be opened.
    ///
    /// # Errors
    /// The lab's terminals are gone.
    pub async fn type_at(&mut self, terminal: &str, bytes: &[u8]) -> Result<(), TerminalError> {
        self.player.on_typed(terminal);
        self.turns.on_typed();
        self.notice_typed(terminal, bytes);
        self.note_keys(terminal, bytes);
        match self.terminals.write(terminal, bytes).await {
            Err(TerminalError::NotOpen { .. }) => Ok(()),
            written => written,
        }
    }

    fn take_terminal_event(&mut self, event: TerminalEvent) {
        if let Some(transcript) = &mut self.transcript {
            transcript.feed(&event, Instant::now());
        }
        self.checker.wake();
        match event {
            TerminalEvent::Output { terminal, bytes } => {
                self.player.on_output(&terminal, &bytes);
                if let Some(entered) = self.lines.get_mut(&terminal) {
                    entered.print(&bytes);
                }
                self.ready.push_back(SessionEvent::Output { terminal, bytes });
            }
            TerminalEvent::Prompt { terminal, exit_code, .. } => {
                self.player.on_prompt(&terminal);
                self.forget_held(&terminal);
                self.kept_busy.remove(&terminal);
                if let Some((entered, code)) = self.lines.remove(&terminal).zip(exit_code) {
                    self.notice_after(&entered, code);
                    self.judging += 1;
                    let (line, cwd, ended) = entered.ended(code);
                    self.coach.judge_after(terminal.clone(), line, cwd, ended);
                }
                self.ready.push_back(SessionEvent::Prompt { terminal, exit_code });
            }
            TerminalEvent::Line { terminal, line, cwd, verdict, .. } => self.take_line(terminal, line, cwd, verdict),
            TerminalEvent::Closed { terminal, .. } => {
                self.forget_held(&terminal);
                self.ready.push_back(SessionEvent::Closed { terminal });
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Tell(event) => {
                if let RunEvent::StepStarted { step } = &event {
                    self.begin_step(*step);
                } else if matches!(event, RunEvent::LabPassed) {
                    self.checker.turn_to(None);
                }
                if matches!(event, RunEvent::Arrived { .. }) {
                    self.look_at_servers();
                }
                self.answer_told(&event);
                self.ready.push_back(SessionEvent::Told(event));
            }
            Effect::Verdict { id, run } => self.let_go(id, run),
            Effect::LookAgain { id } => self.look_again(id),
            Effect::Fix { id, advice } => self.fix(id, &advice),
            Effect::Renew => {
                self.checker.turn_to(None);
                self.ready.push_back(SessionEvent::Renew);
            }
            Effect::Play { step } => {
                if self.run.is_going() {
                    self.note_beginning(step);
                    return self.play(Play::of_step_on_the_way(&self.lab.spec.steps[step], &self.variables));
                }
                self.play_step(step);
            }
            Effect::Save => self.ready.push_back(SessionEvent::Save),
        }
    }

    fn begin_step(&mut self, step: usize) {
        self.coach.turn_to(noticing::endings(&self.lab.spec.steps[step].checks));
        self.wrong_answers.clear();
        self.note_beginning(step);
        self.checker.turn_to(Some(step));
    }

    fn note_beginning(&self, step: usize) {
        let id = self.lab.spec.steps[step].id.clone();
        self.began.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_insert_with(Instant::now);
    }

    /// Ends the session and gives its terminals back, to be kept or closed.
    pub fn into_terminals(self) -> AnyTerminals {
        self.terminals
    }
}
