//! What goes wrong silently in lab 01 and is noticed, each time in other words; and the right ways about which nothing is said.

use kafkalab::lab::check::scope::{BROKER_CLASS, CONSUMER_CLASS, COORDINATOR_CLASS};
use kafkalab::process::signal::{self, Signal};

use crate::learner::{CTRL_C, F3, Home, Learner};

async fn at(home: &Home, step: usize) -> Learner {
    let mut learner = home.learn();
    for step in 1..step {
        learner.step(step).await;
        learner.press(F3).await;
    }
    learner.step(step).await;
    learner
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_waits_is_noticed_and_text_at_the_wrong_place() {
    let home = Home::new();
    let mut learner = at(&home, 6).await;
    let bootstrap = home.bootstrap();
    learner.terminal(3, "client").await;
    learner.line("hello").await;
    learner.see("'hello' is a message").await;
    learner.line("kafka").await;
    learner.see("Only what is typed behind a >").await;
    learner.terminal(2, "broker").await;
    learner.line("./kafka-topics.sh --list").await;
    learner.see("Terminal [broker] belongs to Kafka").await;
    learner.press(F3).await;
    learner.step(7).await;
    learner.terminal(5, "consumer").await;
    let consumer = format!("./kafka-console-consumer.sh --topic test_topic --bootstrap-server {bootstrap}");
    for expected in ["nothing is broken", "This one waits for new messages too", "Run it again with --from-beginning"] {
        learner.prompt("consumer").await;
        learner.line(&consumer).await;
        learner.see(expected).await;
        learner.press(CTRL_C).await;
    }
    learner.prompt("consumer").await;
    learner.line(&consumer).await;
    home.process(CONSUMER_CLASS).await;
    learner.line("hello").await;
    learner.see("Terminal [consumer] belongs to kafka-console-consumer.sh").await;
    learner.press(CTRL_C).await;
    learner.prompt("consumer").await;
    let before = learner.text().len();
    // another option, in another order, does the same
    learner.line(&format!("{consumer} --consumer-property auto.offset.reset=earliest --group mine")).await;
    learner.step(8).await;
    assert!(!learner.text()[before..].contains("! "), "{}", learner.text());
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_started_twice_one_that_died_and_a_file_that_is_open() {
    let home = Home::new();
    let mut learner = at(&home, 3).await;
    let broker = home.process(BROKER_CLASS).await;
    learner.terminal(3, "client").await;
    learner.line("./kafka-server-start.sh ../config/server.properties").await;
    learner.see(&format!("Kafka runs already (pid {})", broker.pid())).await;
    learner.prompt("client").await;
    learner.line("bash ./kafka-server-start.sh -daemon \"$PWD/../config/server.properties\"").await;
    learner.see("There is no need for another one").await;
    assert!(broker.identity.is_running());
    for (class, name) in [(BROKER_CLASS, "Kafka"), (COORDINATOR_CLASS, "ZooKeeper")] {
        signal::send(home.process(class).await.identity, Signal::Kill).expect("ours");
        learner.see(&format!("This step needs {name}, which does not answer")).await;
    }
    std::fs::write(home.config(".zookeeper.properties.swp"), "").expect("written");
    learner.line("./zookeeper-server-start.sh -daemon ../config/zookeeper.properties").await;
    learner.see("zookeeper.properties is open in an editor").await;
    learner.prompt("client").await;
    let other = home.path().join("server.properties");
    std::fs::write(&other, "broker.id=0\n").expect("written");
    learner.line(&format!("sed -i s/0/1/ {}", other.display())).await;
    learner.see("is not this lab's file").await;
    learner.line("sed -n 1p ../config/server.properties").await;
    learner.prompt("client").await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

/// Steps in another order, in a loop of a script, in the background, and with options in every order: nothing is said against it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn right_ways_are_right() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    learner.prompt("zookeeper").await;
    learner.line("nohup bash ./zookeeper-server-start.sh ../config/zookeeper.properties > zk.log 2>&1 &").await;
    learner.step(2).await;
    learner.line("KAFKA=$(cd .. && pwd); \"$KAFKA/bin/kafka-server-start.sh\" -daemon \"$KAFKA/config/server.properties\"").await;
    learner.step(3).await;
    let bootstrap = home.bootstrap();
    // topic, list, describe and messages by one script with a loop
    let script = format!(
        "#!/bin/bash\nB={bootstrap}\nT() {{ ./kafka-topics.sh --bootstrap-server $B \"$@\"; }}\nT --topic test_topic --create --if-not-exists\n\
         for what in --list \"--describe --topic test_topic\"; do T $what; done\n\
         printf 'hello\\nkafka\\n' | ./kafka-console-producer.sh --bootstrap-server $B --topic test_topic\n"
    );
    std::fs::write(home.config("../bin/all.sh"), script).expect("written");
    learner.line("bash all.sh").await;
    learner.step(7).await;
    learner.line(&format!("timeout 5 ./kafka-console-consumer.sh --bootstrap-server={bootstrap} --timeout-ms 2000 --from-beginning --topic=test_topic; true")).await;
    learner.step(8).await;
    learner.see("Processed a total of 2 messages").await;
    learner.prompt("zookeeper").await;
    assert!(!learner.text().contains("KL2") && !learner.text().contains("! "), "{}", learner.text());
    learner.press(F3).await;
    learner.step(9).await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_dies_in_the_background_is_explained() {
    let home = Home::of_lab("04-operating");
    let mut learner = home.start(&["learn", "04", "--free-ports", "--lang", "en"]);
    for step in 1..=10 {
        learner.see(&format!(" {step}/12 · ")).await;
        learner.press(F3).await;
    }
    learner.see(" 11/12 · ").await;
    assert!(!learner.text().contains("KL601"), "{}", learner.text());
    // ZooKeeper keeps the registration of the broker that was killed for six seconds
    learner.prompt("server").await;
    learner.line("./kafka-server-start.sh -daemon ../config/server.properties").await;
    learner.see("KL601").await;
    learner.see("node already exists").await;
    // a start that goes well is silent
    learner.press(F3).await;
    learner.see(" 12/12 · ").await;
    let text = learner.text();
    assert_eq!(text.matches("╭ KL").count(), 1, "{text}");
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}
