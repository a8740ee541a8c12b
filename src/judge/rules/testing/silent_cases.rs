//! The cases of what goes wrong without a word: what was printed and typed is as recorded of Apache Kafka 3.6.0's console tools.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::World;
use super::cases::Case;
use crate::judge::rules::context::{Deleted, Group, Ran, Topic, Typed, TypedLine};

const PRODUCE: &str = "./kafka-console-producer.sh --topic t --bootstrap-server localhost:9092";
const CONSUME: &str = "./kafka-console-consumer.sh --topic t --group g --from-beginning --bootstrap-server localhost:9092";
/// A consumer that has shown nothing until its time was up.
const NOTHING_CAME: &str = "[2023-11-01 10:00:00,000] ERROR Error processing message, terminating consumer process:  (kafka.tools.ConsoleConsumer$)\norg.apache.kafka.common.errors.TimeoutException\nProcessed a total of 0 messages\n";
const NO_LEADER: &str = "[2023-11-01 10:00:00,000] WARN [Producer clientId=console-producer] Error while fetching metadata with correlation id 3 : {t=LEADER_NOT_AVAILABLE} (org.apache.kafka.clients.NetworkClient)\n";
const RAISED: &str = "[2023-11-01 10:00:00,000] WARN [Producer clientId=console-producer] delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms. Setting it to 601500. (org.apache.kafka.clients.producer.KafkaProducer)\n";
const AWAY: &str = "[2023-11-01 10:00:00,000] WARN [Producer clientId=console-producer] Connection to node 0 (localhost/127.0.0.1:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)\n";

pub(super) fn all() -> Vec<Case> {
    [producer_ended_early(), group_goes_on(), no_such_place(), groups_in_files(), topic_returns()].into_iter().flatten().collect()
}

fn case(code: &'static str, line: &'static str, exit_code: Option<i32>, world: World, marked: Option<&'static str>) -> Case {
    Case { code, line, exit_code, world, marked, corrected: None }
}

/// A producer into which lines were typed, each some milliseconds before Ctrl-C, and the records that came of them.
fn typed(lines: &[u64], written: Option<usize>, printed: &str) -> World {
    let lines = lines.iter().map(|before| TypedLine { before: Duration::from_millis(*before), is_empty: false }).collect();
    let typed = Some(Typed { since: SystemTime::UNIX_EPOCH, lines });
    World { ran: Some(Ran { printed: format!(">third\n{printed}>^C\n"), typed, ..Ran::default() }), written, ..World::new() }
}

/// The same, with nothing before the last Enter.
fn only_enter(mut world: World) -> World {
    let typed = world.ran.as_mut().and_then(|ran| ran.typed.as_mut());
    if let Some(last) = typed.and_then(|typed| typed.lines.last_mut()) {
        last.is_empty = true;
    }
    world
}

fn producer_ended_early() -> Vec<Case> {
    const WITH_TIMEOUT: &str = "./kafka-console-producer.sh --topic t --timeout 60000 --bootstrap-server localhost:9092";
    let fires = |line, world| case("KL835", line, Some(130), world, Some("kafka-console-producer.sh"));
    let silent = |line, exit_code, world| case("KL835", line, Some(exit_code), world, None);
    let script = |line, world| Case { marked: Some("./kafka-console-producer.sh"), ..fires(line, world) };
    vec![
        // 550, 551, 557, 115 of the recordings, and a topic that the first message was to make
        script(PRODUCE, typed(&[0], Some(0), "")),
        script(PRODUCE, typed(&[600], Some(0), "")),
        script(PRODUCE, typed(&[3000, 0], Some(1), "")),
        script(PRODUCE, typed(&[1000], Some(0), "")),
        script(PRODUCE, typed(&[300], Some(0), NO_LEADER)),
        script(WITH_TIMEOUT, typed(&[30_000, 20_000], Some(0), "")),
        script(WITH_TIMEOUT, typed(&[0], Some(0), RAISED)),
        script("cd . && ./kafka-console-producer.sh --topic=t -bootstrap-server localhost:9092", typed(&[0], Some(0), "")),
        // 552, 553, 554: it arrived
        silent(PRODUCE, 130, typed(&[1500], Some(1), "")),
        silent(PRODUCE, 130, typed(&[4000], Some(1), "")),
        silent(PRODUCE, 0, typed(&[0], Some(1), "")),
        // others wrote too, nothing was typed, nobody answers
        silent(PRODUCE, 130, typed(&[0], Some(7), "")),
        silent(PRODUCE, 130, typed(&[], Some(0), "")),
        silent(PRODUCE, 130, typed(&[0], None, "")),
        silent(PRODUCE, 130, only_enter(typed(&[1500, 0], Some(1), ""))),
        // it was lost in another way
        silent(PRODUCE, 130, typed(&[600_000], Some(0), "")),
        silent(PRODUCE, 130, typed(&[600_000, 0], Some(0), "")),
        silent(PRODUCE, 130, typed(&[0], Some(0), AWAY)),
        silent(
            "./kafka-console-producer.sh --topic t --request-required-acks 0 --bootstrap-server localhost:9092",
            130,
            typed(&[0], Some(0), ""),
        ),
        silent(
            "./kafka-console-producer.sh --topic t --producer-property acks=0 --bootstrap-server localhost:9092",
            130,
            typed(&[0], Some(0), ""),
        ),
        // the lines were read by somebody else, or not all of them are known
        silent("cat | ./kafka-console-producer.sh --topic t --bootstrap-server localhost:9092", 130, typed(&[0], Some(0), "")),
        silent("./kafka-console-producer.sh --topic t --bootstrap-server localhost:9092 < f", 130, typed(&[0], Some(0), "")),
        silent("read x; ./kafka-console-producer.sh --topic t --bootstrap-server localhost:9092", 130, typed(&[0], Some(0), "")),
        silent(
            "./kafka-console-producer.sh --topic t --line-reader mine.Reader --bootstrap-server localhost:9092",
            130,
            typed(&[0], Some(0), ""),
        ),
        silent(PRODUCE, 130, World { ran: Some(Ran::default()), written: Some(0), ..World::new() }),
        silent("./kafka-console-producer.sh --topic $T --bootstrap-server localhost:9092", 130, typed(&[0], Some(0), "")),
    ]
}

/// A topic with one partition for each pair of its first and its next offset.
fn topic(ends: &[(i64, i64)]) -> Option<Topic> {
    Some(Topic::Is((0..).zip(ends.iter().copied()).collect()))
}

fn group_goes_on() -> Vec<Case> {
    let world = |ends: &[(i64, i64)], committed: &[i64], printed: &str| World {
        ran: Some(Ran { printed: printed.to_owned(), typed: None, ..Ran::default() }),
        topic: topic(ends),
        group: Some(Group { members: 0, committed: (0..).zip(committed.iter().copied()).collect() }),
        ..World::new()
    };
    let second = || world(&[(0, 10)], &[10], NOTHING_CAME);
    let fires = |line, exit_code, world| case("KL836", line, Some(exit_code), world, Some("--from-beginning"));
    let silent = |line, exit_code, world| case("KL836", line, Some(exit_code), world, None);
    let mut with_file = second();
    with_file.write("config/mine.properties", "group.id=g\n");
    let mut shared = second();
    shared.group = Some(Group { members: 1, committed: BTreeMap::from([(0, 10)]) });
    const OF_FILE: &str = "./kafka-console-consumer.sh --topic t --consumer.config ../config/mine.properties --from-beginning --bootstrap-server localhost:9092";
    vec![
        fires(CONSUME, 0, second()),
        fires(CONSUME, 130, world(&[(5, 10), (0, 0)], &[10, 0], "^CProcessed a total of 0 messages\n")),
        fires(OF_FILE, 0, with_file),
        fires(
            "./kafka-console-consumer.sh --topic t --consumer-property group.id=g --from-beginning --bootstrap-server localhost:9092",
            143,
            second(),
        ),
        // records came; the group has committed nothing, or not all; the topic is empty; another member reads
        silent(CONSUME, 130, world(&[(0, 10)], &[10], "1\n2\nProcessed a total of 2 messages\n")),
        silent(CONSUME, 0, world(&[(0, 10)], &[], NOTHING_CAME)),
        silent(CONSUME, 0, world(&[(0, 10)], &[4], NOTHING_CAME)),
        silent(CONSUME, 0, world(&[(0, 10), (0, 3)], &[10], NOTHING_CAME)),
        silent(CONSUME, 0, world(&[(0, 0)], &[0], NOTHING_CAME)),
        silent(CONSUME, 0, world(&[(10, 10)], &[10], NOTHING_CAME)),
        silent(CONSUME, 0, shared),
        // another cause was told, and nothing is known
        silent(CONSUME, 130, world(&[(0, 10)], &[10], &format!("{AWAY}Processed a total of 0 messages\n"))),
        silent(CONSUME, 0, World { group: None, ..second() }),
        silent(CONSUME, 0, World { topic: Some(Topic::Missing), ..second() }),
        silent(OF_FILE, 0, second()),
        silent("./kafka-console-consumer.sh --topic t --group g --bootstrap-server localhost:9092", 0, second()),
        silent("./kafka-console-consumer.sh --topic t --from-beginning --bootstrap-server localhost:9092", 0, second()),
        silent(
            "timeout 5 ./kafka-console-consumer.sh --topic t --group g --from-beginning --bootstrap-server localhost:9092",
            124,
            second(),
        ),
    ]
}

fn no_such_place() -> Vec<Case> {
    const AT_100: &str = "./kafka-console-consumer.sh --topic t --partition 0 --offset 100 --bootstrap-server localhost:9092";
    const AT_9: &str = "./kafka-console-consumer.sh --topic t --partition 9 --offset earliest --bootstrap-server localhost:9092";
    let world = |ends: &[(i64, i64)]| World { topic: topic(ends), ..World::new() };
    let fires = |line, world, marked| case("KL227", line, None, world, Some(marked));
    let silent = |line, world| case("KL227", line, None, world, None);
    let mut from_start = world(&[(0, 10)]);
    from_start.write("config/mine.properties", "auto.offset.reset=earliest\n");
    vec![
        fires(AT_100, world(&[(0, 10)]), "100"),
        fires(AT_100, world(&[(0, 99)]), "100"),
        fires(AT_100, world(&[(101, 200)]), "100"),
        fires(AT_9, world(&[(0, 10)]), "9"),
        fires(AT_9, world(&[(0, 10); 9]), "9"),
        fires("./kafka-console-consumer.sh --topic t --partition=1 --bootstrap-server localhost:9092", world(&[(0, 10)]), "1"),
        // the next message is awaited; it is there; it is gone on from the beginning
        silent(AT_100, world(&[(0, 100)])),
        silent(AT_100, world(&[(0, 200)])),
        silent(AT_100, world(&[(100, 200)])),
        silent(AT_9, world(&[(0, 10); 10])),
        silent(
            "./kafka-console-consumer.sh --topic t --partition 0 --offset 100 --consumer-property auto.offset.reset=earliest --bootstrap-server localhost:9092",
            world(&[(0, 10)]),
        ),
        silent(
            "./kafka-console-consumer.sh --topic t --partition 0 --offset 100 --consumer.config ../config/mine.properties --bootstrap-server localhost:9092",
            from_start,
        ),
        // a file that cannot be read, a topic that is not there, a broker that does not answer, a line that makes it first
        silent(
            "./kafka-console-consumer.sh --topic t --partition 0 --offset 100 --consumer.config ../config/mine.properties --bootstrap-server localhost:9092",
            world(&[(0, 10)]),
        ),
        silent(AT_9, World { topic: Some(Topic::Missing), ..World::new() }),
        silent(AT_9, World::new()),
        silent(
            "./kafka-topics.sh --alter --topic t --partitions 10 --bootstrap-server localhost:9092 && ./kafka-console-consumer.sh --topic t --partition 9 --bootstrap-server localhost:9092",
            world(&[(0, 10)]),
        ),
    ]
}

/// The group in `--consumer.config` beside the one on the line.
fn groups_in_files() -> Vec<Case> {
    const LINE: &str = "./kafka-console-consumer.sh --topic t --group g4 --consumer.config ../config/mine.properties --bootstrap-server localhost:9092";
    const PROPERTY: &str = "./kafka-console-consumer.sh --topic t --consumer-property group.id=g4 --consumer.config ../config/mine.properties --bootstrap-server localhost:9092";
    let file = |text: &str| {
        let mut world = World::new();
        world.write("config/mine.properties", text);
        world
    };
    let fires = |line, world| case("KL827", line, Some(1), world, Some("../config/mine.properties"));
    let silent = |line, exit_code, world| case("KL827", line, Some(exit_code), world, None);
    vec![
        fires(LINE, file("group.id=g5\n")),
        fires(PROPERTY, file("# mine\nfetch.min.bytes=1\ngroup.id = g5\n")),
        silent(LINE, 1, file("group.id=g4\n")),
        silent(LINE, 1, file("#group.id=g5\n")),
        silent(LINE, 1, World::new()),
        silent(LINE, 130, file("group.id=g5\n")),
        silent(
            "cd $X; ./kafka-console-consumer.sh --topic t --group g4 --consumer.config mine.properties --bootstrap-server localhost:9092",
            1,
            file("group.id=g5\n"),
        ),
    ]
}

fn topic_returns() -> Vec<Case> {
    const DELETE: &str = "./kafka-topics.sh --delete --topic t --bootstrap-server localhost:9092";
    const LIST: &str = "./kafka-topics.sh --list --bootstrap-server localhost:9092";
    let world = |topic: &str, returned| {
        let deleted = vec![Deleted { topic: topic.to_owned(), id: uuid::Uuid::from_u128(7) }];
        World { ran: Some(Ran { deleted, ..Ran::default() }), returned, ..World::new() }
    };
    let fires = |line, marked| case("KL837", line, Some(0), world("t", Some(7)), Some(marked));
    let silent = |line, exit_code, world| case("KL837", line, Some(exit_code), world, None);
    vec![
        // 129 of the recordings; 130, seen when the topics are listed
        fires(DELETE, "--delete"),
        fires(LIST, "--list"),
        fires("./kafka-topics.sh --describe --topic t --bootstrap-server localhost:9092", "--describe"),
        // it stays away, or nobody was attached; another one is meant; the tool failed
        silent(DELETE, 0, world("t", None)),
        silent(DELETE, 0, World { returned: Some(7), ..World::new() }),
        silent(DELETE, 1, world("t", Some(7))),
        silent("./kafka-topics.sh --describe --topic other --bootstrap-server localhost:9092", 0, world("t", Some(7))),
        silent(LIST, 0, world("other", Some(7))),
        silent("./kafka-topics.sh --list --bootstrap-server localhost:9093", 0, world("t", Some(7))),
    ]
}

#[test]
fn what_a_line_deletes_and_whether_it_makes_topics() {
    use crate::judge::rules::Line;
    use crate::judge::rules::command::topic_returns::{deleting, may_make_topics};
    let check = |line: &str, deletes: Option<&str>, makes: bool| {
        let world = World::new();
        let context = world.context(line);
        let found = Line::new(&context, None).expect("it can be followed");
        assert_eq!(deleting(&found).map(|found| found.topic).as_deref(), deletes, "{line}");
        assert_eq!(may_make_topics(&found), makes, "{line}");
    };
    check("./kafka-topics.sh --delete --topic t --bootstrap-server localhost:9092", Some("t"), false);
    check("cd . && bash kafka-topics.sh --topic=t --delete --bootstrap-server localhost:9092", Some("t"), false);
    check("./kafka-topics.sh --delete --topic t.* --bootstrap-server localhost:9092", None, false);
    check("./kafka-topics.sh --delete --topic $T --bootstrap-server localhost:9092", None, false);
    check("./kafka-topics.sh --list --bootstrap-server localhost:9092 | grep t", None, false);
    check("./kafka-topics.sh --create --topic t --bootstrap-server localhost:9092", None, true);
    check("bash all.sh", None, true);
    check("ls ../config", None, false);
}
