//! Distribution folders with parts of a release in them: each part is of its engine, the release is never written to, and a runner learns
//! which of Apache's tools are run. A script stands in for Java.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use kafkalab::engine::apache::Folder;
use kafkalab::engine::distribution::{self, Distribution, Settings, Written};
use kafkalab::engine::parts::{Engines, Kind, Parts};
use kafkalab::engine::tools::invocation::Invocation;
use kafkalab::net;
use kafkalab::process::spawn::{Command, Output};
use kafkalab::text::Language;
use tempfile::TempDir;

use crate::support::{DEADLINE, release};

/// Says how it was called, and ends with 3.
const JAVA: &str =
    "#!/bin/bash\ncase $1 in -version) echo 'openjdk version \"17.0.1\"' >&2; exit ;; esac\necho \"java $*\"\nexit 3\n";

struct Fixture {
    folder: TempDir,
    release: PathBuf,
    distribution: Distribution,
}

fn settings() -> Settings {
    Settings {
        data_root: Some("/learner/data".into()),
        zookeeper_port: 12181,
        broker_port: 19092,
        ..Settings::shipped(Language::En)
    }
}

impl Fixture {
    fn new(parts: Parts) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let release = release::write(folder.path(), None);
        fs::create_dir_all(folder.path().join("jdk/bin")).expect("made");
        let java = folder.path().join("jdk/bin/java");
        fs::write(&java, JAVA).expect("written");
        fs::set_permissions(&java, fs::Permissions::from_mode(0o755)).expect("ours");
        let distribution = write(folder.path(), &release, parts).distribution;
        Self { folder, release, distribution }
    }

    fn again(&self, parts: Parts) -> Written {
        write(self.folder.path(), &self.release, parts)
    }

    async fn run(&self, script: &str, arguments: &[&str]) -> Output {
        let command = Command::new(self.distribution.script(script)).args(arguments.iter().copied());
        let command = command.env("JAVA_HOME", self.folder.path().join("jdk")).working_folder(self.distribution.bin());
        command.output(b"", 100_000, DEADLINE).await.expect("the script is there")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.distribution.root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

fn write(folder: &Path, release: &Path, parts: Parts) -> Written {
    let engines = Engines::cell(parts, &Folder::open(release).expect("it is one"));
    let program = Path::new(env!("CARGO_BIN_EXE_kafkalab"));
    distribution::write_engines(&folder.join("lab"), &settings(), program, &engines).expect("writable")
}

const APACHE: Parts = Parts::all_of(Kind::Apache);

#[tokio::test]
async fn the_copy_is_the_learners_and_the_release_stays_as_it_is() {
    let fixture = Fixture::new(APACHE);
    let server = fixture.read("config/server.properties");
    for line in ["log.dirs=/learner/data/kafka-logs", "zookeeper.connect=localhost:12181", "listeners=PLAINTEXT://:19092"] {
        assert!(server.lines().any(|found| found == line), "{line} is not in {server}");
    }
    assert!(server.contains("num.network.threads=3"), "the rest is the release's");
    let jar = fixture.distribution.libs().join("kafka-clients-3.6.0.jar");
    assert_eq!(fs::read_link(&jar).expect("a link"), fixture.release.join("libs/kafka-clients-3.6.0.jar"));

    // an edit reaches neither the release nor is it lost
    let edited = fixture.distribution.config("server.properties");
    fs::write(&edited, "broker.id=7\n").expect("the copy is writable");
    fs::write(fixture.distribution.script("kafka-topics.sh"), "#!/bin/bash\n").expect("the copy is writable");
    let again = fixture.again(APACHE);
    assert_eq!(again.kept, [PathBuf::from("bin/kafka-topics.sh"), PathBuf::from("config/server.properties")]);
    assert!(again.written.is_empty(), "{:?}", again.written);
    assert_eq!(fixture.read("config/server.properties"), "broker.id=7\n");
    let original = fs::read_to_string(fixture.release.join("config/server.properties")).expect("there");
    assert_eq!(original, include_str!("../../fixtures/kafka-3.6.0/config/server.properties"));
    assert!(fs::read_to_string(fixture.release.join("bin/kafka-topics.sh")).expect("there").contains("TopicCommand"));

    let itself = Engines::apache(Folder::open(fixture.distribution.root()).expect("a copy can be run"));
    let program = Path::new(env!("CARGO_BIN_EXE_kafkalab"));
    let refused = distribution::write_engines(&fixture.folder.path().join("lab"), &settings(), program, &itself);
    let refused = refused.expect_err("it is not copied into itself").explain(Language::En);
    assert!(refused.contains("is the release itself"), "{refused}");
}

#[test]
fn what_somebody_put_in_the_copy_or_reaches_through_it_stays() {
    let fixture = Fixture::new(APACHE);
    let name = PathBuf::from("libs/kafka-clients-3.6.0.jar");
    let jar = fixture.distribution.root().join(&name);
    fs::remove_file(&jar).expect("ours");
    fs::write(&jar, "patched").expect("writable");
    assert_eq!(fixture.again(APACHE).kept, [name]);
    assert_eq!(fixture.read("libs/kafka-clients-3.6.0.jar"), "patched");

    // a copy by hand whose jars are the release's by a link to their folder
    fs::remove_dir_all(fixture.distribution.libs()).expect("ours");
    std::os::unix::fs::symlink(fixture.release.join("libs"), fixture.distribution.libs()).expect("made");
    let release = || fs::read_dir(fixture.release.join("libs")).expect("there").count();
    let before = release();
    for parts in [APACHE, Parts { tools: Kind::Bundled, ..APACHE }] {
        let engines = Engines::cell(parts, &Folder::open(&fixture.release).expect("it is one"));
        let program = Path::new(env!("CARGO_BIN_EXE_kafkalab"));
        let refused = distribution::write_engines(&fixture.folder.path().join("lab"), &settings(), program, &engines);
        let refused = refused.expect_err("the release would change").explain(Language::En);
        assert!(refused.contains("libs is the release itself"), "{refused}");
        assert_eq!(release(), before);
    }
    assert!(fixture.release.join("libs/kafka-clients-3.6.0.jar").is_file(), "no link to itself");
}

#[tokio::test]
async fn each_part_runs_on_its_own_engine() {
    for parts in Parts::matrix() {
        let fixture = Fixture::new(parts);
        let check = async |script: &str, arguments: &[&str], kind: Kind, class: &str| {
            let output = fixture.run(script, arguments).await;
            let said = output.stdout.text() + &output.stderr.text();
            let is_java = said.starts_with("java ") && said.contains(class) && output.ended.code() == 3;
            assert_eq!(is_java, kind == Kind::Apache, "{parts} {script}: {said}");
        };
        check("kafka-topics.sh", &["--version"], parts.tools, "kafka.admin.TopicCommand --version").await;
        check("kafka-server-start.sh", &["--version"], parts.broker, "kafka.Kafka --version").await;
        let coordinator = "org.apache.zookeeper.server.quorum.QuorumPeerMain nothing";
        check("zookeeper-server-start.sh", &["nothing"], parts.coordinator, coordinator).await;
    }
}

#[tokio::test]
async fn a_runner_learns_which_of_apaches_tools_are_run() {
    let fixture = Fixture::new(APACHE);
    let socket = fixture.folder.path().join("witness.sock");
    let listening = net::unix_datagram(&socket).expect("made");
    fs::write(fixture.distribution.witness(), socket.display().to_string()).expect("written");
    let output = fixture.run("kafka-topics.sh", &["--list", "a b"]).await;
    assert_eq!(output.ended.code(), 3);
    assert!(output.stdout.text().ends_with("kafka.admin.TopicCommand --list a b\n"), "{}", output.stdout.text());
    let mut buffer = vec![0; 64 * 1024];
    let mut receive = async || {
        let length = tokio::time::timeout(DEADLINE, listening.recv(&mut buffer)).await.expect("in time").expect("a report");
        Invocation::decode(&buffer[..length]).expect("as it is sent")
    };
    let Invocation::Started { pid, main_class, argv, .. } = receive().await else { panic!("it starts first") };
    assert_eq!((main_class.as_str(), argv), ("kafka.admin.TopicCommand", vec!["--list".to_owned(), "a b".to_owned()]));
    assert_eq!(receive().await, Invocation::Exited { pid, code: 3 });

    // a server is Java itself, and with nobody listening so is a tool
    let output = fixture.run("kafka-server-start.sh", &["--version"]).await;
    assert_eq!(output.ended.code(), 3);
    drop(listening);
    fs::remove_file(&socket).expect("there");
    let output = fixture.run("kafka-topics.sh", &["--list"]).await;
    assert!(output.ended.code() == 3 && output.stdout.text().ends_with("TopicCommand --list\n"), "{}", output.stdout.text());
}
