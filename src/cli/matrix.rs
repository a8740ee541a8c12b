//! `kafkalab matrix`: plays the labs in every cell of {coordinator, broker, tools} × {bundled, Apache} and prints a table.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command as Clap, value_parser};

use super::failure::Failure;
use super::verify::{Options, failures, load, verify_lab};
use super::{Args, engine, exit, print, runtime};
use crate::engine::parts::{Engines, Parts, UnknownParts};
use crate::lab::format::Lab;
use crate::lab::runner::LabResult;
use crate::text::layout::width;
use crate::text::{Language, Message, cli, matrix as say};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixArgs {
    /// The release of Apache Kafka; `None` is the one that `KAFKA_HOME` names.
    apache: Option<PathBuf>,
    labs: Vec<String>,
    /// Only these cells; empty for all.
    cells: Vec<String>,
    json: bool,
    options: Options,
}

pub(super) fn command(language: Language) -> Clap {
    let say = |text: crate::text::Text| text.get(language);
    Clap::new("matrix")
        .about(say(say::ABOUT))
        .after_help(say(say::EXIT_CODES))
        .arg(Arg::new("lab").value_name("LAB").num_args(0..).help(say(cli::ARG_LAB)))
        .arg(Arg::new("apache").long("apache").value_name("DIR").value_parser(value_parser!(PathBuf)).help(say(say::ARG_APACHE)))
        .arg(Arg::new("cell").long("cell").value_name("C/B/T").action(ArgAction::Append).help(say(say::ARG_CELL)))
        .arg(Arg::new("free-ports").long("free-ports").action(ArgAction::SetTrue).help(say(cli::ARG_FREE_PORTS)))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help(say(cli::ARG_JSON)))
        .arg(Arg::new("deadline").long("deadline").hide(true).value_parser(value_parser!(u64).range(1..=3600)))
}

pub(super) fn from_matches(matches: &ArgMatches) -> MatrixArgs {
    let words = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect();
    MatrixArgs {
        apache: matches.get_one::<PathBuf>("apache").cloned(),
        labs: words("lab"),
        cells: words("cell"),
        json: matches.get_flag("json"),
        options: Options {
            update: false,
            free_ports: matches.get_flag("free-ports"),
            deadline_s: matches.get_one::<u64>("deadline").copied(),
        },
    }
}

/// How one lab came out in one cell.
#[derive(Debug, serde::Serialize)]
struct LabRow {
    lab: String,
    passed: usize,
    steps: usize,
    seconds: f64,
    failures: Vec<String>,
}

/// One cell and its labs.
#[derive(Debug, serde::Serialize)]
struct Cell {
    #[serde(flatten)]
    parts: Parts,
    labs: Vec<LabRow>,
}

#[derive(Debug, serde::Serialize)]
struct Report {
    passed: bool,
    cells: Vec<Cell>,
}

impl From<UnknownParts> for Failure {
    fn from(error: UnknownParts) -> Self {
        Self::new("cell", Message::new(say::E_CELL).with("found", error.found))
    }
}

pub(super) fn run(args: &Args, matrix: &MatrixArgs, language: Language) -> Result<u8, Failure> {
    let cells = match &matrix.cells[..] {
        [] => Parts::matrix(),
        cells => cells.iter().map(|cell| cell.parse()).collect::<Result<_, _>>()?,
    };
    let labs = load(args, &matrix.labs)?;
    let runtime = runtime()?;
    let folder = runtime.block_on(engine::release(matrix.apache.as_deref()))?;
    let table = Table { names: labs.iter().map(|lab| lab.name.clone()).collect(), language };
    if !matrix.json {
        print(&table.head());
    }
    let mut report = Report { passed: true, cells: Vec::new() };
    for parts in cells {
        let engines = Engines::cell(parts, &folder);
        let mut rows = Vec::new();
        for lab in &labs {
            let result = runtime.block_on(verify_lab(args, lab, matrix.options, &engines, language))?;
            rows.push(row(lab, &result, language));
        }
        let cell = Cell { parts, labs: rows };
        if !matrix.json {
            print(&table.row(&cell));
        }
        report.passed &= cell.is_good();
        report.cells.push(cell);
    }
    if matrix.json {
        print(&(serde_json::to_string_pretty(&report).map_err(|error| Failure::io("json", error))? + "\n"));
    } else {
        let good = report.cells.iter().filter(|cell| cell.is_good()).count();
        print(&(say::SUMMARY.fill(language, &[("good", &good), ("cells", &report.cells.len())]) + "\n"));
    }
    Ok(if report.passed { exit::OK } else { exit::FOUND })
}

fn row(lab: &Arc<Lab>, result: &LabResult, language: Language) -> LabRow {
    let passed = result.steps.iter().filter(|(_, result)| result.is_good()).count();
    let seconds = (result.took.as_secs_f64() * 10.0).round() / 10.0;
    LabRow { lab: lab.name.clone(), passed, steps: lab.spec.steps.len(), seconds, failures: failures(lab, result, language) }
}

impl Cell {
    fn is_good(&self) -> bool {
        self.labs.iter().all(|row| row.passed == row.steps)
    }
}

/// The width of a column that names an engine.
const ENGINE_COLUMNS: usize = 13;

/// How the table is written.
struct Table {
    /// The labs' names.
    names: Vec<String>,
    language: Language,
}

impl Table {
    fn line(&self, cells: [&str; 3], labs: impl Iterator<Item = String>) -> String {
        let mut line = String::from("  ");
        let padded = |text: &str, columns: usize| format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))));
        line.extend(cells.map(|cell| padded(cell, ENGINE_COLUMNS)));
        line.extend(labs.zip(&self.names).map(|(lab, name)| padded(&lab, width(name).max(ENGINE_COLUMNS) + 2)));
        line.trim_end().to_owned() + "\n"
    }

    fn head(&self) -> String {
        let words = [say::COORDINATOR, say::BROKER, say::TOOLS].map(|word| word.get(self.language));
        self.line(words, self.names.iter().cloned())
    }

    fn row(&self, cell: &Cell) -> String {
        let lab = |row: &LabRow| {
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("passed", &row.passed), ("steps", &row.steps), ("seconds", &format!("{:.1}", row.seconds))];
            say::LAB.fill(self.language, &values)
        };
        let Parts { coordinator, broker, tools } = cell.parts;
        let mut text = self.line([coordinator.name(), broker.name(), tools.name()], cell.labs.iter().map(lab));
        for line in cell.labs.iter().flat_map(|row| &row.failures) {
            text.push_str(&format!("    {line}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::parts::Kind;

    #[test]
    fn the_table_shows_each_cell_and_what_failed_in_it() {
        let row = |passed, failures: &[&str]| LabRow {
            lab: "01-single-node".to_owned(),
            passed,
            steps: 9,
            seconds: 2.5,
            failures: failures.iter().map(|line| (*line).to_owned()).collect(),
        };
        let mixed = Parts { broker: Kind::Apache, ..Parts::all_of(Kind::Bundled) };
        let cells = [
            Cell { parts: Parts::all_of(Kind::Bundled), labs: vec![row(9, &[])] },
            Cell { parts: mixed, labs: vec![row(8, &["01-single-node produce: snapshot differs"])] },
        ];
        let table = |language| {
            let table = Table { names: vec!["01-single-node".to_owned()], language };
            table.head() + &cells.iter().map(|cell| table.row(cell)).collect::<String>()
        };
        insta::assert_snapshot!(table(Language::En), @r"
          coordinator  broker       tools        01-single-node
          bundled      bundled      bundled      9/9  2.5 s
          bundled      apache       bundled      8/9  2.5 s
            01-single-node produce: snapshot differs
        ");
        let korean = table(Language::Ko);
        assert!(korean.contains("bundled      apache"), "{korean}");
        assert!(cells[0].is_good() && !cells[1].is_good());
    }
}
