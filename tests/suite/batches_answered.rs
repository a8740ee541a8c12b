//! The bundled broker takes and refuses record batches as Apache's does.

use crate::batches::{RECORDED, answers};
use crate::support::{Pair, bundled};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_are_answered_as_kafka_answers_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    let pair = Pair::start(&engine, &engine, &[]).await;
    let found = answers(&pair).await;
    let expected: Vec<&str> = RECORDED.lines().collect();
    let pairs = expected.iter().zip(&found).filter(|(expected, found)| expected != found);
    let different: Vec<String> = pairs.map(|(expected, found)| format!("kafka: {expected}\nfound: {found}\n")).collect();
    assert!(different.is_empty() && expected.len() == found.len(), "{}\n{} differ", different.join("\n"), different.len());
}
