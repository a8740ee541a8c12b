//! A lab at the learner's terminal: passes keys and output through, and says what the run says between them.

use std::io::{self, Write};
use std::time::Instant;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::pace::Pace;
use super::view::View;
use crate::frontend::asking::{Answer, Asking, next_terminal, terminal_of_step};
use crate::frontend::blocks::Blocks;
use crate::frontend::fitted::Fitted;
use crate::frontend::host::{Host, LearnError, Leaving};
use crate::frontend::keys::{Command, Decoder, Typed};
use crate::frontend::paint::{Paint, is_dumb, screen_size};
use crate::lab::coach::{Advice, Choice};
use crate::lab::runner::{Input, RunEvent, Session, SessionEvent};
use crate::lab::terminal::{Size, TerminalError, without_queries};
use crate::text::{Language, learn as say};

struct Learn<'a, W, H> {
    session: &'a mut Session,
    host: &'a mut H,
    view: View<Fitted<W>>,
    language: Language,
    asking: Asking,
    pace: Pace,
    /// Where the step goes on, as the learner was told.
    leads_to: String,
    /// Whether that terminal was shown since: F6 goes there first.
    arrived: bool,
    /// The step that the learner was told of last: F3 is for that one, and no other.
    told_step: Option<usize>,
    /// What the coach said last.
    advised: Option<Advice>,
}

/// Runs the lab until the learner leaves; returns how, and the language that was spoken last.
///
/// # Errors
/// The learner's terminal or the lab's terminals are gone.
pub async fn learn<W: Write, H: Host>(
    session: &mut Session,
    host: &mut H,
    out: W,
    keyboard: &mut mpsc::Receiver<Vec<u8>>,
    language: Language,
) -> Result<(Leaving, Language), LearnError> {
    let rows = size().rows;
    let first = session.run().step().map_or(0, |step| step.min(session.lab().spec.steps.len() - 1));
    let terminal = session.lab().spec.steps[first].terminal.clone();
    let paint = Paint::for_stdout();
    let view = View::new(Fitted::new(out, is_dumb()), paint, rows, &terminal);
    let mut learn = Learn {
        session,
        host,
        view,
        language,
        asking: Asking::Nothing,
        pace: Pace::default(),
        leads_to: terminal,
        arrived: true,
        told_step: None,
        advised: None,
    };
    // terminals that were kept have the size of the screen that they were kept on
    learn.resize().await?;
    let mut resized = signal(SignalKind::window_change())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let mut decoder = Decoder::default();
    loop {
        let due = learn.pace.due();
        let patience = async {
            match due {
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = patience => learn.release()?,
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

impl<W: Write, H: Host> Learn<'_, W, H> {
    async fn show(&mut self, event: SessionEvent) -> Result<(), LearnError> {
        match event {
            SessionEvent::Output { terminal, bytes } => self.view.output(&terminal, &bytes)?,
            // what was asked then is not answered a second time
            SessionEvent::Replayed { terminal, bytes, busy } => {
                if busy {
                    self.pace.on_line(&terminal);
                }
                self.view.output(&terminal, &without_queries(&bytes))?;
            }
            // lines that were written stay as they are
            SessionEvent::Told(RunEvent::ChecksReworded { .. }) => {}
            SessionEvent::Told(event) => {
                if let Some(event) = self.pace.take(event, self.view.shown(), Instant::now()) {
                    self.tell(event)?;
                }
            }
            SessionEvent::Line { terminal, .. } => self.pace.on_line(&terminal),
            SessionEvent::Prompt { terminal, .. } => {
                self.pace.on_prompt(&terminal);
                if terminal == self.view.shown() {
                    self.release()?;
                }
            }
            SessionEvent::Save => self.host.save(self.session, self.language),
            SessionEvent::Closed { terminal } => {
                self.pace.on_prompt(&terminal);
                self.session.reopen(&terminal, size()).await?;
                let text = say::TERMINAL_CLOSED.fill(self.language, &[("terminal", &terminal)]);
                self.say_prose(&text)?;
            }
            SessionEvent::Renew => {
                self.asking = Asking::Nothing;
                self.pace = Pace::default();
                self.view.begin_anew()?;
                self.session.renew(size()).await?;
            }
            SessionEvent::Played(Err(error)) => {
                let text = say::SOLVE_FAILED.fill(
                    self.language,
                    &[("terminal", &error.terminal), ("waited", &error.waited_s), ("what", &error.waited_for.say(self.language))],
                );
                self.say_prose(&text)?;
            }
            SessionEvent::FixFailed(reason) => {
                let text = say::FIX_FAILED.fill(self.language, &[("reason", &reason)]);
                self.say_prose(&text)?;
            }
            SessionEvent::Played(Ok(())) | SessionEvent::Judged | SessionEvent::Lost => {}
        }
        Ok(())
    }

    /// Shows the blocks that waited.
    fn release(&mut self) -> io::Result<()> {
        self.pace.release().into_iter().try_for_each(|event| self.tell(event))
    }

    fn blocks(&self) -> Blocks<'_> {
        let (lab, variables) = (self.session.lab(), self.session.variables());
        // the run may have gone on to a step that was not told of yet
        let outcomes = if self.told_step == self.session.run().step() { self.session.run().outcomes() } else { &[] };
        Blocks { lab, variables, paint: self.view.paint(), language: self.language, outcomes }
    }

    fn say_prose(&mut self, text: &str) -> io::Result<()> {
        let lines = self.view.paint().prose(text);
        self.view.block(&lines)
    }

    fn tell(&mut self, event: RunEvent) -> io::Result<()> {
        if let RunEvent::StepStarted { step } = event {
            self.told_step = Some(step);
        }
        let mut lines = self.blocks().told(&event, self.view.shown());
        match event {
            RunEvent::StepStarted { step } => {
                self.goes_on_elsewhere(step);
                self.arrived = self.leads_to == self.view.shown();
            }
            RunEvent::LabPassed => self.told_step = None,
            // a part of the step is done, and it goes on at another terminal
            RunEvent::ChecksChanged { step, .. } if self.goes_on_elsewhere(step) => {
                let blocks = self.blocks();
                lines.extend(blocks.turns(step));
                lines.extend(blocks.way_to(step, self.view.shown(), true));
            }
            RunEvent::Advised { advice, held, .. } => {
                if held {
                    self.asking = Asking::about(&advice);
                }
                self.advised = Some(*advice);
            }
            _ => {}
        }
        self.view.block(&lines)
    }

    /// Finds where the step goes on; returns whether that is another terminal than before.
    fn goes_on_elsewhere(&mut self, step: usize) -> bool {
        let terminal = terminal_of_step(self.session.lab(), step, self.blocks().outcomes).to_owned();
        let changed = terminal != self.leads_to;
        if changed {
            self.arrived = terminal == self.view.shown();
            self.leads_to = terminal;
        }
        changed
    }

    async fn typed(&mut self, decoder: &mut Decoder, bytes: &[u8]) -> Result<Option<Leaving>, LearnError> {
        // a line may be gone without an answer: its terminal was closed
        if matches!(self.asking, Asking::HeldLine { .. }) && !self.session.run().holds_a_line() {
            self.asking = Asking::Nothing;
        }
        if self.asking == Asking::Nothing && self.view.is_full_screen() {
            self.type_at_shown(bytes).await?;
            return Ok(None);
        }
        for typed in decoder.take(bytes) {
            let leaving = match typed {
                Typed::Command(command) => self.command(command)?,
                Typed::Bytes(bytes) if self.asking != Asking::Nothing => self.answered(&bytes),
                Typed::Bytes(bytes) => {
                    self.type_at_shown(&bytes).await?;
                    None
                }
            };
            if leaving.is_some() {
                return Ok(leaving);
            }
        }
        Ok(None)
    }

    async fn type_at_shown(&mut self, bytes: &[u8]) -> Result<(), TerminalError> {
        self.session.type_at(self.view.shown(), bytes).await
    }

    /// Keys other than ours, while something is asked; the first that is an answer counts.
    fn answered(&mut self, bytes: &[u8]) -> Option<Leaving> {
        match self.asking.answer(bytes)? {
            Answer::Line(choice) => self.answer(choice),
            Answer::Leave(leaving) => return Some(leaving),
            Answer::Stay => self.asking = Asking::Nothing,
        }
        None
    }

    fn answer(&mut self, choice: Choice) {
        self.asking = Asking::Nothing;
        self.session.answer(choice);
    }

    fn command(&mut self, command: Command) -> io::Result<Option<Leaving>> {
        // a question is answered before anything else is asked; only leaving is possible at any moment
        if self.asking != Asking::Nothing && command != Command::Leave {
            return Ok(None);
        }
        match command {
            Command::Hint => self.session.take(Input::HintAsked),
            Command::Solve => {
                if let Some(step) = self.told_step {
                    self.session.take(Input::SolveAsked { step });
                }
            }
            Command::Check => {
                self.session.check_now();
                let lines = self.blocks().outcomes(self.session.run().outcomes());
                self.view.block(&lines)?;
            }
            Command::NextTerminal => self.next_terminal()?,
            Command::Terminal(index) => {
                if let Some(terminal) = self.session.lab().spec.terminals.get(index) {
                    let name = terminal.name.clone();
                    self.switch(&name)?;
                }
            }
            Command::Language => {
                self.language = self.language.other();
                self.host.save(self.session, self.language);
                let event = self.session.run().step().map_or(RunEvent::LabPassed, |step| RunEvent::StepStarted { step });
                self.tell(event)?;
            }
            Command::Keys => {
                let lines = self.blocks().keys();
                self.view.block(&lines)?;
            }
            Command::Explain => {
                let lines = self.blocks().explanation(self.advised.as_ref());
                self.view.block(&lines)?;
            }
            Command::Leave => return self.ask_to_leave(),
            // there are no panes here
            Command::Enlarge | Command::LessonUp | Command::LessonDown => {}
        }
        Ok(None)
    }

    fn ask_to_leave(&mut self) -> io::Result<Option<Leaving>> {
        if matches!(self.asking, Asking::HeldLine { .. }) {
            // it stays in the shell's history
            self.answer(Choice::Cancel);
        }
        let running = self.host.running(self.session);
        if running.is_empty() {
            return Ok(Some(Leaving::Stop));
        }
        self.asking = Asking::Leave;
        let lines = self.blocks().leave_question(&running);
        self.view.block(&lines)?;
        Ok(None)
    }

    fn next_terminal(&mut self) -> io::Result<()> {
        let of_step = self.told_step.map(|_| self.leads_to.as_str());
        let next = next_terminal(self.session.lab(), of_step, self.view.shown(), self.arrived);
        self.switch(&next)
    }

    fn switch(&mut self, terminal: &str) -> io::Result<()> {
        self.arrived |= self.leads_to == terminal;
        self.release()?;
        let divider = say::TERMINAL_HEADER.fill(self.language, &[("terminal", &terminal)]);
        self.view.switch(terminal, &divider)
    }

    async fn resize(&mut self) -> Result<(), LearnError> {
        let Size { columns, rows } = size();
        self.view.resize(rows, columns);
        let names: Vec<String> = self.session.lab().spec.terminals.iter().map(|terminal| terminal.name.clone()).collect();
        for name in names {
            match self.session.terminals().resize(&name, Size { rows, columns }).await {
                // its shell has just ended, and the next one is opened with the new size
                Err(TerminalError::NotOpen { .. }) => {}
                resized => resized?,
            }
        }
        Ok(())
    }
}

/// The size of the learner's terminal.
fn size() -> Size {
    let (columns, rows) = screen_size().unwrap_or((80, 24));
    Size { columns, rows }
}
