//! The life of a broker as a learner greps it: what the bundled one logs at a start, a stop and each failure is what Apache's logged, line
//! by line, but for the differences that are listed with their reasons.

use std::path::Path;

use kafkalab::engine::bundled::Bundled;
use kafkalab::engine::server::{Role, Server};
use kafkalab::net;
use kafkalab::process::wait;
use regex::Regex;

use crate::support::{DEADLINE, Pair, bundled, serving};

const RECORDED: &str = include_str!("../../fixtures/apache/broker-life.txt");
const DIFFERENCES: &str = include_str!("../../fixtures/apache/broker-life-differences.tsv");
const CLUSTER_ID: &str = "Cluster ID = ";
const STARTED: &str = "started (kafka.server.KafkaServer)";

/// How lines of Apache's may differ from the bundled broker's: those with these parts.
struct Differences {
    absent: Vec<&'static str>,
    anywhere: Vec<&'static str>,
}

impl Differences {
    fn read() -> Self {
        let rows = DIFFERENCES.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let [how, part, _why] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("three columns: {line}") };
            assert!(RECORDED.contains(part), "no recorded line has {part:?}");
            (how, part)
        });
        let rows: Vec<(&str, &str)> = rows.collect();
        let of = |wanted: &str| rows.iter().filter(|(how, _)| *how == wanted).map(|(_, part)| *part).collect::<Vec<_>>();
        let differences = Self { absent: of("absent"), anywhere: of("anywhere") };
        assert_eq!(differences.absent.len() + differences.anywhere.len(), rows.len(), "a row says neither");
        differences
    }

    /// The lines whose order counts, and those whose order does not.
    fn split(&self, lines: Vec<String>) -> (Vec<String>, Vec<String>) {
        let is_free = |line: &String| self.anywhere.iter().any(|part| line.contains(part));
        let (mut free, ordered): (Vec<String>, Vec<String>) = lines.into_iter().partition(is_free);
        free.sort();
        free.dedup();
        (once(ordered), free)
    }

    /// Apache's lines of a run that the bundled broker has as well.
    fn expected(&self, run: &str) -> Vec<String> {
        let (_, from) = RECORDED.split_once(&format!("== {run}\n")).unwrap_or_else(|| panic!("{run} is recorded"));
        let lines = from.lines().take_while(|line| !line.starts_with("== "));
        lines.filter(|line| !self.absent.iter().any(|part| line.contains(part))).map(str::to_owned).collect()
    }
}

/// Lines that come again and again, alone or up to three together, once.
fn once(lines: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for line in lines {
        kept.push(line);
        let again = |count: &usize| {
            let (at, from) = (kept.len().checked_sub(*count), kept.len().checked_sub(2 * count));
            at.zip(from).is_some_and(|(at, from)| kept[at..] == kept[from..at])
        };
        if let Some(count) = (1..=3).find(again) {
            kept.truncate(kept.len() - count);
        }
    }
    kept
}

/// The lines of a log with what differs between any two runs masked, and the list of settings left out.
fn normalised(log: &str, masks: &[(Regex, &str)]) -> Vec<String> {
    let time = Regex::new(r"^\[[-\d]+ [\d:,]+\] (.*)$").expect("a valid expression");
    let mut lines: Vec<String> = Vec::new();
    let mut in_settings = false;
    for line in log.lines() {
        match time.captures(line) {
            Some(entry) => {
                in_settings = entry[1].starts_with("INFO KafkaConfig values");
                let settings = "INFO KafkaConfig values: <KEYS> (kafka.server.KafkaConfig)";
                lines.push(if in_settings { settings.to_owned() } else { entry[1].to_owned() });
            }
            None if in_settings || line.is_empty() => {}
            None if line.starts_with(" (") => lines.last_mut().expect("a line before its end").push_str(line),
            None => lines.push(line.to_owned()),
        }
    }
    let mask = |line: String| masks.iter().fold(line, |line, (what, name)| what.replace_all(&line, *name).into_owned());
    lines.into_iter().map(mask).collect()
}

struct World {
    pair: Pair,
    engine: Bundled,
    differences: Differences,
    complaints: Vec<String>,
    _distribution: tempfile::TempDir,
}

impl World {
    fn masks(&self, port: u16) -> Vec<(Regex, &'static str)> {
        let data = regex::escape(&format!("{}/", self.pair.trial.folder().join("data").display()));
        let coordinator = self.pair.coordinator.port();
        [
            (data, "<DATA>/"),
            (r"0x[0-9a-f]{8,}".to_owned(), "0x<SESSION>"),
            (r"Watcher\$@[0-9a-f]+".to_owned(), "Watcher$$@<HASH>"),
            (r"client: /[^,]+".to_owned(), "client: /<CLIENT>"),
            (r"Cluster ID = \S+".to_owned(), "Cluster ID = <UUID>"),
            (r"The Cluster ID \S+".to_owned(), "The Cluster ID <UUID>"),
            (r"Some\([\w-]{22}\)".to_owned(), "Some(<UUID>)"),
            (r"\d+ms".to_owned(), "<N>ms"),
            (r"epoch\): \d+".to_owned(), "epoch): <N>"),
            (r"startTimeMs: \d+".to_owned(), "startTimeMs: <N>"),
            (r"is: [\d,]+".to_owned(), "is: <STAT>"),
            (format!(r":{coordinator}\b"), ":<ZK>"),
            (format!(r":{port}\b"), ":<PORT>"),
        ]
        .map(|(what, name)| (Regex::new(&what).expect("a valid expression"), name))
        .into()
    }

    /// Holds what a broker logged against what Apache's did.
    fn hold(&mut self, run: &str, log: &Path, port: u16) {
        let text = std::fs::read_to_string(log).expect("the broker logs");
        self.hold_text(run, &text, port);
    }

    fn hold_text(&mut self, run: &str, text: &str, port: u16) {
        let (expected, free) = self.differences.split(self.differences.expected(run));
        let (found, found_free) = self.differences.split(normalised(text, &self.masks(port)));
        if (&expected, &free) != (&found, &found_free) {
            let (expected, found) = (expected.join("\n"), found.join("\n"));
            let diff = similar::TextDiff::from_lines(&expected, &found);
            self.complaints.push(format!(
                "{run} (- Apache, + bundled)\n{}\nanywhere: {free:#?}\nfound: {found_free:#?}",
                diff.unified_diff().context_radius(2)
            ));
        }
    }

    /// Starts a broker with the configuration of that name, which need not come to serve.
    fn launch(&self, config: &str, port: u16) -> Server {
        let (folder, log) = (self.pair.trial.folder(), format!("{config}.log"));
        let logs = folder.join("logs");
        serving(Server::start_logging_to(&self.engine, Role::Broker, &folder.join(config), port, &logs, log))
    }

    /// Waits for as many lines with `part` in the broker's log.
    async fn logged(&self, part: &str, count: usize) {
        let there = || {
            let log = std::fs::read_to_string(self.pair.broker.log()).unwrap_or_default();
            log.matches(part).count() >= count
        };
        wait::until_true(DEADLINE, format!("{count} x {part:?} in the log"), there).await.expect("it is logged");
    }

    async fn restart(&mut self, role: Role) {
        let server = serving(self.pair.trial.start(&self.engine, role, DEADLINE).await);
        match role {
            Role::Coordinator => self.pair.coordinator = server,
            Role::Broker => self.pair.broker = server,
        }
    }

    async fn stop_broker(&mut self, run: &str) {
        assert_eq!(self.pair.broker.stop(DEADLINE).await.ok(), Some(143), "{run}");
        let (log, port) = (self.pair.broker.log().to_owned(), self.pair.broker.port());
        self.hold(run, &log, port);
    }

    /// A start below a chroot that is not there.
    async fn below_a_chroot(&mut self, port: u16) {
        let folder = self.pair.trial.folder();
        let config = std::fs::read_to_string(folder.join(Role::Broker.config_name())).expect("it is written");
        let (coordinator, dirs) = (self.pair.coordinator.port(), folder.join("data/chroot-logs"));
        let lines = format!("zookeeper.connect=localhost:{coordinator}/lab/kafka\nlog.dirs={}\n", dirs.display());
        std::fs::write(folder.join("chroot.properties"), config + &lines).expect("writable");
        self.pair.broker = self.launch("chroot.properties", port);
        self.logged(CLUSTER_ID, 1).await;
        self.logged(STARTED, 1).await;
        assert_eq!(self.pair.broker.stop(DEADLINE).await.ok(), Some(143));
        let log = std::fs::read_to_string(self.pair.broker.log()).expect("the broker logs");
        let (before, after) = log.split_once(CLUSTER_ID).expect("it was logged");
        let text = format!("{before}{CLUSTER_ID}{}", after.lines().next().unwrap_or_default());
        self.hold_text("chroot, until the cluster's id", &text, port);
    }

    /// A start that ends by itself, with `lines` added to the configuration.
    async fn refused(&mut self, run: &str, port: u16, lines: &str) {
        let folder = self.pair.trial.folder();
        let config = std::fs::read_to_string(folder.join(Role::Broker.config_name())).expect("it is written");
        std::fs::write(folder.join("refused.properties"), config + lines).expect("writable");
        let mut server = self.launch("refused.properties", port);
        assert_eq!(server.ended().await, 1, "{run}");
        self.hold(run, server.log(), port);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_logs_its_life_as_apaches_does() {
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = Pair::start(&engine, &engine, &[]).await;
    let (differences, complaints) = (Differences::read(), Vec::new());
    let mut world = World { pair, engine, differences, complaints, _distribution: distribution };
    let port = world.pair.broker.port();

    let other = net::free_port().await.expect("a free port");
    let dirs = world.pair.trial.folder().join("data/other-logs");
    let second = format!(
        "log.dirs={}\nlisteners=PLAINTEXT://:{other}\nadvertised.listeners=PLAINTEXT://localhost:{other}\n",
        dirs.display()
    );
    world.refused("node exists", other, &second).await;
    world.stop_broker("start and stop").await;

    let taken = net::bind("", port, 5).await.expect("its port is free again");
    world.pair.broker = world.launch(Role::Broker.config_name(), port);
    world.logged(STARTED, 1).await;
    world.stop_broker("port taken").await;
    drop(taken);

    world.restart(Role::Broker).await;
    assert_eq!(world.pair.coordinator.kill().await.ok(), Some(137));
    world.logged("java.net.ConnectException: Connection refused", 1).await;
    world.restart(Role::Coordinator).await;
    world.logged("Session establishment complete", 2).await;
    world.stop_broker("coordinator gone and back").await;

    world.below_a_chroot(port).await;
    assert_eq!(world.pair.coordinator.stop(DEADLINE).await.ok(), Some(143));
    std::fs::remove_dir_all(world.pair.trial.data(Role::Coordinator)).expect("removed");
    world.restart(Role::Coordinator).await;
    world.refused("wrong cluster id", port, "").await;

    assert_eq!(world.pair.coordinator.stop(DEADLINE).await.ok(), Some(143));
    world.refused("no coordinator", port, "zookeeper.connection.timeout.ms=1500\n").await;
    assert!(world.complaints.is_empty(), "{}", world.complaints.join("\n"));
}
