//! A disk that is full, or that is only to be read: the sentence names that cause, and no other one.

use kafkalab::process::spawn::Command;

use crate::learner::{DEADLINE, Home, LAB};

/// What `learn` says in a language where the workspace is on a disk that `mount` makes; `None` where this machine lets nobody mount one.
async fn said(home: &Home, mount: &str, language: &str) -> Option<String> {
    let workspace = home.workspace().display().to_string();
    std::fs::create_dir_all(&workspace).expect("a folder");
    let may =
        Command::new("unshare").args(["--mount", "mount", "-t", "tmpfs", "tmpfs", &workspace]).output(b"", 0, DEADLINE).await;
    if !may.is_ok_and(|output| output.ended.is_success()) {
        eprintln!("skipped: this machine lets nobody mount a disk");
        return None;
    }
    let learn =
        format!("exec script -qec \"stty cols 80 rows 24; $0 learn {LAB} --free-ports --plain --lang {language}\" /dev/null");
    let script = format!("{} && {learn}", mount.replace("DISK", &workspace));
    let learn = Command::new("unshare")
        .args(["--mount", "bash", "-c", &script, env!("CARGO_BIN_EXE_kafkalab")])
        .env("HOME", home.path())
        .env("KAFKALAB_WORKSPACE", &workspace)
        .env("KAFKALAB_PLAIN", "1")
        .env("NO_COLOR", "1");
    let output = learn.output(b"", 1024 * 1024, DEADLINE).await.expect("it ends");
    Some(output.stdout.text())
}

async fn check(mount: &str, korean: &str, english: &str) {
    for (language, expected) in [("ko", korean), ("en", english)] {
        let home = Home::new();
        let Some(said) = said(&home, mount, language).await else { return };
        assert!(said.contains(expected), "{mount}: {said}");
        assert!(!said.contains("that can be") && !said.contains("쓸 수 있는"), "{mount}: {said}");
        home.nothing_left().await;
    }
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_full() {
    // no room at all, room for the first files, and for all but a terminal
    for kib in [4, 64, 256, 300] {
        let mount = format!("mount -t tmpfs -o size={kib}k tmpfs DISK");
        check(&mount, "디스크에 남은 자리가 없어요", "o space is left").await;
    }
}

#[tokio::test]
async fn a_disk_that_is_only_to_be_read_is_said_to_be_so() {
    check("mount -t tmpfs -o ro tmpfs DISK", "파일 시스템이에요", "read-only").await;
}
