//! The commands of another window: on the lab that runs, on one that was kept, and on none.

use std::time::Duration;

use kafkalab::lab::check::scope::{BROKER_CLASS, CONSUMER_CLASS, COORDINATOR_CLASS};
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::spawn::{Command, Output};
use kafkalab::process::table::Identity;
use kafkalab::process::wait;
use serde_json::Value;

use crate::learner::{DEADLINE, F3, F10, Home, LAB};

/// How long a command may take before it counts as hung.
const COMMAND_DEADLINE: Duration = Duration::from_secs(90);

/// Runs the program in another window.
async fn run(home: &Home, line: &str) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).args(line.split_whitespace());
    let command = command.env("HOME", home.path()).env("KAFKALAB_WORKSPACE", home.workspace()).env("LC_ALL", "C.UTF-8");
    command.working_folder(home.path()).output(b"", 1 << 20, COMMAND_DEADLINE).await.expect("it runs and ends")
}

/// Runs it and holds its exit code and what it says against what is expected.
async fn check(home: &Home, line: &str, exit: i32, expected: &[&str]) -> String {
    let output = run(home, line).await;
    let said = output.stdout.text() + &output.stderr.text();
    assert_eq!(output.ended.code(), exit, "{line}: {said}");
    for part in expected {
        assert!(said.contains(part), "{line}: {part:?} is not in {said}");
    }
    said
}

async fn json(home: &Home, line: &str) -> Value {
    let output = run(home, line).await;
    serde_json::from_str(&output.stdout.text()).unwrap_or_else(|error| panic!("{line}: {error}: {}", output.stdout.text()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_window_asks_the_runner() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    check(&home, "check --lang en", 1, &["1/9 · Start ZooKeeper", "· ZooKeeper answers — no ZooKeeper"]).await;
    for tier in 1..=2 {
        check(&home, "hint --lang en", 0, &[&format!("Hint {tier}/3")]).await;
        learner.see(&format!("Hint {tier}/3")).await;
    }
    check(&home, "hint --lang ko", 0, &["힌트 3/3", "./zookeeper-server-start.sh"]).await;
    check(&home, "solve --lang en", 0, &["✓ Step 1 is done"]).await;
    learner.step(2).await;
    let checked = json(&home, "check 01 start-coordinator --json --lang en").await;
    assert_eq!((&checked["passed"], &checked["step"], &checked["checks"][0]["passed"]), (&true.into(), &1.into(), &true.into()));
    check(&home, "solve 5 --lang en", 2, &["error[too-early]", "step 2"]).await;
    check(&home, "check 01 99 --lang ko", 2, &["오류[no-step]", "1부터 9까지"]).await;
    let status = json(&home, "status --json").await;
    assert_eq!(status["runner"], learner.identity().pid);
    let lab = status["labs"].as_array().expect("labs").iter().find(|lab| lab["name"] == LAB).expect("the lab").clone();
    assert_eq!((&lab["state"], &lab["done"], &lab["running"][0]["name"]), (&"open".into(), &1.into(), &"ZooKeeper".into()));

    check(&home, "goto 01 produce --lang en", 0, &["6/9 · "]).await;
    learner.see("Taking you to step 6").await;
    learner.step(6).await;
    let memory = home.memory();
    assert_eq!((memory.progress.step, memory.progress.taken.len()), (5, 5));
    check(&home, "check --lang en", 1, &["at least 2 messages"]).await;
    check(&home, "check 01 create-topic --lang en", 0, &["test_topic"]).await;
    // the terminals are other ones now, and they work
    learner.terminal(3, "client").await;
    learner
        .line(&format!("seq 2 | ./kafka-console-producer.sh --topic test_topic --bootstrap-server {}", home.bootstrap()))
        .await;
    learner.step(7).await;
    check(&home, "goto 01 2 --lang en", 0, &["2/9"]).await;
    learner.step(2).await;
    assert!(home.running().iter().all(|process| !process.runs_class(BROKER_CLASS)), "what was started later has stopped");
    home.process(COORDINATOR_CLASS).await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_runner_the_lab_is_kept_for_the_next_one() {
    let home = Home::new();
    check(&home, "check --lang en", 2, &["error[no-lab]"]).await;
    check(&home, "check 01 --lang en", 1, &["no ZooKeeper of this lab"]).await;
    assert!(!home.workspace().exists(), "a look makes nothing");
    check(&home, "goto 01 9 --free-ports --lang en", 0, &["9/9", "kafkalab resume"]).await;
    let broker = home.process(BROKER_CLASS).await;
    check(&home, "status --lang en", 0, &["8/9 · step 9", "8 step(s) done for you", "kept", "Kafka (pid "]).await;
    let status = json(&home, "status --json").await;
    let lab = status["labs"].as_array().expect("labs").iter().find(|lab| lab["name"] == LAB).expect("the lab").clone();
    assert_eq!((&lab["state"], &status["runner"]), (&"kept".into(), &Value::Null));
    // what was taken there is not new to the checks of the last step
    let mut learner = home.start(&["resume", "--lang", "en"]);
    learner.see("Back at the terminals that you kept.").await;
    learner.step(9).await;
    assert!(broker.identity.is_running());
    learner.press(F3).await;
    learner.see("You have finished 01 Single node!").await;
    check(&home, "check --lang en", 0, &["You have finished"]).await;
    check(&home, "hint --lang ko", 0, &["다 했어요"]).await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;

    check(&home, "goto 01 3 --lang en", 0, &["3/9"]).await;
    check(&home, "solve --lang en", 0, &["✓ Step 3"]).await;
    assert_eq!(home.memory().progress.step, 3);
    check(&home, "hint --lang en", 0, &["4/9", "Hint 1/3"]).await;
    assert_eq!(home.memory().progress.hints, 1);
    check(&home, "reset --lang en", 2, &["error[not-asked]", "--yes"]).await;
    std::fs::write(home.config("mine.properties"), "broker.id=5\n").expect("written");
    check(&home, "reset --yes --lang en", 0, &["as new", "01-single-node.1"]).await;
    home.nothing_left().await;
    assert!(!home.config("mine.properties").exists());
    assert!(home.workspace().join("01-single-node.1/kafka_2.13-3.6.0/config/mine.properties").exists(), "it is kept");
    assert_eq!(home.memory().progress, kafkalab::lab::runner::Progress::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_without_a_lab_and_questions_before_a_reset() {
    let home = Home::new();
    let mut learner = home.start(&["--lang", "en"]);
    learner.see("Enter start").await;
    check(&home, "goto 01 2 --lang en", 2, &["error[no-answer]", &learner.identity().pid.to_string()]).await;
    learner.press("q").await;
    assert_eq!(learner.exit().await, 0);

    let listed = json(&home, "list --json --lang ko").await;
    assert!(listed.as_array().is_some_and(|labs| labs.iter().any(|lab| lab["name"] == LAB && lab["steps"] == 9)), "{listed}");
    let mut learner = home.learn();
    learner.step(1).await;
    learner.press(F10).await;
    assert_eq!(learner.exit().await, 0);
    let mut asked = home.start(&["reset", "01", "--lang", "en"]);
    asked.see("[y/N]").await;
    asked.line("n").await;
    assert_eq!(asked.exit().await, 1);
    let mut asked = home.start(&["reset", "01", "--lang", "ko"]);
    asked.see("[y/N]").await;
    asked.line("y").await;
    assert_eq!(asked.exit().await, 0);
    asked.see("처음 상태예요").await;
    home.nothing_left().await;
}

/// Many windows at once: each is answered or told why not, and the state stays whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_at_once_do_not_spoil_the_state() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    let lines =
        ["goto 01 3 --lang en", "goto 01 5 --lang en", "solve --lang en", "hint --lang en", "check --json", "status --json"];
    let [a, b, c, d, e, f] = lines.map(|line| run(&home, line));
    let all = tokio::join!(a, b, c, d, e, f);
    for (line, output) in lines.iter().zip([all.0, all.1, all.2, all.3, all.4, all.5]) {
        let said = output.stdout.text() + &output.stderr.text();
        assert!(
            [0, 1].contains(&output.ended.code()) || said.contains("error[playing]") || said.contains("error[too-early]"),
            "{line}: {said}"
        );
    }
    let settled = wait::until_true(DEADLINE, "a step to be on", || home.memory().progress.going.is_none());
    settled.await.expect("in time");
    check(&home, "goto 01 2 --lang en", 0, &["2/9", "Go on in the window"]).await;
    assert_eq!(home.memory().progress.step, 1);
    check(&home, "reset --yes --lang en", 0, &["Everything is as new. The window where"]).await;
    learner.step(1).await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_is_seen_in_two_windows() {
    let home = Home::new();
    check(&home, "shell broker --lang en", 2, &["error[no-terminal]"]).await;
    let mut early = home.start(&["shell", "broker", "01", "--lang", "en"]);
    early.see("error[not-open]").await;
    assert_eq!(early.exit().await, 2);
    let mut learner = home.learn();
    learner.step(1).await;
    learner.prompt("zookeeper").await;
    let mut wrong = home.start(&["shell", "borker", "--lang", "en"]);
    wrong.see("There are: broker, client,").await;
    assert_eq!(wrong.exit().await, 2);
    let size = kafkalab::process::pty::Size { columns: 60, rows: 20 };
    let mut other = home.start_with(&["shell", "zookeeper", "--lang", "en"], size, &[]);
    other.prompt("zookeeper").await;
    other.line("stty size; kafka=$((40 + 2))").await;
    other.see("20 60").await;
    learner.see("20 60").await;
    learner.line("echo seen $kafka").await;
    other.see("seen 42").await;
    other.resize(kafkalab::process::pty::Size { columns: 50, rows: 10 });
    learner.line("until [ \"$(stty size)\" = '10 50' ]; do :; done; echo narrower: $((6 * 7))").await;
    learner.see("narrower: 42").await;
    // a step done in the other window counts
    other.line("./zookeeper-server-start.sh ../config/zookeeper.properties").await;
    learner.step(2).await;
    other.press("\x1dq").await;
    other.see("Left terminal zookeeper").await;
    assert_eq!(other.exit().await, 0);
    assert!(home.process(COORDINATOR_CLASS).await.is_running(), "the shell goes on");
    let mut other = home.start(&["shell", "client", "--lang", "ko"]);
    other.prompt("client").await;
    assert_eq!(learner.leave().await, 0);
    other.see("닫혔어요").await;
    assert_eq!(other.exit().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_of_a_step_is_ended_or_started_first() {
    let home = Home::new();
    check(&home, "goto 01 8 --free-ports --lang en", 0, &["8/9"]).await;
    // in the lab's folder, and in none of its terminals
    let bin = home.config("..").join("bin").canonicalize().expect("it is there");
    let arguments = ["--topic", "test_topic", "--bootstrap-server", &home.bootstrap()];
    let consumer = Command::new(bin.join("kafka-console-consumer.sh")).args(arguments).working_folder(&bin);
    let mut consumer = consumer.kill_group_on_drop().spawn().expect("it starts");
    let runs = || consumer.identity().and_then(Identity::read).is_some_and(|process| process.runs_class(CONSUMER_CLASS));
    wait::until_true(DEADLINE, "the consumer to run", runs).await.expect("it runs");
    check(&home, "solve --lang en", 0, &["\u{2713} Step 8"]).await;
    tokio::time::timeout(DEADLINE, consumer.wait()).await.expect("it was ended").expect("it was started");

    let coordinator = home.process(COORDINATOR_CLASS).await;
    signal::send(coordinator.identity, Signal::Kill).expect("it runs");
    wait::until_true(DEADLINE, "the coordinator to end", || !coordinator.identity.is_running()).await.expect("it was killed");
    check(&home, "solve --lang en", 0, &["\u{2713} Step 9"]).await;
    check(&home, "reset --yes --lang en", 0, &["as new"]).await;
    home.nothing_left().await;
}
