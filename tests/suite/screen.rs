//! Lab 01 on the full screen, as a learner does it: keys, mouse, mistakes, sizes, leaving and coming back.

use kafkalab::process::pty::Size;
use kafkalab::process::signal::Signal;

use crate::learner::{CTRL_C, CTRL_D, F1, F3, F6, F9, F10, Home, Learner};

const F4: &str = "\x1bOS";
const F5: &str = "\x1b[15~";
const LARGE: Size = Size { columns: 120, rows: 40 };
const SMALL: Size = Size { columns: 80, rows: 24 };

fn learn(home: &Home, size: Size) -> Learner {
    home.start_with(&["learn", "01", "--free-ports", "--lang", "en"], size, &[("KAFKALAB_PLAIN", None)])
}

/// Waits until the step is on, and its terminal's prompt can be seen.
async fn step(learner: &mut Learner, number: usize) -> String {
    learner.on_screen(&format!(" · {number}/9 · ")).await
}

async fn prompt(learner: &mut Learner, terminal: &str) {
    learner.on_screen(&format!("learner@{terminal} bin$")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lab_is_begun_on_the_full_screen_and_a_mistake_is_explained_beside_it() {
    let home = Home::new();
    let mut learner = learn(&home, LARGE);
    step(&mut learner, 1).await;
    prompt(&mut learner, "zookeeper").await;
    learner.line("./zookeeper-server-start.sh ../config/zookeeper.properties").await;
    step(&mut learner, 2).await;
    learner.on_screen("zookeeper ●").await;
    learner.press(F6).await;
    prompt(&mut learner, "broker").await;
    learner.line("./kafka-server-start.sh ../config/server.properties").await;
    step(&mut learner, 3).await;
    learner.press(F6).await;
    prompt(&mut learner, "client").await;
    let bootstrap = home.bootstrap();
    let wrong = format!("./kafka-topics.sh --create --topic test_topic --reflection-factor 1 --bootstrap-server {bootstrap}");
    learner.line(&wrong).await;
    let screen = learner.on_screen("KL203").await;
    assert!(screen.contains("joptsimple.UnrecognizedOptionException"), "Kafka's own words stay: {screen}");
    learner.press(F4).await;
    learner.on_screen("explain KL203").await;
    learner.press(F9).await;
    learner.on_screen("F1 힌트").await;
    learner.press(F9).await;
    learner.on_screen("F1 hint").await;
    learner.line(&wrong.replace("--reflection-factor", "--replication-factor")).await;
    step(&mut learner, 4).await;
    for tier in 1..=3 {
        learner.press(F1).await;
        learner.on_screen(&format!("Hint {tier}/3")).await;
    }
    learner.press(F10).await;
    learner.on_screen("[Esc] stay").await;
    learner.press("\x1b").await;
    learner.screen_when("the question to be gone", |screen| !screen.contains("[Esc] stay")).await;
    assert!(learner.is_full_screen());
    assert_eq!(learner.leave().await, 0);
    assert!(!learner.is_full_screen(), "the screen is given back");
    learner.on_screen("Next time you go on at step 4.").await;
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_is_done_for_the_learner_who_saw_it_and_no_other_one() {
    let home = Home::new();
    let mut learner = learn(&home, LARGE);
    step(&mut learner, 1).await;
    prompt(&mut learner, "zookeeper").await;
    // in one piece: the first step cannot have passed in between
    learner.press(&F3.repeat(3)).await;
    step(&mut learner, 2).await;
    // it was not begun, else this would be a wish for another attempt
    learner.press(F3).await;
    let screen = learner.screen_when("step 2 to be begun", |screen| screen.contains("step 2")).await;
    assert!(screen.contains("I'll do step 2 for you"), "{screen}");
    step(&mut learner, 3).await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_can_be_done_for_the_learner_and_is_shown_where_it_happens() {
    let home = Home::new();
    let mut learner = learn(&home, SMALL);
    let terminals = ["zookeeper", "broker", "client", "client", "client", "producer", "consumer", "client", "broker"];
    for (index, terminal) in terminals.iter().enumerate() {
        step(&mut learner, index + 1).await;
        learner.press(F3).await;
        learner.on_screen(&format!("▸{terminal}")).await;
    }
    learner.on_screen("You have finished 01 Single node!").await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_before_a_line_is_answered_with_a_key() {
    let home = Home::new();
    let mut learner = learn(&home, SMALL);
    step(&mut learner, 1).await;
    learner.press(F3).await;
    step(&mut learner, 2).await;
    let path = home.config("server.properties");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let ports = home.ports();
    let right = format!("zookeeper.connect=localhost:{}", ports.zookeeper);
    let wrong = format!("zookeeper.connect=localhost:{}", ports.broker);
    std::fs::write(&path, text.replace(&right, &wrong)).expect("it can be written");
    learner.press(F6).await;
    prompt(&mut learner, "broker").await;
    learner.line("./kafka-server-start.sh ../config/server.properties").await;
    let screen = learner.on_screen("[f] fix it").await;
    assert!(screen.contains("KL412") && screen.contains("[n] leave it"), "{screen}");
    // keys that answer nothing do nothing
    learner.press("xyz").await;
    learner.press("f").await;
    learner.screen_when("the question to be gone", |screen| !screen.contains("[f] fix it")).await;
    step(&mut learner, 3).await;
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mouse_chooses_a_terminal_looks_back_and_copies() {
    let home = Home::new();
    let mut learner = learn(&home, SMALL);
    step(&mut learner, 1).await;
    prompt(&mut learner, "zookeeper").await;
    // the names stand in row 11; `client` is the third
    let names = learner.on_screen(" client ").await;
    let row = names.lines().position(|line| line.contains("▸zookeeper")).expect("the names") + 1;
    let column = names.lines().nth(row - 1).and_then(|line| line.find("client")).expect("it is there");
    learner.press(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")).await;
    learner.on_screen("▸client").await;
    prompt(&mut learner, "client").await;
    learner.line("seq 1001 1100").await;
    let is_last = |screen: &str| screen.lines().any(|line| line.trim() == "1100");
    learner.screen_when("the last line", is_last).await;
    for _ in 0..40 {
        learner.press(&format!("\x1b[<64;5;{}M", row + 3)).await;
    }
    learner.on_screen("earlier output").await;
    // the first line is as far back as there is; a drag over a line copies it
    let is_first = |screen: &str| screen.contains("bin$ seq 1001 1100") && screen.lines().any(|line| line.trim() == "1002");
    let screen = learner.screen_when("the first line", is_first).await;
    let line = screen.lines().position(|line| line.trim() == "1002").expect("it is shown") + 1;
    learner.press(&format!("\x1b[<0;1;{line}M\x1b[<32;4;{line}M\x1b[<0;4;{line}m")).await;
    learner.raw_contains("\x1b]52;c;MTAwMg==\x07").await;
    learner.press("\x15").await;
    learner.screen_when("the end again", |screen| !screen.contains("earlier output") && is_last(screen)).await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_with_a_screen_of_their_own_and_other_sizes() {
    let home = Home::new();
    let mut learner = learn(&home, LARGE);
    step(&mut learner, 1).await;
    prompt(&mut learner, "zookeeper").await;
    // as a pager does: another screen until a key is pressed
    learner.line("stty size; printf '\\e[?1049h\\e[H%s page' a; read -rsn1; printf '\\e[?1049l'").await;
    learner.screen_when("the page alone", |screen| screen.contains("a page") && !screen.contains("38 71")).await;
    learner.press("q").await;
    // 38 rows and 71 columns are left beside the lesson
    learner.on_screen("38 71").await;
    learner.resize(SMALL);
    learner.on_screen("▸zookeeper").await;
    learner.line("clear; stty size").await;
    learner.on_screen("12 80").await;
    learner.press(F5).await;
    learner.screen_when("the terminal alone", |screen| !screen.contains("1/9")).await;
    learner.line("clear; stty size").await;
    learner.on_screen("22 80").await;
    learner.press(F5).await;
    step(&mut learner, 1).await;
    learner.resize(Size { columns: 20, rows: 5 });
    learner.resize(LARGE);
    step(&mut learner, 1).await;
    // a program asks where its cursor is and gets the answer
    learner.line("clear; IFS='[;' read -rsdR -p $'\\e[6n' _ row column && echo \"at $row,$column\"").await;
    learner.on_screen("at 1,1").await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_asks_while_nobody_is_there_is_answered_later() {
    let home = Home::new();
    let mut learner = learn(&home, LARGE);
    step(&mut learner, 1).await;
    learner.press(F3).await;
    step(&mut learner, 2).await;
    learner.press("\x1d3").await;
    prompt(&mut learner, "client").await;
    let folder = home.lab_folder().join("kafka_2.13-3.6.0");
    learner.line("until [ -e ../left ]; do sleep 0.1; done; stty -echo; printf '\\e[6n'; touch ../asked; read -rdR; stty echo; echo on").await;
    learner.on_screen("client ●").await;
    learner.press(F10).await;
    learner.on_screen("[k] keep").await;
    learner.press("k").await;
    assert_eq!(learner.exit().await, 0);
    std::fs::write(folder.join("left"), "").expect("written");
    let asked = || folder.join("asked").exists();
    kafkalab::process::wait::until_true(crate::learner::DEADLINE, "the question", asked).await.expect("it is asked");

    let mut learner = learn(&home, LARGE);
    // the server and the program that waits have their terminals
    learner.on_screen("zookeeper ●").await;
    learner.press("\x1d3").await;
    learner.screen_when("the program to go on", |screen| screen.lines().any(|line| line.ends_with("│on"))).await;
    prompt(&mut learner, "client").await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_is_shown_again() {
    let home = Home::new();
    let mut learner = learn(&home, SMALL);
    step(&mut learner, 1).await;
    learner.press(F3).await;
    step(&mut learner, 2).await;
    learner.press("\x1d3").await;
    prompt(&mut learner, "client").await;
    // an answer that comes before read would be echoed
    learner.line("stty -echo; printf 'seen before \\e[6n'; read -rdR; stty echo").await;
    // the prompt after it: the program has had its answer
    learner.on_screen("seen before learner@client bin$").await;
    learner.press(F10).await;
    learner.on_screen("[k] keep").await;
    learner.press("k").await;
    assert_eq!(learner.exit().await, 0);

    let mut learner = learn(&home, SMALL);
    step(&mut learner, 2).await;
    learner.press("\x1d3").await;
    let screen = learner.on_screen("seen before").await;
    // what was asked then is not answered a second time
    assert!(!screen.contains("R\u{1b}") && !screen.contains(";1R"), "{screen}");
    learner.line("echo $((40 + 2))").await;
    learner.on_screen("42").await;
    learner.press(CTRL_D).await;
    learner.on_screen("I opened a new one").await;
    learner.press("\x1d1").await;
    learner.press(CTRL_C).await;
    prompt(&mut learner, "zookeeper").await;
    learner.signal(Signal::Terminate);
    assert_eq!(learner.exit().await, 130);
    assert!(!learner.is_full_screen());
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_or_dumb_terminal_is_served_line_by_line() {
    let check = async |size: Size, term: &str| {
        let home = Home::new();
        let environment = [("KAFKALAB_PLAIN", None), ("TERM", Some(term))];
        let mut learner = home.start_with(&["learn", "01", "--free-ports", "--lang", "en"], size, &environment);
        learner.step(1).await;
        assert!(!learner.is_full_screen());
        learner.line("printf '\\033[1mpr%s\\n' inted").await;
        learner.see("printed").await;
        assert_eq!(learner.has_escapes(), term != "dumb", "{}", learner.text());
        assert_eq!(learner.leave_at_once().await, 0);
        home.nothing_left().await;
    };
    check(Size { columns: 40, rows: 24 }, "xterm-256color").await;
    check(LARGE, "dumb").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lesson_points_at_the_terminal_where_something_is_left_to_be_done() {
    let home = Home::of_lab("03-cluster");
    let arguments = ["learn", "03", "--free-ports", "--lang", "en"];
    let mut learner = home.start_with(&arguments, LARGE, &[("KAFKALAB_PLAIN", None)]);
    for number in 1..=8 {
        learner.on_screen(&format!(" · {number}/9 · ")).await;
        learner.press(F3).await;
    }
    let screen = learner.screen_when("the last step", |screen| screen.contains(" · 9/9 · ")).await;
    assert!(screen.contains("In terminal [broker]:") && screen.contains("In terminal [zookeeper]:"), "{screen}");
    learner.press("\x1d2").await;
    learner.on_screen("▸broker").await;
    learner.press(CTRL_C).await;
    prompt(&mut learner, "broker").await;
    let leads_on =
        |screen: &str| screen.contains("Press F6 to go to terminal [zookeeper]") && !screen.contains("In terminal [broker]:");
    learner.screen_when("the way to what is left", leads_on).await;
    learner.press(F6).await;
    learner.on_screen("▸zookeeper").await;
    learner.press(CTRL_C).await;
    learner.on_screen("You have finished 03").await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}
