//! Scripts, Markdown and lines, from end to end.

use std::path::PathBuf;

use crate::judge::diagnostic::Positions;
use crate::judge::lint::fix::fix;
use crate::judge::lint::{Input, Options, lint, script};

fn input(name: &str, text: &str) -> Input {
    Input { path: PathBuf::from(name), shown: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// Code, line, column and what is marked of every finding.
fn found(input: &Input) -> Vec<(&'static str, usize, usize, String)> {
    let positions = Positions::new(&input.bytes);
    let findings = lint(input, &Options::default()).expect("its kind is known");
    let told = findings.iter().map(|found| {
        let at = positions.of(found.primary.range.start);
        (found.code, at.line, at.column, String::from_utf8_lossy(&input.bytes[found.primary.range.clone()]).into_owned())
    });
    told.collect()
}

#[track_caller]
fn check(name: &str, text: &str, expected: &[(&str, usize, usize, &str)]) {
    let told = found(&input(name, text));
    let told: Vec<_> = told.iter().map(|(code, line, column, marked)| (*code, *line, *column, marked.as_str())).collect();
    assert_eq!(told, expected, "{name}: {text}");
}

#[test]
fn every_slip_of_a_tutorial_is_found_and_nothing_else() {
    let text = include_str!("../../../../fixtures/lint/tutorial.ko.md");
    check(
        "tutorial.ko.md",
        text,
        &[
            ("KL101", 9, 47, "kafka-3.6.0-src.tgz"),
            ("KL102", 16, 4, "kafka-3.6.0-src.tgz"),
            ("KL403", 48, 68, "port"),
            ("KL103", 67, 39, "../config/zookeeper.properties"),
            ("KL412", 73, 38, "9092"),
            ("KL103", 79, 35, "../config/server.properties"),
            ("KL103", 91, 35, "../config/server.properties"),
            ("KL203", 97, 66, "--reflection-factor"),
            ("KL111", 107, 7, "kafka-console.consumer.sh"),
        ],
    );
}

#[test]
fn scripts_are_followed_as_bash_does() {
    let script = "#!/bin/bash
# 토픽을 만들어요
set -e
BIN=$KAFKA_HOME/bin
TOPICS=\"$BIN/kafka-topics.sh\"
create() {
    \"$BIN\"/kafka-topics.sh --create --topic \"$1\" \\
        --replication-facter 1 --bootstrap-server localhost:9092
}
case \"$1\" in
start|restart) $BIN/zookeeper-server-start.sh -daemon $CONF ;;
*) ${BIN}/kafka-topic.sh --list --bootstrap-server \"$BROKERS\";;
esac
for i in 1 2; do
    sudo -u kafka nohup $BIN/kafka-server-start.sh $CONF/zookeeper.properties > /var/log/k.log 2>&1 &
done
cat <<EOF
bin/kafka-topics.sh --lst
EOF
echo it's
docker exec -it broker kafka-topics.sh --list --bootstrap-server broker:2181 | grep a
[ -f x ] && KAFKA_OPTS=-Dx=y bin/kafka-console-producer.sh --bootstrap-server h:9092 || true
";
    check(
        "make.sh",
        script,
        &[
            ("KL203", 8, 9, "--replication-facter"),
            ("KL111", 12, 4, "${BIN}/kafka-topic.sh"),
            ("KL219", 15, 52, "$CONF/zookeeper.properties"),
            ("KL212", 21, 73, "2181"),
            ("KL204", 22, 30, "bin/kafka-console-producer.sh"),
        ],
    );
}

#[test]
fn what_stands_in_a_here_document_is_no_command() {
    let slip = "bin/kafka-topics.sh --lst --bootstrap-server h:9092\n";
    let silent = [
        "cat <<EOF\n{}EOF\n",
        "cat <<-'E F' | tee x\n\t{}\tE F\n",
        "a <<A b <<B\n{}A\n{}B\n",
        "x=$(cat <<EOF\nit's {}EOF\n)\n",
        "cat <<'EOF'\n{}",
        "a ( b <<EOF\n{}EOF\n",
        "bin/kafka-console-producer.sh --topic t --bootstrap-server h:9092 <<< \"{}\"\n",
    ];
    for text in silent {
        check("x.sh", &text.replace("{}", slip), &[]);
    }
    check("x.sh", &format!("cat <<EOF\n EOF\nEOF\n{slip}"), &[("KL203", 4, 21, "--lst")]);
    check("x.sh", &format!("x=$((1 << 2))\n{slip}"), &[("KL203", 2, 21, "--lst")]);
    check(
        "x.sh",
        &format!("bin/kafka-topics.sh --lst --bootstrap-server h:9092 <<EOF\n{slip}EOF\n"),
        &[("KL203", 1, 21, "--lst")],
    );
    let session = format!("```console\n$ cat > a.txt <<EOF\n> {slip}> EOF\n$ {slip}{slip}```\n");
    check("x.md", &session, &[("KL203", 5, 23, "--lst")]);
    let indented = format!("1. a\n\n   ```bash\n   cat <<EOF\n   {slip}   EOF\n   {slip}   ```\n");
    check("x.md", &indented, &[("KL203", 7, 24, "--lst")]);
}

#[test]
fn settings_that_a_script_writes_are_judged_as_settings() {
    let body = "broker.id=1\nnum.partitons=3\nnum.partitions=0\n";
    let both = [("KL401", 3, 1, "num.partitons"), ("KL426", 4, 16, "0")];
    for command in [
        "cat > config/server.properties <<EOF",
        "cat <<'EOF' >> \"$DIR\"/server.properties",
        "cat <<EOF | sudo tee -a /opt/kafka/config/server.properties > /dev/null",
        "sudo tee server.properties <<-EOF >/dev/null",
    ] {
        check("x.sh", &format!("{command}\n{body}EOF\n"), &both);
        let below = both.map(|(code, line, column, marked)| (code, line + 1, column, marked));
        check("x.md", &format!("```sh\n{command}\n{body}EOF\n```\n"), &below);
    }
    for command in ["cat > server.txt <<EOF", "grep a > server.properties <<EOF", "cat a - > server.properties <<EOF"] {
        check("x.sh", &format!("{command}\n{body}EOF\n"), &[]);
    }
    let expanded = "cat > server.properties <<EOF\nbroker.id=$ID\nlisteners=$LISTENERS\ninter.broker.listener.name=A\nnum.partitions=0\nEOF\n";
    check("x.sh", expanded, &[("KL426", 5, 16, "0")]);
    let ignored = "cat > server.properties <<EOF\n# kafkalab: ignore[KL426] a test\nnum.partitions=0\nEOF\n";
    check("x.sh", ignored, &[]);
    let fixed = fix(&input("x.sh", &format!("cat > server.properties <<EOF\n{body}EOF\n")), &Options::default(), true);
    assert!(String::from_utf8(fixed.bytes).expect("text").starts_with("cat > server.properties <<EOF\nbroker.id=1\n"));
}

#[test]
fn settings_in_markdown_are_judged_as_settings() {
    let text = "Edit `config/server.properties`:
```properties
broker.id=1.0
listeners=PLAINTEXT://<host>:9092
num.partitons=3
```
Then `num.partitions=0`, `zookeeper.connect=a:2181` and `listeners=PLAINTEXT://localhost:9096`.
- `zookeeper.connect` is `localhost:9092`, not `x`
- `broker.id`: `<number>`
";
    check("README.md", text, &[("KL424", 3, 11, "1.0"), ("KL401", 5, 1, "num.partitons"), ("KL426", 7, 22, "0")]);
    // the rest of the file may make these right
    for silent in [
        "If `process.roles` is set to `broker`, it is a broker.",
        "```\nbroker.id=1\nlisteners=OUTSIDE://:9094,INSIDE://:9092\ninter.broker.listener.name=INSIDE\n```",
        "```\nprocess.roles=controller\nnode.id=1\nlisteners=CONTROLLER://a:9093\ncontroller.quorum.voters=1@a:9093,2@b:9093\n```",
        "```\nbroker.id=1\nadvertised.listeners=OUTSIDE://h:9094\n```",
        "```\nbroker.id=1\nlisteners=PLAINTEXT://0.0.0.0:9092\n```",
        "```\nbroker.id=1\nreplica.fetch.wait.max.ms=40000\n```",
    ] {
        check("README.md", silent, &[]);
    }
    check("README.md", "`listeners=HTTP://:9092`", &[("KL506", 1, 12, "HTTP")]);
    check("README.md", "`advertised.listeners=PLAINTEXT://0.0.0.0:9092`", &[("KL511", 1, 35, "0.0.0.0")]);
    check("README.md", "`port` was removed from `server.properties`; use `listeners`, `broker.id`.", &[]);
    check("README.md", "Our service has a `port` and `host.name`.", &[]);
    check("README.md", "```\nname=x\nport=80\n```", &[]);
}

#[test]
fn comments_silence_commands() {
    let text = "# kafkalab: ignore[KL203] on purpose\nbin/kafka-topics.sh --lst --bootstrap-server h:9092\nbin/kafka-topics.sh --lst --bootstrap-server h:9092\n";
    check("x.sh", text, &[("KL203", 3, 21, "--lst")]);
    let text = "<!-- kafkalab: ignore[KL203] on purpose -->\n```sh\nkafka-topics.sh --lst --bootstrap-server h:9092\n```\n";
    check("x.md", text, &[]);
    check("x.sh", "# kafkalab: ignore[KL203] for nothing\nls\n", &[("KL408", 1, 20, "KL203")]);
}

#[test]
fn fixes_change_only_the_command() {
    let text = "한글 `x`\r\n```bash\r\n$ ./bin/zookeeper-server-start.sh ../config/zookeeper.properties \\\r\n\r\n```\r\n";
    let fixed = fix(&input("x.md", text), &Options::default(), false);
    assert_eq!(String::from_utf8(fixed.bytes).expect("text"), text.replace("../config", "config"));
    assert_eq!(fixed.count, 1);
}

#[test]
fn one_line_is_judged_by_itself() {
    let codes = |line: &str| script::judge_line(line, &Options::default()).iter().map(|found| found.code).collect::<Vec<_>>();
    assert_eq!(codes("bin/kafka-topics.sh --create --topic t --reflection-factor 1 --bootstrap-server h:9092"), ["KL203"]);
    assert_eq!(codes("cd a && ./kafka-topics.sh –list --bootstrap-server h:9092"), ["KL205"]);
    assert!(codes("bin/kafka-topics.sh --list --bootstrap-server h:9092 | grep 'a b' > x 2>&1 &").is_empty());
    assert!(codes("kafka-topics --list; ./kafka-logs.sh; ./start-kafka.sh").is_empty());
    let old = Options { version: "2.8".parse().expect("a version"), ..Options::default() };
    assert!(script::judge_line("bin/kafka-topics.sh --list --zookeeper h:2181", &old).is_empty());
}

#[test]
fn no_script_is_too_much() {
    for piece in [
        "(",
        "$(",
        "'",
        "`",
        "case x in\n",
        "f() {\n",
        "<<E\n",
        "$(<<a\n)\n",
        "$(<<a\n",
        "(<<a ",
        "if ",
        "\"$(\n",
        "<a>\n",
        "```\n",
    ] {
        let text = piece.repeat(20_000 / piece.len());
        for name in ["x.sh", "x.md"] {
            assert!(lint(&input(name, &text), &Options::default()).is_some(), "{piece:?}");
        }
    }
    let mut odd = input("x.sh", "");
    odd.bytes = b"bin/kafka-topics.sh \xff\xfe --lst\0 'a\n\"".to_vec();
    assert!(lint(&odd, &Options::default()).is_some());
}

#[test]
fn settings_on_a_line_are_judged_as_settings() {
    let marked = |line: &str| {
        let found = script::judge_line(line, &Options::default());
        found.iter().map(|found| (found.code, line[found.primary.range.clone()].to_owned())).collect::<Vec<_>>()
    };
    let check = |line: &str, expected: &[(&str, &str)]| {
        let found = marked(line);
        assert_eq!(found.iter().map(|(code, part)| (*code, part.as_str())).collect::<Vec<_>>(), expected, "{line}");
    };
    let producer = |rest: &str| format!("bin/kafka-console-producer.sh --topic t --bootstrap-server h:9092 {rest}");
    let consumer = |rest: &str| format!("bin/kafka-console-consumer.sh --topic t --bootstrap-server h:9092 {rest}");
    let create = |rest: &str| format!("bin/kafka-topics.sh --create --topic t --bootstrap-server h:9092 {rest}");
    check(&producer("--producer-property acks=7"), &[("KL428", "7")]);
    check(&producer("--producer-property ack=1"), &[("KL701", "ack")]);
    check(&producer("--producer-property 'linger.mss=5'"), &[("KL701", "'linger.mss=5'")]);
    check(&producer("--producer-property group.id=g"), &[("KL702", "group.id")]);
    check(&producer("--property linger.ms=5"), &[("KL215", "linger.ms")]);
    check(&consumer("--consumer-property auto.offset.reset=begin"), &[("KL428", "begin")]);
    check(&consumer("--group a --consumer-property group.id=b"), &[("KL827", "b")]);
    check(&consumer("--partition 0 --offset -1"), &[("KL225", "-1")]);
    check(&create("--config retention=week"), &[("KL830", "retention")]);
    check(&create("--config retention.ms=7d --config segment.bytes=1G"), &[("KL422", "7d"), ("KL422", "1G")]);
    check(
        "kafka-configs.sh --bootstrap-server h:9092 --alter --entity-type topics --entity-name t --add-config retention.ms=x,cleanup.policy=compact,delete",
        &[("KL423", "x"), ("KL830", "delete")],
    );
    for silent in [
        producer("--producer-property acks=all --producer-property linger.ms=5 --producer-property compression.type=zstd"),
        producer("--producer-property acks=$ACKS --producer-property interceptor.classes=a.B --producer-property my.own=1"),
        producer("--producer-property acks=7 $MORE"),
        producer("--producer-property max.request.size=N --producer-property acks=<acks>"),
        producer("--property parse.key=true --property key.separator=: --request-required-acks all"),
        consumer("--consumer-property group.id=g --consumer-property isolation.level=read_committed --from-beginning"),
        consumer("--consumer-property auto.offset.reset=earliest --from-beginning --property print.key=true"),
        consumer("--partition 0 --offset OFFSET"),
        create("--config x=y --config retention.ms=86400000 --config cleanup.policy=compact,delete --config segment.ms=MS"),
        create("--config confluent.placement.constraints=x --config min.insync.replicas=2"),
        "kafka-configs.sh --bootstrap-server h:9092 --alter --entity-type brokers --entity-default --add-config log.cleaner.threads=2"
            .to_owned(),
        "kafka-configs.sh --bootstrap-server h:9092 --alter --entity-type topics --entity-name t --add-config cleanup.policy=[compact,delete],retention.ms=1"
            .to_owned(),
    ] {
        check(&silent, &[]);
    }
}

#[test]
fn what_a_text_says_of_itself_is_held_against_it() {
    let codes = |line: &str| script::judge_line(line, &Options::default()).iter().map(|found| found.code).collect::<Vec<_>>();
    let check = |line: &str, expected: &[&str]| assert_eq!(codes(line), expected, "{line}");
    check("bin/kafka-server-start.sh config", &["KL116"]);
    check("/opt/kafka/bin/zookeeper-server-start.sh -daemon /opt/kafka/config", &["KL116"]);
    check("./kafka-server-start.sh ../config/", &["KL116"]);
    check("bin/kafka-server-start.sh /config", &[]);
    check("bin/kafka-server-start.sh $CONFIG", &[]);
    check("kafka-server-start.sh config", &[]);
    check("bin/kafka-server-start.sh config/kraft/server.properties", &["KL811"]);
    check(
        "bin/kafka-storage.sh format -t x -c config/kraft/server.properties; bin/kafka-server-start.sh config/kraft/server.properties",
        &[],
    );
    check("ln -s /opt/kafka/bin/kafka-topics.sh /usr/local/bin/kafka-topics", &["KL117"]);
    check("ln -sf ~/kafka/bin/kafka-topics.sh kt", &[]);
    check("ln -s /opt/kafka_2.13-3.6.0 /opt/kafka; ln -s /opt/kafka/bin/kafka-topics.sh /opt/kafka/bin/kt", &[]);
    check("ln /opt/kafka/bin/kafka-topics.sh /usr/local/bin/", &[]);
    check("tar -xzf kafka-2.13-3.6.0.tgz", &["KL112"]);
    check("wget https://h/kafka/3.6.0/kafka_2.13-3.6.0.tgz && tar -xzf kafka_2.13-3.6.1.tgz", &["KL112"]);
    check("wget https://h/kafka/3.6.0/kafka_2.13-3.6.0.tgz && tar -xzf kafka_2.13-3.6.0.tgz", &[]);
    check("wget https://h/kafka/3.6.0/kafka_2.13-3.6.0.tgz -O kafka.tgz && tar -xzf kafka.tgz", &[]);
    check("mv x kafka-2.13-3.6.0.tgz; tar -xzf kafka-2.13-3.6.0.tgz", &[]);
    check("curl -L https://h/kafka_2.13-3.6.0.tgz > kafka_2.13.tgz; tar -xzf kafka_2.13.tgz", &[]);
    check("tar -xzf kafka.tgz; tar -xzf kafka_2.13-3.6.0.tgz", &[]);
    check("bin/kafka-topics.sh --list --bootstrap-server broker_host:port,BROKER2:PORT", &[]);
    check("bin/kafka-topics.sh --list --bootstrap-server localhost:abc", &["KL213"]);
    check("bin/kafka-topics.sh --list --bootstrap-server <Device 0 or Device 1 IP>:9092", &[]);
    let newer = Options { version: "4.0".parse().expect("a version"), ..Options::default() };
    assert!(script::judge_line("bin/kafka-server-start.sh config/kraft/server.properties", &newer).is_empty());
}
