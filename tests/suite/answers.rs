//! The bundled broker answers every recorded request as Apache's did.

use crate::support::answers::{self, LINES};
use crate::support::{Pair, bundled};

#[tokio::test]
async fn every_request_is_answered_as_kafka_answers_it() {
    let distribution = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(distribution.path());
    let pair = Pair::start(&engine, &engine, LINES).await;
    let masks = answers::masks(&pair);
    let mut different = String::new();
    for script in answers::all() {
        let recorded = std::fs::read_to_string(answers::recording(&script)).expect("the script is recorded");
        let found = answers::play(&script, pair.broker.port(), &masks).await;
        different.push_str(&answers::differences(&recorded, &found));
    }
    assert!(different.is_empty(), "{different}");
}
