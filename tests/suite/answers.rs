//! The bundled broker answers every recorded request as Apache's did.

use crate::support::answers::{self, WALKS, Walk};
use crate::support::{Pair, bundled};

async fn is_answered_as_recorded((lines, scripts): Walk) {
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = Pair::start(&engine, &engine, lines).await;
    let mut different = String::new();
    for script in scripts() {
        let recorded = std::fs::read_to_string(answers::recording(&script)).expect("the script is recorded");
        let found = answers::play(&script, &pair).await;
        different.push_str(&answers::differences(&recorded, &found));
    }
    assert!(different.is_empty(), "{different}");
}

#[tokio::test]
async fn every_request_is_answered_as_kafka_answers_it() {
    is_answered_as_recorded(WALKS[0]).await;
}

#[tokio::test]
async fn what_grows_old_goes_as_in_kafka() {
    is_answered_as_recorded(WALKS[1]).await;
}

#[tokio::test]
async fn many_at_once_come_in_kafkas_order() {
    is_answered_as_recorded(WALKS[2]).await;
}
