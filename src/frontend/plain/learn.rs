//! A lab at the learner's terminal: passes keys and output through, and says what the run says between them.

use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::paint::Paint;
use super::view::View;
use crate::frontend::keys::{Command, Decoder, Typed};
use crate::judge::diagnostic::{Look, Paint as BoxPaint};
use crate::lab::check;
use crate::lab::coach::{Advice, Choice};
use crate::lab::runner::{Input, RunEvent, Session, SessionEvent};
use crate::lab::terminal::{Size, TerminalError};
use crate::text::{Language, learn as say};

/// How the learner left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Stop everything.
    Stop,
    /// Keep the terminals and what runs in them.
    Keep,
    /// The learner's terminal went away, or the system asked us to end: stop everything.
    HungUp,
}

/// What a lab at the terminal ends with.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The learner's terminal cannot be written to.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The lab's terminals are gone.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
}

/// What the front end asks of the command around it.
pub trait Host {
    /// The progress changed.
    fn save(&mut self, session: &Session, language: Language);
    /// A terminal's shell ended: open it anew.
    fn reopen(&mut self, session: &mut Session, terminal: &str) -> impl Future<Output = Result<(), TerminalError>>;
    /// The servers that run, as the question before leaving names them; empty where nothing runs.
    fn running(&mut self, session: &Session) -> Vec<String>;
}

struct Learn<'a, W, H> {
    session: &'a mut Session,
    host: &'a mut H,
    view: View<W>,
    language: Language,
    asking: Asking,
    /// Whether the step's terminal was shown since the step began: F6 goes there first.
    arrived: bool,
}

/// What the next keys answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    Nothing,
    HeldLine { has_fix: bool },
    Leave,
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
    let (_, rows) = crossterm::terminal::size().unwrap_or((80, 24));
    let first = session.run().step().map_or(0, |step| step.min(session.lab().spec.steps.len() - 1));
    let terminal = session.lab().spec.steps[first].terminal.clone();
    let paint = Paint::for_stdout();
    let view = View::new(out, paint, rows, &terminal);
    let mut learn = Learn { session, host, view, language, asking: Asking::Nothing, arrived: true };
    let mut resized = signal(SignalKind::window_change())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let mut decoder = Decoder::default();
    loop {
        tokio::select! {
            event = learn.session.next() => match event? {
                SessionEvent::Lost => return Ok((Leaving::HungUp, learn.language)),
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
            SessionEvent::Told(event) => self.tell(event)?,
            SessionEvent::Save => self.host.save(self.session, self.language),
            SessionEvent::Closed { terminal } => {
                self.host.reopen(self.session, &terminal).await?;
                let text = say::TERMINAL_CLOSED.fill(self.language, &[("terminal", &terminal)]);
                self.say_prose(&text)?;
            }
            SessionEvent::Played(Err(error)) => {
                let text = say::SOLVE_FAILED.fill(
                    self.language,
                    &[("terminal", &error.terminal), ("waited", &error.waited_s), ("what", &error.waited_for)],
                );
                self.say_prose(&text)?;
            }
            SessionEvent::FixFailed(reason) => {
                let text = say::FIX_FAILED.fill(self.language, &[("reason", &reason)]);
                self.say_prose(&text)?;
            }
            SessionEvent::Played(Ok(())) | SessionEvent::Line { .. } | SessionEvent::Prompt { .. } | SessionEvent::Lost => {}
        }
        Ok(())
    }

    fn say_prose(&mut self, text: &str) -> io::Result<()> {
        let lines = self.view.paint().prose(text);
        self.view.block(&lines)
    }

    fn tell(&mut self, event: RunEvent) -> io::Result<()> {
        match event {
            RunEvent::LabStarted => self.introduce(),
            RunEvent::StepStarted { step } => self.show_step(step),
            RunEvent::ChecksChanged { outcomes, .. } => {
                let lines = self.outcome_lines(&outcomes);
                self.view.block(&lines)
            }
            RunEvent::StepPassed { step, outcomes } => self.show_passed(step, &outcomes),
            RunEvent::LabPassed => self.show_end(),
            RunEvent::HintGiven { step, tier } => self.show_hint(step, tier),
            RunEvent::Advised { terminal, advice, held } => self.show_advice(&terminal, &advice, held),
            RunEvent::Fixed => self.say_prose(say::FIXED.get(self.language)),
            RunEvent::Solving { .. } => self.say_prose(say::SOLVING.get(self.language)),
        }
    }

    fn introduce(&mut self) -> io::Result<()> {
        let paint = self.view.paint();
        let mut lines = vec![String::new()];
        lines.extend(paint.prose(&self.session.lab().prose(self.language).introduction));
        lines.extend(paint.prose(say::KEYS.get(self.language)).iter().map(|line| paint.faint(line)));
        self.view.block(&lines)
    }

    fn lab_name(&self) -> (String, String) {
        let lab = self.session.lab();
        (format!("{:02}", lab.spec.number), lab.prose(self.language).title.clone())
    }

    /// The step's words: why, what to type where, and its checks.
    fn show_step(&mut self, step: usize) -> io::Result<()> {
        let paint = self.view.paint();
        let (number, title) = self.lab_name();
        let lab = self.session.lab();
        let spec = &lab.spec.steps[step];
        let prose = &lab.prose(self.language).steps[step];
        let header = say::STEP_HEADER.fill(
            self.language,
            &[
                ("number", &number),
                ("lab", &title),
                ("step", &(step + 1)),
                ("steps", &lab.spec.steps.len()),
                ("title", &prose.title),
            ],
        );
        let mut lines = vec![String::new(), paint.rule(&header)];
        lines.extend(paint.prose(&prose.body));
        lines.push(say::IN_TERMINAL.fill(self.language, &[("terminal", &spec.terminal)]));
        // a command is never broken by us: it may be copied
        lines.push(format!("  {}", paint.command(&self.session.variables().expand(&spec.command))));
        for text in &spec.text {
            let text = say::THEN_TYPE.fill(self.language, &[("text", text)]);
            lines.extend(paint.item(" ", &text));
        }
        for check in &spec.checks {
            let label = check::label(check, self.session.variables()).say(self.language);
            lines.extend(paint.item("·", &label));
        }
        let arrived = spec.terminal == self.view.shown();
        if !arrived {
            let text = say::SWITCH_TO.fill(self.language, &[("terminal", &spec.terminal)]);
            lines.extend(paint.prose(&text).iter().map(|line| paint.attention(line)));
        }
        self.arrived = arrived;
        self.view.block(&lines)
    }

    fn outcome_lines(&self, outcomes: &[check::Outcome]) -> Vec<String> {
        let paint = self.view.paint();
        let line = |outcome: &check::Outcome| {
            let found = outcome.found.say(self.language);
            if outcome.passed {
                return paint.item("✓", &found).iter().map(|line| paint.good(line)).collect::<Vec<_>>();
            }
            let expected = outcome.expected.say(self.language);
            paint.item("·", &format!("{expected} — {found}"))
        };
        outcomes.iter().flat_map(line).collect()
    }

    fn show_passed(&mut self, step: usize, outcomes: &[check::Outcome]) -> io::Result<()> {
        let mut lines = self.outcome_lines(outcomes);
        let steps = self.session.lab().spec.steps.len();
        if step + 1 < steps {
            let next = say::NEXT_STEP.fill(self.language, &[("step", &(step + 2)), ("steps", &steps)]);
            lines.push(self.view.paint().faint(&next));
        }
        self.view.block(&lines)
    }

    fn show_end(&mut self) -> io::Result<()> {
        let paint = self.view.paint();
        let (number, title) = self.lab_name();
        let text = say::LAB_PASSED.fill(self.language, &[("number", &number), ("lab", &title)]);
        let mut lines = vec![String::new()];
        lines.extend(paint.item("●", &text).iter().map(|line| paint.good(line)));
        lines.extend(paint.prose(say::LAB_PASSED_NEXT.get(self.language)));
        self.view.block(&lines)
    }

    fn show_hint(&mut self, step: usize, tier: usize) -> io::Result<()> {
        let paint = self.view.paint();
        let lab = self.session.lab();
        let spec = &lab.spec.steps[step];
        let title = say::HINT.fill(self.language, &[("tier", &(tier + 1))]);
        let mut lines = vec![paint.attention(&title)];
        match lab.prose(self.language).steps[step].hints.get(tier) {
            Some(hint) => lines.extend(paint.prose(hint)),
            None => {
                lines.push(say::HINT_COMMAND.fill(self.language, &[("terminal", &spec.terminal)]));
                lines.push(format!("  {}", paint.command(&self.session.variables().expand(&spec.command))));
            }
        }
        self.view.block(&lines)
    }

    fn show_advice(&mut self, terminal: &str, advice: &Advice, held: bool) -> io::Result<()> {
        let paint = self.view.paint();
        let mut lines = Vec::new();
        if terminal != self.view.shown() {
            lines.push(say::IN_TERMINAL.fill(self.language, &[("terminal", &terminal)]));
        }
        let paint = if paint.has_colour() { BoxPaint::Colour } else { BoxPaint::Monochrome };
        let look = Look { language: self.language, columns: self.view.paint().columns, paint };
        lines.extend(advice.render(look).lines().map(str::to_owned));
        if held {
            self.asking = Asking::HeldLine { has_fix: advice.choices.contains(&Choice::Fix) };
        }
        self.view.block(&lines)
    }

    async fn typed(&mut self, decoder: &mut Decoder, bytes: &[u8]) -> Result<Option<Leaving>, LearnError> {
        if self.asking != Asking::Nothing {
            return Ok(self.answered(bytes)?);
        }
        if self.view.is_full_screen() {
            let shown = self.view.shown().to_owned();
            self.session.terminals().write(&shown, bytes).await?;
            return Ok(None);
        }
        for typed in decoder.take(bytes) {
            match typed {
                Typed::Bytes(bytes) => {
                    let shown = self.view.shown().to_owned();
                    self.session.terminals().write(&shown, &bytes).await?;
                }
                Typed::Command(command) => {
                    if let Some(leaving) = self.command(command)? {
                        return Ok(Some(leaving));
                    }
                }
            }
        }
        Ok(None)
    }

    fn answered(&mut self, bytes: &[u8]) -> io::Result<Option<Leaving>> {
        match (self.asking, bytes) {
            (Asking::HeldLine { .. }, b"\r" | b"\n") => self.answer(Choice::RunAnyway),
            (Asking::HeldLine { has_fix: true }, b"f" | b"F") => self.answer(Choice::Fix),
            (Asking::HeldLine { .. }, b"n" | b"N" | b"\x03" | b"\x1b") => self.answer(Choice::Cancel),
            (Asking::Leave, b"s" | b"S") => return Ok(Some(Leaving::Stop)),
            (Asking::Leave, b"k" | b"K") => return Ok(Some(Leaving::Keep)),
            (Asking::Leave, b"\x1b" | b"\x03" | b"n" | b"N" | b"\r") => self.asking = Asking::Nothing,
            _ => {}
        }
        Ok(None)
    }

    fn answer(&mut self, choice: Choice) {
        self.asking = Asking::Nothing;
        self.session.answer(choice);
    }

    fn command(&mut self, command: Command) -> io::Result<Option<Leaving>> {
        match command {
            Command::Hint => self.session.take(Input::HintAsked),
            Command::Solve => self.session.take(Input::SolveAsked),
            Command::Check => {
                self.session.check_now();
                let lines = self.outcome_lines(self.session.run().outcomes());
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
                match self.session.run().step() {
                    Some(step) => self.show_step(step)?,
                    None => self.show_end()?,
                }
            }
            Command::Keys => self.say_prose(say::KEYS.get(self.language))?,
            Command::Leave => return self.ask_to_leave(),
        }
        Ok(None)
    }

    fn ask_to_leave(&mut self) -> io::Result<Option<Leaving>> {
        let running = self.host.running(self.session);
        if running.is_empty() {
            return Ok(Some(Leaving::Stop));
        }
        self.asking = Asking::Leave;
        let paint = self.view.paint();
        let mut lines = paint.prose(&say::LEAVE_QUESTION.fill(self.language, &[("servers", &running.join(", "))]));
        lines.extend(paint.prose(say::LEAVE_KEYS.get(self.language)).iter().map(|line| paint.attention(line)));
        self.view.block(&lines)?;
        Ok(None)
    }

    /// The step's terminal first; from there, around.
    fn next_terminal(&mut self) -> io::Result<()> {
        let lab = self.session.lab();
        let of_step = self.session.run().step().map(|step| lab.spec.steps[step].terminal.clone());
        let next = match of_step.filter(|_| !self.arrived) {
            Some(terminal) => terminal,
            None => {
                let names: Vec<&str> = lab.spec.terminals.iter().map(|terminal| terminal.name.as_str()).collect();
                let at = names.iter().position(|name| *name == self.view.shown()).unwrap_or(0);
                names[(at + 1) % names.len()].to_owned()
            }
        };
        self.switch(&next)
    }

    fn switch(&mut self, terminal: &str) -> io::Result<()> {
        let of_step = self.session.run().step().map(|step| &self.session.lab().spec.steps[step].terminal);
        self.arrived |= of_step.is_some_and(|of_step| of_step == terminal);
        let divider = say::TERMINAL_HEADER.fill(self.language, &[("terminal", &terminal)]);
        self.view.switch(terminal, &divider)
    }

    async fn resize(&mut self) -> Result<(), LearnError> {
        let (columns, rows) = crossterm::terminal::size()?;
        self.view.resize(rows, columns);
        let names: Vec<String> = self.session.lab().spec.terminals.iter().map(|terminal| terminal.name.clone()).collect();
        for name in names {
            self.session.terminals().resize(&name, Size { rows, columns }).await?;
        }
        Ok(())
    }
}
