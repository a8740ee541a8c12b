//! Folders with the files of several brokers: what is found between them, and near misses.

use std::path::PathBuf;

use super::*;
use crate::judge::rules::config::file::KafkaVersion;
use crate::properties::Document;

fn files(texts: &[(&str, &str)]) -> Vec<ConfigFile> {
    let file = |(name, text): &(&str, &str)| {
        let document = Document::parse(*text).expect("properties");
        let name_alone = name.rsplit('/').next().unwrap_or(name);
        let kind = Kind::of(name_alone, &document).expect("its kind is known");
        ConfigFile { path: PathBuf::from(name), shown: (*name).to_owned(), kind, version: KafkaVersion::CATALOGUED, document }
    };
    texts.iter().map(file).collect()
}

/// Files of a folder; of each finding its code, file and what is marked.
#[track_caller]
fn check(texts: &[(&str, &str)], expected: &[(&str, &str, &str)]) {
    let findings = judge(&files(texts));
    let told: Vec<(String, String, String)> = findings
        .iter()
        .map(|found| {
            let Source::File { shown, bytes, .. } = &found.source else { panic!("in a file") };
            let marked = String::from_utf8_lossy(&bytes[found.primary.range.clone()]).into_owned();
            (found.code.to_owned(), shown.clone(), marked)
        })
        .collect();
    let told: Vec<_> = told.iter().map(|(code, file, marked)| (code.as_str(), file.as_str(), marked.as_str())).collect();
    assert_eq!(told, expected, "{texts:?}");
}

use crate::judge::diagnostic::Source;

const ONE: &str = "broker.id=1\nlisteners=PLAINTEXT://localhost:9092\nlog.dirs=/d/1\nzookeeper.connect=localhost:2181\n";

#[test]
fn brokers_on_one_machine_need_ids_ports_and_folders_of_their_own() {
    let two = "broker.id=2\nlisteners=PLAINTEXT://localhost:9093\nlog.dirs=/d/2\nzookeeper.connect=localhost:2181\n";
    check(&[("a/server-1.properties", ONE), ("a/server-2.properties", two)], &[]);
    let same_id = two.replace("id=2", "id=1");
    check(&[("a/server-1.properties", ONE), ("a/server-2.properties", &same_id)], &[("KL601", "a/server-2.properties", "1")]);
    let same_port = two.replace("9093", "9092");
    check(
        &[("a/server-1.properties", ONE), ("a/server-2.properties", &same_port)],
        &[("KL602", "a/server-2.properties", "PLAINTEXT://localhost:9092")],
    );
    let same_folder = two.replace("/d/2", "/x,/d/1/");
    check(
        &[("a/server.properties", ONE), ("a/server-2.properties", &same_folder)],
        &[("KL603", "a/server-2.properties", "/x,/d/1/")],
    );
    let default_port = two.replace("listeners=PLAINTEXT://localhost:9093\n", "");
    check(
        &[("a/server-1.properties", ONE), ("a/server-2.properties", &default_port)],
        &[("KL602", "a/server-2.properties", "2")],
    );
    check(&[("a/server-1.properties", ONE), ("b/server-2.properties", &same_id)], &[]);
    check(&[("a/server-1.properties", ONE), ("a/server-2-template.properties", &same_id)], &[]);
    check(&[("a/server.properties", ONE), ("a/server-ssl.properties", ONE)], &[]);
}

#[test]
fn brokers_on_several_machines_may_be_alike() {
    let on = |id: u8, host: &str| {
        format!("broker.id={id}\nlisteners=PLAINTEXT://{host}:9092\nlog.dirs=/d\nzookeeper.connect=zk:2181/k\n")
    };
    check(&[("server-1.properties", &on(1, "10.0.0.1")), ("server-2.properties", &on(2, "10.0.0.2"))], &[]);
    check(&[("server-1.properties", &on(1, "")), ("server-2.properties", &on(2, ""))], &[]);
    check(
        &[("server-1.properties", &on(1, "10.0.0.1")), ("server-2.properties", &on(2, "10.0.0.1"))],
        &[("KL602", "server-2.properties", "PLAINTEXT://10.0.0.1:9092"), ("KL603", "server-2.properties", "/d")],
    );
    check(
        &[("server-1.properties", &on(1, "10.0.0.1")), ("server-2.properties", &on(2, "localhost"))],
        &[("KL606", "server-2.properties", "PLAINTEXT://localhost:9092")],
    );
    check(
        &[("server-1.properties", &on(1, "h1")), ("server-2.properties", &on(2, "h2").replace("2181/k", "2181"))],
        &[("KL604", "server-2.properties", "zk:2181")],
    );
    check(
        &[("server-1.properties", &on(1, "h1")), ("server-2.properties", &on(1, "h2").replace("zk:", "other:"))],
        &[("KL604", "server-2.properties", "other:2181/k")],
    );
    check(&[("server-1.properties", &on(1, "h1")), ("server-2.properties", &on(2, "h2").replace("zk:", "zk2:2181,zk:"))], &[]);
}

#[test]
fn settings_of_one_cluster_agree() {
    let on = |id: u8, more: &str| {
        format!("broker.id={id}\nlisteners=PLAINTEXT://h{id}:9092\nlog.dirs=/d\nzookeeper.connect=zk:2181\n{more}\n")
    };
    let two = |one: &str, other: &str, expected: &[(&str, &str, &str)]| {
        check(&[("server-1.properties", &on(1, one)), ("server-2.properties", &on(2, other))], expected);
    };
    two("min.insync.replicas=1", "min.insync.replicas=2", &[("KL609", "server-2.properties", "2")]);
    two("min.insync.replicas=1", "", &[]);
    let protocol = "security.inter.broker.protocol";
    two(&format!("{protocol}=PLAINTEXT"), &format!("{protocol}=SSL"), &[("KL607", "server-2.properties", "SSL")]);
    two(&format!("{protocol}=SSL"), &format!("{protocol}=ssl"), &[]);
    two("offsets.topic.replication.factor=3", "", &[("KL605", "server-1.properties", "3")]);
    two("offsets.topic.replication.factor=2", "", &[]);
}

#[test]
fn the_coordinator_beside_them_is_named() {
    let zookeeper = ("config/zookeeper.properties", "dataDir=/z\nclientPort=2182\n");
    check(&[("config/server.properties", ONE), zookeeper], &[("KL608", "config/zookeeper.properties", "2182")]);
    check(&[("config/server.properties", &ONE.replace("2181", "2182")), zookeeper], &[]);
    check(&[("config/server.properties", &ONE.replace("connect=localhost", "connect=zk")), zookeeper], &[]);
    check(&[("other/server.properties", ONE), zookeeper], &[]);
}

#[test]
fn many_brokers_are_not_each_held_against_each() {
    let file = |number: usize| {
        let text = format!(
            "broker.id={number}\nlisteners=PLAINTEXT://localhost:{}\nlog.dirs=/d/{number}\nzookeeper.connect=localhost:2181\n",
            20_000 + number
        );
        (format!("a/server-{number}.properties"), text)
    };
    let mut texts: Vec<(String, String)> = (0..8000).map(file).collect();
    // of those in the way the first is named
    texts.push(("a/server-8000.properties".to_owned(), texts[7].1.replace("id=7", "id=8000").replace(":20007", ":20005")));
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    check(&texts, &[("KL602", "a/server-8000.properties", "PLAINTEXT://localhost:20005")]);
}
