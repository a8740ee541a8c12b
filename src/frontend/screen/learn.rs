//! A lab on the full screen: what happens in the session is drawn, keys and mouse go where they belong.

use std::io;
use std::time::Instant;

use ratatui::layout::Rect;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::areas::Areas;
use super::full_screen::FullScreen;
use super::lesson::{Lesson, Note};
use super::mouse::{self, Piece};
use super::pace::Pace;
use super::panes::{KeyModes, Panes};
use super::picture::{ignore_closed, size_of};
use crate::frontend::asking::{Answer, Asking, left_of_step, next_terminal, terminal_of_step};
use crate::frontend::host::{Host, LearnError, Leaving};
use crate::frontend::keys::{Command, Decoder, Typed};
use crate::lab::coach::{Advice, Choice};
use crate::lab::runner::{Input, RunEvent, Session, SessionEvent};
use crate::lab::terminal::TerminalError;
use crate::text::{Language, Message, learn as say};

/// How many lines one turn of the wheel, or F7 and F8, go.
pub(super) const SCROLL_LINES: isize = 3;
/// A lab on the full screen.
pub(super) struct Learn<'a, H> {
    pub(super) session: &'a mut Session,
    pub(super) host: &'a mut H,
    pub(super) panes: Panes,
    pub(super) lesson: Lesson,
    pub(super) areas: Areas,
    pub(super) shown: String,
    /// The step of the last picture: F3 is for that one, and no other.
    pub(super) drawn_step: Option<usize>,
    /// Whether the step's terminal was shown since the step led there: F6 goes there first.
    pub(super) arrived: bool,
    pub(super) enlarged: bool,
    pub(super) language: Language,
    pub(super) asking: Asking,
    /// Whether what is asked about a held line stands on the screen: keys that were pressed before are no answer to it.
    pub(super) question_drawn: bool,
    pub(super) advised: Option<Box<Advice>>,
    pub(super) modes: KeyModes,
    /// What the learner's terminal gets besides the picture: the bell, a text for the clipboard.
    pub(super) aside: Vec<u8>,
    /// Whether the picture is out of date.
    pub(super) stale: bool,
}

/// Runs the lab until the learner leaves; returns how, and the language that was spoken last.
///
/// # Errors
/// The learner's terminal or the lab's terminals are gone.
pub async fn learn<H: Host>(
    session: &mut Session,
    host: &mut H,
    keyboard: &mut mpsc::Receiver<Vec<u8>>,
    language: Language,
) -> Result<(Leaving, Language), LearnError> {
    let mut screen = FullScreen::enter()?;
    let mut learn = Learn::new(session, host, language)?;
    learn.resize().await?;
    let mut resized = signal(SignalKind::window_change())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let mut decoder = Decoder::default();
    let mut pace = Pace::default();
    loop {
        let due = pace.due().unwrap_or_else(Instant::now);
        tokio::select! {
            () = tokio::time::sleep_until(due.into()), if learn.stale => {
                learn.draw(&mut screen)?;
                pace.drew(Instant::now());
            }
            event = learn.session.next() => match event? {
                SessionEvent::Lost => return Ok((Leaving::Lost, learn.language)),
                event => learn.show(event).await?,
            },
            bytes = keyboard.recv() => match bytes {
                None => return Ok((Leaving::HungUp, learn.language)),
                Some(bytes) => if let Some(leaving) = learn.typed(&mut decoder, &bytes).await? {
                    return Ok((leaving, learn.language));
                },
            },
            _ = resized.recv() => learn.resize().await?,
            _ = terminated.recv() => return Ok((Leaving::HungUp, learn.language)),
            _ = hung_up.recv() => return Ok((Leaving::HungUp, learn.language)),
        }
    }
}

impl<'a, H: Host> Learn<'a, H> {
    fn new(session: &'a mut Session, host: &'a mut H, language: Language) -> io::Result<Self> {
        let (columns, rows) = crossterm::terminal::size()?;
        let areas = Areas::of(Rect::new(0, 0, columns, rows), false);
        let lab = session.lab();
        let step = session.run().step().unwrap_or(0).min(lab.spec.steps.len() - 1);
        let shown = lab.spec.steps[step].terminal.clone();
        let names = lab.spec.terminals.iter().map(|terminal| terminal.name.clone());
        let panes = Panes::new(names, size_of(areas.terminal));
        Ok(Self {
            session,
            host,
            panes,
            lesson: Lesson::new(),
            areas,
            shown,
            drawn_step: None,
            arrived: true,
            enlarged: false,
            language,
            asking: Asking::Nothing,
            question_drawn: false,
            advised: None,
            modes: KeyModes::default(),
            aside: Vec::new(),
            stale: true,
        })
    }

    async fn show(&mut self, event: SessionEvent) -> Result<(), LearnError> {
        self.stale = true;
        match event {
            SessionEvent::Output { terminal, bytes } => {
                let answers = self.panes.output(&terminal, &bytes, terminal == self.shown);
                self.aside.extend(answers.for_learner);
                if !answers.for_program.is_empty() {
                    ignore_closed(self.session.terminals().write(&terminal, &answers.for_program).await)?;
                }
            }
            SessionEvent::Replayed { terminal, bytes, busy } => {
                let _ = self.panes.output(&terminal, &bytes, true);
                self.set_busy(&terminal, busy);
            }
            SessionEvent::Told(event) => {
                self.tell(event);
                // the lesson has something to say
                if self.enlarged && self.asking == Asking::Nothing {
                    self.enlarge(false).await?;
                }
            }
            SessionEvent::Line { terminal, .. } => self.set_busy(&terminal, true),
            SessionEvent::Prompt { terminal, .. } => self.set_busy(&terminal, false),
            SessionEvent::Save => self.host.save(self.session, self.language),
            SessionEvent::Closed { terminal } => {
                self.panes.closed(&terminal);
                self.session.reopen(&terminal, self.panes.size()).await?;
                self.lesson.note(Note::Said(Message::new(say::TERMINAL_CLOSED).with("terminal", terminal)));
            }
            SessionEvent::Renew => {
                self.asked_no_more();
                self.panes.begin_anew();
                self.session.renew(self.panes.size()).await?;
            }
            SessionEvent::Played(Err(error)) => {
                let message = Message::new(say::SOLVE_FAILED)
                    .with("terminal", error.terminal)
                    .with("waited", error.waited_s)
                    .with("what", error.waited_for.say(self.language));
                self.lesson.note(Note::Said(message));
            }
            SessionEvent::FixFailed(reason) => {
                self.lesson.note(Note::Said(Message::new(say::FIX_FAILED).with("reason", reason)));
            }
            SessionEvent::Played(Ok(())) | SessionEvent::Judged | SessionEvent::Lost => {}
        }
        Ok(())
    }

    fn set_busy(&mut self, terminal: &str, busy: bool) {
        if let Some(pane) = self.panes.get_mut(terminal) {
            pane.busy = busy;
        }
    }

    fn tell(&mut self, event: RunEvent) {
        match &event {
            RunEvent::Advised { advice, held, .. } => {
                if *held {
                    self.asking = Asking::about(advice);
                    self.question_drawn = false;
                }
                self.advised = Some(advice.clone());
            }
            // the learner watches how it is done
            RunEvent::Solving { step } => {
                let lab = self.session.lab();
                let own = lab.spec.steps[*step].terminal.as_str();
                let left = left_of_step(lab, *step, self.lesson.outcomes());
                let is_left = left.iter().any(|turn| turn.terminal == own);
                let terminal = if is_left { own } else { terminal_of_step(lab, *step, self.lesson.outcomes()) }.to_owned();
                self.switch(&terminal);
            }
            RunEvent::PlaysElsewhere { terminal, .. } => self.switch(terminal),
            _ => {}
        }
        let begins = matches!(event, RunEvent::StepStarted { .. });
        let before = self.terminal_of_step();
        self.lesson.take(event);
        let terminal = self.terminal_of_step();
        if begins || terminal != before {
            self.arrived = terminal.as_ref() == Some(&self.shown);
        }
    }

    /// The terminal where the step that is on goes on.
    fn terminal_of_step(&self) -> Option<String> {
        let step = self.lesson.step()?;
        Some(terminal_of_step(self.session.lab(), step, self.lesson.outcomes()).to_owned())
    }

    async fn typed(&mut self, decoder: &mut Decoder, bytes: &[u8]) -> Result<Option<Leaving>, LearnError> {
        // a line may be gone without an answer: its terminal was closed
        if matches!(self.asking, Asking::HeldLine { .. }) && !self.session.run().holds_a_line() {
            self.asked_no_more();
        }
        for piece in mouse::split(bytes) {
            let keys = match piece {
                Piece::Keys(keys) => keys,
                Piece::Mouse(mouse) => {
                    self.stale = true;
                    if let Some(leaving) = self.moused(mouse).await? {
                        return Ok(Some(leaving));
                    }
                    continue;
                }
            };
            for typed in decoder.take(&keys) {
                // a picture before the echo would only put off the one with it
                self.stale |= !matches!(typed, Typed::Bytes(_)) || self.asking != Asking::Nothing;
                let leaving = match typed {
                    Typed::Command(command) => self.command(command).await?,
                    Typed::Bytes(bytes) if self.is_asked() => self.answered(&bytes),
                    Typed::Bytes(bytes) => {
                        self.type_at_shown(&bytes).await?;
                        None
                    }
                };
                if leaving.is_some() {
                    return Ok(leaving);
                }
            }
        }
        Ok(None)
    }

    /// Whether the next key answers something. The line that is asked about was typed here or in another window, whoever goes on typing
    /// before the question is to be seen types ahead, as at any shell.
    fn is_asked(&self) -> bool {
        match self.asking {
            Asking::Nothing => false,
            Asking::HeldLine { .. } => self.question_drawn,
            Asking::Leave => true,
        }
    }

    async fn type_at_shown(&mut self, bytes: &[u8]) -> Result<(), TerminalError> {
        if let Some(pane) = self.panes.get_mut(&self.shown) {
            self.stale |= pane.screen().scrollback() > 0 || pane.selection.is_some();
            pane.scroll_to_end();
        }
        self.session.type_at(&self.shown, bytes).await
    }

    /// Keys other than ours, while something is asked; the first that is an answer counts.
    fn answered(&mut self, bytes: &[u8]) -> Option<Leaving> {
        match self.asking.answer(bytes)? {
            Answer::Line(choice) => self.answer(choice),
            Answer::Leave(leaving) => return Some(leaving),
            Answer::Stay => self.asked_no_more(),
        }
        None
    }

    fn answer(&mut self, choice: Choice) {
        self.asked_no_more();
        self.session.answer(choice);
    }

    /// Keys that answer nothing any more are not offered; F4 explains the mistake again.
    fn asked_no_more(&mut self) {
        self.asking = Asking::Nothing;
        self.lesson.forget_question();
    }

    /// A key of ours, or a click on its name.
    pub(super) async fn command(&mut self, command: Command) -> Result<Option<Leaving>, LearnError> {
        // a question is answered before anything else is asked; only leaving is possible at any moment
        if self.asking != Asking::Nothing && !matches!(command, Command::Leave | Command::LessonUp | Command::LessonDown) {
            return Ok(None);
        }
        match command {
            Command::Hint => self.session.take(Input::HintAsked),
            Command::Solve => {
                if let Some(step) = self.drawn_step {
                    self.session.take(Input::SolveAsked { step });
                }
            }
            Command::Check => {
                self.session.check_now();
                self.lesson.note(Note::Checked(self.session.run().outcomes().to_vec()));
            }
            Command::Explain => self.lesson.note(Note::Explained(self.advised.clone())),
            Command::NextTerminal => {
                let of_step = self.terminal_of_step();
                let next = next_terminal(self.session.lab(), of_step.as_deref(), &self.shown, self.arrived);
                self.switch(&next);
            }
            Command::Terminal(index) => {
                if let Some(terminal) = self.session.lab().spec.terminals.get(index) {
                    let name = terminal.name.clone();
                    self.switch(&name);
                }
            }
            Command::Language => {
                self.language = self.language.other();
                self.host.save(self.session, self.language);
            }
            Command::Enlarge => self.enlarge(!self.enlarged).await?,
            Command::LessonUp => self.scroll_lesson(-SCROLL_LINES),
            Command::LessonDown => self.scroll_lesson(SCROLL_LINES),
            Command::Keys => self.lesson.note(Note::Keys),
            Command::Leave => return Ok(self.ask_to_leave()),
        }
        Ok(None)
    }

    async fn enlarge(&mut self, enlarged: bool) -> Result<(), LearnError> {
        self.enlarged = enlarged;
        self.resize().await
    }

    fn ask_to_leave(&mut self) -> Option<Leaving> {
        if matches!(self.asking, Asking::HeldLine { .. }) {
            // it stays in the shell's history
            self.answer(Choice::Cancel);
        }
        let running = self.host.running(self.session);
        if running.is_empty() {
            return Some(Leaving::Stop);
        }
        if self.asking != Asking::Leave {
            self.lesson.note(Note::LeaveQuestion(running));
        }
        self.asking = Asking::Leave;
        None
    }

    /// Shows another terminal.
    pub(super) fn switch(&mut self, terminal: &str) {
        self.arrived |= self.terminal_of_step().is_some_and(|of_step| of_step == terminal);
        terminal.clone_into(&mut self.shown);
        if let Some(pane) = self.panes.get_mut(terminal) {
            pane.unseen = false;
        }
    }
}
