//! The distribution folder with the real program in it.

use std::path::Path;

use kafkalab::net::free_port;
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::spawn::{Command, Output, Stream};
use kafkalab::process::{table, wait};

use crate::support::{DEADLINE, bundled_distribution};

async fn run(script: &Path, args: &[&str]) -> Output {
    Command::new(script).args(args).working_folder("/").output(b"", 100_000, DEADLINE).await.expect("the script is there")
}

#[tokio::test]
async fn a_tool_runs_from_a_folder_with_blanks_and_korean_in_its_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let distribution = bundled_distribution(&folder.path().join("내 카프카 폴더"));
    let output = run(&distribution.script("kafka-topics.sh"), &["--version"]).await;
    let found = (output.ended.code(), output.stdout.text(), output.stderr.text());
    assert_eq!(found, (0, "3.6.0\n".to_owned(), String::new()));
}

#[tokio::test]
async fn every_tool_of_the_folder_is_a_program_of_the_binary() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let distribution = bundled_distribution(folder.path());
    let scripts = std::fs::read_dir(distribution.bin()).expect("there").flatten().map(|entry| entry.path());
    let is_tool =
        |path: &std::path::PathBuf| !path.to_string_lossy().contains("-server-") && !path.ends_with("kafka-run-class.sh");
    let tools: Vec<_> = scripts.filter(is_tool).collect();
    assert!(!tools.is_empty());
    for tool in tools {
        let output = run(&tool, &["--no-such-option"]).await;
        let text = output.stdout.text() + &output.stderr.text();
        // jopt-simple, argparse4j, or no options at all
        let refusals = ["no-such-option is not a recognized option", "unrecognized arguments: '--no-such-option'", "USAGE: java"];
        let refused = output.ended.code() == 1 && refusals.iter().any(|refusal| text.contains(refusal));
        let is_elsewhere = output.ended.code() != 0 && text.lines().count() == 1 && text.contains("kafka_2.13-3.6.0.tgz");
        // any word is a server's name to the shell
        let is_shell = output.ended.code() == 0 && text.starts_with("Connecting to --no-such-option\nWelcome to ZooKeeper!\n");
        assert!(refused || is_elsewhere || is_shell, "{tool:?}: {text}");
    }
}

/// What a line prints and ends with, typed into bash in a folder of the distribution.
async fn typed(folder: &Path, line: &str) -> (i32, String, String) {
    let command = Command::new("bash").arg("-c").arg(line).working_folder(folder);
    let output = command.env_remove("LOG_DIR").output(b"", 1 << 20, DEADLINE).await.expect("bash is there");
    (output.ended.code(), output.stdout.text(), output.stderr.text())
}

#[tokio::test]
async fn a_file_that_is_not_there_from_here_is_kafkas_own_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let distribution = bundled_distribution(folder.path());
    // the path that is right in bin/ is wrong in the folder above it
    let (code, stdout, stderr) = typed(distribution.root(), "./bin/kafka-server-start.sh ../config/server.properties").await;
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("java.nio.file.NoSuchFileException: ../config/server.properties"), "{stdout}{stderr}");
    let (code, stdout, stderr) =
        typed(distribution.root(), "./bin/zookeeper-server-start.sh ../config/zookeeper.properties").await;
    assert_eq!(code, 2, "{stdout}{stderr}");
    assert!(stdout.contains("../config/zookeeper.properties file is missing"), "{stdout}{stderr}");
    // each from the other folder is right
    let (code, stdout, _) = typed(distribution.root(), "./bin/kafka-server-start.sh config/server.properties --version").await;
    assert!(code == 0 && stdout.ends_with("3.6.0\n"), "{stdout}");
    let (code, stdout, _) = typed(&distribution.bin(), "./kafka-server-start.sh --version").await;
    assert!(code == 0 && stdout.ends_with("3.6.0\n"), "{stdout}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_run_behind_nohup_with_overrides_and_log_to_the_folder_that_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bin = bundled_distribution(folder.path()).bin();
    let (coordinator, broker) = (free_port().await.expect("a port"), free_port().await.expect("a port"));
    let here = folder.path().display();
    std::fs::write(
        folder.path().join("zk.properties"),
        format!("dataDir={here}/zk\nclientPort={coordinator}\nadmin.enableServer=false\n"),
    )
    .expect("written");
    let start = |line: String| {
        // both in one group: what is left of them ends with the test
        let command = Command::new("bash").args(["-c", &line]).working_folder(&bin).kill_group_on_drop();
        command.env("LOG_DIR", folder.path().join("mylogs")).stdin(Stream::Piped).spawn().expect("bash is there")
    };
    let overrides = format!(
        "--override broker.id=7 --override listeners=PLAINTEXT://localhost:{broker} --override log.dirs={here}/kl \
         --override zookeeper.connect=localhost:{coordinator}"
    );
    let shell = start(format!(
        "nohup ./zookeeper-server-start.sh ../../zk.properties > ../../zk.out 2>&1 &\n\
         nohup ./kafka-server-start.sh ../config/server.properties {overrides} > ../../broker.out 2>&1 &\nread line"
    ));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let line = "INFO [KafkaServer id=7] started (kafka.server.KafkaServer)";
    let both = || ["broker.out", "mylogs/server.log"].iter().all(|name| read(name).contains(line));
    let started = wait::until_true(DEADLINE, "the broker's line on standard output and in server.log", both).await;
    started.unwrap_or_else(|error| panic!("{error}\n{}\n{}", read("zk.out"), read("broker.out")));
    let first = read("mylogs/server.log").lines().next().map(str::to_owned).unwrap_or_default();
    assert!(first.starts_with("[20") && first.contains(",") && first.contains("] INFO "), "log4j's shape: {first}");
    // SIGHUP is what a terminal that closes sends; nohup keeps it off
    let of_this_test = |class: &str| {
        let folder = folder.path().to_owned();
        table::by_class(class)
            .into_iter()
            .filter(move |process| process.working_folder().is_some_and(|at| at.starts_with(&folder)))
    };
    let servers: Vec<_> =
        of_this_test("kafka.Kafka").chain(of_this_test("org.apache.zookeeper.server.quorum.QuorumPeerMain")).collect();
    assert_eq!(servers.len(), 2, "{servers:?}");
    for server in &servers {
        // what the tutorial greps for, and what Kafka's own stop scripts grep for
        let line: Vec<_> = server.argv.iter().map(|word| word.to_string_lossy()).collect();
        let line = line.join(" ");
        let shows = ["java -Xmx", "kafka_2.13-3.6.0", "kafka"].iter().all(|word| line.contains(word));
        assert!(shows && (line.contains(" kafka.Kafka ") || line.contains("zookeeper.server.quorum.QuorumPeerMain ")), "{line}");
        signal::send(server.identity, Signal::HangUp).expect("it runs");
    }
    signal::send(servers[0].identity, Signal::Terminate).expect("it runs through SIGHUP");
    let stopped = || read("broker.out").contains("INFO [KafkaServer id=7] shut down completed");
    wait::until_true(DEADLINE, "the broker's clean end", stopped).await.expect("it ends as it was asked to");
    assert!(!read("broker.out").contains("SIGHUP"), "{}", read("broker.out"));
    assert!(servers[1].identity.is_running(), "the coordinator has not heard SIGHUP either");
    drop(shell);
}
