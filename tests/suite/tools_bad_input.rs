//! Every tool under lines that make no sense, readers that have gone, stdin that is no text, and signals while it waits: it ends as the
//! real one does, and never with a panic.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use kafkalab::engine::tools::invocation::WITNESS_VARIABLE;
use kafkalab::engine::tools::{
    BROKER_CLASS, CONSUMER_CLASS, CONSUMER_PERFORMANCE_CLASS, PRODUCER_CLASS, TOPICS_CLASS, VERIFIABLE_CONSUMER_CLASS, acls,
    replica_verification, transactions,
};
use kafkalab::engine::{programs, zookeeper};
use kafkalab::net;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Command, Output, Stream};
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

#[tokio::test]
async fn signals_end_tools_that_wait() {
    let port = dead_port().await;
    let waiting = [
        (TOPICS_CLASS, "--list --bootstrap-server"),
        (acls::MAIN_CLASS, "--list --bootstrap-server"),
        (transactions::MAIN_CLASS, "list --bootstrap-server"),
        (replica_verification::MAIN_CLASS, "--broker-list"),
        (CONSUMER_CLASS, "--topic t --bootstrap-server"),
        (CONSUMER_PERFORMANCE_CLASS, "--topic t --messages 1 --timeout 600000 --bootstrap-server"),
        (VERIFIABLE_CONSUMER_CLASS, "--topic t --group-id g --bootstrap-server"),
    ];
    for (class, line) in waiting {
        // options of argparse4j stand before the command
        let line = match line.strip_prefix("list ") {
            Some(option) => format!("{option} 127.0.0.1:{port} list"),
            None => format!("{line} 127.0.0.1:{port}"),
        };
        for (signal, code) in [(Signal::Interrupt, 130), (Signal::Terminate, 143), (Signal::HangUp, 129)] {
            let command = tool(class).args(line.split(' ')).own_group().kill_group_on_drop().stderr(Stream::Piped);
            let mut child = command.spawn().expect("the program starts");
            // its first warning says that it is under way
            let mut stderr = child.stderr.take().expect("it is a pipe");
            let ended = async {
                stderr.read_exact(&mut [0; 1]).await.expect("a warning");
                child.signal(signal).expect("it runs");
                let mut rest = Vec::new();
                stderr.read_to_end(&mut rest).await.expect("a pipe");
                child.wait().await.expect("it was started")
            };
            let status = tokio::time::timeout(DEADLINE, ended).await.unwrap_or_else(|_| panic!("{class} goes on"));
            assert_eq!((status.code(), status.signal()), (Some(code), None), "{class} {line}");
        }
    }
}

/// A port of this machine where nobody listens.
async fn dead_port() -> u16 {
    net::free_port().await.expect("a free port")
}
