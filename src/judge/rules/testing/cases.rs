//! The cases of every rule: the lines on which it fires, with what it marks and how the line reads then, and near misses.

use super::{KAFKA, World};
use crate::judge::diagnostic::Diagnostic;
use crate::judge::rules::context::Speaker;
use crate::judge::rules::{Line, Speaks};

/// A line on a machine, and what is to be said of it.
pub(super) struct Case {
    pub code: &'static str,
    pub line: &'static str,
    /// The exit code; `None` before the line runs.
    pub exit_code: Option<i32>,
    pub world: World,
    /// What is marked; `None` for a near miss, where the rule is silent.
    pub marked: Option<&'static str>,
    /// The line that the fix makes.
    pub corrected: Option<&'static str>,
}

fn judge(case: &Case) -> Option<Diagnostic> {
    let context = case.world.context(case.line);
    let line = Line::new(&context, case.exit_code)?;
    line.judge(if case.exit_code.is_some() { Speaks::After } else { Speaks::Before })
}

#[test]
fn rules_fire_where_they_should_and_nowhere_else() {
    let mut wrong = Vec::new();
    for case in all() {
        let found = judge(&case);
        let marked = found.as_ref().map(|found| {
            let bytes = &found.source.bytes()[found.primary.range.clone()];
            (found.code, String::from_utf8_lossy(bytes).into_owned(), found.corrected_line())
        });
        let expected = case.marked.map(|marked| (case.code, marked.to_owned(), case.corrected.map(str::to_owned)));
        let near_miss = expected.is_none() && marked.as_ref().is_none_or(|(code, ..)| *code != case.code);
        if marked != expected && !near_miss {
            wrong.push(format!(
                "{} {:?} {:?}\n  expected {expected:?}\n  found    {marked:?}",
                case.code, case.exit_code, case.line
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(super) fn all() -> Vec<Case> {
    let families = [
        script_name(),
        unknown_option(),
        unknown_option_of_other_tools(),
        unknown_option_near_misses(),
        zookeeper_connect(),
        zookeeper_connect_near_misses(),
        zookeeper_refused(),
        typed_in("bin", super::command_cases::IN_BIN),
        typed_in("", super::command_cases::IN_KAFKA),
        typed_in("bin", super::config_cases::ROWS),
        asked_about(),
        super::archive_cases::ROWS.iter().map(|row| Case { world: super::archive_cases::world(), ..typed(row) }).collect(),
        super::kill_cases::all(),
        super::link_cases::all(),
        bootstrap_refused(),
        super::silent_cases::all(),
    ];
    families.into_iter().flatten().collect()
}

/// Nobody listens on the port, and the broker runs nowhere, or on more than one port.
fn bootstrap_refused() -> Vec<Case> {
    const LIST: &str = "./kafka-topics.sh --list --bootstrap-server localhost:9093";
    let mut several = World::new();
    several.listen(9092, Speaker::Broker);
    several.listen(9096, Speaker::Broker);
    let mut taken = World::new();
    taken.listen(9092, Speaker::Broker);
    taken.listen(9093, Speaker::Other);
    vec![
        before("KL226", LIST, World::new(), None, None),
        before("KL226", LIST, several, Some("9093"), None),
        before("KL226", LIST, taken, None, None),
    ]
}

fn typed_in(folder: &str, rows: &[super::command_cases::Row]) -> Vec<Case> {
    let case = |row| {
        let mut case = typed(row);
        case.world.cwd = std::path::Path::new(KAFKA).join(folder);
        case
    };
    rows.iter().map(case).collect()
}

fn typed((code, exit_code, line, marked, corrected): &super::command_cases::Row) -> Case {
    after(code, *exit_code, line, *marked, *corrected)
}

fn asked_about() -> Vec<Case> {
    let case = |(code, line, marked, corrected): &(&'static str, &'static str, _, _)| {
        let mut world = World::new();
        world.listen(2181, Speaker::Coordinator);
        world.listen(9092, Speaker::Broker);
        Case { code, line, exit_code: None, world, marked: *marked, corrected: *corrected }
    };
    super::command_cases::BEFORE.iter().map(case).collect()
}

fn after(
    code: &'static str,
    exit_code: i32,
    line: &'static str,
    marked: Option<&'static str>,
    corrected: Option<&'static str>,
) -> Case {
    Case { code, line, exit_code: Some(exit_code), world: World::new(), marked, corrected }
}

fn script_name() -> Vec<Case> {
    let fires = |line, marked, corrected| after("KL111", 127, line, Some(marked), Some(corrected));
    let silent = |line, exit_code| after("KL111", exit_code, line, None, None);
    let mut from_kafka = fires("./bin/kafka-topic.sh --list", "kafka-topic.sh", "./bin/kafka-topics.sh --list");
    from_kafka.world.cwd = KAFKA.into();
    let mut in_path = fires("kafka-topic.sh --list", "kafka-topic.sh", "kafka-topics.sh --list");
    in_path.world.variables.insert("PATH".to_owned(), format!("/usr/bin:{KAFKA}/bin"));
    let mut not_in_this_folder = silent("./kafka-topic.sh --list", 127);
    not_in_this_folder.world.cwd = KAFKA.into();
    vec![
        fires(
            "./kafka-console.consumer.sh --topic test_topic --bootstrap-server localhost:9092",
            "kafka-console.consumer.sh",
            "./kafka-console-consumer.sh --topic test_topic --bootstrap-server localhost:9092",
        ),
        fires(
            "./zookeper-server-start.sh ../config/zookeeper.properties",
            "zookeper-server-start.sh",
            "./zookeeper-server-start.sh ../config/zookeeper.properties",
        ),
        fires("./kafka-topics --list", "kafka-topics", "./kafka-topics.sh --list"),
        fires("./Kafka-topics.sh --list", "Kafka-topics.sh", "./kafka-topics.sh --list"),
        fires("cd ../bin && ./kafka-topic.sh --list", "kafka-topic.sh", "cd ../bin && ./kafka-topics.sh --list"),
        fires("bash kafka-topic.sh --list", "kafka-topic.sh", "bash kafka-topics.sh --list"),
        fires(
            "A=1 nohup ./kafka-server-strt.sh ../config/server.properties > x.log 2>&1 &",
            "kafka-server-strt.sh",
            "A=1 nohup ./kafka-server-start.sh ../config/server.properties > x.log 2>&1 &",
        ),
        fires(
            "cd /home/learner/kafka*; cd $HOME/kafka_2.13-3.6.0 && bin/kafka-topic.sh",
            "kafka-topic.sh",
            "cd /home/learner/kafka*; cd $HOME/kafka_2.13-3.6.0 && bin/kafka-topics.sh",
        ),
        after("KL111", 127, "'./kafka-topic.sh' --list", Some("'./kafka-topic.sh'"), None),
        from_kafka,
        in_path,
        not_in_this_folder,
        silent("./kafka-topics.sh --list", 127),
        silent("./my-topics.sh", 127),
        silent("./my-topic.sh", 127),
        silent("./kafka-topic.sh --list", 0),
        silent("ls kafka-topic.sh", 2),
        silent("echo ./kafka-topic.sh", 1),
        silent("./kafka-server-sta.sh", 127),
        silent("grep -r kafka-console.consumer.sh ~", 1),
        silent("# ./kafka-topic.sh --list", 127),
        silent("$KAFKA_HOME/kafka-topic.sh --list", 127),
        silent("kafka-topic.sh --list", 127),
        silent("./topics.sh", 127),
        silent("test -f x || ./kafka-topic.sh", 127),
        silent("if false; then ./kafka-topic.sh; fi", 127),
        silent("./kafka-topic.sh 'unfinished", 2),
        silent("cat > f <<E\n./kafka-topic.sh\nE", 1),
        silent("cd ../config; ./kafka-topic.sh", 127),
    ]
}

fn unknown_option() -> Vec<Case> {
    let fires = |line, marked, corrected| after("KL203", 1, line, Some(marked), corrected);
    let mut quoted_variable = fires(
        "./kafka-topics.sh --create \"$T\" --reflection-factor 1",
        "--reflection-factor",
        Some("./kafka-topics.sh --create \"$T\" --replication-factor 1"),
    );
    quoted_variable.world.variables.insert("T".to_owned(), "a b".to_owned());
    let mut known_variable = fires("./kafka-topics.sh $OPTS", "$OPTS", None);
    known_variable.world.variables.insert("OPTS".to_owned(), "--lst".to_owned());
    vec![
        fires(
            "./kafka-topics.sh --create --topic test_topic --partitions 1 --reflection-factor 1 --bootstrap-server localhost:9092",
            "--reflection-factor",
            Some(
                "./kafka-topics.sh --create --topic test_topic --partitions 1 --replication-factor 1 --bootstrap-server localhost:9092",
            ),
        ),
        fires(
            "./kafka-topics.sh --create --reflection-factor=1",
            "--reflection-factor",
            Some("./kafka-topics.sh --create --replication-factor=1"),
        ),
        fires(
            "./kafka-topics.sh --create -reflection-factor 1",
            "-reflection-factor",
            Some("./kafka-topics.sh --create --replication-factor 1"),
        ),
        fires("./kafka-topics.sh --create '--reflection-factor' 1", "'--reflection-factor'", None),
        fires(
            "./kafka-topics.sh --list --bootstrap-sever localhost:9092",
            "--bootstrap-sever",
            Some("./kafka-topics.sh --list --bootstrap-server localhost:9092"),
        ),
        fires(
            "./kafka-topics.sh --list --bootstrap localhost:9092",
            "--bootstrap",
            Some("./kafka-topics.sh --list --bootstrap-server localhost:9092"),
        ),
        fires(
            "./kafka-topics.sh --create --topic= --reflection-factor",
            "--reflection-factor",
            Some("./kafka-topics.sh --create --topic= --replication-factor"),
        ),
        fires("./kafka-topics.sh --Topic t", "--Topic", Some("./kafka-topics.sh --topic t")),
        fires(
            "./kafka-topics.sh --list --zookeeper localhost:2181",
            "--zookeeper",
            Some("./kafka-topics.sh --list --bootstrap-server localhost:9092"),
        ),
        // where the broker is cannot be told from where ZooKeeper is
        fires("./kafka-topics.sh --list --zookeeper zk1:2181/kafka", "--zookeeper", None),
        fires("./kafka-topics.sh --list --zookeeper $ZOOKEEPER", "--zookeeper", None),
        fires("./kafka-topics.sh --list --quiet", "--quiet", None),
        fires(
            "cd .. && sudo -u kafka bin/kafka-topics.sh --lst",
            "--lst",
            Some("cd .. && sudo -u kafka bin/kafka-topics.sh --list"),
        ),
        after("KL203", 0, "./kafka-topics.sh --lst | head -1", Some("--lst"), Some("./kafka-topics.sh --list | head -1")),
        after("KL203", 0, "./kafka-topics.sh --lst; echo done", Some("--lst"), Some("./kafka-topics.sh --list; echo done")),
        fires(
            "./kafka-topics.sh --create \\\n  --reflection-factor 1",
            "--reflection-factor",
            Some("./kafka-topics.sh --create \\\n  --replication-factor 1"),
        ),
        quoted_variable,
        known_variable,
    ]
}

fn unknown_option_of_other_tools() -> Vec<Case> {
    let fires = |line, marked, corrected| after("KL203", 1, line, Some(marked), corrected);
    vec![
        fires(
            "./kafka-console-producer.sh --topic t --bootstrap-servers localhost:9092",
            "--bootstrap-servers",
            Some("./kafka-console-producer.sh --topic t --bootstrap-server localhost:9092"),
        ),
        fires("./kafka-console-producer.sh --topic t --from-beginning", "--from-beginning", None),
        fires(
            "./kafka-console-consumer.sh --broker-list localhost:9092 --topic t",
            "--broker-list",
            Some("./kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic t"),
        ),
    ]
}

fn unknown_option_near_misses() -> Vec<Case> {
    let silent = |line, exit_code| after("KL203", exit_code, line, None, None);
    let mut own_script = silent("./tools/kafka-topics.sh --reflection-factor 1", 1);
    own_script.world.cwd = KAFKA.into();
    vec![
        own_script,
        silent("./kafka-topics.sh --replication-factor 1 --bootstrap-server localhost:9092 --topic t --partitions 1 --create", 1),
        silent("./kafka-topics.sh --create --replication-factor=1 --topic=t", 1),
        silent("./kafka-topics.sh --create -replication-factor 1", 1),
        silent("./kafka-topics.sh --create '--replication-factor' \"1\"", 1),
        silent("./kafka-topics.sh --create --topic --reflection-factor", 1),
        silent("./kafka-topics.sh --create -- --reflection-factor 1", 1),
        silent("./kafka-topics.sh --create --topic t 'about --reflection-factor'", 1),
        silent("./kafka-topics.sh --create --reflection-factor 1", 0),
        silent("./kafka-topics.sh --create --reflection-factor 1", 127),
        silent("./kafka-topics.sh --create --reflection-factor 1", 130),
        silent("echo ./kafka-topics.sh --reflection-factor 1", 1),
        silent("grep -- --reflection-factor ./kafka-topics.sh", 1),
        silent("./kafka-topics.sh --list # --reflection-factor", 1),
        silent("./kafka-topics.sh --list > --reflection-factor", 1),
        silent("./kafka-topics.sh --list; ls --reflection-factor", 2),
        silent("./my-topics.sh --reflection-factor 1", 1),
        silent("./kafka-storage.sh --reflection-factor 1", 1),
        silent("./kafka-topics.sh $UNKNOWN --reflection-factor 1", 1),
        silent("./kafka-topics.sh \u{2013}list", 1),
        silent("bash -c './kafka-topics.sh --reflection-factor 1'", 1),
        silent("true || ./kafka-topics.sh --reflection-factor 1", 1),
        silent("for t in a b; do ./kafka-topics.sh --reflection-factor; done", 1),
        silent("./kafka-console-consumer.sh --whitelist t --bootstrap-server localhost:9092", 1),
        silent("./kafka-console-producer.sh --broker-list localhost:9092 --topic t --compression-codec --sync", 1),
    ]
}

fn before(
    code: &'static str,
    line: &'static str,
    world: World,
    marked: Option<&'static str>,
    corrected: Option<&'static str>,
) -> Case {
    Case { code, line, exit_code: None, world, marked, corrected }
}

const START: &str = "./kafka-server-start.sh ../config/server.properties";

fn with(value: &str, change: &dyn Fn(&mut World)) -> World {
    let mut world = World::with_connect(value);
    change(&mut world);
    world
}

fn zookeeper_connect() -> Vec<Case> {
    let fires = |line, world, marked, corrected| before("KL412", line, world, Some(marked), corrected);
    let wrong = || World::with_connect("localhost:9092");
    let fixed = Some("zookeeper.connect=localhost:2181");
    vec![
        fires(START, wrong(), "9092", fixed),
        fires(START, with("localhost:9092", &|w| w.listening.clear()), "9092", fixed),
        fires(START, with("localhost:9092", &|w| w.listen(9092, Speaker::Broker)), "9092", fixed),
        fires(START, with("localhost:9092", &|w| w.listen(9092, Speaker::Other)), "9092", fixed),
        fires(START, with("other:9095", &|w| w.listen(9095, Speaker::Broker)), "9095", Some("zookeeper.connect=other:2181")),
        fires(START, World::with_connect("127.0.0.1:9092/kafka"), "9092", Some("zookeeper.connect=127.0.0.1:2181/kafka")),
        fires(START, World::with_connect("localhost\\:9092"), "9092", Some("zookeeper.connect=localhost\\:2181")),
        fires(
            START,
            with("localhost:9092", &|w| {
                w.listening.clear();
                w.listen(2182, Speaker::Coordinator);
            }),
            "9092",
            Some("zookeeper.connect=localhost:2182"),
        ),
        fires("cd .. && bin/kafka-server-start.sh -daemon config/server.properties", wrong(), "9092", fixed),
        fires("nohup ./kafka-server-start.sh ../config/server.properties > k.log 2>&1 &", wrong(), "9092", fixed),
        fires("bash kafka-server-start.sh \"$HOME/kafka_2.13-3.6.0/config/server.properties\"", wrong(), "9092", fixed),
        fires(
            "./kafka-server-start.sh ../config/server.properties --override zookeeper.connect=localhost:9092",
            World::with_connect("localhost:2181"),
            "9092",
            Some("./kafka-server-start.sh ../config/server.properties --override zookeeper.connect=localhost:2181"),
        ),
        fires(
            "./zookeeper-server-start.sh -daemon ../config/zookeeper.properties; ./kafka-server-start.sh ../config/server.properties",
            wrong(),
            "9092",
            fixed,
        ),
        fires(
            "./kafka-server-start.sh ../config/server.properties --override listeners=PLAINTEXT://:9096",
            with("localhost:9096", &|_| {}),
            "9096",
            fixed,
        ),
    ]
}

fn zookeeper_connect_near_misses() -> Vec<Case> {
    let silent = |line, world| before("KL412", line, world, None, None);
    let wrong = || World::with_connect("localhost:9092");
    vec![
        silent(START, World::with_connect("localhost:2181")),
        silent(START, World::with_connect("localhost")),
        silent(START, with("localhost:9092", &|w| w.listen(9092, Speaker::Coordinator))),
        silent(START, with("localhost:9092", &|w| w.unknown_ports.push(9092))),
        silent(START, with("localhost:9092,localhost:2181", &|_| {})),
        silent(START, with("localhost:2185", &|w| w.listen(2185, Speaker::Coordinator))),
        silent(START, World::with_connect("zoo.example:9092")),
        silent(START, World::with_connect("localhost:9092 # zk")),
        silent(START, with("localhost:9092", &|w| w.write("config/zookeeper.properties", "clientPort=9092\n"))),
        silent(
            START,
            with("x", &|w| w.write("config/server.properties", "process.roles=broker\nzookeeper.connect=localhost:9092\n")),
        ),
        silent(
            START,
            with("x", &|w| {
                w.write("config/server.properties", "#zookeeper.connect=localhost:9092\nzookeeper.connect=localhost:2181\n")
            }),
        ),
        silent(
            START,
            with("x", &|w| {
                w.write("config/server.properties", "zookeeper.connect=localhost:9092\nzookeeper.connect=localhost:2181\n")
            }),
        ),
        silent("./kafka-server-start.sh ../config/server.properties --override zookeeper.connect=localhost:2181", wrong()),
        silent("sed -i s/9092/2181/ ../config/server.properties && ./kafka-server-start.sh ../config/server.properties", wrong()),
        silent("echo ./kafka-server-start.sh ../config/server.properties", wrong()),
        silent("./kafka-server-start.sh ../config/missing.properties", wrong()),
        silent("./kafka-server-start.sh", wrong()),
        silent("./kafka-server-stop.sh ../config/server.properties", wrong()),
        silent("./zookeeper-server-start.sh ../config/server.properties", wrong()),
        silent("grep zookeeper.connect=localhost:9092 ../config/server.properties", wrong()),
        silent("# ./kafka-server-start.sh ../config/server.properties", wrong()),
        silent("./kafka-server-start.sh $CONFIG", wrong()),
    ]
}

fn zookeeper_refused() -> Vec<Case> {
    let silent = |line, world| before("KL413", line, world, None, None);
    let nobody = || World::with_connect("localhost:2182");
    let mut two = nobody();
    two.listen(2183, Speaker::Coordinator);
    let mut none = nobody();
    none.listening.clear();
    vec![
        before("KL413", START, nobody(), Some("2182"), Some("zookeeper.connect=localhost:2181")),
        before(
            "KL413",
            START,
            {
                let mut world = World::with_connect("localhost");
                world.listening[0].port = 2182;
                world
            },
            Some("localhost"),
            Some("zookeeper.connect=localhost:2182"),
        ),
        silent(START, two),
        silent(START, none),
        silent(START, World::with_connect("zoo.example:2182")),
        silent(START, World::with_connect("localhost:2182,localhost:2183")),
        silent("./zookeeper-server-start.sh -daemon x.properties; ./kafka-server-start.sh ../config/server.properties", nobody()),
    ]
}
