//! The rules against what Apache's own `KafkaConfig` accepted and refused, and what became of brokers that were started.

use std::path::PathBuf;

use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::lint::{Input, Options, lint};
use crate::judge::rules::config::kind::Kind;

/// Rules about what Kafka's validation takes and what ends the broker, or leaves it deaf, once it starts.
const AT_START: [&str; 11] = ["KL411", "KL412", "KL414", "KL415", "KL417", "KL437", "KL452", "KL472", "KL473", "KL509", "KL521"];
/// A class that may be in a jar of the user's own: nobody can tell without it.
const UNSEEN_CLASS: &str = "Class com.example.Missing could not be found.";

/// A configuration as the tables write it.
struct Row<'a> {
    id: &'a str,
    settings: Vec<&'a str>,
    valid: bool,
    message: &'a str,
}

fn judge(row: &Row<'_>) -> (Input, Vec<Diagnostic>) {
    let bytes = row.settings.join("\n").into_bytes();
    let input = Input { path: PathBuf::from("server.properties"), shown: "server.properties".to_owned(), bytes };
    let options = Options { kind: Some(Kind::Broker), severity: Severity::Error, ..Options::default() };
    let errors = lint(&input, &options).expect("its kind is known");
    (input, errors)
}

/// The key of the line that a finding marks; `None` for the file as a whole.
fn key_of<'a>(input: &'a Input, found: &Diagnostic) -> Option<&'a str> {
    let at = found.primary.range.start;
    if found.primary.range == (0..0) {
        return None;
    }
    let text = std::str::from_utf8(&input.bytes).expect("the tables are text");
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[start..].lines().next()?.split('=').next()
}

/// What is wrong with our judgement of a row; `None` where it is right.
fn disagreement(row: &Row<'_>) -> Option<String> {
    let (input, errors) = judge(row);
    let told: Vec<String> = errors.iter().map(|found| format!("{} at {:?}", found.code, key_of(&input, found))).collect();
    let say =
        |what: &str| Some(format!("{}: {what}: {} — Kafka: {} — found {told:?}", row.id, row.settings.join(" ;; "), row.message));
    if row.valid {
        return errors
            .iter()
            .any(|found| !AT_START.contains(&found.code))
            .then(|| say("accepted by Kafka, and an error of ours"))?;
    }
    if row.message.contains(UNSEEN_CLASS) {
        return (!errors.is_empty()).then(|| say("nobody can tell"))?;
    }
    if errors.is_empty() {
        return say("refused by Kafka, and no error of ours");
    }
    let own = |found: &Diagnostic| match key_of(&input, found) {
        Some(key) => !["zookeeper.connect", "broker.id"].contains(&key) || row.message.contains(key),
        None => row.message.contains("Missing required configuration"),
    };
    errors.iter().all(|found| !own(found)).then(|| say("the error is at another key"))?
}

fn check(rows: &[Row<'_>], least: usize) {
    let wrong: Vec<String> = rows.iter().filter_map(disagreement).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert!(rows.len() > least, "only {} rows", rows.len());
}

#[test]
fn what_kafka_refuses_is_an_error_and_what_it_accepts_is_none() {
    let table = include_str!("../../../engine/broker/config/testdata/kafka-config-cases.tsv");
    let rows = table.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let base: &[&str] = if fields[1] == "none" { &[] } else { &["zookeeper.connect=localhost:2181", "broker.id=0"] };
        let own = fields[2].split(" ;; ").filter(|setting| !setting.starts_with('#'));
        // a setting of the base that the row sets again is written once
        let keys: Vec<&str> = own.clone().filter_map(|setting| setting.split('=').next()).collect();
        let base = base.iter().copied().filter(|setting| !keys.iter().any(|key| setting.starts_with(&format!("{key}="))));
        Row { id: fields[0], settings: base.chain(own).collect(), valid: fields[3] == "valid", message: fields[5] }
    });
    check(&rows.collect::<Vec<_>>(), 180);
}

#[test]
fn the_same_for_values_and_combinations_of_every_kind() {
    let table = include_str!("../../../../fixtures/config/kafka-config-verdicts.tsv");
    let rows = table.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        Row { id: fields[0], settings: fields[1].split(" ;; ").collect(), valid: fields[2] == "valid", message: fields[4] }
    });
    check(&rows.collect::<Vec<_>>(), 900);
}

#[test]
fn what_ends_a_broker_at_its_start_is_an_error_and_what_serves_is_none() {
    let table = include_str!("../../../../fixtures/config/startup-outcomes.tsv");
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let serves = fields[3] == "starts";
        let own: Vec<&str> = fields[1].split(" ;; ").collect();
        let base = ["zookeeper.connect=localhost:2181", "broker.id=0"];
        let is_set = |setting: &str| own.iter().any(|own| own.split('=').next() == setting.split('=').next());
        let settings = base.into_iter().filter(|setting| !is_set(setting)).chain(own.iter().copied()).collect();
        let (_, errors) = judge(&Row { id: fields[0], settings, valid: serves, message: "" });
        let codes: Vec<_> = errors.iter().map(|found| found.code).collect();
        // a class that is not there may be in a jar of one's own
        let unseen = line.contains("com.example.Missing");
        assert_eq!(codes.is_empty(), serves || unseen, "{line}: {codes:?}");
    }
}

#[test]
fn the_files_that_apache_ships_have_no_error() {
    let shipped = [
        ("server.properties", include_str!("../../../../fixtures/kafka-3.6.0/config/server.properties")),
        ("zookeeper.properties", include_str!("../../../../fixtures/kafka-3.6.0/config/zookeeper.properties")),
        ("producer.properties", include_str!("../../../../fixtures/kafka-3.6.0/config/producer.properties")),
        ("consumer.properties", include_str!("../../../../fixtures/kafka-3.6.0/config/consumer.properties")),
    ];
    for (name, text) in shipped {
        let input = Input { path: PathBuf::from(name), shown: name.to_owned(), bytes: text.as_bytes().to_vec() };
        let found = lint(&input, &Options::default()).expect("its kind is known");
        let told: Vec<_> = found.iter().filter(|found| found.severity > Severity::Note).map(|found| (found.code, name)).collect();
        assert_eq!(told, []);
    }
}
