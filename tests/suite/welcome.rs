//! Lab 00 by hand: the archives, the folder that comes of one, and the first program; and what a lab's shells inherit.

use crate::learner::{CTRL_C, F3, Home, Learner};

/// Tells which signals it was started to ignore: of the numbers up to 28, which leaves out the C library's own.
const IGNORED: &str = "awk '/SigIgn/ { print \"ignored\", substr($2, 10) }' /proc/self/status";

/// Waits for the prompt in a folder.
async fn at(learner: &mut Learner, folder: &str) {
    learner.see(&format!("learner@home {folder}$ ")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_archive_is_explained_and_the_right_one_is_gone_into() {
    let home = Home::new();
    // a port that is taken is no reason to put off who only unpacks
    let mut learner = home.start(&["learn", "00", "--lang", "en"]);
    learner.see(" 1/7 \u{b7} Choose an archive").await;
    at(&mut learner, "downloads").await;
    learner.line("tar -xzf kafka-3.6.0-src.tgz").await;
    learner.see("KL101").await;
    at(&mut learner, "downloads").await;
    learner.line("kafka-3.6.0-src/bin/kafka-topics.sh --version").await;
    learner.see("Classpath is empty. Please build the project first").await;
    at(&mut learner, "downloads").await;
    learner.line("cd kafka_2.13-3.6.0.tgz").await;
    learner.see("KL102").await;
    at(&mut learner, "downloads").await;
    learner.line("tar -xzf kafka_2.13-3.6.0.tgz && cd kafka_2.13-3.6.0").await;
    learner.see(" 3/7 ").await;
    at(&mut learner, "kafka_2.13-3.6.0").await;
    learner.line("answer 3").await;
    at(&mut learner, "kafka_2.13-3.6.0").await;
    for step in 4..=7 {
        learner.press(F3).await;
        learner.see(&format!(" {step}/7 ")).await;
    }
    at(&mut learner, "kafka_2.13-3.6.0").await;
    learner.line("bin/kafka-topics.sh --version").await;
    learner.see("You have finished").await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lab_begun_anew_has_its_archives_and_nothing_else() {
    let home = Home::new();
    let mut learner = home.start(&["learn", "00", "--lang", "en"]);
    learner.see(" 1/7 ").await;
    learner.press(F3).await;
    learner.see(" 2/7 ").await;
    assert_eq!(learner.leave_at_once().await, 0);
    let downloads = home.workspace().join("00-welcome/downloads");
    assert!(downloads.join("kafka_2.13-3.6.0/libs/witness").is_file());
    let mut going = home.start(&["goto", "00", "1", "--lang", "en"]);
    assert_eq!(going.exit().await, 0);
    assert!(downloads.join("kafka_2.13-3.6.0.tgz").is_file() && !downloads.join("kafka_2.13-3.6.0").exists());
    assert!(!home.workspace().join("00-welcome.1").exists(), "what came out of an archive is not the learner's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_is_heard_where_the_runner_was_started_to_ignore_it() {
    let home = Home::new();
    let arguments = ["learn", "01", "--free-ports", "--lang", "en"];
    let mut learner = home.start_after("trap '' INT HUP QUIT TERM TSTP USR1", &arguments);
    learner.step(1).await;
    learner.prompt("zookeeper").await;
    learner.line(IGNORED).await;
    learner.see("ignored 0000000").await;
    learner.prompt("zookeeper").await;
    learner.line("echo under''way; sleep 6000").await;
    learner.see("underway").await;
    learner.press(CTRL_C).await;
    learner.prompt("zookeeper").await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}
