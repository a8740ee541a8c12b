//! The task that deletes old snapshots and logs (`DatadirCleanupManager`).

use std::time::Duration;

use crate::engine::zookeeper::storage::Storage;
use crate::net::Shutdown;
use crate::{log_info, log_warn};

/// Deletes old files now and after each interval.
pub(super) async fn purge(storage: Storage, retain: usize, interval: Duration, shutdown: Shutdown) {
    const LOGGER: &str = "org.apache.zookeeper.server.DatadirCleanupManager$PurgeTask";
    let mut ticks = tokio::time::interval(interval);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shutdown.cancelled() => return,
        }
        log_info!(LOGGER, "Purge task started.");
        let storage = storage.clone();
        match tokio::task::spawn_blocking(move || storage.purge(retain)).await {
            Ok(Ok(gone)) => {
                for path in gone {
                    log_info!("org.apache.zookeeper.server.PurgeTxnLog", "Removing file: {}", path.display());
                }
            }
            Ok(Err(error)) => log_warn!(LOGGER, "Error occurred while purging. {error}"),
            Err(error) => log_warn!(LOGGER, "Error occurred while purging. {error}"),
        }
        log_info!(LOGGER, "Purge task completed.");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::engine::zookeeper::data_tree::DataTree;
    use crate::engine::zookeeper::storage::StorageOptions;
    use crate::process::wait;

    const HOUR: Duration = Duration::from_secs(3600);

    fn save(storage: &Storage, zxid: i64) {
        let mut tree = DataTree::new();
        tree.set_last_zxid(zxid);
        storage.save(&tree, &BTreeMap::new()).expect("saved");
    }

    fn snapshots(storage: &Storage) -> usize {
        std::fs::read_dir(storage.snapshots()).expect("a folder").count()
    }

    async fn wait_for(storage: &Storage, expected: usize) {
        let what = format!("{expected} snapshots");
        wait::until_true(Duration::from_secs(60), what, || snapshots(storage) == expected).await.expect("purged");
    }

    #[tokio::test(start_paused = true)]
    async fn old_snapshots_go_at_the_start_and_with_each_interval() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::open(folder.path(), folder.path(), StorageOptions::default()).expect("a data directory");
        (1..=5).for_each(|zxid| save(&storage, zxid));
        let shutdown = Shutdown::new();
        let purging = tokio::spawn(purge(storage.clone(), 3, HOUR, shutdown.clone()));
        wait_for(&storage, 3).await;
        (6..=7).for_each(|zxid| save(&storage, zxid));
        tokio::time::advance(HOUR / 2).await;
        assert_eq!(snapshots(&storage), 5, "half an hour later nothing has gone");
        tokio::time::advance(HOUR / 2).await;
        wait_for(&storage, 3).await;
        assert!(storage.snapshots().join("snapshot.7").exists() && !storage.snapshots().join("snapshot.4").exists());
        shutdown.cancel();
        purging.await.expect("ended");
    }
}
