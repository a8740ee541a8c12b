//! The loop around a run: terminals, checks, coach and player in, events for the front end out.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

pub use renewing::RenewError;
use serving::Pending;
use solving::Situation;
use tokio::sync::mpsc;
use turns::{Due, Turns, Wish};

use super::checker::{Began, Checker};
use super::control::{Answering, Asked, Reply};
use super::place::Place;
use super::player::{Next, Play, Player, PlayerError};
use super::{Effect, Input, Progress, Run, RunEvent};
use crate::judge::diagnostic::Source;
use crate::lab::check::invocations::Receiver;
use crate::lab::check::{self, Context, LabSystem, Outcome};
use crate::lab::coach::{Advice, Choice, Coach, Judged, LabCoach, Notice, apply_fix};
use crate::lab::format::{Lab, Variables};
use crate::lab::terminal::transcript::Transcript;
use crate::lab::terminal::{AnyTerminals, Attached, Decision, TerminalError, TerminalEvent, Verdict};

mod noticing;
mod renewing;
mod serving;
mod solving;
mod turns;

/// What a session is made of.
pub struct Parts {
    /// The lab.
    pub lab: Arc<Lab>,
    /// Its variables.
    pub variables: Variables,
    /// Where the learner is.
    pub progress: Progress,
    /// The terminals, open.
    pub terminals: AnyTerminals,
    /// What happens at them.
    pub events: mpsc::Receiver<TerminalEvent>,
    /// What the terminals were doing already, where they were kept.
    pub attached: Vec<Attached>,
    /// What the checks ask.
    pub system: Arc<LabSystem>,
    /// Takes the tools' reports while the session lasts.
    pub receiver: Option<Receiver>,
    /// The coach.
    pub coach: LabCoach,
    /// How long one action of a solution may take.
    pub action_deadline: Duration,
    /// Whether what happens at the terminals is kept, to be held against snapshots.
    pub keeps_transcript: bool,
    /// Where the lab lies, for a session whose terminals are opened anew; `None` where it is played once.
    pub place: Option<Place>,
    /// What other windows ask.
    pub requests: Option<mpsc::Receiver<Asked>>,
}

/// Something for the front end (or for `verify`).
#[derive(Debug)]
pub enum SessionEvent {
    /// A terminal showed something.
    Output {
        /// The terminal.
        terminal: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// What a terminal that was kept had shown before.
    Replayed {
        /// The terminal.
        terminal: String,
        /// The bytes; what they ask a terminal was answered then, or is asked again by an output behind this.
        bytes: Vec<u8>,
        /// Whether a program runs in it.
        busy: bool,
    },
    /// A terminal's shell has taken a line.
    Line {
        /// The terminal.
        terminal: String,
        /// The line.
        line: String,
    },
    /// A terminal's shell is at its prompt.
    Prompt {
        /// The terminal.
        terminal: String,
        /// What the line before ended with.
        exit_code: Option<i32>,
    },
    /// The coach has looked at a line, before it runs or after.
    Judged,
    /// A terminal's shell has ended.
    Closed {
        /// The terminal.
        terminal: String,
    },
    /// The run says something.
    Told(RunEvent),
    /// Everything that was to be played was played, or it stopped.
    Played(Result<(), PlayerError>),
    /// The learner is to be taken to a step: [`Session::renew`] has to be called, and what the terminals showed is over.
    Renew,
    /// A change could not be made; the file is as it was.
    FixFailed(String),
    /// The progress changed and should be saved.
    Save,
    /// The terminals are gone: their host has ended.
    Lost,
}

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
    /// The consumers that were noticed to wait for new messages only.
    waiting_consumers: HashSet<u32>,
    /// The answers of this step that were told to be wrong.
    wrong_answers: Vec<String>,
    held: HashMap<u64, (Verdict, String)>,
    next_line: u64,
    ready: VecDeque<SessionEvent>,
    playing: bool,
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

/// A line that was typed.
struct Entered {
    line: String,
    cwd: PathBuf,
    /// The server that has the terminal while it runs.
    foreground: Option<&'static str>,
    /// What was typed meanwhile, in letters.
    typed: usize,
    /// The server that it starts runs already.
    twice: Option<Notice>,
    /// The end of what was printed since, at most twice [`OUTPUT_MAX`] bytes.
    output: Vec<u8>,
}

/// How much of what a line printed the coach looks at, in bytes.
const OUTPUT_MAX: usize = 64 * 1024;

impl Entered {
    /// Keeps what is printed while it runs.
    fn print(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
        // what is too old goes now and then, not with every byte
        if self.output.len() > 2 * OUTPUT_MAX {
            self.output.drain(..self.output.len() - OUTPUT_MAX);
        }
    }
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
            waiting_consumers: HashSet::new(),
            wrong_answers: Vec::new(),
            held: HashMap::new(),
            next_line: 0,
            ready: VecDeque::new(),
            playing: false,
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
    pub fn transcript(&mut self) -> Option<&mut Transcript> {
        self.transcript.as_mut()
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

    /// Whether a step that is asked for has its turn at once; where it has it later, that is told.
    fn is_now(&mut self, step: usize) -> bool {
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

    /// Asks the checks of the step at once.
    pub fn check_now(&self) {
        self.checker.wake();
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
    pub(super) fn play_step(&mut self, step: usize) {
        let spec = &self.lab.spec.steps[step];
        let names: Vec<&str> = self.lab.spec.terminals.iter().map(|terminal| terminal.name.as_str()).collect();
        let situation = Situation::look(&self.system.scope, &names, &self.player);
        let arranged = situation.arrange(spec, Play::of_step(spec, &self.variables));
        self.turns.begin(step);
        self.ready.extend(arranged.told.into_iter().map(SessionEvent::Told));
        self.play(arranged.plays);
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
        match self.terminals.write(terminal, bytes).await {
            Err(TerminalError::NotOpen { .. }) => Ok(()),
            written => written,
        }
    }

    /// Types what is to be typed; returns when to look again.
    async fn advance_player(&mut self) -> Result<Option<Instant>, TerminalError> {
        while self.playing {
            match self.player.next(Instant::now()) {
                Ok(Next::Type { terminal, bytes }) => match self.terminals.write(&terminal, &bytes).await {
                    // the player says so itself when its deadline has passed
                    Err(TerminalError::NotOpen { .. }) => {}
                    written => written?,
                },
                Ok(Next::Wait(until)) => return Ok(Some(until)),
                Ok(Next::Done) => self.play_ended(Ok(())),
                Err(error) => self.play_ended(Err(error)),
            }
        }
        Ok(None)
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
    fn look_at_turns(&mut self, now: Instant) {
        match self.turns.due(self.run.step(), now) {
            Some(Due::Again(step)) => self.take(Input::SolveAsked { step }),
            Some(Due::NotDone(step)) => {
                let outcomes = self.run.outcomes().to_vec();
                self.ready.push_back(SessionEvent::Told(RunEvent::NotSolved { step, outcomes }));
            }
            None => {}
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
                if let Some((entered, code)) = self.lines.remove(&terminal).zip(exit_code) {
                    self.notice_after(&entered, code);
                    self.judging += 1;
                    self.coach.judge_after(terminal.clone(), entered.line, entered.cwd, code, entered.output);
                }
                self.ready.push_back(SessionEvent::Prompt { terminal, exit_code });
            }
            TerminalEvent::Line { terminal, line, cwd, verdict, .. } => self.take_line(terminal, line, cwd, verdict),
            TerminalEvent::Closed { terminal, .. } => self.ready.push_back(SessionEvent::Closed { terminal }),
        }
    }

    fn take_judged(&mut self, judged: Judged) {
        self.judging = self.judging.saturating_sub(1);
        match judged {
            Judged::Before { terminal, id, advice, facts } => {
                self.take_facts(&terminal, facts);
                self.take(Input::LineEntered { terminal, id, advice });
            }
            Judged::After { terminal, advice } => self.take(Input::LineEnded { terminal, advice }),
        }
        self.ready.push_back(SessionEvent::Judged);
    }

    fn take_line(&mut self, terminal: String, line: String, cwd: PathBuf, verdict: Verdict) {
        let id = self.next_line;
        self.next_line += 1;
        if !self.run.is_going() {
            self.judging += 1;
            self.coach.judge_before(terminal.clone(), line.clone(), cwd.clone(), id);
        }
        self.ready.push_back(SessionEvent::Line { terminal: terminal.clone(), line: line.clone() });
        self.lines.insert(terminal.clone(), Entered { line, cwd, foreground: None, typed: 0, twice: None, output: Vec::new() });
        self.held.insert(id, (verdict, terminal.clone()));
        if self.run.is_going() {
            self.take(Input::LineEntered { terminal, id, advice: None });
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

    fn let_go(&mut self, id: u64, run: bool) {
        let Some((verdict, terminal)) = self.held.remove(&id) else { return };
        if run {
            self.player.on_line(&terminal);
            verdict.answer(Decision::Run);
        } else {
            self.lines.remove(&terminal);
            verdict.answer(Decision::Skip);
        }
    }

    /// A shell that is back at its prompt has no line that waits: the learner has dropped it with Ctrl-C.
    fn forget_held(&mut self, terminal: &str) {
        let dropped: Vec<u64> = self.held.iter().filter(|(_, (_, of))| of == terminal).map(|(id, _)| *id).collect();
        for id in dropped {
            self.held.remove(&id);
            self.take(Input::LineDropped { id });
        }
    }

    /// Makes the change that the learner asked for: in the file, and the line runs; or in the line, which is then typed anew.
    fn fix(&mut self, id: u64, advice: &Advice) {
        if let Source::CommandLine(_) = advice.diagnostic.source {
            let terminal = self.held.get(&id).map(|(_, terminal)| terminal.clone());
            self.let_go(id, false);
            if let Some((terminal, line)) = terminal.zip(advice.diagnostic.corrected_line()) {
                self.play([Play::line(&terminal, &line)]);
            }
            return;
        }
        let made = apply_fix(&advice.diagnostic);
        self.let_go(id, made.is_ok());
        self.ready.push_back(match made {
            Ok(()) => SessionEvent::Told(RunEvent::Fixed),
            Err(error) => SessionEvent::FixFailed(error.to_string()),
        });
    }

    /// Answers the line that is held.
    pub fn answer(&mut self, choice: Choice) {
        self.take(Input::Answered(choice));
    }

    /// Ends the session and gives its terminals back, to be kept or closed.
    pub fn into_terminals(self) -> AnyTerminals {
        self.terminals
    }
}
