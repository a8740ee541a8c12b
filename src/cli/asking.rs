//! `check`, `hint`, `solve`, `goto` and `reset`: asked of the runner that has the workspace, else done here on what was kept or anew.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;

use super::failure::Failure;
use super::learn::{Keeper, setup_failure, terminal_failure};
use super::opening::{Opened, Opening, PortsWanted, prepare, remembered_engines};
use super::{Args, exit, print, runtime, workspace_folder};
use crate::frontend::{Blocks, Host, Paint};
use crate::lab::coach::Choice;
use crate::lab::format::Lab;
use crate::lab::runner::control::{self, Asked, CheckReport, Reply, Request};
use crate::lab::runner::{
    Effect, Input, LabMemory, Ports, Remembered, RenewError, Run, RunEvent, Session, SessionEvent, Setup, Workspace,
    WorkspaceError, system_to_ask, variables,
};
use crate::lab::terminal::{Size, TerminalError};
use crate::text::{Language, Message, asking as say, learn as words};

/// How often the runner of the workspace is asked: it may just be leaving, and leave the workspace to us.
const TRIES: usize = 2;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskArgs {
    /// What is to be done.
    pub what: What,
    /// The lab; `None` for the one that was open last.
    pub lab: Option<String>,
    /// The step, by its number or name.
    pub step: Option<String>,
    /// Print JSON.
    pub json: bool,
    /// Do not ask before things are lost.
    pub yes: bool,
    /// Let the servers listen on ports that are free, instead of the documented ones.
    pub free_ports: bool,
}

/// What another window can ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum What {
    /// The checks of a step.
    #[default]
    Check,
    /// A hint.
    Hint,
    /// A step done.
    Solve,
    /// To be at a step.
    Goto,
    /// Everything as new.
    Reset,
}

pub(super) fn run(args: &Args, asked: &AskArgs, locale: Language) -> Result<u8, Failure> {
    let folder = workspace_folder(args)?;
    let remembered = Workspace::peek(&folder);
    let language = args.language.or(remembered.language).unwrap_or(locale);
    let lab = Arc::new(Lab::load(&args.labs, &lab_of(args, asked.lab.as_deref(), &remembered)?)?);
    let step = asked.step.as_deref().map(|word| step_of(&lab, word)).transpose()?;
    let asking = Asking { asked, folder, lab, language, memory: LabMemory::default() };
    let memory = remembered.labs.get(&asking.lab.name).cloned().unwrap_or_default();
    Asking { memory, ..asking }.run(step)
}

/// The lab that is meant.
pub(super) fn lab_of(args: &Args, word: Option<&str>, remembered: &Remembered) -> Result<String, Failure> {
    match word.map(str::to_owned).or_else(|| remembered.last.clone()) {
        Some(word) => Ok(args.labs.resolve(&word)?),
        None => Err(Failure::new("no-lab", say::E_NO_LAB)),
    }
}

/// The step that a word means: its number, from 1, or its name.
fn step_of(lab: &Lab, word: &str) -> Result<usize, Failure> {
    let steps = &lab.spec.steps;
    let number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|step| *step < steps.len());
    number.or_else(|| steps.iter().position(|step| step.id == word)).ok_or_else(|| {
        let known: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        let message = Message::new(say::E_NO_STEP).with("step", word).with("steps", steps.len()).with("known", known.join(", "));
        Failure::new("no-step", message)
    })
}

/// Who did what was asked: where it is another window, the learner goes on there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    This,
    OtherWindow,
}

struct Asking<'a> {
    asked: &'a AskArgs,
    folder: PathBuf,
    lab: Arc<Lab>,
    language: Language,
    /// What is remembered of the lab.
    memory: LabMemory,
}

impl Asking<'_> {
    fn run(&self, step: Option<usize>) -> Result<u8, Failure> {
        let runtime = runtime()?;
        let lab = self.lab.name.clone();
        let request = match self.asked.what {
            What::Check => Request::Check { lab, step, language: self.language },
            What::Hint => Request::Hint { lab },
            What::Solve => Request::Solve { lab, step },
            What::Goto => Request::Goto { lab, step: step.unwrap_or_default() },
            What::Reset if self.may_reset()? => Request::Goto { lab, step: 0 },
            What::Reset => return Ok(exit::FOUND),
        };
        let reply = runtime.block_on(self.ask(&request));
        // a host that was kept needs nothing more from us
        runtime.shutdown_background();
        let (reply, by) = reply?;
        self.say(&reply, by)
    }

    /// Whether everything may be made as new: where there is something to lose, the learner is asked.
    fn may_reset(&self) -> Result<bool, Failure> {
        let folder = self.folder.join(&self.lab.name);
        if self.asked.yes || !folder.exists() {
            return Ok(true);
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::new("not-asked", say::E_RESET_NOT_ASKED));
        }
        let title = &self.lab.prose(self.language).title;
        print(&(say::RESET_QUESTION.fill(self.language, &[("lab", title)]) + " "));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::io("stdin", error))?;
        let _ = io::stdout().flush();
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "예" | "네" | "ㅛ"))
    }

    async fn ask(&self, request: &Request) -> Result<(Reply, By), Failure> {
        for _ in 0..TRIES {
            match (request, Workspace::runner(&self.folder)) {
                (Request::Check { step, .. }, None) => return Ok((self.check_here(*step).await?, By::This)),
                (_, None) => match Workspace::open(&self.folder) {
                    Ok(workspace) => return Ok((self.serve_here(workspace, request).await?, By::This)),
                    Err(WorkspaceError::Busy { .. }) => {}
                    Err(error) => return Err(error.into()),
                },
                (_, Some(_)) => {}
            }
            match control::ask(&self.folder, request).await {
                // the runner knows nothing of another lab, and its checks can be asked by anybody
                Ok(Reply::OtherLab { .. }) if matches!(request, Request::Check { .. }) => break,
                Ok(reply) => return Ok((reply, By::OtherWindow)),
                Err(_) => {}
            }
        }
        match (request, Workspace::runner(&self.folder)) {
            (Request::Check { step, .. }, _) => Ok((self.check_here(*step).await?, By::This)),
            (_, pid) => Err(Failure::new("no-answer", Message::new(say::E_NO_ANSWER).with("pid", pid.unwrap_or_default()))),
        }
    }

    /// Asks the checks without a runner.
    async fn check_here(&self, step: Option<usize>) -> Result<Reply, Failure> {
        let steps = self.lab.spec.steps.len();
        let Some(step) = step.or(Some(self.memory.progress.step).filter(|step| *step < steps)) else { return Ok(Reply::NoStep) };
        let folder = self.folder.join(&self.lab.name);
        let engines = remembered_engines(&self.memory).await?;
        let (lab, language, ports) = (&self.lab, self.language, self.ports());
        let setup = Setup { lab, folder: &folder, language, ports, engines: &engines, memory: &self.memory };
        let system = system_to_ask(&setup).map_err(|error| setup_failure(error, language))?;
        let variables = variables(&self.lab, ports, &folder);
        let began = std::collections::HashMap::new();
        Ok(Reply::Checked(control::check(&self.lab, step, &variables, &system, &began, self.language).await))
    }

    fn ports(&self) -> Ports {
        self.memory.ports.unwrap_or(Ports::DOCUMENTED)
    }

    /// Does what is asked in this process, which then is the workspace's runner.
    async fn serve_here(&self, workspace: Workspace, request: &Request) -> Result<Reply, Failure> {
        let (mut remembered, _) = workspace.load()?;
        remembered.last = Some(self.lab.name.clone());
        let memory = remembered.labs.entry(self.lab.name.clone()).or_default();
        if let Request::Hint { .. } = request {
            let reply = self.hint_here(memory);
            workspace.save(&remembered)?;
            return Ok(reply);
        }
        let ports = if self.asked.free_ports { PortsWanted::Free } else { PortsWanted::Remembered };
        let engines = prepare(memory, None, ports).await?;
        let memory = memory.clone();
        workspace.save(&remembered)?;
        let (sender, requests) = mpsc::channel(1);
        let opening =
            Opening { lab: &self.lab, engines: &engines, workspace: &workspace, memory: &memory, language: self.language };
        let Opened { mut session, options, .. } = opening.open(Some(requests)).await?;
        let (asked, answer) = Asked::new(request.clone());
        // the session that takes it is ours
        let _ = sender.send(asked).await;
        let mut keeper = Keeper { workspace: &workspace, remembered: &mut remembered };
        let reply = drive(&mut session, &mut keeper, self.language, answer).await;
        session.system().look().await;
        keeper.save(&session, self.language);
        let runs = !session.system().running().is_empty();
        let terminals = session.into_terminals();
        if runs && reply.is_ok() {
            terminals.keep().await.map_err(terminal_failure)?;
        } else {
            super::learn::stop(terminals, &options).await;
        }
        reply
    }

    fn hint_here(&self, memory: &mut LabMemory) -> Reply {
        let mut run = Run::new(Arc::clone(&self.lab), memory.progress.clone());
        let given = run.take(Input::HintAsked).into_iter().find_map(|effect| match effect {
            Effect::Tell(RunEvent::HintGiven { step, tier }) => Some(Reply::Hint { step, tier }),
            _ => None,
        });
        memory.progress = run.progress().clone();
        given.unwrap_or(Reply::NoStep)
    }

    /// Prints the answer; returns the exit code.
    fn say(&self, reply: &Reply, by: By) -> Result<u8, Failure> {
        let variables = variables(&self.lab, self.ports(), &self.folder.join(&self.lab.name));
        let blocks =
            Blocks { lab: &self.lab, variables: &variables, paint: Paint::for_stdout(), language: self.language, outcomes: &[] };
        let prose = |text: &str| print(&(blocks.paint.prose(text).join("\n") + "\n"));
        match reply {
            Reply::Checked(report) if self.asked.json => print(&format!("{:#}\n", as_json(report))),
            Reply::Checked(report) => print(&as_text(report, blocks)),
            Reply::Hint { step, tier } => {
                let lines = [vec![blocks.header(*step)], blocks.hint(*step, *tier)].concat();
                print(&(lines.join("\n") + "\n"));
            }
            Reply::Solved { step, passed } => {
                let text = if *passed { say::SOLVED } else { say::SOLVED_NOT };
                prose(&text.fill(self.language, &[("step", &(step + 1))]));
            }
            Reply::At { step, wanted, aside } => {
                let text = match (step == wanted, step, by) {
                    (false, _, By::This) => say::GOING_STOPPED,
                    (false, _, By::OtherWindow) => say::GOING_STOPPED_THERE,
                    (true, 0, By::This) => say::AS_NEW,
                    (true, 0, By::OtherWindow) => say::AS_NEW_THERE,
                    (true, _, By::This) => say::AT,
                    (true, _, By::OtherWindow) => say::AT_THERE,
                };
                prose(&text.fill(self.language, &[("step", &(step + 1)), ("header", &blocks.header(*step))]));
                if let Some(aside) = aside {
                    prose(&say::ASIDE.fill(self.language, &[("folder", &aside.display())]));
                }
            }
            Reply::NoStep => prose(&words::LAB_PASSED.fill(
                self.language,
                &[("number", &format!("{:02}", self.lab.spec.number)), ("lab", &self.lab.prose(self.language).title)],
            )),
            Reply::Stopped(error) => {
                let message = Message::new(words::SOLVE_FAILED)
                    .with("terminal", &error.terminal)
                    .with("waited", error.waited_s)
                    .with("what", error.waited_for.say(self.language));
                prose(&message.say(self.language));
            }
            Reply::Playing => return Err(Failure::new("playing", say::E_PLAYING)),
            Reply::TooEarly { step } => {
                return Err(Failure::new("too-early", Message::new(say::E_TOO_EARLY).with("step", step + 1)));
            }
            Reply::OtherLab { lab } => return Err(Failure::new("other-lab", Message::new(say::E_OTHER_LAB).with("lab", lab))),
        }
        Ok(if went_well(reply) { exit::OK } else { exit::FOUND })
    }
}

fn went_well(reply: &Reply) -> bool {
    match reply {
        Reply::Checked(report) => report.passed(),
        Reply::Solved { passed, .. } => *passed,
        Reply::At { step, wanted, .. } => step == wanted,
        Reply::Hint { .. } | Reply::NoStep => true,
        Reply::Stopped(_) | Reply::Playing | Reply::TooEarly { .. } | Reply::OtherLab { .. } => false,
    }
}

fn as_json(report: &CheckReport) -> serde_json::Value {
    let CheckReport { lab, step, id, checks } = report;
    json!({ "lab": lab, "step": step + 1, "id": id, "passed": report.passed(), "checks": checks })
}

fn as_text(report: &CheckReport, blocks: Blocks<'_>) -> String {
    let mut lines = vec![blocks.header(report.step)];
    for check in &report.checks {
        lines.extend(match check.passed {
            true => blocks.paint.item("✓", &check.found).iter().map(|line| blocks.paint.good(line)).collect(),
            false => blocks.paint.item("·", &format!("{} — {}", check.expected, check.found)),
        });
    }
    lines.join("\n") + "\n"
}

/// Lets a session go on until the answer is there, without anybody at its terminals.
async fn drive(
    session: &mut Session,
    keeper: &mut Keeper<'_>,
    language: Language,
    mut answer: tokio::sync::oneshot::Receiver<Reply>,
) -> Result<Reply, Failure> {
    let size = Size::default();
    loop {
        let event = tokio::select! {
            reply = &mut answer => return reply.map_err(|_| lost()),
            event = session.next() => event.map_err(terminal_failure)?,
        };
        match event {
            SessionEvent::Renew => session.renew(size).await.map_err(|error| match error {
                RenewError::Setup(error) => setup_failure(error, language),
                RenewError::Terminal(error) => terminal_failure(error),
            })?,
            SessionEvent::Closed { terminal } => session.reopen(&terminal, size).await.map_err(terminal_failure)?,
            SessionEvent::Save => keeper.save(session, language),
            SessionEvent::Told(RunEvent::Advised { held: true, .. }) => session.answer(Choice::RunAnyway),
            SessionEvent::Lost => return Err(lost()),
            _ => {}
        }
    }
}

fn lost() -> Failure {
    terminal_failure(TerminalError::Host { reason: "it has ended".to_owned() })
}
