//! `kafkalab lab check`: proves labs. Untouched nothing passes, the solution passes and its snapshots hold, every right route passes, every
//! wrong one raises its rule and no other, and every text is there in both languages.

use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};

use super::failure::Failure;
use super::lab::CheckArgs;
use super::verify::{Options, Place, failures, load, runs_at_once, verify_failure};
use super::{Args, engine, exit, print, progress, runtime};
use crate::engine::parts::Engines;
use crate::judge::rules;
use crate::lab::format::{Lab, RightRoute, Routes, WrongRoute};
use crate::lab::runner::{Problem, RouteResult, play_right, play_wrong, untouched, verify};
use crate::text::{Language, Message, Text, lab as say};

/// One thing that is held against a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    Texts,
    Untouched,
    Solution,
    Right,
    Wrong,
}

impl Part {
    const ALL: [Self; 5] = [Self::Texts, Self::Untouched, Self::Solution, Self::Right, Self::Wrong];

    fn name(self) -> Text {
        match self {
            Self::Texts => say::TEXTS,
            Self::Untouched => say::UNTOUCHED,
            Self::Solution => say::SOLUTION,
            Self::Right => say::RIGHT,
            Self::Wrong => say::WRONG,
        }
    }
}

/// How one part of a lab came out.
#[derive(Debug, serde::Serialize)]
struct PartReport {
    part: Part,
    /// How many things were looked at.
    all: usize,
    /// How many of them are as they should be.
    good: usize,
    findings: Vec<String>,
}

impl PartReport {
    fn is_good(&self) -> bool {
        self.good == self.all && self.findings.is_empty()
    }
}

#[derive(Debug, serde::Serialize)]
struct LabReport {
    lab: String,
    passed: bool,
    seconds: f64,
    parts: Vec<PartReport>,
}

#[derive(Debug, serde::Serialize)]
struct Report {
    passed: bool,
    labs: Vec<LabReport>,
}

/// A lab with its routes.
struct Subject {
    lab: Arc<Lab>,
    routes: Routes,
}

/// One run.
#[derive(Clone, Copy)]
enum Job<'a> {
    Texts,
    Untouched,
    Solution,
    Right(&'a RightRoute),
    Wrong(&'a [WrongRoute]),
}

pub(super) fn run(args: &Args, check: &CheckArgs, language: Language) -> Result<u8, Failure> {
    let is_rule = |code: &str| rules::find(code).is_some_and(|rule| rule.code == code);
    let mut subjects = Vec::new();
    for lab in load(args, &check.labs)? {
        let routes = Routes::load(&args.labs, &lab.name, &lab.spec, is_rule)?;
        subjects.push(Subject { lab, routes });
    }
    let runtime = runtime()?;
    let engines = runtime.block_on(check.engine.engines())?;
    if !check.json {
        let engine = engine::name(&engines).get(language);
        print(&(say::HEADER.fill(language, &[("engine", &engine), ("labs", &subjects.len())]) + "\n"));
    }
    let options = Options { update: false, free_ports: true, deadline_s: check.deadline_s };
    let checking = Checking { args, engines: &engines, options, language };
    let mut report = Report { passed: true, labs: Vec::new() };
    for subject in &subjects {
        let lab = runtime.block_on(checking.lab(subject))?;
        if !check.json {
            print(&shown(&lab, language));
        }
        report.passed &= lab.passed;
        report.labs.push(lab);
    }
    if check.json {
        print(&(serde_json::to_string_pretty(&report).map_err(|error| Failure::io("json", error))? + "\n"));
    } else {
        let good = report.labs.iter().filter(|lab| lab.passed).count();
        print(&(say::SUMMARY.fill(language, &[("good", &good), ("bad", &(report.labs.len() - good))]) + "\n"));
    }
    Ok(if report.passed { exit::OK } else { exit::FOUND })
}

struct Checking<'a> {
    args: &'a Args,
    engines: &'a Engines,
    options: Options,
    language: Language,
}

impl Checking<'_> {
    /// Makes every run of a lab, several at once.
    async fn lab(&self, subject: &Subject) -> Result<LabReport, Failure> {
        let began = Instant::now();
        let mut jobs = vec![Job::Wrong(&subject.routes.wrong), Job::Solution, Job::Texts, Job::Untouched];
        jobs.extend(subject.routes.right.iter().map(Job::Right));
        let (mut ended, all) = (0, jobs.len());
        self.show(subject, ended, all);
        let mut runs = stream::iter(jobs).map(|job| self.job(subject, job)).buffer_unordered(runs_at_once(self.engines));
        let mut parts: Vec<PartReport> = Part::ALL.map(|part| PartReport { part, all: 0, good: 0, findings: Vec::new() }).into();
        while let Some(found) = runs.next().await {
            let found = found?;
            ended += 1;
            self.show(subject, ended, all);
            if let Some(part) = parts.iter_mut().find(|part| part.part == found.part) {
                part.all += found.all;
                part.good += found.good;
                part.findings.extend(found.findings);
            }
        }
        let seconds = (began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        Ok(LabReport { lab: subject.lab.name.clone(), passed: parts.iter().all(PartReport::is_good), seconds, parts })
    }

    /// How far the runs of a lab are, for somebody who waits.
    fn show(&self, subject: &Subject, ended: usize, all: usize) {
        let values: [(&str, &dyn std::fmt::Display); 3] = [("lab", &subject.lab.name), ("ended", &ended), ("all", &all)];
        progress(&if ended < all { say::PROGRESS.fill(self.language, &values) } else { String::new() });
    }

    /// Makes one run.
    async fn job(&self, subject: &Subject, job: Job<'_>) -> Result<PartReport, Failure> {
        let Subject { lab, routes } = subject;
        if matches!(job, Job::Texts) {
            return self.texts(lab);
        }
        let place = Place::make(self.args, lab, self.options).await?;
        let plan = place.plan(lab, self.engines);
        let failed = |error| verify_failure(error, self.language);
        Ok(match job {
            Job::Texts | Job::Untouched => {
                let held = untouched(&plan).await.map_err(failed)?;
                let all = lab.spec.steps.iter().map(|step| step.checks.len()).sum();
                let finding = |(step, outcome): &(usize, crate::lab::check::Outcome)| {
                    let found = outcome.found.say(self.language);
                    say::HOLDS.fill(self.language, &[("step", &lab.spec.steps[*step].id), ("found", &found)])
                };
                PartReport { part: Part::Untouched, all, good: all - held.len(), findings: held.iter().map(finding).collect() }
            }
            Job::Solution => {
                let result = verify(&plan).await.map_err(failed)?;
                let good = result.steps.iter().filter(|(_, result)| result.is_good()).count();
                let findings = failures(lab, &result, self.language);
                PartReport { part: Part::Solution, all: lab.spec.steps.len(), good, findings }
            }
            Job::Right(route) => {
                let result = play_right(&plan, route).await.map_err(failed)?;
                let findings = self.finding(&route.place.to_string(), &result).into_iter().collect::<Vec<_>>();
                PartReport { part: Part::Right, all: 1, good: usize::from(findings.is_empty()), findings }
            }
            Job::Wrong(_) if routes.wrong.is_empty() => PartReport { part: Part::Wrong, all: 0, good: 0, findings: Vec::new() },
            Job::Wrong(wrong) => self.wrong(wrong, &play_wrong(&plan, wrong).await.map_err(failed)?),
        })
    }

    fn wrong(&self, routes: &[WrongRoute], results: &[RouteResult]) -> PartReport {
        let place =
            |id: &str| routes.iter().find(|route| route.id == id).map_or_else(String::new, |route| route.place.to_string());
        let mut findings: Vec<String> = results.iter().filter_map(|result| self.finding(&place(&result.id), result)).collect();
        let reached = |route: &&WrongRoute| results.iter().any(|result| result.id == route.id);
        for route in routes.iter().filter(|route| !reached(route)) {
            findings.push(say::NOT_REACHED.fill(self.language, &[("place", &route.place), ("route", &route.id)]));
        }
        let is_good = |route: &&WrongRoute| results.iter().any(|result| result.id == route.id && result.problem.is_none());
        PartReport { part: Part::Wrong, all: routes.len(), good: routes.iter().filter(is_good).count(), findings }
    }

    /// What there is to say of a route; nothing where all is well.
    fn finding(&self, place: &str, result: &RouteResult) -> Option<String> {
        let (step, problem) = result.problem.as_ref()?;
        let say = |text: Text| Message::new(text).with("place", place).with("route", &result.id).with("step", step);
        let codes = |codes: &[String]| match codes {
            [] => say::NOBODY.get(self.language).to_owned(),
            codes => codes.join(", "),
        };
        let message = match problem {
            Problem::Raised { expected, found } => {
                let expected: Vec<String> = expected.iter().cloned().collect();
                say(say::RAISED).with("expected", codes(&expected)).with("found", codes(found))
            }
            Problem::Passed => say(say::PASSED),
            Problem::PassedBefore => say(say::PASSED_BEFORE),
            Problem::PlayFailed(error) => say(say::PLAY_FAILED)
                .with("terminal", &error.terminal)
                .with("waited", error.waited_s)
                .with("what", error.waited_for.say(self.language))
                .with("shown", &error.shown),
            Problem::CheckFailed(outcome) => say(say::CHECK_FAILED)
                .with("expected", outcome.expected.say(self.language))
                .with("found", outcome.found.say(self.language)),
        };
        Some(message.say(self.language).trim_start().to_owned())
    }

    /// Whether every text is there, in its language, and no file belongs to nothing.
    fn texts(&self, lab: &Lab) -> Result<PartReport, Failure> {
        let mut findings = Vec::new();
        for language in Language::ALL {
            let file = format!("{}/{language}.md", lab.name);
            let prose = lab.prose(language);
            if prose.introduction.is_empty() {
                findings.push(say::NO_INTRODUCTION.fill(self.language, &[("file", &file)]));
            }
            for (step, texts) in lab.spec.steps.iter().zip(&prose.steps) {
                let mut found = |text: Text| findings.push(text.fill(self.language, &[("file", &file), ("step", &step.id)]));
                let every = [&texts.title, &texts.body].into_iter().chain(&texts.hints);
                let is_korean = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
                for text in every {
                    match language {
                        _ if text.is_empty() => found(say::EMPTY),
                        Language::Ko if !is_korean(text) => found(say::NOT_KOREAN),
                        Language::En if is_korean(text) => found(say::NOT_ENGLISH),
                        _ => {}
                    }
                }
                if texts.hints.len() != 2 {
                    let values: [(&str, &dyn std::fmt::Display); 3] =
                        [("file", &file), ("step", &step.id), ("found", &texts.hints.len())];
                    findings.push(say::HINTS.fill(self.language, &values));
                }
            }
        }
        for file in self.args.labs.files(&lab.name, "snapshots")? {
            let name = file.rsplit('/').next().and_then(|name| name.strip_suffix(".snap"));
            if name.is_none_or(|name| lab.spec.step(name).is_none()) {
                findings.push(say::STRAY.fill(self.language, &[("file", &file)]));
            }
        }
        let all = lab.spec.steps.len() * Language::ALL.len();
        Ok(PartReport { part: Part::Texts, all, good: all.saturating_sub(findings.len()), findings })
    }
}

fn shown(lab: &LabReport, language: Language) -> String {
    let mark = |good: bool| if good { "✓" } else { "✗" };
    let seconds = format!("{:.1}", lab.seconds);
    let values: [(&str, &dyn std::fmt::Display); 3] = [("mark", &mark(lab.passed)), ("lab", &lab.lab), ("seconds", &seconds)];
    let mut text = say::LAB.fill(language, &values) + "\n";
    for part in &lab.parts {
        let values: [(&str, &dyn std::fmt::Display); 4] = [
            ("mark", &mark(part.is_good())),
            ("part", &part.part.name().get(language)),
            ("good", &part.good),
            ("all", &part.all),
        ];
        text.push_str(&format!("  {}\n", say::PART.fill(language, &values)));
        for line in part.findings.iter().flat_map(|finding| finding.lines()) {
            text.push_str(&format!("      {line}\n"));
        }
    }
    text
}
