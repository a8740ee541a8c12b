//! What recordings of Apache Kafka 3.6.0 show, and the causes that are told.

use crate::judge::diagnose::diagnose;
use crate::judge::rules::{On, RULES};

/// The causes of a text, in order.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let diagnosis = diagnose(text.as_bytes()).expect("it is read");
    let codes: Vec<_> = diagnosis.causes.iter().map(|cause| cause.rule.code).collect();
    assert_eq!(codes, expected, "{text}");
    assert_eq!(diagnosis.unknown.count, 0, "{:?}", diagnosis.unknown);
}

/// A sentence that only one rule can be about, as it was recorded.
const SENTENCES: &[(&str, &str)] = &[
    ("KL121", "Classpath is empty. Please build the project first e.g. by running './gradlew jar -PscalaVersion=2.13.11'"),
    ("KL122", "/k/bin/kafka-run-class.sh: line 346: exec: java: not found"),
    ("KL123", "/k/bin/kafka-run-class.sh: line 346: /usr/lib/jvm/java-11-openjdk/bin/java: No such file or directory"),
    ("KL124", "bash: ./kafka-topics.sh: cannot execute: required file not found"),
    ("KL124", "./kafka-server-start.sh: line 16: $'\\r': command not found"),
    ("KL125", "bash: ./kafka-topics.sh: Permission denied"),
    ("KL126", "Invalid maximum heap size: -Xmx1GB\nError: Could not create the Java Virtual Machine."),
    ("KL127", "# There is insufficient memory for the Java Runtime Environment to continue."),
    (
        "KL128",
        "jdk.internal.agent.AgentConfigurationError: java.rmi.server.ExportException: Port already in use: 9999; nested exception is: \n\tjava.net.BindException: Address already in use",
    ),
    ("KL129", "[0.000s][error][logging] Error opening log file '/k/bin/../logs/kafkaServer-gc.log': Permission denied"),
    ("KL130", "Unrecognized VM option 'PrintGCDateStamps'\nError: Could not create the Java Virtual Machine."),
    ("KL131", "Error occurred during initialization of VM\nInitial heap size set to a larger value than the maximum heap size"),
    (
        "KL831",
        "[2023-11-01 10:00:00,000] ERROR [KafkaServer id=1] Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)\njava.lang.IllegalArgumentException: requirement failed: Configured end points localhost:9092 in advertised listeners are already registered by broker 0",
    ),
    (
        "KL806",
        "[2023-11-01 10:00:00,000] ERROR Unable to start acceptor for ListenerName(PLAINTEXT) (kafka.network.DataPlaneAcceptor)\norg.apache.kafka.common.KafkaException: Socket server failed to bind to 0.0.0.0:9092: Address already in use.\nCaused by: java.net.BindException: Address already in use",
    ),
    (
        "KL807",
        "[2023-11-01 10:00:00,000] ERROR Unexpected exception, exiting abnormally (org.apache.zookeeper.server.ZooKeeperServerMain)\njava.net.BindException: Address already in use\n[2023-11-01 10:00:00,000] ERROR Exiting JVM with code 1 (org.apache.zookeeper.util.ServiceUtils)",
    ),
    (
        "KL808",
        "kafka.common.InconsistentBrokerIdException: Configured broker.id 1 doesn't match stored broker.id Some(0) in meta.properties. If you moved your data, make sure",
    ),
    (
        "KL809",
        "kafka.common.InconsistentClusterIdException: The Cluster ID a doesn't match stored clusterId Some(b) in meta.properties.",
    ),
    (
        "KL810",
        "[2023-11-01 10:00:00,000] ERROR Failed to create or validate data directory /tmp/ro/kafka-logs (org.apache.kafka.storage.internals.log.LogDirFailureChannel)",
    ),
    (
        "KL810",
        "[2023-11-01 10:00:00,000] ERROR Unable to access datadir, exiting abnormally (org.apache.zookeeper.server.ZooKeeperServerMain)\norg.apache.zookeeper.server.persistence.FileTxnSnapLog$DatadirException: Unable to create data directory /proc/zookeeper/version-2",
    ),
    (
        "KL811",
        "org.apache.kafka.common.KafkaException: No `meta.properties` found in /tmp/kraft-combined-logs (have you run `kafka-storage.sh` to format the directory?)",
    ),
    (
        "KL812",
        "org.apache.kafka.common.network.InvalidReceiveException: Invalid receive (size = 1195725856 larger than 104857600)",
    ),
    ("KL813", "java.io.IOException: Unreasonable length = 308375649"),
    (
        "KL814",
        "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.InvalidReplicationFactorException: Replication factor: 2 larger than available brokers: 1.",
    ),
    (
        "KL815",
        "[2023-11-01 10:00:00,000] WARN [Producer clientId=p] Got error produce response with correlation id 4 on topic-partition fixed-0, retrying (2147483646 attempts left). Error: NOT_ENOUGH_REPLICAS (org.apache.kafka.clients.producer.internals.Sender)",
    ),
    (
        "KL816",
        "org.apache.kafka.common.errors.RecordTooLargeException: The message is 1500088 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.",
    ),
    (
        "KL817",
        "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.TopicExistsException: Topic 'test_topic' already exists.",
    ),
    ("KL818", "Error while executing topic command : Topic 'nope' does not exist as expected"),
    (
        "KL819",
        "Error while executing topic command : Topic 'test.topic' collides with existing topics: test_topic\n[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.InvalidTopicException: Topic 'test.topic' collides with existing topics: test_topic\n (kafka.admin.TopicCommand$)",
    ),
    (
        "KL820",
        "[2023-11-01 10:00:00,000] WARN [Consumer clientId=c] Error while fetching metadata with correlation id 2 : {autoc=LEADER_NOT_AVAILABLE} (org.apache.kafka.clients.NetworkClient)",
    ),
    ("KL821", "java.io.IOException: No space left on device"),
    ("KL822", "java.io.IOException: Too many open files"),
    ("KL823", "java.lang.OutOfMemoryError: Java heap space"),
    (
        "KL824",
        "[2023-11-01 10:00:00,000] WARN Unable to reconnect to ZooKeeper service, session 0x10000 has expired (org.apache.zookeeper.ClientCnxn)",
    ),
    ("KL825", "Error: Consumer group 'nogroup' does not exist."),
    ("KL826", "org.apache.kafka.common.KafkaException: No key separator found on line number 2: 'nokey'"),
    (
        "KL827",
        "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match.",
    ),
    (
        "KL828",
        "[2023-11-01 10:00:00,000] ERROR Error processing message, terminating consumer process:  (kafka.tools.ConsoleConsumer$)\norg.apache.kafka.common.errors.TimeoutException\nProcessed a total of 2 messages",
    ),
    (
        "KL829",
        "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.InvalidPartitionsException: Topic currently has 5 partitions, which is higher than the requested 2.",
    ),
    (
        "KL829",
        "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.InvalidPartitionsException: Topic already has 5 partitions.",
    ),
    (
        "KL830",
        "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.InvalidConfigurationException: Unknown topic config name: nonsense",
    ),
    (
        "KL112",
        "tar (child): kafka-3.6.0-src.tgz: Cannot open: No such file or directory\ntar (child): Error is not recoverable: exiting now\ntar: Child returned status 2\ntar: Error is not recoverable: exiting now",
    ),
    (
        "KL132",
        "Error: Could not find or load main class kafka.admin.TopicCommand\nCaused by: java.lang.ClassNotFoundException: kafka.admin.TopicCommand",
    ),
    (
        "KL133",
        "Resolving downloads.apache.org (downloads.apache.org)... failed: Temporary failure in name resolution.\nwget: unable to resolve host address ‘downloads.apache.org’",
    ),
    (
        "KL133",
        "curl: (6) Could not resolve host: raw.githubusercontent.com\nError: Could not find or load main class org.gradle.wrapper.GradleWrapperMain\nCaused by: java.lang.ClassNotFoundException: org.gradle.wrapper.GradleWrapperMain",
    ),
    (
        "KL134",
        "/home/me/my kafka/bin/kafka-topics.sh: line 17: /home/me/my: Is a directory\n/home/me/my kafka/bin/kafka-topics.sh: line 17: exec: /home/me/my: cannot execute: Is a directory",
    ),
    (
        "KL834",
        "[2023-11-01 10:00:00,000] WARN Couldn't resolve server nosuchhost:9092 from bootstrap.servers as DNS resolution failed for nosuchhost (org.apache.kafka.clients.ClientUtils)\n[2023-11-01 10:00:00,000] ERROR Unknown error when running consumer:  (kafka.tools.ConsoleConsumer$)\norg.apache.kafka.common.KafkaException: Failed to construct kafka consumer\nCaused by: org.apache.kafka.common.config.ConfigException: No resolvable bootstrap urls given in bootstrap.servers",
    ),
    (
        "KL838",
        "All sensitive broker config entries must be specified for --alter, missing entries: Set(log.retention.mss, my.plugins.key)",
    ),
    ("KL225", "The provided offset value '-1' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."),
    (
        "KL208",
        "Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\" (the kafka-configs CLI supports altering topic configs with a --bootstrap-server option)",
    ),
    ("KL208", "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option"),
    ("KL201", "Missing required option(s) [bootstrap-server]"),
    ("KL201", "Missing required argument \"[bootstrap-server]\""),
    ("KL201", "kafka-transactions.sh: error: argument --bootstrap-server is required"),
    ("KL204", "Missing required argument \"[topic]\""),
    ("KL221", "Missing required argument \"[reassignment-json-file]\""),
    (
        "KL221",
        "Exception in thread \"main\" org.apache.kafka.server.common.AdminCommandFailedException: Missing required option(s): election-type",
    ),
    (
        "KL208",
        "Exception in thread \"main\" joptsimple.UnavailableOptionException: Option(s) [members] are unavailable given other options on the command line",
    ),
    ("KL443", "Exception in thread \"main\" java.lang.ClassNotFoundException: no.Such"),
    (
        "KL443",
        "[2023-11-01 10:00:00,000] ERROR Unknown error when running consumer:  (kafka.tools.ConsoleConsumer$)\norg.apache.kafka.common.KafkaException: Failed to construct kafka consumer\nCaused by: org.apache.kafka.common.KafkaException: no.Such ClassNotFoundException exception occurred",
    ),
    (
        "KL705",
        "Exception in thread \"main\" org.apache.kafka.common.config.ConfigException: Cannot set a transactional.id without also enabling idempotence.",
    ),
    (
        "KL423",
        "java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.InvalidConfigurationException: Invalid config value for resource ConfigResource(type=TOPIC, name='orders'): Invalid value abc for configuration retention.ms: Not a number of type LONG",
    ),
    (
        "KL422",
        "org.apache.kafka.common.errors.InvalidConfigurationException: Invalid config value for resource ConfigResource(type=TOPIC, name='orders'): Invalid value 7d for configuration retention.ms: Not a number of type LONG",
    ),
    ("KL213", "Please provide valid host:port like host1:9091,host2:9092"),
    (
        "KL211",
        "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.InvalidTopicException: The given topic name '' cannot be represented in a request.",
    ),
    (
        "KL211",
        "[2023-11-01 10:00:00,000] ERROR [Producer clientId=console-producer] Metadata response reported invalid topics [test topic] (org.apache.kafka.clients.Metadata)\n[2023-11-01 10:00:00,000] ERROR Error when sending message to topic test topic with key: null, value: 1 bytes with error: (org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)\norg.apache.kafka.common.errors.InvalidTopicException: Invalid topics: [test topic]",
    ),
    (
        "KL810",
        "[2023-11-01 10:00:00,000] ERROR Failed to read /tmp/kafka-logs/meta.properties (kafka.server.BrokerMetadataCheckpoint$)\njava.nio.file.FileSystemException: /tmp/kafka-logs/meta.properties.tmp: Not a directory\n[2023-11-01 10:00:00,000] ERROR Failed to create or validate data directory /tmp/kafka-logs (org.apache.kafka.storage.internals.log.LogDirFailureChannel)",
    ),
    (
        "KL212",
        "[2023-11-01 10:00:00,000] WARN [Consumer clientId=console-consumer, groupId=g] Bootstrap broker localhost:2181 (id: -1 rack: null) disconnected (org.apache.kafka.clients.NetworkClient)",
    ),
    (
        "KL203",
        "Exception in thread \"main\" joptsimple.UnrecognizedOptionException: reflection-factor is not a recognized option",
    ),
    (
        "KL511",
        "java.lang.IllegalArgumentException: requirement failed: advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.",
    ),
    (
        "KL603",
        "org.apache.kafka.common.KafkaException: Failed to acquire lock on file .lock in /tmp/kafka-logs. A Kafka instance in another process or thread is using this directory.",
    ),
    (
        "KL601",
        "[2023-11-01 10:00:00,000] ERROR Error while creating ephemeral at /brokers/ids/0, node already exists and owner '1' does not match current session '2' (kafka.zk.KafkaZkClient$CheckedEphemeral)",
    ),
];

#[test]
fn each_sentence_has_its_cause() {
    for (code, sentence) in SENTENCES {
        check(sentence, &[code]);
    }
}

/// What the words quote decides.
#[test]
fn one_sentence_has_several_causes_by_what_it_quotes() {
    let value = |value: &str, key: &str| {
        format!(
            "[2023-11-01 10:00:00,000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\norg.apache.kafka.common.config.ConfigException: Invalid value {value} for configuration {key}: Not a number of type INT\n"
        )
    };
    check(&value("1 # first broker", "broker.id"), &["KL420"]);
    check(&value("abc", "broker.id"), &["KL423"]);
    check(&value("\"1\"", "broker.id"), &["KL421"]);
    check(&value("", "broker.id"), &["KL429"]);
    check(&value("1.0", "broker.id"), &["KL424"]);
    check(&value("1week", "log.retention.hours"), &["KL422"]);
    check(&value("week", "retention.ms"), &["KL423"]);
    check(&value("1", "no.such.key"), &["KL423"]);
    let listener = |listener: &str| {
        format!(
            "[2023-11-01 10:00:00,000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\njava.lang.IllegalArgumentException: Error creating broker listeners from '{listener}': Unable to parse {listener} to a broker endpoint\n"
        )
    };
    check(&listener("localhost:9096"), &["KL502"]);
    check(&listener("PLAINTEXT://localhost"), &["KL503"]);
    check(&listener("PLAINTEXT:/localhost:9096"), &["KL504"]);
    check(&listener("PLAINTEXT://localhost:9092 # this broker"), &["KL420"]);
    check(&listener("PLAINTEXT://<Device 0 IP>:9092"), &["KL445"]);
    let number = |error: &str, quoted: &str| {
        format!("[2023-11-01 10:00:00,000] ERROR {error}\njava.lang.NumberFormatException: For input string: \"{quoted}\"\n")
    };
    let broker = "Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)";
    let coordinator = "Invalid config, exiting abnormally (org.apache.zookeeper.server.quorum.QuorumPeerMain)";
    let line = "Invalid arguments, exiting abnormally (org.apache.zookeeper.server.ZooKeeperServerMain)";
    check(&number(broker, "2181 # zk"), &["KL420"]);
    check(&number(broker, "port"), &["KL415"]);
    check(&number(coordinator, "2181 # default"), &["KL420"]);
    check(&number(coordinator, "many"), &["KL423"]);
    check(&number(line, "../config/zookeeper.properties"), &["KL217"]);
}

/// The same sentence of a shell, of Java, and of the servers.
#[test]
fn what_is_not_found_tells_the_cause() {
    check("bash: ./bin/kafka-console.consumer.sh: No such file or directory", &["KL111"]);
    check("bash: ./kafka-topics.sh: No such file or directory", &["KL106"]);
    check("bash: ./start.sh: No such file or directory", &[]);
    check("/x/kafka-topics.sh: line 17: /x/kafka-run-class.sh: No such file or directory", &["KL117"]);
    check("bash: kafka-console-producer.sh: command not found", &["KL105"]);
    check("bash: kafka-topic.sh: command not found", &["KL111"]);
    check("bash: --bootstrap-server: command not found", &["KL108"]);
    check("bash: vim: command not found", &[]);
    check("bash: /home/A82273950/logs/zookeeper.log: No such file or directory", &["KL104"]);
    check("cat: /home/A82273950/logs/zookeeper.log: No such file or directory", &[]);
    let broker = "[2023-11-01 10:00:00,000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\n";
    let coordinator = "[2023-11-01 10:00:00,000] ERROR Invalid config, exiting abnormally (org.apache.zookeeper.server.quorum.QuorumPeerMain)\norg.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: Error processing ../config\n";
    check(&format!("{broker}java.nio.file.NoSuchFileException: ../config/sever.properties"), &["KL115"]);
    check(&format!("{broker}java.nio.file.NoSuchFileException: ../config/server.properties"), &["KL103"]);
    check(&format!("{broker}java.nio.file.NoSuchFileException: ../config/server-1.properties"), &["KL103"]);
    check(&format!("{broker}java.io.IOException: Is a directory"), &["KL116"]);
    check(&format!("{broker}joptsimple.UnrecognizedOptionException: d is not a recognized option"), &["KL217"]);
    check("Exception in thread \"main\" joptsimple.UnrecognizedOptionException: d is not a recognized option", &["KL203"]);
    check(&format!("{coordinator}Caused by: java.io.FileNotFoundException: ../config (Is a directory)"), &["KL116"]);
    check("log4j:ERROR setFile(null,true) call failed.\njava.io.FileNotFoundException: /logs (Is a directory)", &[]);
    check("java.nio.file.NoSuchFileException: /tmp/kafka-logs/t-0/00000000000000000000.log", &[]);
    check("java.lang.NumberFormatException: For input string: \"x\"", &[]);
}

const NO_COORDINATOR: &str =
    "[2023-11-01 10:00:18,000] ERROR Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)
kafka.zookeeper.ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING
\tat kafka.zookeeper.ZooKeeperClient.waitUntilConnected(ZooKeeperClient.scala:258)
[2023-11-01 10:00:18,100] ERROR Exiting Kafka due to fatal exception during startup. (kafka.Kafka$)
kafka.zookeeper.ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING
";
const REFUSED: &str = "[2023-11-01 10:00:01,000] WARN Session 0x0 for server localhost/127.0.0.1:2181, Closing socket connection. Attempting reconnect except it is a SessionExpiredException. (org.apache.zookeeper.ClientCnxn)
java.net.ConnectException: Connection refused
";

#[test]
fn one_time_out_of_a_broker_has_four_causes() {
    let start = |address: &str| {
        format!(
            "[2023-11-01 10:00:00,000] INFO starting (kafka.server.KafkaServer)\n[2023-11-01 10:00:00,001] INFO Connecting to zookeeper on {address} (kafka.server.KafkaServer)\n"
        )
    };
    let silent = "[2023-11-01 10:00:06,000] WARN Client session timed out, have not heard from server in 6005ms for session id 0x0 (org.apache.zookeeper.ClientCnxn)\n";
    let unresolved = "[2023-11-01 10:00:00,500] ERROR Unable to resolve address: zkhost/<unresolved>:2181 (org.apache.zookeeper.client.StaticHostProvider)\njava.net.UnknownHostException: zkhost\n";
    check(&(start("localhost:2181") + REFUSED + NO_COORDINATOR), &["KL801"]);
    check(&(start("localhost") + REFUSED + NO_COORDINATOR), &["KL801"]);
    check(&(start("localhost:9092") + &REFUSED.replace("2181", "9092") + NO_COORDINATOR), &["KL412"]);
    check(&(start("localhost:9092") + silent + NO_COORDINATOR), &["KL412"]);
    check(&(start("zkhost:2181") + unresolved + NO_COORDINATOR), &["KL802"]);
    check(&(start("localhost:2345") + silent + NO_COORDINATOR), &["KL803"]);
    // what happened at an earlier start says nothing of this one
    check(
        &(start("localhost:9092") + &REFUSED.replace("2181", "9092") + &start("localhost:2345") + silent + NO_COORDINATOR),
        &["KL803"],
    );
}

#[test]
fn one_time_out_of_a_client_has_three_causes() {
    let end = "[2023-11-01 10:01:00,000] ERROR org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics\n";
    let producer = "[2023-11-01 10:01:00,000] ERROR Error when sending message to topic t with key: null, value: 1 bytes with error: (org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)\norg.apache.kafka.common.errors.TimeoutException: Topic t not present in metadata after 60000 ms.\n";
    let unreachable = "[2023-11-01 10:00:00,000] WARN [AdminClient clientId=adminclient-1] Connection to node -1 (localhost/127.0.0.1:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)\n";
    let disconnected = |port: u16| {
        format!(
            "[2023-11-01 10:00:00,000] WARN [Producer clientId=console-producer] Bootstrap broker localhost:{port} (id: -1 rack: null) disconnected (org.apache.kafka.clients.NetworkClient)\n"
        )
    };
    check(&(unreachable.to_owned() + end), &["KL804"]);
    check(&(unreachable.to_owned() + &disconnected(9092) + producer), &["KL804"]);
    check(&(disconnected(2181) + producer), &["KL212"]);
    check(end, &["KL805"]);
}

/// Somebody who is away for longer than a moment.
#[test]
fn who_is_away_while_others_run_is_told_of() {
    let away = REFUSED.replace("0x0", "0x10003e406790008").repeat(4);
    let back = "[2023-11-01 10:00:09,000] INFO Session establishment complete on server localhost/127.0.0.1:2181, session id = 0x10003e406790008, negotiated timeout = 18000 (org.apache.zookeeper.ClientCnxn)\n";
    check(&away, &["KL832"]);
    check(&(away.clone() + back), &[]);
    check(&(away.clone() + back + &away), &["KL832"]);
    check(&(away + NO_COORDINATOR), &["KL801"]);
    let old = "[2023-11-01 10:00:01,000] WARN Session 0x0 for server null, unexpected error, closing socket connection and attempting reconnect (org.apache.zookeeper.ClientCnxn)\n";
    check(&old.repeat(3), &["KL832"]);
    let lost = |client: &str| {
        format!(
            "[2023-11-01 10:00:00,000] WARN [{client} clientId=console, groupId=g] Connection to node 0 (localhost/127.0.0.1:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)\n"
        )
    };
    check(&lost("Consumer").repeat(3), &["KL833"]);
    check(&lost("Producer").repeat(2), &[]);
    let end = "org.apache.kafka.common.errors.TimeoutException: Topic t not present in metadata after 60000 ms.\n";
    check(&(lost("Producer").repeat(9) + end), &["KL804"]);
}

#[test]
fn what_is_no_mistake_is_not_blamed() {
    for text in [
        "",
        "[2023-11-01 10:00:00,000] WARN No meta.properties file under dir /tmp/kafka-logs/meta.properties (kafka.server.BrokerMetadataCheckpoint)",
        "[2023-11-01 10:00:00,000] WARN ../config/zookeeper.properties is relative. Prepend ./ to indicate that you're sure! (org.apache.zookeeper.server.quorum.QuorumPeerConfig)",
        "[2023-11-01 10:00:00,000] WARN [Controller id=0, targetBrokerId=0] Connection to node 0 (h/127.0.0.1:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)\n[2023-11-01 10:00:00,000] INFO [KafkaServer id=0] started (kafka.server.KafkaServer)",
        "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.",
        REFUSED,
    ] {
        check(text, &[]);
    }
}

#[test]
fn every_rule_of_logs_has_a_recording() {
    let source = include_str!("tests.rs");
    for rule in RULES.iter().filter(|rule| matches!(rule.on, On::Log)) {
        assert!(source.contains(&format!("\"{}\"", rule.code)), "{}", rule.code);
    }
}
