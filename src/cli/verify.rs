//! `kafkalab verify`: plays labs and prints how each came out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tempfile::TempDir;

use super::engine::EngineChoice;
use super::failure::{Failure, with_reason};
use super::learn::{setup_failure, terminal_failure};
use super::{Args, engine, exit, print, runtime};
use crate::engine::parts::{Engines, Kind, Parts};
use crate::lab::format::{Lab, LabSource};
use crate::lab::runner::{Deadlines, LabResult, Plan, Ports, StepResult, VerifyError, verify};
use crate::lab::snapshot::Snapshots;
use crate::net;
use crate::text::{Language, cli as say};

/// A placeholder's name and value.
type Value<'a> = (&'a str, &'a dyn std::fmt::Display);

/// How a line of a verdict stands under its lab.
const INDENT: &str = "    ";

pub(super) fn run(
    args: &Args,
    words: &[String],
    options: Options,
    engine: &EngineChoice,
    locale: Language,
) -> Result<u8, Failure> {
    let language = args.language.unwrap_or(locale);
    if options.update && matches!(args.labs, LabSource::BuiltIn) {
        return Err(Failure::new("snapshots-built-in", say::E_SNAPSHOT_BUILT_IN));
    }
    let labs = load(args, words)?;
    let runtime = runtime()?;
    let engines = runtime.block_on(engine.engines())?;
    let steps: usize = labs.iter().map(|lab| lab.spec.steps.len()).sum();
    let engine = engine::name(&engines).get(language);
    print(&(say::VERIFY_HEADER.fill(language, &[("labs", &labs.len()), ("steps", &steps), ("engine", &engine)]) + "\n"));
    // labs that are played at once cannot all have the documented ports
    let at_once = runs_at_once(&engines).min(labs.len());
    let options = Options { free_ports: options.free_ports || at_once > 1, ..options };
    let (mut passed, mut failed) = (0, 0);
    runtime.block_on(async {
        let mut results = stream::iter(&labs)
            .map(async |lab| (lab, verify_lab(args, lab, options, &engines, language).await))
            .buffered(at_once);
        while let Some((lab, result)) = results.next().await {
            let result = result?;
            let good = result.steps.iter().filter(|(_, result)| result.is_good()).count();
            passed += good;
            failed += result.steps.len() - good;
            print(&report(lab, &result, language));
        }
        Ok::<_, Failure>(())
    })?;
    let skipped = steps - passed - failed;
    let values: [(&str, &dyn std::fmt::Display); 3] = [("passed", &passed), ("failed", &failed), ("skipped", &skipped)];
    print(&(say::VERIFY_SUMMARY.fill(language, &values) + "\n"));
    Ok(if passed == steps { exit::OK } else { exit::FOUND })
}

/// How many runs of bundled servers go on at once for each processor: they wait more than they work.
const RUNS_PER_PROCESSOR: usize = 3;

/// How many runs of labs go on at once on these engines.
pub(super) fn runs_at_once(engines: &Engines) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    // a JVM takes all that a processor has
    if engines.parts() == Parts::all_of(Kind::Bundled) { processors * RUNS_PER_PROCESSOR } else { 1 }
}

/// The labs that were named; all where none was.
pub(super) fn load(args: &Args, words: &[String]) -> Result<Vec<Arc<Lab>>, Failure> {
    let names = match words {
        [] => args.labs.names()?,
        words => words.iter().map(|word| args.labs.resolve(word)).collect::<Result<_, _>>()?,
    };
    Ok(names.iter().map(|name| Lab::load(&args.labs, name).map(Arc::new)).collect::<Result<Vec<_>, _>>()?)
}

/// How `verify` is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Accept what comes out.
    pub update: bool,
    /// Let the servers listen on ports that are free, instead of the documented ones.
    pub free_ports: bool,
    /// How long one action and one step's checks may take, instead of the defaults; in seconds.
    pub deadline_s: Option<u64>,
}

/// Plays one lab in a folder of its own.
pub(super) async fn verify_lab(
    args: &Args,
    lab: &Arc<Lab>,
    options: Options,
    engines: &Engines,
    language: Language,
) -> Result<LabResult, Failure> {
    let place = Place::make(args, lab, options).await?;
    verify(&place.plan(lab, engines)).await.map_err(|error| verify_failure(error, language))
}

/// Where one run of a lab takes place.
pub(super) struct Place {
    folder: PathBuf,
    snapshots: PathBuf,
    ports: Ports,
    options: Options,
    /// Removed with everything in it when the run is over.
    _scratch: TempDir,
}

impl Place {
    pub(super) async fn make(args: &Args, lab: &Lab, options: Options) -> Result<Self, Failure> {
        let scratch = tempfile::Builder::new().prefix("kafkalab-").tempdir().map_err(|error| Failure::io("tempdir", error))?;
        Ok(Self {
            folder: scratch.path().join("lab"),
            snapshots: args.labs.snapshots(&lab.name, &scratch.path().join("snapshots"))?,
            ports: if options.free_ports { free_ports().await? } else { Ports::DOCUMENTED },
            options,
            _scratch: scratch,
        })
    }

    pub(super) fn plan<'a>(&'a self, lab: &Arc<Lab>, engines: &'a Engines) -> Plan<'a> {
        Plan {
            lab: Arc::clone(lab),
            folder: &self.folder,
            engines,
            ports: self.ports,
            snapshots: Snapshots::new(&self.snapshots, format!("labs/{}/lab.toml", lab.name)),
            update: self.options.update,
            deadlines: self
                .options
                .deadline_s
                .map(Duration::from_secs)
                .map_or_else(|| Deadlines::on(engines.parts()), |all| Deadlines { action: all, checks: all }),
        }
    }
}

pub(super) fn verify_failure(error: VerifyError, language: Language) -> Failure {
    match error {
        VerifyError::Setup(error) => setup_failure(error, language),
        VerifyError::Terminal(error) => terminal_failure(error),
        VerifyError::Snapshot(error) => with_reason("snapshot", say::E_LAB, error),
    }
}

/// Ports that nobody listens on now.
pub(super) async fn free_ports() -> Result<Ports, Failure> {
    let free = async || net::free_port().await.map_err(|error| Failure::io("port", error));
    Ok(Ports { zookeeper: free().await?, broker: free().await?, other: free().await? })
}

fn report(lab: &Lab, result: &LabResult, language: Language) -> String {
    let passed = result.steps.iter().filter(|(_, result)| result.is_good()).count();
    let seconds = format!("{:.1}", result.took.as_secs_f64());
    let values: [(&str, &dyn std::fmt::Display); 4] =
        [("lab", &lab.name), ("passed", &passed), ("steps", &lab.spec.steps.len()), ("seconds", &seconds)];
    let mut lines = vec![format!("  {}", say::VERIFY_LAB.fill(language, &values))];
    lines.extend(failures(lab, result, language).into_iter().map(|line| format!("{INDENT}{line}")));
    let differs = |result: &StepResult| matches!(result, StepResult::Differs(_) | StepResult::MissingSnapshot);
    if result.steps.iter().any(|(_, result)| differs(result)) {
        lines.push(format!("{INDENT}{}", say::VERIFY_ACCEPT.fill(language, &[("lab", &lab.name)])));
    }
    lines.join("\n") + "\n"
}

/// What there is to say of the steps of a lab; nothing of those that passed.
pub(super) fn failures(lab: &Lab, result: &LabResult, language: Language) -> Vec<String> {
    result.steps.iter().flat_map(|(step, result)| step_lines(lab, step, result, language)).collect()
}

fn step_lines(lab: &Lab, step: &str, result: &StepResult, language: Language) -> Vec<String> {
    let place: [(&str, &dyn std::fmt::Display); 2] = [("lab", &lab.name), ("step", &step)];
    fn with<'a>(place: &[Value<'a>], more: &[Value<'a>]) -> Vec<Value<'a>> {
        [place, more].concat()
    }
    match result {
        StepResult::Passed => Vec::new(),
        StepResult::Updated => vec![say::VERIFY_UPDATED.fill(language, &place)],
        StepResult::MissingSnapshot => vec![say::VERIFY_MISSING.fill(language, &place)],
        StepResult::Advised(code) => vec![say::VERIFY_ADVISED.fill(language, &with(&place, &[("code", code)]))],
        StepResult::Differs(difference) => {
            let mut lines = vec![say::VERIFY_DIFFERS.fill(language, &place)];
            lines.extend(difference.to_string().lines().map(|line| format!("  {line}")));
            lines
        }
        StepResult::CheckFailed(outcome) => {
            let (expected, found) = (outcome.expected.say(language), outcome.found.say(language));
            vec![say::VERIFY_CHECK_FAILED.fill(language, &with(&place, &[("expected", &expected), ("found", &found)]))]
        }
        StepResult::PlayFailed(error) => {
            let what = error.waited_for.say(language);
            let values = with(
                &place,
                &[("terminal", &error.terminal), ("waited", &error.waited_s), ("what", &what), ("shown", &error.shown)],
            );
            vec![say::VERIFY_PLAY_FAILED.fill(language, &values)]
        }
    }
}
