//! The checks of one file each. An exception is a file with a reason; one that is not needed any more is a finding itself.

use crate::source::{Source, line_of};

/// The rooms from the ground up; each may use those before it.
const ROOMS: &[&str] =
    &["text", "catalog", "properties", "net", "process", "engine", "judge", "lab", "frontend", "publish", "cli"];
/// Macros that lie at the root of the crate, and the room that they belong to.
const MACROS: &[(&str, &str)] = &[("texts", "text"), ("log_info", "engine"), ("log_warn", "engine"), ("log_error", "engine")];

/// Files stop here.
const LINES_MAX: usize = 800;
/// Files aim to stay below this.
pub const LINES_AIM: usize = 400;

/// Something that only some may do.
struct Guard {
    /// What shows it in the code, as whole words.
    signs: &'static [&'static str],
    /// Where it belongs: beginnings of paths.
    home: &'static [&'static str],
    /// Other files or folders that do it, and why.
    exceptions: &'static [(&'static str, &'static str)],
    /// What to use instead.
    instead: &'static str,
    /// Whether tests may not either.
    in_tests: bool,
}

const GUARDS: &[Guard] = &[
    Guard {
        signs: &["println!", "print!", "eprintln!", "eprint!", "dbg!", "stdout()", "stderr()"],
        home: &["src/cli/", "src/frontend/", "src/engine/tools/", "src/engine/log4j/"],
        exceptions: &[("src/mdbook_kafkalab.rs", "it is a program of its own, with one thing to say")],
        instead: "a return value that cli, frontend or engine/tools prints",
        in_tests: false,
    },
    Guard {
        signs: &["process::Command", "tokio::process"],
        home: &["src/process/"],
        exceptions: &[(
            "src/mdbook_kafkalab.rs",
            "a door that becomes kafkalab: with the library in it, it would be as heavy as the house",
        )],
        instead: "crate::process::spawn",
        in_tests: true,
    },
    Guard {
        signs: &[
            "TcpListener::bind",
            "TcpStream::connect",
            "TcpSocket::new",
            "UdpSocket::bind",
            "UnixListener::bind",
            "UnixStream::connect",
            "UnixStream::pair",
            "UnixDatagram::bind",
            "UnixDatagram::unbound",
            "Socket::new",
        ],
        home: &["src/net/", "src/process/"],
        exceptions: &[],
        instead: "crate::net",
        in_tests: true,
    },
    Guard {
        signs: &["sleep(", "sleep_ms("],
        home: &[],
        exceptions: &[
            ("src/process/wait.rs", "the pause between two looks of a wait that has a deadline"),
            ("src/engine/client/", "the backoff between two tries, as Kafka's clients make it"),
            ("src/engine/tools/transactions/producers.rs", "the backoff between two tries, as Kafka's clients make it"),
            ("src/engine/tools/throttler.rs", "the pause that --throughput asks for"),
            ("src/engine/broker/replica/maintenance.rs", "the time until the next round of retention or flushing is due"),
            ("src/engine/broker/server.rs", "the pause after accept failed for want of files"),
            ("src/engine/broker/startup.rs", "controlled.shutdown.retry.backoff.ms between two tries"),
            ("src/engine/broker/connection.rs", "the time that an answer still has when the broker stops"),
            (
                "src/engine/broker/handlers/elect_leaders.rs",
                "the time after which Kafka closes a connection that it leaves unanswered",
            ),
            ("tests/crash/mod.rs", "the random moment of a crash"),
            ("tests/suite/bad_network.rs", "the pauses that a bad network makes"),
        ],
        instead: "process::wait::until with a deadline (or give tests/tidy/checks.rs a reason)",
        in_tests: true,
    },
];

/// Every check of one file.
pub fn all(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    findings.extend(header(source));
    findings.extend(length(source));
    findings.extend(rooms(source));
    findings.extend(GUARDS.iter().flat_map(|guard| guarded(source, guard)));
    findings
}

fn header(source: &Source) -> Option<String> {
    let missing = !source.text.starts_with("//! ");
    missing.then(|| source.finding(1, "the first line does not say what the file is for, use `//! …`"))
}

fn length(source: &Source) -> Option<String> {
    let lines = source.lines();
    let what = format!("the file has {lines} lines, use at most {LINES_MAX} (aim for {LINES_AIM}): split it");
    (lines > LINES_MAX).then(|| source.finding(LINES_MAX + 1, what))
}

/// Uses of rooms that lie below the file's own.
fn rooms(source: &Source) -> Vec<String> {
    let Some(room) = source.room() else { return Vec::new() };
    let Some(rank) = ROOMS.iter().position(|known| *known == room) else {
        return vec![source.finding(1, format!("{room} is no room, use one of {}", ROOMS.join(", ")))];
    };
    let mut findings = Vec::new();
    for (at, _) in source.code.match_indices("crate::").filter(|(at, _)| starts_word(&source.code, *at)) {
        for name in first_segments(&source.code[at + "crate::".len()..]) {
            let used = MACROS.iter().find(|(macro_name, _)| *macro_name == name).map_or(name, |(_, room)| room);
            if ROOMS[rank + 1..].contains(&used) {
                let what = format!("{room} must not use {used}, use what lies in {room} or above, or move the shared part up");
                findings.push(source.finding(line_of(&source.code, at), what));
            }
        }
    }
    findings
}

/// What follows `crate::`: one name, or those of a list in braces, each without what comes after it.
fn first_segments(after: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let Some(list) = after.strip_prefix('{') else { return vec![&after[..word(after)]] };
    let (mut depth, mut names, mut start) = (0_usize, Vec::new(), true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                names.push(&list[at..at + word(&list[at..])]);
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn guarded(source: &Source, guard: &Guard) -> Vec<String> {
    let at_home = guard.home.iter().any(|home| source.path.starts_with(home));
    let excepted = guard.exceptions.iter().any(|(path, _)| source.path.starts_with(path));
    if at_home || excepted {
        return Vec::new();
    }
    let finding = |(at, sign): (usize, &str)| {
        let what = format!("{sign} does not belong here, use {}", guard.instead);
        source.finding(line_of(&source.code, at), what)
    };
    signs(source, guard).into_iter().map(finding).collect()
}

fn signs(source: &Source, guard: &Guard) -> Vec<(usize, &'static str)> {
    let code = if guard.in_tests { &source.code } else { &source.without_tests };
    let mut found: Vec<(usize, &str)> = guard
        .signs
        .iter()
        .flat_map(|sign| code.match_indices(sign).map(move |(at, _)| (at, *sign)))
        .filter(|(at, _)| starts_word(code, *at))
        .collect();
    found.sort_unstable();
    found
}

/// Exceptions for files that are gone or do not need them.
pub fn unused_exceptions(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for guard in GUARDS {
        for (path, _) in guard.exceptions {
            let needed = sources.iter().any(|source| source.path.starts_with(path) && !signs(source, guard).is_empty());
            if !needed {
                findings.push(format!("{path}:1: error: an exception for {:?} is not needed, use none", guard.signs[0]));
            }
        }
    }
    findings
}

fn starts_word(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        assert_eq!(all(&Source::new(path, &format!("//! x\n{text}"))), expected);
    }

    #[test]
    fn a_room_uses_only_those_above_it() {
        check("src/engine/a.rs", "use crate::net::bind;\nuse crate::{catalog, log_info, text::Text};\nuse super::x;", &[]);
        check(
            "src/engine/a.rs",
            "use crate::lab::Lab;",
            &["src/engine/a.rs:2: error: engine must not use lab, use what lies in engine or above, or move the shared part up"],
        );
        check(
            "src/net/a.rs",
            "use crate::{\n    text::{self, engine},\n    process::spawn,\n};\nfn f() { crate::log_warn!(\"x\") }",
            &[
                "src/net/a.rs:2: error: net must not use process, use what lies in net or above, or move the shared part up",
                "src/net/a.rs:6: error: net must not use engine, use what lies in net or above, or move the shared part up",
            ],
        );
        check("src/net/a.rs", "// crate::cli\nlet a = \"crate::cli\"; mycrate::cli;", &[]);
        check("src/attic/a.rs", "", &[&format!("src/attic/a.rs:1: error: attic is no room, use one of {}", ROOMS.join(", "))]);
    }

    #[test]
    fn a_file_says_what_it_is_for_and_ends_in_time() {
        let found = all(&Source::new("src/net/a.rs", "use std::io;\n"));
        assert_eq!(found, ["src/net/a.rs:1: error: the first line does not say what the file is for, use `//! …`"]);
        check("src/net/a.rs", &"\n".repeat(799), &[]);
        let long = "src/net/a.rs:801: error: the file has 801 lines, use at most 800 (aim for 400): split it";
        check("src/net/a.rs", &"\n".repeat(800), &[long]);
    }

    #[test]
    fn printing_spawning_and_sockets_have_their_rooms() {
        let printing = "fn f() { println!(\"x\"); }\n#[cfg(test)]\nmod tests { fn g() { println!(); } }";
        let found =
            "src/net/a.rs:2: error: println! does not belong here, use a return value that cli, frontend or engine/tools prints";
        check("src/net/a.rs", printing, &[found]);
        check("src/cli/a.rs", printing, &[]);
        check("src/engine/tools/topics.rs", "let out = io::stdout();", &[]);

        let spawning = "use std::process::Command;\nuse crate::process::spawn::Command;\nuse std::process::ExitCode;";
        check("src/process/a.rs", spawning, &[]);
        let found = "src/lab/a.rs:2: error: process::Command does not belong here, use crate::process::spawn";
        check("src/lab/a.rs", spawning, &[found]);

        let sockets = "let a: TcpStream = x;\nlet b = TcpStream::connect(y).await;";
        check("src/net/a.rs", sockets, &[]);
        check(
            "tests/suite/a.rs",
            sockets,
            &["tests/suite/a.rs:3: error: TcpStream::connect does not belong here, use crate::net"],
        );
    }

    #[test]
    fn sleeping_needs_a_reason() {
        let sleeping = "tokio::time::sleep(x).await;";
        let found =
            "sleep( does not belong here, use process::wait::until with a deadline (or give tests/tidy/checks.rs a reason)";
        check("src/lab/a.rs", sleeping, &[&format!("src/lab/a.rs:2: error: {found}")]);
        check("tests/suite/a.rs", sleeping, &[&format!("tests/suite/a.rs:2: error: {found}")]);
        check("src/process/wait.rs", sleeping, &[]);
        let unused = unused_exceptions(&[Source::new("src/process/wait.rs", "//! x\n")]);
        assert!(unused.contains(&"src/process/wait.rs:1: error: an exception for \"sleep(\" is not needed, use none".to_owned()));
    }
}
