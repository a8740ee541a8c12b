//! `kafka-dump-log.sh` (`kafka.tools.DumpLogSegments`): shows what is in the files of a log folder.

mod file;
mod index;
mod options;
mod payload;
mod records;
mod states;

use std::ffi::OsString;
use std::process::ExitCode;

use super::harness::{self, eprint, print};
use super::{DUMP_LOG_CLASS, Exception, Stop};
use options::{Line, SCRIPT};

/// How much text is held before it is written.
const WRITE_BYTES: usize = 64 * 1024;

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    // reading files cannot be interrupted, so the line is worked on beside the signals
    harness::run_until_signalled(DUMP_LOG_CLASS, SCRIPT, args, async |args| {
        tokio::task::spawn_blocking(move || dump(&args)).await.unwrap_or(Ok(1))
    })
}

fn dump(args: &[String]) -> Result<u8, Stop> {
    let line = options::parse(args)?;
    let mut report = Report::default();
    let result = line.files.iter().try_for_each(|name| dump_file(name, &line, &mut report));
    report.flush();
    result.map_err(Stop::Uncaught)?;
    report.print_faults();
    Ok(0)
}

fn dump_file(name: &str, line: &Line, report: &mut Report) -> Result<(), Exception> {
    let file = file::Named::new(name);
    report.line(&format!("Dumping {}", file.shown()));
    match file.suffix()? {
        ".log" | ".checkpoint" => records::dump(&file, line, report),
        ".index" => index::dump_offsets(&file, line, report),
        ".timeindex" => index::dump_times(&file, line, report),
        ".snapshot" => states::dump_producers(&file, report),
        ".txnindex" => states::dump_aborted(&file, report),
        _ => {
            report.flush();
            eprint(&format!("Ignoring unknown file {}\n", file.shown()));
            Ok(())
        }
    }
}

/// Pairs of numbers that do not fit together, by file, in the order in which files came.
#[derive(Debug, Default)]
struct Faults(Vec<(String, Vec<(i64, i64)>)>);

impl Faults {
    fn add(&mut self, file: &str, pair: (i64, i64)) {
        match self.0.iter_mut().find(|(known, _)| known == file) {
            Some((_, pairs)) => pairs.push(pair),
            None => self.0.push((file.to_owned(), vec![pair])),
        }
    }
}

/// What is printed, and what is told at the end.
#[derive(Debug, Default)]
struct Report {
    text: String,
    mismatches: Faults,
    time_mismatches: Faults,
    out_of_order: Faults,
    not_found: Faults,
    gaps: Faults,
}

impl Report {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
        if self.text.len() >= WRITE_BYTES {
            self.flush();
        }
    }

    fn line(&mut self, text: &str) {
        self.text(text);
        self.text("\n");
    }

    fn flush(&mut self) {
        // a reader that has gone is not told of, as by a PrintStream
        print(&std::mem::take(&mut self.text));
    }

    fn print_faults(&self) {
        let mut text = String::new();
        // these are lists that grow at their heads
        for (file, pairs) in &self.mismatches.0 {
            text.push_str(&format!("Mismatches in :{file}\n"));
            for (indexed, found) in pairs.iter().rev() {
                text.push_str(&format!("  Index offset: {indexed}, log offset: {found}\n"));
            }
        }
        for (file, pairs) in &self.time_mismatches.0 {
            text.push_str(&format!("Found timestamp mismatch in :{file}\n"));
            for (indexed, found) in pairs {
                text.push_str(&format!("  Index timestamp: {indexed}, log timestamp: {found}\n"));
            }
        }
        for (file, pairs) in &self.out_of_order.0 {
            text.push_str(&format!("Found out of order timestamp in :{file}\n"));
            for (indexed, before) in pairs {
                text.push_str(&format!("  Index timestamp: {indexed}, Previously indexed timestamp: {before}\n"));
            }
        }
        for (_, pairs) in &self.not_found.0 {
            text.push_str("The following indexed offsets are not found in the log.\n");
            for (indexed, found) in pairs {
                text.push_str(&format!("Indexed offset: {indexed}, found log offset: {found}\n"));
            }
        }
        for (file, pairs) in &self.gaps.0 {
            text.push_str(&format!("Non-consecutive offsets in {file}\n"));
            for (first, second) in pairs.iter().rev() {
                text.push_str(&format!("  {first} is followed by {second}\n"));
            }
        }
        eprint(&text);
    }
}

#[cfg(test)]
mod tests;
