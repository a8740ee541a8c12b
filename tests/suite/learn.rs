//! Lab 01 as a learner does it, on the real program: typing, mistakes, near misses, help, leaving and coming back.

use kafkalab::lab::check::scope::{BROKER_CLASS, COORDINATOR_CLASS};
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::{table, wait};

use crate::learner::{CTRL_C, CTRL_D, DEADLINE, F1, F2, F3, F6, F9, F10, Home, Learner};

const START_COORDINATOR: &str = "./zookeeper-server-start.sh ../config/zookeeper.properties";
const START_BROKER: &str = "./kafka-server-start.sh ../config/server.properties";

/// Replaces text in a file of the learner's, as an editor does.
fn edit(home: &Home, file: &str, from: &str, to: &str) {
    let path = home.config(file);
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(text.contains(from), "{from:?} is not in {file}");
    std::fs::write(&path, text.replace(from, to)).expect("it can be written");
}

/// The coach's boxes begin with a rule's code.
fn is_silent(text: &str) -> bool {
    !text.split("KL").skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_digit()))
}

/// The first two steps by F3, then at the third.
async fn servers_are_up(learner: &mut Learner) {
    learner.step(1).await;
    learner.press(F3).await;
    learner.step(2).await;
    learner.press(F3).await;
    learner.step(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lab_is_done_by_typing_and_its_mistakes_are_explained() {
    let home = Home::new();
    let mut learner = home.start(&["learn", "--free-ports", "--lang", "en"]);
    learner.see("Learn Kafka by typing it").await;
    learner.press(F9).await;
    learner.see("카프카를 직접 쳐 보며 배워요").await;
    learner.press("l").await;
    learner.see("Enter start").await;
    // lab 00 stands first
    learner.press("\x1b[B\r").await;
    learner.step(1).await;
    learner.prompt("zookeeper").await;
    learner.line(START_COORDINATOR).await;
    assert!(is_silent(&learner.step(2).await));
    start_broker_with_mistake(&home, &mut learner).await;
    create_topic_with_mistake(&home, &mut learner).await;
    let bootstrap = home.bootstrap();
    // an alias and a variable count as well as the documented line, and nothing is said about them
    learner.line(&format!("alias topics=./kafka-topics.sh; B={bootstrap}")).await;
    learner.prompt("client").await;
    learner.line("topics --list --bootstrap-server $B").await;
    assert!(is_silent(&learner.step(5).await));
    learner.line("bash \"$PWD/kafka-topics.sh\" --bootstrap-server=$B --topic test_topic --describe && true").await;
    assert!(is_silent(&learner.step(6).await));
    learner.press(F6).await;
    learner.prompt("producer").await;
    learner.line(&format!("./kafka-console-producer.sh --topic test_topic --bootstrap-server {bootstrap}")).await;
    learner.see(">").await;
    learner.line("hello").await;
    learner.line("kafka").await;
    learner.step(7).await;
    consume_with_mistake(&home, &mut learner).await;
    learner.press(CTRL_C).await;
    learner.prompt("consumer").await;
    learner.terminal(4, "producer").await;
    learner.press(CTRL_D).await;
    learner.prompt("producer").await;
    learner.terminal(3, "client").await;
    learner.line("topics --delete --topic test_topic --bootstrap-server $B").await;
    assert!(is_silent(&learner.step(9).await));
    learner.press(F6).await;
    learner.see("terminal broker").await;
    learner.press(CTRL_C).await;
    // what is left is to be done elsewhere
    learner.see("In terminal [zookeeper]: Ctrl-C").await;
    learner.see("Press F6 to go to terminal [zookeeper]").await;
    learner.press(F6).await;
    learner.see("terminal zookeeper").await;
    learner.press(CTRL_C).await;
    learner.see("You have finished 01 Single node!").await;
    learner.prompt("zookeeper").await;
    learner.press(F10).await;
    assert_eq!(learner.exit().await, 0);
    learner.see("This lab is done.").await;
    home.nothing_left().await;
    assert_eq!(home.memory().progress.step, 9);
}

/// `zookeeper.connect` at the broker's own port: dropped, run anyway, and fixed.
async fn start_broker_with_mistake(home: &Home, learner: &mut Learner) {
    let ports = home.ports();
    let right = format!("zookeeper.connect=localhost:{}", ports.zookeeper);
    let wrong = format!("zookeeper.connect=localhost:{}", ports.broker);
    edit(home, "server.properties", &right, &wrong);
    learner.press(F6).await;
    learner.prompt("broker").await;
    learner.line(START_BROKER).await;
    learner.see("KL412").await;
    learner.see(&wrong).await;
    learner.see("[n]").await;
    learner.press("n").await;
    learner.prompt("broker").await;
    assert!(
        table::by_class(BROKER_CLASS)
            .iter()
            .all(|process| !process.argv.iter().any(|word| word.to_string_lossy().contains(&*home.path().to_string_lossy())))
    );
    learner.line(START_BROKER).await;
    learner.see("[f]").await;
    learner.press("\r").await;
    learner.see("Initializing a new session").await;
    learner.press(CTRL_C).await;
    learner.prompt("broker").await;
    learner.line(START_BROKER).await;
    learner.see("[f]").await;
    learner.press("f").await;
    learner.see("Changed. Running it now.").await;
    learner.step(3).await;
    let text = std::fs::read_to_string(home.config("server.properties")).expect("it is there");
    assert!(text.contains(&right) && !text.contains(&wrong));
}

/// `--reflection-factor`: Kafka's own words first, then ours.
async fn create_topic_with_mistake(home: &Home, learner: &mut Learner) {
    let bootstrap = home.bootstrap();
    learner.press(F6).await;
    learner.prompt("client").await;
    learner
        .line(&format!(
            "./kafka-topics.sh --create --topic test_topic --partitions 1 --reflection-factor 1 --bootstrap-server {bootstrap}"
        ))
        .await;
    let before = learner.see("KL203").await;
    assert!(before.contains("reflection-factor is not a recognized option"), "{before}");
    learner.prompt("client").await;
    let right = format!(
        "./kafka-topics.sh --bootstrap-server {bootstrap} --replication-factor=1 --create --partitions 1 --topic test_topic"
    );
    learner.line(&right).await;
    assert!(is_silent(&learner.step(4).await));
}

/// `kafka-console.consumer.sh`, then a consumer of one partition.
async fn consume_with_mistake(home: &Home, learner: &mut Learner) {
    let bootstrap = home.bootstrap();
    learner.press(F6).await;
    learner.prompt("consumer").await;
    learner
        .line(&format!("./kafka-console.consumer.sh --topic test_topic --from-beginning --bootstrap-server {bootstrap}"))
        .await;
    let before = learner.see("KL111").await;
    assert!(before.contains("No such file or directory"), "{before}");
    learner.see("kafka-console").await;
    learner
        .line(&format!(
            "./kafka-console-consumer.sh --topic test_topic --partition 0 --offset earliest --bootstrap-server {bootstrap}"
        ))
        .await;
    learner.see("hello kafka").await;
    assert!(is_silent(&learner.step(8).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_can_be_done_for_the_learner_with_hints_and_in_korean() {
    let home = Home::new();
    let mut learner = home.start(&["learn", "single-node", "--free-ports", "--lang", "ko"]);
    learner.see("1/9 · 주키퍼 시작하기").await;
    for hint in ["힌트 1/3", "힌트 2/3", "힌트 3/3"] {
        learner.press(F1).await;
        learner.see(hint).await;
    }
    learner.see("./zookeeper-server-start.sh").await;
    learner.press(F9).await;
    learner.see("1/9 · Start ZooKeeper").await;
    learner.press("\x1dl").await;
    learner.see("1/9 · 주키퍼").await;
    learner.press(F2).await;
    // half a line is no part of the solution
    learner.press("echo half").await;
    for step in 2..=9 {
        learner.press(F3).await;
        // once is enough
        learner.press(F3).await;
        learner.see(&format!(" {step}/9 · ")).await;
    }
    learner.press(F3).await;
    learner.see("다 했어요!").await;
    assert!(is_silent(&learner.text()), "{}", learner.text());
    learner.press("\x1dq").await;
    assert_eq!(learner.exit().await, 0);
    learner.see("이 실습은 다 했어요.").await;
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_a_server_has_is_left_to_it_when_a_step_is_done_for_the_learner() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    learner.terminal(3, "client").await;
    learner.prompt("client").await;
    learner.line("./zookeeper-server-start.sh ../config/zookeeper.properties").await;
    learner.step(2).await;
    learner.press(F3).await;
    learner.step(3).await;
    // the client's lines are typed elsewhere, and it is said where and why
    learner.press(F3).await;
    let coordinator = home.process(COORDINATOR_CLASS).await;
    learner.see(&format!("Terminal [client] is in use by ZooKeeper (pid {}), so I do it in terminal [", coordinator.pid())).await;
    learner.step(4).await;
    // what is started anew ends first, also where the learner has it in a terminal of another name
    learner.terminal(2, "broker").await;
    learner.press(CTRL_C).await;
    learner.see("This step needs").await;
    learner.terminal(4, "producer").await;
    learner.line("./kafka-server-start.sh ../config/server.properties").await;
    let broker = home.process(BROKER_CLASS).await;
    learner.see("[KafkaServer id=0] started").await;
    for step in 5..=9 {
        learner.press(F3).await;
        learner.step(step).await;
    }
    learner.press(F3).await;
    learner.see("You have finished").await;
    assert!(!broker.identity.is_running() && !coordinator.identity.is_running());
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_port_is_right_where_the_coordinator_is_there_and_other_ways_count() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    learner.prompt("zookeeper").await;
    let ports = home.ports();
    let other = kafkalab::net::free_port().await.expect("a free port");
    edit(&home, "zookeeper.properties", &format!("clientPort={}", ports.zookeeper), &format!("clientPort={other}"));
    edit(&home, "server.properties", &format!("localhost:{}", ports.zookeeper), &format!("localhost:{other}"));
    learner.line("cd .. && bin/zookeeper-server-start.sh -daemon config/zookeeper.properties; cd bin").await;
    assert!(is_silent(&learner.step(2).await));
    learner.line("./kafka-server-start.sh -daemon ../config/server.properties").await;
    assert!(is_silent(&learner.step(3).await));
    let bootstrap = home.bootstrap();
    learner.prompt("zookeeper").await;
    learner.line(&format!("\"$(pwd)\"/kafka-topics.sh --create --topic test_topic --bootstrap-server {bootstrap}")).await;
    learner.step(4).await;
    learner.line(&format!("./kafka-topics.sh --list --bootstrap-server {bootstrap}; ./kafka-topics.sh --describe --topic test_topic --bootstrap-server {bootstrap}")).await;
    learner.step(6).await;
    learner
        .line(&format!(
            "printf '%s\\n' hello kafka | ./kafka-console-producer.sh --topic test_topic --bootstrap-server {bootstrap}"
        ))
        .await;
    learner.step(7).await;
    learner
        .line(&format!(
            "./kafka-console-consumer.sh --topic test_topic --from-beginning --max-messages 2 --bootstrap-server {bootstrap}"
        ))
        .await;
    learner.step(8).await;
    learner.line(&format!("./kafka-topics.sh --delete --topic test_topic --bootstrap-server {bootstrap}")).await;
    learner.step(9).await;
    // kafka-server-stop.sh would stop every broker of this machine, the other tests' too
    for class in [BROKER_CLASS, COORDINATOR_CLASS] {
        let server = home.process(class).await;
        learner.line(&format!("kill {}", server.pid())).await;
        let ended = wait::until_true(DEADLINE, class, || !server.identity.is_running()).await;
        ended.expect("it ends");
    }
    learner.see("You have finished").await;
    assert!(is_silent(&learner.text()), "{}", learner.text());
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_goes_on_and_what_is_stopped_is_asked_for() {
    let home = Home::new();
    let mut learner = home.learn();
    servers_are_up(&mut learner).await;
    learner.press(F10).await;
    learner.see("Still running: ZooKeeper (pid ").await;
    learner.press("k").await;
    assert_eq!(learner.exit().await, 0);
    learner.see("The terminals stay open").await;
    let coordinator = home.process(COORDINATOR_CLASS).await;
    let broker = home.process(BROKER_CLASS).await;

    let mut learner = home.learn();
    learner.see("Back at the terminals that you kept.").await;
    learner.step(3).await;
    assert!(coordinator.identity.is_running() && broker.identity.is_running());
    // which line started the server is not known any more, but what has the terminal is
    learner.terminal(2, "broker").await;
    learner.line("hello").await;
    learner.see("Terminal [broker] belongs to Kafka").await;
    // Ctrl-C does not leave, and no answer is none
    learner.press(F10).await;
    learner.see("[Esc] stay").await;
    learner.press(CTRL_C).await;
    learner.press(F3).await;
    learner.step(4).await;
    assert_eq!(learner.leave().await, 0);
    learner.see("Next time you go on at step 4.").await;
    home.nothing_left().await;

    let mut learner = home.learn();
    learner.step(4).await;
    learner.see("This step needs ZooKeeper").await;
    learner.see("This step needs Kafka").await;
    learner.press(F3).await;
    learner.step(5).await;
    learner.signal(Signal::Terminate);
    assert_eq!(learner.exit().await, 130);
    home.nothing_left().await;
    assert_eq!(home.memory().progress.step, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_runner_orphans_nothing_and_loses_nothing() {
    let home = Home::new();
    let mut learner = home.learn();
    servers_are_up(&mut learner).await;
    learner.press(F6).await;
    learner.prompt("client").await;
    learner.line("sleep 1000 & cat").await;
    learner.see("sleep 1000 & cat").await;
    learner.signal(Signal::Kill);
    assert_eq!(learner.exit().await, 137);
    let gone = wait::until_true(DEADLINE, "the host to stop everything", || home.running().is_empty());
    gone.await.expect("in time");
    assert_eq!(home.memory().progress.step, 2);
    let mut learner = home.learn();
    learner.step(3).await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_host_is_told_of_and_orphans_nothing() {
    let home = Home::new();
    let mut learner = home.learn();
    servers_are_up(&mut learner).await;
    learner.line("").await;
    learner.press(F6).await;
    learner.prompt("client").await;
    learner.line("nohup sleep 1000 > /dev/null 2>&1 &").await;
    home.process("sleep").await;
    let workspace = home.workspace().canonicalize().expect("it is there");
    let host = table::all().into_iter().find(|process| {
        process.argv.get(1).is_some_and(|word| word == "terminal-host")
            && process.argv.last().is_some_and(|last| std::path::Path::new(last).starts_with(&workspace))
    });
    signal::send(host.expect("it runs").identity, Signal::Kill).expect("ours");
    assert_eq!(learner.exit().await, 2);
    learner.see("error[terminals-lost]").await;
    home.nothing_left().await;
    assert_eq!(home.memory().progress.step, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_that_ends_is_opened_anew_and_full_screen_programs_are_left_alone() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    learner.prompt("zookeeper").await;
    learner.press("exit\rtyped ahead").await;
    learner.see("I opened a new one").await;
    learner.prompt("zookeeper").await;
    // F1 belongs to a program that has the whole screen; a block waits until it gives the screen back
    learner.line("printf '\\033[?1049h'; read -r -n 3 key; printf '\\033[?1049l'; printf %q \"$key\"").await;
    let full = wait::until_true(DEADLINE, "the other screen", || learner.is_full_screen());
    full.await.expect("in time");
    learner.press(F1).await;
    learner.see("\\EOP").await;
    learner.prompt("zookeeper").await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}
