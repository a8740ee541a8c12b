//! What keeps a learner from starting: each is said in one sentence with what to do next, in both languages, with the documented exit
//! code, and nothing of the learner's is lost.

use std::path::Path;
use std::time::Duration;

use kafkalab::process::pty::Size;
use kafkalab::process::spawn::{Command, Output};
use kafkalab::process::table::{self, Process};
use kafkalab::process::wait;
use kafkalab::text::Language;
use kafkalab::text::layout::width;

use crate::learner::{CTRL_C, F3, F10, Home, LAB, copy};

const DEADLINE: Duration = Duration::from_secs(20);
const LANGUAGES: [&str; 2] = ["en", "ko"];

/// Runs the program without a terminal.
async fn run(home: &Home, arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).args(arguments.iter().copied());
    let command = command.env("HOME", home.path()).env("KAFKALAB_WORKSPACE", home.workspace()).working_folder(home.path());
    command.output(b"", 1 << 20, DEADLINE).await.expect("it runs and ends")
}

/// One line that begins with the error's code and ends like a sentence.
fn one_sentence(said: &str, code: &str) {
    let said = said.trim_end();
    let prefix = [format!("error[{code}]: "), format!("오류[{code}]: ")];
    assert!(prefix.iter().any(|prefix| said.starts_with(prefix)), "{code}: {said}");
    assert!(!said.contains('\n') && !said.contains('{') && said.ends_with(['.', ')', '요']), "{said}");
}

/// Starts at a terminal, and is refused with this code in both languages; returns what was said last, in English first.
async fn refused(home: &Home, arguments: &[&str], code: &str, environment: &[(&str, Option<&str>)]) -> Vec<String> {
    let mut said = Vec::new();
    for language in LANGUAGES {
        let all = [arguments, &["--lang", language]].concat();
        let mut learner = home.start_with(&all, Size { columns: 200, rows: 24 }, environment);
        assert_eq!(learner.exit().await, 2, "{}", learner.text());
        let line = learner.lines().into_iter().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        one_sentence(line.trim(), code);
        said.push(line);
    }
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_cannot_be_written_is_named() {
    // /proc takes no folder from anybody, not even from root
    let home = Home::with_workspace("/proc/kafkalab-workspace");
    let said = refused(&home, &["learn", "01"], "workspace", &[]).await;
    assert!(said.iter().all(|said| said.contains("/proc/kafkalab-workspace") && said.contains("--workspace")), "{said:?}");
    let home = Home::new();
    std::fs::write(home.workspace(), "a file").expect("written");
    refused(&home, &["learn", "01"], "workspace", &[]).await;
    assert_eq!(std::fs::read_to_string(home.workspace()).expect("still there"), "a file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_in_use_is_named_with_who_has_it() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    assert_eq!(learner.leave_at_once().await, 0);
    let taken = kafkalab::net::bind("localhost", home.ports().broker, 1).await.expect("it is free again");
    let said = refused(&home, &["learn", "01", "--free-ports"], "port-taken", &[]).await;
    let port = home.ports().broker.to_string();
    let me = format!("pid {}", std::process::id());
    assert!(said.iter().all(|said| said.contains(&port) && said.contains(&me)), "{said:?}");
    drop(taken);
    let mut learner = home.learn();
    learner.step(1).await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_lab_is_told_with_its_place() {
    let home = Home::new();
    let labs = home.path().join("labs");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("labs"), &labs);
    let file = labs.join(LAB).join("lab.toml");
    let text = std::fs::read_to_string(&file).expect("it is there");
    std::fs::write(&file, text.replace("terminal = \"broker\"", "terminal = \"brok\"")).expect("written");
    let line = text.lines().position(|line| line == "terminal = \"broker\"").expect("a step at the broker") + 1;
    let labs = labs.display().to_string();
    let place = format!("{LAB}/lab.toml:{line}:");
    let said = refused(&home, &["learn", "01", "--labs", &labs], "lab-format", &[]).await;
    assert!(said.iter().all(|said| said.contains(&place)), "{said:?}");
    for language in LANGUAGES {
        let output = run(&home, &["list", "--labs", &labs, "--lang", language]).await;
        assert_eq!(output.ended.code(), 2);
        one_sentence(&output.stderr.text(), "lab-format");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_progress_file_is_kept_and_told_of() {
    let home = Home::new();
    std::fs::create_dir_all(home.workspace()).expect("a folder");
    for (number, language, words) in [(1, "en", "The progress file is damaged"), (2, "ko", "진도 파일이 깨져")] {
        let file = home.workspace().join("progress.json");
        std::fs::write(&file, "{\"labs\": [").expect("written");
        let mut learner = home.start(&["learn", "--lang", language]);
        learner.see(words).await;
        learner.see("0/9").await;
        learner.press(CTRL_C).await;
        assert_eq!(learner.exit().await, 130, "Ctrl-C at the first screen");
        let kept = home.workspace().join(format!("progress.json.damaged-{number}"));
        assert_eq!(std::fs::read_to_string(kept).expect("kept"), "{\"labs\": [");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_narrow_screen_shows_everything_and_one_too_narrow_is_told() {
    let home = Home::new();
    for language in Language::ALL {
        let mut learner = home.start_with(&["--lang", language.code()], Size { columns: 40, rows: 24 }, &[]);
        learner.see("0/9").await;
        learner.see("Enter").await;
        learner.press("q").await;
        assert_eq!(learner.exit().await, 0);
        // the workspace's path is a word of its own, and may be broken
        for line in learner.lines() {
            assert!(width(&line) <= 40, "{language}: {line}");
        }
        let mut learner = home.start_with(&["--lang", language.code()], Size { columns: 19, rows: 24 }, &[]);
        assert_eq!(learner.exit().await, 2);
        let said = learner.text();
        assert!(said.contains("[narrow]") && said.contains("19") && said.contains("20"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bash_that_is_missing_is_asked_for() {
    let home = Home::new();
    let empty = home.path().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    let path = empty.display().to_string();
    let said = refused(&home, &["learn", "01"], "bash-missing", &[("PATH", Some(&path))]).await;
    assert!(said.iter().all(|said| said.contains("apt-get install bash")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_terminal_without_a_home_and_in_an_unknown_language() {
    let home = Home::new();
    for language in LANGUAGES {
        let output = run(&home, &["learn", "01", "--lang", language]).await;
        assert_eq!(output.ended.code(), 2);
        one_sentence(&output.stderr.text(), "no-terminal");
        assert!(output.stderr.text().contains("kafkalab verify"));
    }
    let output = run(&home, &["--lang", "fr"]).await;
    assert_eq!(output.ended.code(), 2);
    one_sentence(&output.stderr.text(), "unknown-language");
    refused(&home, &["learn", "01"], "no-home", &[("HOME", None), ("KAFKALAB_WORKSPACE", None)]).await;
    // a workspace needs no home
    let mut learner = home.start_with(&["learn", "01", "--free-ports", "--lang", "en"], Size::default(), &[("HOME", None)]);
    learner.step(1).await;
    assert_eq!(learner.leave_at_once().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_runner_in_the_workspace_is_sent_away() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    let said = refused(&home, &["learn", "01"], "workspace-busy", &[]).await;
    let first = format!("pid {}", learner.identity().pid);
    assert!(said.iter().all(|said| said.contains(&first)), "{said:?}");
    assert_eq!(learner.leave_at_once().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_korean_workspace_with_blanks_works() {
    let home = Home::with_workspace(&format!("내 실습 폴더 {}/안쪽 폴더", "가나다라 ".repeat(12).trim()));
    let mut learner = home.learn();
    for step in 1..=3 {
        learner.step(step).await;
        learner.press(crate::learner::F3).await;
    }
    learner.step(4).await;
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

/// Ctrl-C is for the shell and its programs; at a question it is no answer that loses anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_at_any_moment_loses_nothing() {
    let home = Home::new();
    let mut learner = home.start(&["learn", "--free-ports", "--lang", "en"]);
    learner.see("Enter start").await;
    // lab 00 stands first
    learner.press("\x1b[B\r").await;
    // typed ahead, it is for the shell that is about to start
    learner.press(CTRL_C).await;
    learner.step(1).await;
    learner.prompt("zookeeper").await;
    learner.line("cat").await;
    // bash itself loses a Ctrl-C that comes while it starts a program
    let folder = home.lab_folder();
    let is_cat =
        |process: &Process| process.argv == ["cat"] && process.working_folder().is_some_and(|at| at.starts_with(&folder));
    wait::until_true(DEADLINE, "cat", || table::all().iter().any(is_cat)).await.expect("it runs");
    learner.press(CTRL_C).await;
    // the line that was typed may have been shown twice, with its prompt
    learner.see("cat").await;
    learner.see("^C").await;
    learner.prompt("zookeeper").await;
    // at a held line: it is not run, and stays in the history
    let path = home.config("server.properties");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let (wrong, right) = (format!("localhost:{}", home.ports().broker), format!("localhost:{}", home.ports().zookeeper));
    std::fs::write(&path, text.replace(&right, &wrong)).expect("written");
    learner.line("./kafka-server-start.sh ../config/server.properties").await;
    learner.see("[n]").await;
    learner.press("\x1b[A").await;
    learner.press(CTRL_C).await;
    learner.prompt("zookeeper").await;
    learner.line("echo $((6 * 7))").await;
    learner.see("42").await;
    // leaving with a line that is held leaves it undone
    learner.line("./kafka-server-start.sh ../config/server.properties").await;
    learner.see("[n]").await;
    learner.press(F10).await;
    assert_eq!(learner.exit().await, 0);
    home.nothing_left().await;
    assert!(!learner.text().contains("Initializing a new session"));
    assert!(std::fs::read_to_string(&path).expect("it is there").contains(&wrong), "the learner's edit is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_line_waits_for_its_question() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    learner.press(F3).await;
    learner.step(2).await;
    let path = home.config("server.properties");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let (wrong, right) = (format!("localhost:{}", home.ports().broker), format!("localhost:{}", home.ports().zookeeper));
    std::fs::write(&path, text.replace(&right, &wrong)).expect("written");
    let start = "./kafka-server-start.sh ../config/server.properties";
    let mut other = home.start(&["shell", "client", "--lang", "en"]);
    other.prompt("client").await;
    learner.terminal(2, "broker").await;
    learner.prompt("broker").await;
    learner.line(start).await;
    learner.see("[n]").await;
    other.line(start).await;
    other.see("server.properties").await;
    // answered, the other line has its turn: it was not run meanwhile, and is asked about on its own
    learner.press("n").await;
    learner.see("In terminal [client]:").await;
    learner.see("[n]").await;
    learner.press("n").await;
    // the one that Enter draws, and the next one
    other.prompt("client").await;
    other.prompt("client").await;
    assert!(!other.text().contains("INFO"), "{}", other.text());
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_mended_is_shown_once() {
    let home = Home::new();
    let mut learner = home.learn();
    learner.step(1).await;
    learner.press(F3).await;
    learner.step(2).await;
    learner.terminal(2, "broker").await;
    learner.prompt("broker").await;
    let line =
        |port: u16| format!("./kafka-server-start.sh ../config/server.properties --override zookeeper.connect=localhost:{port}");
    for _ in 0..5 {
        learner.line(&line(home.ports().other)).await;
        learner.see("[f]").await;
        let before = learner.text().len();
        learner.press("f").await;
        learner.see("INFO").await;
        let shown = learner.text()[before..].to_owned();
        // typed before the shell was at its prompt again, it would stand there once more, without one
        let typed = shown.matches("./kafka-server-start.sh").count();
        assert_eq!(
            (typed, shown.matches("$ ./kafka-server-start.sh").count()),
            (2, 2),
            "as typed, and as Enter draws it: {shown}"
        );
        learner.press(CTRL_C).await;
        learner.prompt("broker").await;
    }
    assert_eq!(learner.leave().await, 0);
    home.nothing_left().await;
}
