//! `kafkalab status`: how far each lab is, what is open or kept, and what runs.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::failure::Failure;
use super::opening::host_options_at;
use super::{Args, exit, print, workspace_folder};
use crate::lab::check::scope::Scope;
use crate::lab::format::Lab;
use crate::lab::runner::{LabMemory, Remembered, Workspace};
use crate::text::{Language, asking as say, cli};

/// What is known of a workspace, without a look into its servers.
#[derive(Debug, Serialize)]
struct Status {
    workspace: String,
    language: Language,
    /// The process that has the workspace.
    runner: Option<u32>,
    /// The lab that was open last.
    last: Option<String>,
    labs: Vec<LabStatus>,
}

/// What is known of a lab; steps are numbered from 1.
#[derive(Debug, Serialize)]
struct LabStatus {
    name: String,
    number: u8,
    title: String,
    steps: usize,
    done: usize,
    /// The step that is on.
    step: Option<StepStatus>,
    /// The steps that nobody did by hand.
    taken: Vec<usize>,
    state: State,
    running: Vec<Running>,
}

#[derive(Debug, Serialize)]
struct StepStatus {
    number: usize,
    id: String,
    title: String,
    hints: usize,
}

#[derive(Debug, Serialize)]
struct Running {
    name: &'static str,
    pid: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// A runner has it.
    Open,
    /// Its terminals go on without a runner.
    Kept,
    Closed,
}

pub(super) fn run(args: &Args, json: bool, locale: Language) -> Result<u8, Failure> {
    let folder = workspace_folder(args)?;
    let remembered = Workspace::peek(&folder);
    let language = args.language.or(remembered.language).unwrap_or(locale);
    let status = look(args, &folder, &remembered, language)?;
    if json {
        let text = serde_json::to_string_pretty(&status).map_err(|error| Failure::io("status", error))?;
        print(&(text + "\n"));
    } else {
        print(&as_text(&status, language));
    }
    Ok(exit::OK)
}

fn look(args: &Args, folder: &Path, remembered: &Remembered, language: Language) -> Result<Status, Failure> {
    let runner = Workspace::runner(folder);
    let mut labs = Vec::new();
    for name in args.labs.names()? {
        let lab = Lab::load(&args.labs, &name)?;
        let is_last = remembered.last.as_deref() == Some(&name);
        let memory = remembered.labs.get(&name).cloned().unwrap_or_default();
        labs.push(look_at(&lab, &memory, &folder.join(&name), runner.filter(|_| is_last), language));
    }
    let workspace = folder.display().to_string();
    Ok(Status { workspace, language, runner, last: remembered.last.clone(), labs })
}

fn look_at(lab: &Lab, memory: &LabMemory, folder: &Path, runner: Option<u32>, language: Language) -> LabStatus {
    let (spec, prose) = (&lab.spec, lab.prose(language));
    let done = memory.progress.step.min(spec.steps.len());
    let step = spec.steps.get(done).zip(prose.steps.get(done)).map(|(step, prose)| StepStatus {
        number: done + 1,
        id: step.id.clone(),
        title: prose.title.clone(),
        hints: memory.progress.hints,
    });
    let begun = !memory.session.is_empty();
    let hosted = begun && host_options_at(folder, &memory.session).is_running();
    let state = match (hosted, runner) {
        (true, Some(_)) => State::Open,
        (true, None) => State::Kept,
        (false, _) => State::Closed,
    };
    let running = if begun { Scope::new(memory.session.clone(), folder).running() } else { Vec::new() };
    LabStatus {
        name: lab.name.clone(),
        number: spec.number,
        title: prose.title.clone(),
        steps: spec.steps.len(),
        done,
        step,
        taken: memory.progress.taken.iter().map(|step| step + 1).collect(),
        state,
        running: running.into_iter().map(|(name, pid)| Running { name, pid }).collect(),
    }
}

fn as_text(status: &Status, language: Language) -> String {
    let mut text = crate::text::learn::WORKSPACE_IS.fill(language, &[("path", &status.workspace)]) + "\n";
    for lab in &status.labs {
        let mark = match lab.done {
            done if done == lab.steps => "●",
            0 => "○",
            _ => "◐",
        };
        let number = format!("{:02}", lab.number);
        let values: [(&str, &dyn std::fmt::Display); 5] =
            [("mark", &mark), ("number", &number), ("title", &lab.title), ("done", &lab.done), ("steps", &lab.steps)];
        let mut row = cli::LIST_ROW.fill(language, &values);
        let step = lab.step.as_ref().filter(|_| lab.done > 0 || lab.state != State::Closed);
        let more = [
            step.map(|step| say::STATUS_STEP.fill(language, &[("step", &step.number), ("title", &step.title)])),
            (!lab.taken.is_empty()).then(|| say::STATUS_TAKEN.fill(language, &[("count", &lab.taken.len())])),
            match lab.state {
                State::Open => status.runner.map(|pid| say::STATUS_OPEN.fill(language, &[("pid", &pid)])),
                State::Kept => Some(say::STATUS_KEPT.get(language).to_owned()),
                State::Closed => None,
            },
        ];
        for part in more.into_iter().flatten() {
            let _ = write!(row, " · {part}");
        }
        let _ = writeln!(text, "{row}");
        if !lab.running.is_empty() {
            let running: Vec<String> = lab.running.iter().map(|of| format!("{} (pid {})", of.name, of.pid)).collect();
            let _ = writeln!(text, "    {}", say::STATUS_RUNNING.fill(language, &[("processes", &running.join(", "))]));
        }
    }
    text
}
