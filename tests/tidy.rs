//! The invariants of the design, kept by reading the source: which room may use which, who may print, spawn and open sockets, how
//! long files and functions may be. A finding is one line, `path:line: error: what is wrong, use what instead`.

#![expect(clippy::expect_used, reason = "a source that cannot be read has failed")]

#[path = "tidy/checks.rs"]
mod checks;
#[path = "tidy/functions.rs"]
mod functions;
#[path = "tidy/source.rs"]
mod source;

use std::path::Path;

use source::Source;

#[test]
fn the_source_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = source::read(root);
    assert!(sources.len() > 50, "only {} files were found: is this the right folder?", sources.len());
    for source in sources.iter().filter(|source| source.lines() > checks::LINES_AIM) {
        println!("{}: {} lines, the aim is {}", source.path, source.lines(), checks::LINES_AIM);
    }
    let findings = findings(&sources);
    assert!(findings.is_empty(), "\n{}\n{} findings", findings.join("\n"), findings.len());
}

fn findings(sources: &[Source]) -> Vec<String> {
    let mut findings: Vec<String> = sources.iter().flat_map(checks::all).collect();
    findings.extend(checks::unused_exceptions(sources));
    findings.extend(functions::findings(sources, functions::LONG));
    findings
}
