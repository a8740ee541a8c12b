//! Folders and files without permission, held against what ZooKeeper 3.8.2 logs and ends with; and the audit log of a server.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use kafkalab::engine::zookeeper::protocol::CreateMode;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Command, exit_code};

use crate::coordinator_process::{CoordinatorProcess, DEADLINE};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions set");
}

/// The files of a data folder whose names begin so.
fn files(process: &CoordinatorProcess, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(process.data().join("version-2")).expect("readable").flatten();
    let is_one = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(prefix);
    entries.filter(is_one).map(|entry| entry.path()).collect()
}

/// Starts without permission for `paths`, which must end with this code and these lines; and gives them back.
async fn check_refused(process: &CoordinatorProcess, paths: &[(PathBuf, u32)], expected_code: i32, expected_lines: &[&str]) {
    let before: Vec<u32> = paths.iter().map(|(path, _)| fs::metadata(path).expect("there").permissions().mode()).collect();
    // the folder is given away first: nothing below one without permission can be
    let started = {
        for (path, mode) in paths {
            set_mode(path, *mode);
        }
        process.start_unprivileged().await
    };
    let mut server = started.expect("it could be started before");
    let code =
        exit_code(tokio::time::timeout(DEADLINE, server.wait()).await.expect("it ends by itself").expect("a child of ours"));
    for ((path, _), mode) in paths.iter().zip(before) {
        set_mode(path, mode);
    }
    let log = process.log_text();
    let log = log.rsplit_once("Reading configuration from").map_or(log.as_str(), |(_, last)| last);
    for line in expected_lines {
        assert!(log.contains(line), "{line:?} is not in:\n{log}");
    }
    assert_eq!(code, expected_code, "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_written_or_read_stops_the_start_as_it_stops_zookeeper() {
    let process = CoordinatorProcess::new("").await;
    fs::create_dir(process.data()).expect("a folder");
    let mut server = match process.start_unprivileged().await {
        Ok(server) => server,
        Err(reason) => return println!("skipped: {reason}"),
    };
    let client = process.client().await;
    client.create("/a", "x", CreateMode::Persistent).await.expect("created");
    server.signal(Signal::Kill).expect("killed");
    server.wait().await.expect("ended");
    let (data, config) = (process.data().to_owned(), process.config());
    let version = data.join("version-2");
    let no_folder = |what: &str| {
        let class = "org.apache.zookeeper.server.persistence.FileTxnSnapLog$DatadirException";
        format!("{class}: {what} data directory {}", version.display())
    };
    let refused = "ERROR Unable to access datadir, exiting abnormally (org.apache.zookeeper.server.ZooKeeperServerMain)";
    let code_3 = "ERROR Exiting JVM with code 3 (org.apache.zookeeper.util.ServiceUtils)";
    for mode in [0o555, 0] {
        let lines = [refused, &no_folder("Cannot write to"), code_3];
        check_refused(&process, &[(version.clone(), mode)], 3, &lines).await;
    }
    check_refused(&process, &[(data, 0)], 3, &[refused, &no_folder("Unable to create"), code_3]).await;
    let unexpected = "ERROR Unexpected exception, exiting abnormally (org.apache.zookeeper.server.ZooKeeperServerMain)";
    let code_1 = "ERROR Exiting JVM with code 1 (org.apache.zookeeper.util.ServiceUtils)";
    let denied = |path: &Path| format!("java.io.FileNotFoundException: {} (Permission denied)", path.display());
    let without = |paths: &[PathBuf]| paths.iter().map(|path| (path.clone(), 0)).collect::<Vec<_>>();
    let logs = files(&process, "log.");
    check_refused(&process, &without(&logs), 1, &[unexpected, &denied(&logs[0]), code_1]).await;
    let snapshots = files(&process, "snapshot.");
    let invalid = format!("WARN invalid snapshot {} (org.apache.zookeeper.server.persistence.FileSnap)", snapshots[0].display());
    let broken = "java.io.IOException: No snapshot found, but there are log entries. Something is broken!";
    let lines = [&invalid, &denied(&snapshots[0]), unexpected, broken, code_1];
    check_refused(&process, &without(&snapshots), 1, &lines).await;
    let lines = ["ERROR Invalid config, exiting abnormally", &denied(&config), "ERROR Exiting JVM with code 2"];
    check_refused(&process, &without(std::slice::from_ref(&config)), 2, &lines).await;
    // with permission everything is there
    let mut server = process.start_unprivileged().await.expect("it could be started before");
    let client = process.client().await;
    assert!(client.exists("/a").await.expect("read").is_some());
    server.signal(Signal::Kill).expect("killed");
    server.wait().await.expect("ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_log_tells_who_wrote_what() {
    let process = CoordinatorProcess::new("audit.enable=true\nDigestAuthenticationProvider.digestAlg=SHA-256\n").await;
    let mut server = process.start();
    let client = process.client().await;
    let session = client.session_id();
    client.create("/a", "x", CreateMode::Persistent).await.expect("created");
    client.create("/e", "x", CreateMode::Ephemeral).await.expect("created");
    client.create("/a", "x", CreateMode::Persistent).await.expect_err("it is there");
    client.delete("/a", None).await.expect("deleted");
    client.close().await;
    server.signal(Signal::Terminate).expect("asked");
    let code = exit_code(tokio::time::timeout(DEADLINE, server.wait()).await.expect("it ends").expect("a child of ours"));
    assert_eq!(code, 143);
    let log = process.log_text();
    let audited = log.lines().filter_map(|line| line.strip_suffix(" (org.apache.zookeeper.audit.Slf4jAuditLogger)"));
    let audited: Vec<&str> = audited.filter_map(|line| line.split_once("] ").map(|(_, line)| line)).collect();
    let user = Command::new("id").arg("-un").output(b"", 100, DEADLINE).await.expect("a name").stdout.text();
    let user = user.trim();
    let who = format!("session=0x{session:x}\tuser=127.0.0.1\tip=127.0.0.1");
    let create =
        |level, path, kind, result| format!("{level} {who}\toperation=create\tznode={path}\tznode_type={kind}\tresult={result}");
    let gone = "operation=ephemeralZNodeDeletionOnSessionCloseOrExpire";
    let expected = [
        format!("INFO user={user}\toperation=serverStart\tresult=success"),
        create("INFO", "/a", "persistent", "success"),
        create("INFO", "/e", "ephemeral", "success"),
        create("ERROR", "/a", "persistent", "failure"),
        format!("INFO {who}\toperation=delete\tznode=/a\tresult=success"),
        format!("INFO session=0x{session:x}\tuser={user}\t{gone}\tznode=/e\tresult=success"),
        format!("INFO user={user}\toperation=serverStop\tresult=invoked"),
    ];
    assert_eq!(audited, expected, "{log}");
}
