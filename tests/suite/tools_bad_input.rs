//! Every tool under lines that make no sense, readers that have gone, stdin that is no text, and signals while it waits: it ends as the
//! real one does, and never with a panic.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kafkalab::engine::tools::invocation::WITNESS_VARIABLE;
use kafkalab::engine::tools::{
    BROKER_CLASS, CONSUMER_CLASS, CONSUMER_PERFORMANCE_CLASS, DUMP_LOG_CLASS, END_TO_END_LATENCY_CLASS, PRODUCER_CLASS,
    PRODUCER_PERFORMANCE_CLASS, TOPICS_CLASS, VERIFIABLE_CONSUMER_CLASS, VERIFIABLE_PRODUCER_CLASS, acls, broker_api_versions,
    cluster, configs, consumer_groups, delegation_tokens, delete_records, features, get_offsets, leader_election, log_dirs,
    reassign_partitions, replica_verification, transactions, zookeeper_shell,
};
use kafkalab::engine::{programs, zookeeper};
use kafkalab::net;
use kafkalab::process::pty::{self, PtyCommand, PtyProcess, Size};
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Child, Command, Output, Stream, exit_code};
use tokio::io::AsyncReadExt;

/// How long a tool may take on a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(60);
const LIMIT: usize = 1_000_000;
/// How Rust ends a program that panics.
const PANICKED: i32 = 101;

fn tool(main_class: &str) -> Command {
    Command::new(env!("CARGO_BIN_EXE_kafkalab")).called_as(main_class).env_remove(WITNESS_VARIABLE).default_signals()
}

/// The main classes of everything but the servers.
fn classes() -> impl Iterator<Item = &'static str> {
    let servers = [BROKER_CLASS, zookeeper::server::MAIN_CLASS];
    programs().iter().map(|program| program.main_class).filter(move |class| !servers.contains(class))
}

#[track_caller]
fn no_panic(what: &str, output: &Output) {
    let stderr = output.stderr.text();
    assert!(output.ended.code() != PANICKED && !stderr.contains("panicked at"), "{what}: {stderr}");
}

#[tokio::test]
async fn lines_that_make_no_sense_end_every_tool() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let huge = "x".repeat(100_000);
    let lines: [&[&str]; 6] = [
        &["--help"],
        &["-", "--", "--="],
        &["--\u{fffd}=\u{1b}[31m", "한글"],
        &["--bootstrap-server", "", "--list", "--describe"],
        &["--bootstrap-server", &huge],
        &["--command-config", "/proc/self/mem", "--bootstrap-server", ":::"],
    ];
    for class in classes() {
        for line in lines {
            let run = tool(class).args(line).working_folder(folder.path());
            let output = run.output(b"\x00\xff\xfe quit\n", LIMIT, DEADLINE).await.expect("the program starts and ends");
            no_panic(class, &output);
        }
    }
}

#[tokio::test]
async fn readers_that_have_gone_are_no_panic_for_any_tool() {
    for class in classes() {
        let mut child = tool(class).arg("--help").stdout(Stream::Piped).stderr(Stream::Piped).spawn().expect("it starts");
        drop(child.stdout.take());
        drop(child.stderr.take());
        let status = tokio::time::timeout(DEADLINE, child.wait()).await.expect("it ends in time").expect("it was started");
        assert_ne!(status.code(), Some(PANICKED), "{class}");
    }
}

#[tokio::test]
async fn binary_stdin_and_huge_lines_are_records() {
    let port = dead_port().await;
    let line = format!("--topic t --max-block-ms 300 --bootstrap-server 127.0.0.1:{port}");
    let mut stdin = b"\x00\xff\xfe\n".to_vec();
    stdin.extend(vec![b'y'; 2_000_000]);
    let run = tool(PRODUCER_CLASS).args(line.split(' '));
    let output = run.output(&stdin, LIMIT, DEADLINE).await.expect("the program starts and ends");
    no_panic(PRODUCER_CLASS, &output);
    assert_eq!(output.ended.code(), 0, "the console producer ends well although the records are lost");
}

/// A line with which that tool waits for a server that nobody has started.
fn waiting_line(class: &str, port: u16, settings: &Path) -> String {
    let server = format!("127.0.0.1:{port}");
    let line = match class {
        TOPICS_CLASS | acls::MAIN_CLASS | consumer_groups::MAIN_CLASS | reassign_partitions::MAIN_CLASS => "--list",
        configs::MAIN_CLASS => "--describe --entity-type topics",
        log_dirs::MAIN_CLASS => "--describe",
        leader_election::MAIN_CLASS => "--election-type preferred --all-topic-partitions",
        delegation_tokens::MAIN_CLASS => {
            return format!("--describe --command-config {} --bootstrap-server {server}", settings.display());
        }
        delete_records::MAIN_CLASS => return format!("--offset-json-file {} --bootstrap-server {server}", settings.display()),
        replica_verification::MAIN_CLASS => return format!("--broker-list {server}"),
        // options of argparse4j stand before the command
        transactions::MAIN_CLASS => return format!("--bootstrap-server {server} list"),
        features::MAIN_CLASS => return format!("--bootstrap-server {server} describe"),
        cluster::MAIN_CLASS => "cluster-id",
        get_offsets::MAIN_CLASS | broker_api_versions::MAIN_CLASS => "",
        PRODUCER_CLASS | CONSUMER_CLASS | VERIFIABLE_PRODUCER_CLASS => "--topic t",
        CONSUMER_PERFORMANCE_CLASS => "--topic t --messages 1 --timeout 600000",
        VERIFIABLE_CONSUMER_CLASS => "--topic t --group-id g",
        PRODUCER_PERFORMANCE_CLASS => {
            return format!(
                "--topic t --num-records 9 --record-size 9 --throughput -1 --producer-props bootstrap.servers={server} max.block.ms=600000"
            );
        }
        END_TO_END_LATENCY_CLASS => return format!("{server} t 1 1 1"),
        zookeeper_shell::MAIN_CLASS => return format!("-server {server}"),
        DUMP_LOG_CLASS => return format!("--files {}", settings.display()),
        other => panic!("no line for {other}: how does it wait?"),
    };
    format!("{line} --bootstrap-server {server}").trim_start().to_owned()
}

/// Every signal that a terminal or a script sends, and how a JVM ends under it.
const SIGNALS: [(Signal, i32); 3] = [(Signal::Interrupt, 130), (Signal::Terminate, 143), (Signal::HangUp, 129)];

/// A tool with that line, and with a stdin that stays open.
fn waiting(class: &str, line: &str) -> Child {
    let words = line.split(' ').filter(|word| !word.is_empty());
    let command = tool(class).args(words).own_group().kill_group_on_drop();
    command.stdin(Stream::Piped).stdout(Stream::Piped).stderr(Stream::Piped).spawn().expect("the program starts")
}

/// The file that tools with one are given.
fn settings_in(folder: &Path) -> PathBuf {
    let settings = folder.join("settings");
    std::fs::write(&settings, r#"{"partitions": [{"topic": "t", "partition": 0, "offset": 1}], "version": 1}"#).expect("written");
    settings
}

#[tokio::test]
async fn signals_end_tools_that_wait() {
    let port = dead_port().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = settings_in(folder.path());
    let mut wrong: Vec<String> = Vec::new();
    // one reads a file, the other one asks once, and they end
    for class in classes().filter(|class| ![DUMP_LOG_CLASS, broker_api_versions::MAIN_CLASS].contains(class)) {
        let line = waiting_line(class, port, &settings);
        for (signal, code) in SIGNALS {
            let mut child = waiting(class, &line);
            // who read what it prints has gone
            drop(child.stdout.take());
            // its first warning says that it is under way
            let mut stderr = child.stderr.take().expect("it is a pipe");
            let ended = async {
                let mut said = vec![0; 1];
                let read = stderr.read_exact(&mut said).await;
                read.unwrap_or_else(|error| panic!("{class} {line} says nothing: {error}"));
                child.signal(signal).expect("it runs");
                stderr.read_to_end(&mut said).await.expect("a pipe");
                (child.wait().await.expect("it was started"), String::from_utf8_lossy(&said).into_owned())
            };
            let ended = tokio::time::timeout(DEADLINE, ended).await;
            let (status, said) = ended.unwrap_or_else(|_| panic!("{class} goes on under {signal:?}"));
            if (status.code(), status.signal()) != (Some(code), None) || said.contains("panicked at") {
                wrong.push(format!("{class} {line}, {signal:?}: {status:?} {said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_signal_at_any_moment_of_the_start_ends_every_tool() {
    let port = dead_port().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = folder.path().join("settings");
    std::fs::write(&settings, "{").expect("written");
    for (at, class) in classes().enumerate() {
        let line = waiting_line(class, port, &settings);
        let (signal, code) = SIGNALS[at % SIGNALS.len()];
        let mut child = waiting(class, &line);
        drop(child.stdin.take());
        // it may have ended already, where it had nothing to wait for
        let sent = child.signal(signal).is_ok();
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("it is a pipe");
        let ended = async {
            stderr.read_to_string(&mut said).await.expect("text");
            child.wait().await.expect("it was started")
        };
        let status = tokio::time::timeout(DEADLINE, ended).await.unwrap_or_else(|_| panic!("{class} goes on under {signal:?}"));
        assert!(!said.contains("panicked at"), "{class}: {said}");
        // before a JVM looks for signals they end it as they end any program
        let by_signal = status.code() == Some(code) || status.signal() == Some(code - 128);
        let by_itself = matches!(status.code(), Some(0 | 1));
        assert!((sent && by_signal) || by_itself, "{class} {line}: {status:?} {said}");
    }
}

/// A tool that waits, on a terminal that goes away once it has said something.
async fn leave_alone(class: &str, line: &str) -> std::process::ExitStatus {
    // only a shell gives a program on a terminal another name
    let words = ["-c", "exec -a \"$0\" \"$@\"", class, env!("CARGO_BIN_EXE_kafkalab")];
    let words = words.into_iter().chain(line.split(' ').filter(|word| !word.is_empty()));
    let terminal = pty::spawn(PtyCommand {
        program: "/bin/bash".into(),
        arguments: words.map(Into::into).collect(),
        environment: vec![(WITNESS_VARIABLE.into(), None)],
        working_folder: "/".into(),
        size: Size { rows: 24, columns: 80 },
    });
    let PtyProcess { mut screen, keyboard, control, mut child } = terminal.expect("it starts");
    let mut said = [0; 64];
    let read = screen.read(&mut said).await.unwrap_or_else(|error| panic!("{class} {line} says nothing: {error}"));
    assert!(read > 0, "{class} {line}");
    drop((screen, keyboard, control));
    child.wait().await.expect("it was started")
}

#[tokio::test]
async fn terminals_that_go_away_end_tools_that_wait() {
    let port = dead_port().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = settings_in(folder.path());
    let mut wrong: Vec<String> = Vec::new();
    for class in classes().filter(|class| ![DUMP_LOG_CLASS, broker_api_versions::MAIN_CLASS].contains(class)) {
        let line = waiting_line(class, port, &settings);
        let ended = tokio::time::timeout(DEADLINE, leave_alone(class, &line)).await;
        let status = ended.unwrap_or_else(|_| panic!("{class} goes on without its terminal"));
        // as a JVM ends under SIGHUP
        if exit_code(status) != 129 {
            wrong.push(format!("{class} {line}: {status:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_disk_that_is_full_changes_no_exit_code() {
    for class in classes() {
        for line in ["--version", "--help"] {
            let run = tool(class).arg(line).output(b"", LIMIT, DEADLINE).await.expect("the program starts and ends");
            let full = || Stream::File(std::fs::File::options().write(true).open("/dev/full").expect("a device"));
            let child = tool(class).arg(line).stdin(Stream::Null).stdout(full()).stderr(full()).spawn();
            let status = child.expect("it starts").wait().await.expect("it was started");
            assert_eq!(exit_code(status), run.ended.code(), "{class} {line}");
        }
    }
}

/// How tools end that read stdin, where it is no text, one line without an end, nothing at all, or closed.
#[tokio::test]
async fn what_is_on_stdin_ends_tools_as_it_ends_apaches() {
    let port = dead_port().await;
    let huge = vec![b'y'; 3_000_000];
    let shell = zookeeper_shell::MAIN_CLASS;
    let to_shell = format!("-server 127.0.0.1:{port}");
    let remove = format!("--bootstrap-server 127.0.0.1:{port} --remove --topic t");
    let cases: [(&str, &str, Option<&[u8]>, i32); 6] = [
        (shell, &to_shell, Some(b"ls /\n\x00\xff\xfe\nquit\n"), 127),
        (shell, &to_shell, Some(&huge), 127),
        (shell, &to_shell, Some(b""), 0),
        (shell, &to_shell, None, 0),
        (acls::MAIN_CLASS, &remove, Some(b""), 1),
        (acls::MAIN_CLASS, &remove, None, 1),
    ];
    for (class, line, stdin, code) in cases {
        let closed = if stdin.is_none() { "exec -a \"$0\" \"$@\" <&-" } else { "exec -a \"$0\" \"$@\"" };
        let words = ["-c", closed, class, env!("CARGO_BIN_EXE_kafkalab")].into_iter().chain(line.split(' '));
        let run = Command::new("bash").args(words).env_remove(WITNESS_VARIABLE).default_signals();
        let output = run.output(stdin.unwrap_or_default(), LIMIT, DEADLINE).await.expect("the program starts and ends");
        let what =
            format!("{class} {line} with {} bytes", stdin.map_or("no stdin instead of".to_owned(), |it| it.len().to_string()));
        no_panic(&what, &output);
        assert_eq!(output.ended.code(), code, "{what}: {}", output.stderr.text());
    }
}

/// A port of this machine where nobody listens.
async fn dead_port() -> u16 {
    net::free_port().await.expect("a free port")
}
