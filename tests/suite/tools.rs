//! The tools as programs, where no broker is needed: what they print where, and how they end. The expected texts were recorded
//! from Apache Kafka 3.6.0.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use kafkalab::engine::tools::invocation::{Invocation, MAX_DATAGRAM_BYTES, WITNESS_VARIABLE};
use kafkalab::engine::tools::{CONSUMER_CLASS, PRODUCER_CLASS, TOPICS_CLASS};
use kafkalab::net;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Command, Output, Stream};
use tokio::io::AsyncReadExt;

const DEADLINE: Duration = Duration::from_secs(20);
const LIMIT: usize = 100_000;
const TABLE: &str = "Option                                   Description                            ";

fn tool(main_class: &str, line: &str) -> Command {
    let program = env!("CARGO_BIN_EXE_kafkalab");
    Command::new(program).called_as(main_class).args(line.split_whitespace()).env_remove(WITNESS_VARIABLE).default_signals()
}

async fn run(main_class: &str, line: &str, stdin: &[u8]) -> Output {
    tool(main_class, line).output(stdin, LIMIT, DEADLINE).await.expect("the program starts")
}

/// The exit code, stdout, and stderr with its timestamps and the rows of the option table taken out.
fn outcome(output: &Output) -> (i32, String, String) {
    let stderr = output.stderr.text();
    let (before, table) = stderr.split_once(TABLE).map_or((stderr.as_str(), ""), |(before, _)| (before, "<table>\n"));
    let lines = before.lines().map(|line| match line.split_once("] ").filter(|_| line.starts_with("[2")) {
        Some((_, rest)) => format!("[<TS>] {rest}\n"),
        None => format!("{line}\n"),
    });
    let stderr = lines.collect::<String>() + table;
    (output.ended.code(), output.stdout.text(), stderr)
}

async fn check(main_class: &str, line: &str, expected: (i32, &str, &str)) {
    let (code, stdout, stderr) = outcome(&run(main_class, line, b"").await);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), expected, "{main_class} {line}");
}

#[tokio::test]
async fn topics_refuses_lines_as_kafka_does() {
    let uncaught = |what: &str| format!("Exception in thread \"main\" {what}\n");
    let unknown =
        |option: &str| uncaught(&format!("joptsimple.UnrecognizedOptionException: {option} is not a recognized option"));
    let create = "--create --topic test_topic2 --partitions 1 --reflection-factor 1 --bootstrap-server localhost:9092";
    check(TOPICS_CLASS, create, (1, "", &unknown("reflection-factor"))).await;
    check(TOPICS_CLASS, "--list --bootstrap-servers localhost:9092", (1, "", &unknown("bootstrap-servers"))).await;
    check(TOPICS_CLASS, "--create --zookeeper localhost:2181", (1, "", &unknown("zookeeper"))).await;
    let missing = uncaught("joptsimple.OptionMissingRequiredArgumentException: Option topic requires an argument");
    check(TOPICS_CLASS, "--describe --bootstrap-server localhost:9092 --topic", (1, "", &missing)).await;
    let server = uncaught("java.lang.IllegalArgumentException: --bootstrap-server must be specified");
    check(TOPICS_CLASS, "--list", (1, "", &server)).await;
    check(TOPICS_CLASS, "", (1, "", "Create, delete, describe, or change a topic.\n<table>\n")).await;
    let help = "This tool helps to create, delete, describe, or change a topic.\n<table>\n";
    check(TOPICS_CLASS, "--help", (1, "", help)).await;
    check(TOPICS_CLASS, "--version", (0, "3.6.0\n", "")).await;
    let url = uncaught(
        "org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient\nCaused by: \
         org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: localhost",
    );
    check(TOPICS_CLASS, "--list --bootstrap-server localhost 9092", (1, "", &url)).await;
}

#[tokio::test]
async fn topics_reports_what_it_finds_out_itself_on_both_streams() {
    let failed = |class: &str, text: &str| {
        let stdout = format!("Error while executing topic command : {text}\n");
        (stdout, format!("[<TS>] ERROR {class}: {text}\n (kafka.admin.TopicCommand$)\n"))
    };
    let cases = [
        ("--partitions 0", "java.lang.IllegalArgumentException", "The partitions must be greater than 0"),
        (
            "--replication-factor 40000",
            "java.lang.IllegalArgumentException",
            "The replication factor must be between 1 and 32767 inclusive",
        ),
        (
            "--config retention.ms=week",
            "org.apache.kafka.common.config.ConfigException",
            "Invalid value week for configuration retention.ms: Not a number of type LONG",
        ),
        (
            "--config retention=1000",
            "org.apache.kafka.common.errors.InvalidConfigurationException",
            "Unknown topic config name: retention",
        ),
    ];
    for (options, class, text) in cases {
        let (stdout, stderr) = failed(class, text);
        check(TOPICS_CLASS, &format!("--create --topic a {options} --bootstrap-server localhost:1"), (1, &stdout, &stderr)).await;
    }
    let (code, stdout, stderr) =
        outcome(&run(TOPICS_CLASS, "--create --topic a --partitions abc --bootstrap-server localhost:1", b"").await);
    assert_eq!(code, 1);
    assert_eq!(stdout, "Error while executing topic command : Cannot parse argument 'abc' of option partitions\n");
    assert!(
        stderr.ends_with("Caused by: java.lang.NumberFormatException: For input string: \"abc\"\n (kafka.admin.TopicCommand$)\n")
    );
}

#[tokio::test]
async fn producer_and_consumer_show_one_line_and_the_table() {
    let usage = |text: &str| format!("{text}\n<table>\n");
    check(
        PRODUCER_CLASS,
        "--topic test_topic --bootstrap-servers localhost:9092",
        (1, "", &usage("bootstrap-servers is not a recognized option")),
    )
    .await;
    check(PRODUCER_CLASS, "", (1, "", &usage("Missing required option(s) [bootstrap-server]"))).await;
    check(
        PRODUCER_CLASS,
        "--topic t --bootstrap-server localhost",
        (1, "", &usage("Please provide valid host:port like host1:9091,host2:9092\n ")),
    )
    .await;
    check(PRODUCER_CLASS, "--version", (0, "3.6.0\n", "")).await;
    let acks = "org.apache.kafka.common.config.ConfigException: Invalid value 7 for configuration acks: String must be one of: \
                all, -1, 0, 1\n";
    check(PRODUCER_CLASS, "--topic t --bootstrap-server localhost:1 --producer-property acks=7", (1, "", acks)).await;
    check(
        CONSUMER_CLASS,
        "--topic t --from-beginnig --bootstrap-server localhost:9092",
        (1, "", &usage("from-beginnig is not a recognized option")),
    )
    .await;
    check(CONSUMER_CLASS, "--topic t", (1, "", &usage("Missing required argument \"[bootstrap-server]\""))).await;
    let file = "Exception in thread \"main\" java.nio.file.NoSuchFileException: nofile.properties\n";
    check(CONSUMER_CLASS, "--topic t --bootstrap-server localhost:1 --consumer.config nofile.properties", (1, "", file)).await;
    let reset = "[<TS>] ERROR Unknown error when running consumer:  (kafka.tools.ConsoleConsumer$)\n\
                 org.apache.kafka.common.config.ConfigException: Invalid value begin for configuration auto.offset.reset: String \
                 must be one of: latest, earliest, none\n";
    check(CONSUMER_CLASS, "--topic t --bootstrap-server localhost:1 --consumer-property auto.offset.reset=begin", (1, "", reset))
        .await;
}

/// A port of this machine where nothing listens.
async fn dead_port() -> u16 {
    let listener = net::bind("127.0.0.1", 0, 1).await.expect("a free port");
    listener.local_addr().expect("bound").port()
}

#[tokio::test]
async fn a_dead_port_is_warned_of_until_the_time_is_up() {
    let port = dead_port().await;
    let warning = |client: &str| {
        format!(
            "[<TS>] WARN [{client}] Connection to node -1 (127.0.0.1/127.0.0.1:{port}) could not be established. Broker may not be \
             available. (org.apache.kafka.clients.NetworkClient)"
        )
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("admin.properties");
    std::fs::write(&config, "default.api.timeout.ms=700\nrequest.timeout.ms=600\n").expect("it is writable");
    let line = format!("--list --bootstrap-server 127.0.0.1:{port} --command-config {}", config.display());
    let (code, stdout, stderr) = outcome(&run(TOPICS_CLASS, &line, b"").await);
    let timed_out = "Timed out waiting for a node assignment. Call: listTopics";
    assert_eq!((code, stdout), (1, format!("Error while executing topic command : {timed_out}\n")));
    assert!(stderr.starts_with(&warning("AdminClient clientId=adminclient-1")), "{stderr}");
    assert!(stderr.contains(&format!("ERROR org.apache.kafka.common.errors.TimeoutException: {timed_out}\n")), "{stderr}");

    let producer = tool(PRODUCER_CLASS, &format!("--topic t --bootstrap-server 127.0.0.1:{port}"));
    let mut producer = producer.stdin(Stream::Piped).stderr(Stream::Piped).kill_group_on_drop().spawn().expect("it starts");
    let ended = async {
        // it says so before anything is typed
        producer.stderr.as_mut().expect("piped").read_u8().await.expect("a warning");
        drop(producer.stdin.take());
        producer.wait().await.expect("it was started here")
    };
    let ended = tokio::time::timeout(DEADLINE, ended).await.expect("the end of what is typed is its end");
    assert_eq!(ended.code(), Some(0));

    let line = format!("--topic t --max-block-ms 600 --bootstrap-server 127.0.0.1:{port}");
    let (code, _, stderr) = outcome(&run(PRODUCER_CLASS, &line, b"x\n").await);
    assert_eq!(code, 0, "the console producer ends well although the record is lost");
    let bootstrap = format!("Bootstrap broker 127.0.0.1:{port} (id: -1 rack: null) disconnected");
    for expected in [
        warning("Producer clientId=console-producer").as_str(),
        bootstrap.as_str(),
        "ERROR Error when sending message to topic t with key: null, value: 1 bytes with error:",
        "org.apache.kafka.common.errors.TimeoutException: Topic t not present in metadata after 600 ms.\n",
    ] {
        assert!(stderr.contains(expected), "{expected}: {stderr}");
    }
}

#[tokio::test]
async fn a_reader_that_has_gone_is_no_panic() {
    let mut child = tool(TOPICS_CLASS, "--version").stdout(Stream::Piped).stderr(Stream::Piped).spawn().expect("it starts");
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().expect("it is a pipe").read_to_string(&mut stderr).await.expect("text");
    assert_eq!((child.wait().await.expect("it ends").code(), stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_witness_hears_who_ran_what() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("witness");
    let socket = net::unix_datagram(&path).expect("a socket");
    let run = tool(TOPICS_CLASS, "--list").env(WITNESS_VARIABLE, &path).working_folder(folder.path());
    let output = run.output(b"", LIMIT, DEADLINE).await.expect("the program starts");
    assert_eq!(output.ended.code(), 1);
    let mut heard = Vec::new();
    for _ in 0..2 {
        let mut datagram = vec![0; MAX_DATAGRAM_BYTES];
        let received = tokio::time::timeout(DEADLINE, socket.recv(&mut datagram)).await.expect("a datagram in time");
        heard.push(Invocation::decode(&datagram[..received.expect("a datagram")]).expect("what tools send"));
    }
    let Invocation::Started { pid, main_class, argv, cwd } = &heard[0] else { panic!("{heard:?}") };
    assert_eq!((main_class.as_str(), argv.as_slice()), (TOPICS_CLASS, &["--list".to_owned()][..]));
    assert_eq!(*cwd, folder.path().canonicalize().expect("it is there"));
    assert_eq!(heard[1], Invocation::Exited { pid: *pid, code: 1 });
    // with nobody there the tool is the same
    drop(socket);
    let alone = tool(TOPICS_CLASS, "--version").env(WITNESS_VARIABLE, &path).output(b"", LIMIT, DEADLINE).await;
    assert_eq!(outcome(&alone.expect("the program starts")), (0, "3.6.0\n".to_owned(), String::new()));
}

#[tokio::test]
async fn a_consumer_that_waits_ends_with_a_signal() {
    let line = format!("--topic t --bootstrap-server 127.0.0.1:{}", dead_port().await);
    let mut consumer = tool(CONSUMER_CLASS, &line).stderr(Stream::Piped).spawn().expect("the program starts");
    // its first warning says that it is under way
    let mut stderr = consumer.stderr.take().expect("it is a pipe");
    let mut first = [0; 1];
    stderr.read_exact(&mut first).await.expect("a warning");
    let began = Instant::now();
    consumer.signal(Signal::Interrupt).expect("it runs");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).await.expect("text");
    let status = consumer.wait().await.expect("it ends");
    assert_eq!((status.code(), status.signal()), (Some(130), None));
    assert!(rest.ends_with("Processed a total of 0 messages\n"), "{rest}");
    assert!(began.elapsed() < Duration::from_secs(5));
}
