//! Servers that are killed again and again: nothing acknowledged is lost.

use kafkalab::engine::server::Role;

use crate::crash::{Campaign, FIRST_SEED, ROUNDS};
use crate::support::bundled;
use crate::support::random::setting;

/// How many crashes in an everyday run.
const ROUNDS_DEFAULT: u64 = 2;

async fn campaign(lines: &[(Role, &str)]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    let mut campaign = Campaign::start(&engine, setting(FIRST_SEED, 1), lines).await;
    for _ in 0..setting(ROUNDS, ROUNDS_DEFAULT) {
        campaign.round().await;
    }
    assert!(campaign.segments().len() > 3 * 6, "no segment was rolled: {:?}", campaign.segments());
    campaign.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_in_a_crash() {
    campaign(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_in_a_crash_with_a_flush_after_each_record() {
    campaign(&[(Role::Broker, "log.flush.interval.messages=1")]).await;
}
