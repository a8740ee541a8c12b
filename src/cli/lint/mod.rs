//! `kafkalab lint`: finds mistakes in configuration files, and puts them right where asked to.

mod args;

use std::collections::{HashMap, HashSet};
use std::io::{self, IsTerminal as _};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread::{self, ScopedJoinHandle};

pub use args::{Fixing, Format, LintArgs, command, from_matches};

use super::failure::Failure;
use super::{exit, print};
use crate::frontend::is_dumb;
use crate::judge::diagnostic::{Diagnostic, Look, Paint, Severity, Source, formats, report};
use crate::judge::lint::baseline::Baseline;
use crate::judge::lint::{Input, Options, between, files, fix, lint, script, write};
use crate::text::{Language, Message, lint as say};

/// The most findings that are shown to a person; the formats for programs have them all.
const SHOWN_MAX: usize = 500;

/// How many files are looked at before what was found in them is taken.
const BATCH: usize = 512;

/// A file that was looked at.
struct Looked {
    input: Input,
    findings: Vec<Diagnostic>,
    /// What is to become of it, where anything is.
    fixed: Option<fix::Fixed>,
}

/// Looks at one file, and changes nothing; `None` where it is none that Kafka reads, or its kind cannot be told.
fn look_at(mut input: Input, options: &Options, fixing: Fixing) -> Option<Looked> {
    input.shown = shown(&input.shown).to_owned();
    let findings = lint(&input, options)?;
    let wanted = fixing.write || fixing.diff;
    let fixed = wanted.then(|| fix::fix(&input, options, fixing.unsafe_too)).filter(|fixed| fixed.count > 0);
    Some(Looked { input, findings, fixed })
}

/// A path as it is shown.
fn shown(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// Does the same with each of the items, a part of them on each processor; what comes of it is in their order.
fn on_every_processor<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let (part, each) = (items.len().div_ceil(threads).max(1), &each);
    thread::scope(|scope| {
        let start = |items| scope.spawn(move || <[T]>::iter(items).map(each).collect::<Vec<R>>());
        let parts: Vec<_> = items.chunks(part).map(start).collect();
        let done = |part: ScopedJoinHandle<'_, Vec<R>>| part.join().unwrap_or_else(|panic| resume_unwind(panic));
        parts.into_iter().flat_map(done).collect()
    })
}

/// What is told while files are looked at, and what came of it.
struct Run {
    options: Options,
    language: Language,
    /// The files that were looked at, as they are shown.
    looked_at: Vec<String>,
    findings: Vec<Diagnostic>,
    /// The same as what they are: a path may be given twice, or lie within another one.
    seen: HashSet<PathBuf>,
    /// The settings that were looked at, to be held against each other.
    settings: Vec<Input>,
    /// Lines about changes, told before the findings.
    changes: String,
    failed: bool,
}

/// Runs the command.
///
/// # Errors
/// An option that makes no sense, or a baseline that cannot be read or written.
pub fn run(args: &LintArgs, language: Language) -> Result<u8, Failure> {
    let options = args.options()?;
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    let mut run = Run {
        options,
        language,
        looked_at: Vec::new(),
        seen: HashSet::new(),
        findings: Vec::new(),
        settings: Vec::new(),
        changes: String::new(),
        failed: false,
    };
    let here = [Path::new(".").to_owned()];
    for line in &args.commands {
        run.looked_at.push("<command>".to_owned());
        run.findings.extend(script::judge_line(line, &run.options));
    }
    for path in if args.paths.is_empty() && args.commands.is_empty() { &here[..] } else { &args.paths } {
        run.path(path, args.fixing);
    }
    run.between();
    if let Some(path) = &args.write_baseline {
        std::fs::write(path, Baseline::of(&run.findings).write()).map_err(|error| failure(say::E_WRITE, "write", path, error))?;
        let values: [(&str, &dyn std::fmt::Display); 2] = [("path", &path.display()), ("count", &run.findings.len())];
        print(&(say::BASELINE_WRITTEN.fill(language, &values) + "\n"));
        return Ok(if run.failed { exit::COULD_NOT_RUN } else { exit::OK });
    }
    let found = run.findings.len();
    if let Some(baseline) = baseline {
        run.findings = baseline.new_ones(run.findings);
    }
    let known = found - run.findings.len();
    print(&run.say(args, known));
    let matters = run.findings.iter().any(|found| found.severity >= Severity::Warning);
    Ok(match (run.failed, matters) {
        (true, _) => exit::COULD_NOT_RUN,
        (false, true) => exit::FOUND,
        (false, false) => exit::OK,
    })
}

fn failure(text: crate::text::Text, code: &'static str, path: &Path, reason: impl std::fmt::Display) -> Failure {
    Failure::new(code, Message::new(text).with("path", path.display()).with("reason", reason))
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| failure(say::E_READ, "read", path, error))?;
    Baseline::parse(&text).map_err(|error| failure(say::E_BASELINE, "baseline", path, error))
}

impl Run {
    /// Tells of something that could not be looked at, and goes on.
    fn fail(&mut self, failure: &Failure) {
        self.failed = true;
        super::fail(failure, self.language);
    }

    fn path(&mut self, path: &Path, fixing: Fixing) {
        if path == Path::new("-") {
            return match files::read_from(io::stdin().lock()) {
                Ok(bytes) => {
                    let input = Input { path: path.to_owned(), shown: "-".to_owned(), bytes };
                    let looked = look_at(input, &self.options, Fixing::default());
                    self.take(path, looked, Fixing::default(), true);
                }
                Err(error) => self.fail(&failure(say::E_READ, "read", path, error)),
            };
        }
        let named = !path.is_dir();
        let found = match files::below(path) {
            Ok(found) => found,
            Err(error) => return self.fail(&failure(say::E_READ, "read", path, error.source)),
        };
        for batch in found.chunks(BATCH) {
            let options = &self.options;
            let looked = on_every_processor(batch, |file| {
                let looked = files::read(file).map(|input| look_at(input, options, fixing));
                (file.canonicalize().unwrap_or_else(|_| file.clone()), looked)
            });
            for (file, (real, looked)) in batch.iter().zip(looked) {
                if self.seen.contains(&real) {
                    continue;
                }
                match looked {
                    Ok(looked) => {
                        if self.take(file, looked, fixing, named) {
                            self.seen.insert(real);
                        }
                    }
                    Err(error) => self.fail(&failure(say::E_READ, "read", file, error.source)),
                }
            }
        }
    }

    /// Takes what was found in a file, and whether there was anything to look at; `named` where the file was asked for by its own
    /// name and must have a kind.
    fn take(&mut self, path: &Path, looked: Option<Looked>, fixing: Fixing, named: bool) -> bool {
        let Some(Looked { mut input, mut findings, fixed }) = looked else {
            if named && !is_ignored(path) {
                let path = path.display().to_string();
                self.fail(&Failure::new("unknown-kind", Message::new(say::E_KIND).with("path", shown(&path))));
            }
            return false;
        };
        self.looked_at.push(input.shown.clone());
        if let Some(fixed) = fixed {
            if fixing.diff {
                self.changes.push_str(&difference(&input, &fixed.bytes));
            } else if let Err(error) = write::replace(&input.path, &input.bytes, &fixed.bytes) {
                self.fail(&failure(say::E_WRITE, "write", &input.path, error));
            } else {
                let values: [(&str, &dyn std::fmt::Display); 2] = [("file", &input.shown), ("count", &fixed.count)];
                self.changes.push_str(&(say::FIXED.fill(self.language, &values) + "\n"));
                (input.bytes, findings) = (fixed.bytes, fixed.findings);
            }
        }
        self.findings.extend(findings);
        if matches!(input.path.extension().and_then(|extension| extension.to_str()), Some("properties" | "cfg")) {
            self.settings.push(input);
        }
        true
    }

    /// Looks at what the files say together, and puts what is found where its file is.
    fn between(&mut self) {
        let found = between(&self.settings, &self.options);
        if found.is_empty() {
            return;
        }
        self.findings.extend(found);
        let order: HashMap<String, usize> =
            self.looked_at.iter().enumerate().map(|(index, file)| (file.clone(), index)).collect();
        self.findings.sort_by_cached_key(|found| match &found.source {
            Source::File { shown, .. } => (order.get(shown).copied(), found.primary.range.start),
            Source::CommandLine(_) => (None, 0),
        });
    }

    /// Everything that is printed at the end.
    fn say(&self, args: &LintArgs, known: usize) -> String {
        let language = self.language;
        match args.format {
            Format::Json => formats::json(&self.findings, language),
            Format::Sarif => formats::sarif(&self.findings, language),
            Format::Github => formats::github(&self.findings, language),
            Format::Junit => formats::junit(&self.looked_at, &self.findings, language),
            Format::Text => {
                let mut out = self.changes.clone();
                if !args.fixing.diff {
                    let look = look(language);
                    out.extend(self.findings.iter().take(SHOWN_MAX).map(|found| report(found, look)));
                }
                out + &self.summary(known, args.fixing)
            }
        }
    }

    fn summary(&self, known: usize, fixing: Fixing) -> String {
        let count = |severity| self.findings.iter().filter(|found| found.severity == severity).count();
        let values: [(&str, &dyn std::fmt::Display); 4] = [
            ("files", &self.looked_at.len()),
            ("errors", &count(Severity::Error)),
            ("warnings", &count(Severity::Warning)),
            ("notes", &count(Severity::Note)),
        ];
        let mut lines = vec![say::SUMMARY.fill(self.language, &values)];
        if known > 0 {
            lines.push(say::KNOWN_LEFT_OUT.fill(self.language, &[("count", &known)]));
        }
        if self.findings.len() > SHOWN_MAX && !fixing.diff {
            lines.push(say::NOT_SHOWN.fill(self.language, &[("count", &(self.findings.len() - SHOWN_MAX))]));
        }
        let in_file = |found: &&Diagnostic| matches!(found.source, Source::File { .. });
        let safe = |found: &&Diagnostic| found.fix.as_ref().is_some_and(|fix| fix.safe);
        let fixable = self.findings.iter().filter(in_file).filter(safe).count();
        if fixable > 0 && !fixing.write {
            lines.push(say::FIXABLE.fill(self.language, &[("count", &fixable)]));
        }
        lines.join("\n") + "\n"
    }
}

/// Whether a file is known to be none of Kafka's settings: Log4j's.
fn is_ignored(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().to_ascii_lowercase().contains("log4j"))
}

/// Columns and colours of this terminal.
fn look(language: Language) -> Look {
    let terminal = io::stdout().is_terminal();
    let paint = match (terminal, std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())) {
        _ if is_dumb() => Paint::Plain,
        (true, false) => Paint::Colour,
        _ => Paint::Monochrome,
    };
    let columns = crossterm::terminal::size().ok().filter(|_| terminal).map_or(100, |(columns, _)| usize::from(columns));
    Look { language, columns, paint }
}

/// What the fixes would change, as a unified diff.
fn difference(input: &Input, fixed: &[u8]) -> String {
    let (before, after) = (String::from_utf8_lossy(&input.bytes), String::from_utf8_lossy(fixed));
    let diff = similar::TextDiff::from_lines(before.as_ref(), after.as_ref());
    diff.unified_diff().context_radius(3).header(&input.shown, &input.shown).to_string()
}
