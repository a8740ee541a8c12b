//! Members of a group change on the bundled broker, under assignors of both kinds.

use crate::churn::{LINES, churn, static_member_amid_revocation};
use crate::support::{Pair, bundled};

async fn on_bundled(test: impl AsyncFnOnce(&Pair)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = bundled(folder.path());
    test(&Pair::start(&engine, &engine, &LINES).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_members_change_places_with_the_range_assignor() {
    on_bundled(async |pair| churn(pair, "churn", "range").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_members_change_places_cooperatively() {
    on_bundled(async |pair| churn(pair, "churn", "cooperative-sticky").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_static_member_comes_back_amid_a_revocation() {
    on_bundled(async |pair| static_member_amid_revocation(pair, "amid").await).await;
}
