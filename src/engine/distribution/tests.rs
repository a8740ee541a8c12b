//! The distribution folder: what is written, what is left alone, and that the scripts behave as Kafka's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::*;
use crate::process::spawn::{Command, Output};
use crate::process::{table, wait};
use crate::text::distribution as text;

const KAFKA: &str = "kafka.Kafka";
const CLASSES: &[&str] = &[
    KAFKA,
    "kafka.admin.TopicCommand",
    "kafka.tools.ConsoleConsumer",
    "kafka.tools.ConsoleProducer",
    "org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka",
    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
];
const SECONDS: Duration = Duration::from_secs(20);

/// A distribution in a folder of its own, with `program` (a shell script's text) in the place of kafkalab.
struct Fixture {
    folder: tempfile::TempDir,
    distribution: Distribution,
}

impl Fixture {
    fn new(program: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("program");
        fs::write(&path, format!("#!/bin/bash\n{program}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("ours");
        let written =
            write_with(folder.path(), &Settings::shipped(Language::Ko), &path, CLASSES, &Engines::Bundled).expect("writable");
        Self { folder, distribution: written.distribution }
    }

    fn again(&self, settings: &Settings) -> Written {
        write_with(self.folder.path(), settings, &self.folder.path().join("program"), CLASSES, &Engines::Bundled)
            .expect("writable")
    }

    async fn run(&self, working_folder: &Path, line: &str) -> Output {
        let command = Command::new("bash").arg("-c").arg(line).working_folder(working_folder);
        command.env_remove("LOG_DIR").output(b"", 10_000, SECONDS).await.expect("bash runs")
    }

    #[track_caller]
    fn expect(output: &Output, stdout: &str, code: i32) {
        let found = (output.stdout.text(), output.ended.code());
        assert_eq!(found, (stdout.to_owned(), code), "stderr: {}", output.stderr.text());
    }
}

fn keys(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[test]
fn the_settings_are_those_that_kafka_ships() {
    let shipped = [
        include_str!("../../../fixtures/kafka-3.6.0/config/consumer.properties"),
        include_str!("../../../fixtures/kafka-3.6.0/config/producer.properties"),
        include_str!("../../../fixtures/kafka-3.6.0/config/server.properties"),
        include_str!("../../../fixtures/kafka-3.6.0/config/zookeeper.properties"),
    ];
    for language in Language::ALL {
        for ((name, text), shipped) in config::files(&Settings::shipped(language)).iter().zip(shipped) {
            assert_eq!(keys(text), keys(shipped), "{name}");
        }
    }
}

#[test]
fn data_and_ports_can_lie_elsewhere() {
    let settings = Settings {
        data_root: Some("/home/learner/data".into()),
        zookeeper_port: 12181,
        broker_port: 19092,
        ..Settings::shipped(Language::En)
    };
    let check = |name: &str, expected: &[&str]| {
        let files = config::files(&settings);
        let (_, text) = files.iter().find(|(found, _)| *found == name).expect("a file of that name");
        for line in expected {
            assert!(keys(text).contains(line), "{line} is not in {name}:\n{text}");
        }
    };
    check(
        "server.properties",
        &["listeners=PLAINTEXT://:19092", "log.dirs=/home/learner/data/kafka-logs", "zookeeper.connect=localhost:12181"],
    );
    check("zookeeper.properties", &["dataDir=/home/learner/data/zookeeper", "clientPort=12181"]);
    check("producer.properties", &["bootstrap.servers=localhost:19092"]);
    check("consumer.properties", &["bootstrap.servers=localhost:19092"]);
}

#[test]
fn every_script_of_the_release_is_written() {
    let scripts = scripts::scripts(CLASSES, Language::Ko);
    assert_eq!(scripts.len(), 41);
    for script in scripts {
        for line in script.text.lines() {
            let placeholder =
                line.split('@').skip(1).any(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase()));
            assert!(!placeholder, "{}: {line}", script.name);
        }
    }
}

#[tokio::test]
async fn scripts_of_other_parts_say_where_these_are() {
    let fixture = Fixture::new("exit 0");
    let bin = fixture.distribution.bin();
    let check = async |line: &str, what: &str, code: i32| {
        let output = fixture.run(&bin, line).await;
        Fixture::expect(&output, "", code);
        let expected = text::NEEDS_APACHE.fill(Language::Ko, &[("what", &what)]);
        assert_eq!(output.stderr.text(), format!("{expected}\n"), "{line}");
    };
    check("./connect-distributed.sh x.properties", "connect-distributed.sh", 2).await;
    check("./kafka-storage.sh random-uuid", "kafka-storage.sh", 1).await;
    check("./trogdor.sh", "trogdor.sh", 1).await;
    check("./kafka-run-class.sh kafka.tools.MirrorMaker", "kafka.tools.MirrorMaker", 1).await;
}

#[test]
fn the_other_files_are_there_with_their_settings() {
    let fixture = Fixture::new("exit");
    let text = |name: &str| fs::read_to_string(fixture.distribution.config(name)).expect("written");
    assert!(keys(&text("log4j.properties")).contains(&"log4j.rootLogger=INFO, stdout, kafkaAppender"));
    assert!(keys(&text("kraft/server.properties")).contains(&"process.roles=broker,controller"));
    assert!(keys(&text("connect-mirror-maker.properties")).contains(&"clusters = A, B"));
    let trogdor: serde_json::Value = serde_json::from_str(&text("trogdor.conf")).expect("it is JSON");
    assert_eq!(trogdor["nodes"]["node0"]["trogdor.agent.port"], 8888);
}

#[tokio::test]
async fn a_program_runs_under_the_name_of_its_main_class() {
    let folder = tempfile::tempdir().expect("a folder");
    let cat = crate::process::spawn::find("cat").expect("cat is there");
    let written =
        write_with(folder.path(), &Settings::shipped(Language::En), &cat, CLASSES, &Engines::Bundled).expect("writable");
    let command = Command::new(written.distribution.script("kafka-topics.sh")).arg("/proc/self/cmdline");
    let output = command.output(b"", 1000, SECONDS).await.expect("runs");
    Fixture::expect(&output, "kafka.admin.TopicCommand\0/proc/self/cmdline\0", 0);
}

#[tokio::test]
async fn a_server_shows_as_kafkas_own_in_the_process_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let echo = crate::process::spawn::find("echo").expect("echo is there");
    let written =
        write_with(folder.path(), &Settings::shipped(Language::En), &echo, CLASSES, &Engines::Bundled).expect("writable");
    let bin = written.distribution.bin();
    let check = async |line: &str, expected: &str| {
        let command = Command::new("bash").arg("-c").arg(line).working_folder(&bin).env("LOG_DIR", "/tmp/l");
        let output = command.output(b"", 10_000, SECONDS).await.expect("runs");
        Fixture::expect(&output, &expected.replace("BIN", &bin.display().to_string()), 0);
    };
    let log4j = "-Dkafka.logs.dir=/tmp/l -Dlog4j.configuration=file:./../config/log4j.properties";
    check(
        "./kafka-server-start.sh a.properties --override b=c",
        &format!("-Xmx1G -Xms1G {log4j} -cp BIN/../libs/kafkalab kafka.Kafka a.properties --override b=c\n"),
    )
    .await;
    check(
        "KAFKA_HEAP_OPTS=-Xmx64M KAFKA_OPTS=-Da=b ./zookeeper-server-start.sh z.properties",
        &format!(
            "-Xmx64M {log4j} -cp BIN/../libs/kafkalab -Da=b org.apache.zookeeper.server.quorum.QuorumPeerMain z.properties\n"
        ),
    )
    .await;
    // a file to print to needs a name, there as here
    let output = Command::new("./kafka-run-class.sh").args(["-daemon", "kafka.Kafka"]).working_folder(&bin);
    let output = output.output(b"", 1000, SECONDS).await.expect("runs");
    Fixture::expect(&output, "", 0);
    assert_eq!(output.stderr.text(), "./kafka-run-class.sh: line 344: : No such file or directory\n");
}

#[test]
fn writing_again_renews_ours_and_keeps_what_was_edited() {
    let fixture = Fixture::new("exit");
    let none: [PathBuf; 0] = [];
    let again = fixture.again(&Settings::shipped(Language::Ko));
    assert_eq!((again.written, again.kept), (none.to_vec(), none.to_vec()), "nothing has changed");

    let edited = fixture.distribution.config("server.properties");
    fs::write(&edited, "broker.id=7\n").expect("writable");
    fs::remove_file(fixture.distribution.script("kafka-topics.sh")).expect("it was there");
    let again = fixture.again(&Settings::shipped(Language::En));
    assert_eq!(again.kept, [PathBuf::from("config/server.properties")]);
    assert!(again.written.contains(&PathBuf::from("bin/kafka-topics.sh")) && again.written.len() > 8, "{:?}", again.written);
    assert_eq!(fs::read_to_string(&edited).expect("there"), "broker.id=7\n");

    // a record that is lost or spoilt makes us careful, not forgetful
    fs::write(fixture.distribution.libs().join(".written"), b"\xff\xfe nonsense\n1 2\n").expect("writable");
    let again = fixture.again(&Settings::shipped(Language::Ko));
    assert!(again.written.is_empty() && again.kept.len() > 8, "{again:?}");
    fs::remove_file(edited).expect("there");
    let again = fixture.again(&Settings::shipped(Language::En));
    assert_eq!(again.written, [PathBuf::from("config/server.properties")], "the others are right already");
}

#[test]
fn what_is_in_the_way_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new("/bin/true");
    let check = |parent: &Path, expected: &str| {
        let error = write_with(parent, &Settings::shipped(Language::En), program, CLASSES, &Engines::Bundled)
            .expect_err("it cannot be written");
        assert_eq!(error.to_string(), expected.replace("DIR", &folder.path().display().to_string()));
        assert!(Language::ALL.iter().all(|language| error.explain(*language).contains(&folder.path().display().to_string())));
    };
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    check(&file, "DIR/file/kafka_2.13-3.6.0 is in the way: move it, or choose another folder");
    fs::create_dir_all(folder.path().join("kafka_2.13-3.6.0/bin/kafka-topics.sh")).expect("made");
    check(folder.path(), "DIR/kafka_2.13-3.6.0/bin/kafka-topics.sh is in the way: move it, or choose another folder");
    assert!(!folder.path().join("kafka_2.13-3.6.0/libs").exists());
}

#[test]
fn refusals_of_the_system_are_told_apart() {
    use std::io::{Error, ErrorKind};
    let check = |kind: ErrorKind, expected: &str| {
        let error = DistributionError::io(Path::new("/x"), Error::from(kind));
        assert_eq!(error.to_string(), expected);
    };
    check(ErrorKind::PermissionDenied, "/x cannot be written to: choose another folder, or change its permissions");
    check(ErrorKind::ReadOnlyFilesystem, "/x lies on a read-only file system: choose another folder");
    check(ErrorKind::StorageFull, "no space is left for /x: make room, or choose another folder");
    check(ErrorKind::TimedOut, "failed to write /x");
}

#[tokio::test]
async fn scripts_run_the_program_from_every_folder() {
    // what ran, by the name that the shell put into argv[0], and what it was given
    let fixture = Fixture::new(r#"tr '\0' ' ' < /proc/$$/cmdline; echo; echo "$LOG_DIR|$KAFKALAB_WITNESS|$*"; exit 7"#);
    let root = fixture.distribution.root().to_owned();
    let bin = fixture.distribution.bin();
    let full = format!("{}/..", bin.display());
    let check = async |folder: &Path, line: &str, base: &str| {
        let output = fixture.run(folder, line).await;
        Fixture::expect(&output, &format!("/bin/bash {full}/libs/kafkalab --list \n{base}/logs||--list\n"), 7);
    };
    // bash gives a script that it execs its full path, sh does not
    check(&bin, "./kafka-topics.sh --list", &full).await;
    check(&root, "bin/kafka-topics.sh --list", &full).await;
    check(Path::new("/"), &format!("{}/kafka-topics.sh --list", bin.display()), &full).await;
    check(Path::new("/"), &format!("PATH=$PATH:{}; kafka-topics.sh --list", bin.display()), &full).await;
    check(&bin, "sh ./kafka-topics.sh --list", "./..").await;
    assert!(!fixture.distribution.logs().exists(), "tools have no logs");
    fixture.run(&bin, "KAFKA_LOG4J_OPTS=-Da=b ./kafka-topics.sh --list").await;
    assert!(fixture.distribution.logs().is_dir());

    fs::write(fixture.distribution.witness(), "/run/witness.sock").expect("writable");
    let output = fixture.run(&bin, "export LOG_DIR=$PWD/mylogs && ./kafka-topics.sh 'a b'").await;
    let second = output.stdout.text().lines().nth(1).map(str::to_owned);
    assert_eq!(second, Some(format!("{}/mylogs|/run/witness.sock|a b", bin.display())));
}

#[tokio::test]
async fn usage_and_exit_codes_are_those_of_kafka() {
    let fixture = Fixture::new("exit 0");
    let bin = fixture.distribution.bin();
    let check = async |line: &str, stdout: &str, stderr: &str, code: i32| {
        let output = fixture.run(&bin, line).await;
        Fixture::expect(&output, stdout, code);
        assert_eq!(output.stderr.text(), stderr);
    };
    let usage = "USAGE: ./kafka-server-start.sh [-daemon] server.properties [--override property=value]*\n";
    check("./kafka-server-start.sh", usage, "", 1).await;
    check("./zookeeper-server-start.sh", "USAGE: ./zookeeper-server-start.sh [-daemon] zookeeper.properties\n", "", 1).await;
    let usage = "USAGE: ./kafka-run-class.sh [-daemon] [-name servicename] [-loggc] classname [opts]\n";
    check("./kafka-run-class.sh", usage, "", 1).await;
    let usage = "USAGE: ./zookeeper-shell.sh zookeeper_host:port[/path] [-zk-tls-config-file file] [args...]\n";
    check("./zookeeper-shell.sh", usage, "", 1).await;
    let unknown = "Error: Could not find or load main class kafka.No\nCaused by: java.lang.ClassNotFoundException: kafka.No\n";
    check("./kafka-run-class.sh kafka.No --list", "", unknown, 1).await;
    check("./kafka-run-class.sh -Xmx1G -Da=b kafka.admin.TopicCommand", "", "", 0).await;
    let machine =
        "Error: Could not create the Java Virtual Machine.\nError: A fatal exception has occurred. Program will exit.\n";
    let topics = "./kafka-topics.sh --list";
    check(&format!("KAFKA_HEAP_OPTS=-Xmx1Q {topics}"), "", &format!("Invalid maximum heap size: -Xmx1Q\n{machine}"), 1).await;
    check(&format!("KAFKA_HEAP_OPTS=-Xms1Q {topics}"), "", &format!("Invalid initial heap size: -Xms1Q\n{machine}"), 1).await;
    check(&format!("KAFKA_OPTS='-Da=b -nonsense' {topics}"), "", &format!("Unrecognized option: -nonsense\n{machine}"), 1).await;
    let begin = "Error occurred during initialization of VM\n";
    let larger = format!("{begin}Initial heap size set to a larger value than the maximum heap size\n");
    check(&format!("KAFKA_HEAP_OPTS='-Xms2G -Xmx1G' {topics}"), &larger, "", 1).await;
    check(&format!("KAFKA_HEAP_OPTS=-Xmx1 {topics}"), &format!("{begin}Too small maximum heap\n"), "", 1).await;
    let foo = "Error: Could not find or load main class foo\nCaused by: java.lang.ClassNotFoundException: foo\n";
    check(&format!("KAFKA_HEAP_OPTS=foo {topics}"), "", foo, 1).await;
    check(&format!("KAFKA_HEAP_OPTS='-Xmx512m -Xms256M' JMX_PORT=9999 {topics}"), "", "", 0).await;
    fs::remove_file(fixture.distribution.libs().join("kafkalab")).expect("there");
    let missing = format!("{}\n", text::PROGRAM_MISSING.get(Language::Ko));
    check("./kafka-topics.sh --list", "", &missing, 1).await;
}

#[tokio::test]
async fn a_link_beside_another_folder_finds_no_neighbours_as_in_kafka() {
    let fixture = Fixture::new("exit 0");
    let elsewhere = fixture.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("made");
    std::os::unix::fs::symlink(fixture.distribution.script("kafka-topics.sh"), elsewhere.join("kafka-topics.sh")).expect("made");
    let output = fixture.run(&elsewhere, "./kafka-topics.sh --version").await;
    Fixture::expect(&output, "", 127);
    assert!(output.stderr.text().contains("elsewhere/kafka-run-class.sh: No such file or directory"), "{}", output.stderr.text());
}

#[tokio::test]
async fn a_daemon_is_in_the_background_and_writes_to_logs() {
    let fixture = Fixture::new("echo args: $*; trap");
    let start = Command::new("./kafka-server-start.sh").args(["-daemon", "../config/server.properties"]);
    let mut start = start.working_folder(fixture.distribution.bin()).env_remove("LOG_DIR").spawn().expect("starts");
    assert!(start.wait().await.expect("ends").success());
    let log = fixture.distribution.logs().join("kafkaServer.out");
    let look = || {
        fs::read_to_string(&log)
            .is_ok_and(|text| text.contains(" kafka.Kafka ../config/server.properties\n") && text.contains("SIGHUP"))
    };
    wait::until_true(SECONDS, "what the daemon writes, with SIGHUP ignored", look).await.expect("it runs");
}

/// The script signals with a `kill` of ours here: other brokers of this machine are none of a test's business.
#[tokio::test]
async fn stopping_finds_the_servers_that_the_process_table_shows() {
    let fixture = Fixture::new("exec -a \"$0\" sleep 600");
    let stop = fixture.distribution.script("kafka-server-stop.sh");
    let line = format!("kill() {{ echo \"$*\"; }}; . {}", stop.display());
    let mut server = Command::new("sleep").called_as(KAFKA).arg("600").kill_group_on_drop().spawn().expect("starts");
    let bystander = Command::new("sh").args(["-c", "sleep 600", KAFKA]).kill_group_on_drop();
    let _bystander = bystander.spawn().expect("starts");
    let me = server.identity().expect("it runs").pid;

    let expected = || table::by_class(KAFKA).iter().map(|process| process.pid().to_string()).collect::<Vec<_>>();
    wait::until_true(SECONDS, "the server in the table", || expected().contains(&me.to_string())).await.expect("it is there");
    let agree = async || {
        let before = expected();
        let output = fixture.run(Path::new("/"), &line).await;
        let mut found: Vec<String> = output.stdout.text().split_whitespace().map(str::to_owned).collect();
        let words: Vec<String> = found.drain(..2.min(found.len())).collect();
        found.sort_unstable_by_key(|pid| pid.parse::<u32>().ok());
        (words == ["-s", "TERM"] && found == before && expected() == before && before.contains(&me.to_string())).then_some(())
    };
    wait::until(SECONDS, "script and process table to agree", agree).await.expect("they do");

    server.stop(SECONDS).await.expect("ends");
    let nothing = fixture.run(Path::new("/"), &line).await;
    if expected().is_empty() {
        Fixture::expect(&nothing, "No kafka server to stop\n", 1);
    } else {
        assert!(!nothing.stdout.text().split_whitespace().any(|pid| pid == me.to_string()));
    }
}
