//! A snapshot that is taken while the server serves: the core gives out the znodes piece by piece, a thread writes them.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant};

use super::coordinator::Coordinator;
use crate::engine::log4j::{self, Level};
use crate::engine::zookeeper::snapshot::{Piece, SnapshotEncoder};
use crate::engine::zookeeper::storage::{Storage, StorageError};
use crate::log_info;

/// Pieces that wait to be written.
const PIECES_AHEAD: usize = 1;

/// A snapshot that is being taken.
pub(super) struct Snapshot {
    encoder: SnapshotEncoder,
    /// `None` when the last piece was given.
    pieces: Option<mpsc::Sender<Piece>>,
    writing: JoinHandle<Result<(), StorageError>>,
    began: Instant,
}

/// How it goes on with a snapshot.
pub(super) enum Progress {
    /// The next piece can be given.
    Room,
    /// It is written.
    Taken(Duration),
    /// None was being taken.
    Nothing,
    /// The disk refuses, which is said in the log.
    Failed,
}

impl Snapshot {
    /// Begins one of everything that was applied.
    pub(super) fn begin(coordinator: &mut Coordinator, storage: Storage) -> Self {
        let sessions = coordinator.sessions.timeouts();
        let (encoder, frame) = SnapshotEncoder::begin(coordinator.tree.begin_capture(), &sessions);
        let (pieces, mut given) = mpsc::channel(PIECES_AHEAD);
        let writing = tokio::task::spawn_blocking(move || {
            log_snapshotting(&storage, frame.zxid);
            storage.save_pieces(&frame, || given.blocking_recv()).map(|_| ())
        });
        Self { encoder, pieces: Some(pieces), writing, began: Instant::now() }
    }

    /// Gives the next piece to the thread that writes, where there is room.
    pub(super) fn give(&mut self, coordinator: &mut Coordinator) {
        let Some(pieces) = &self.pieces else { return };
        // without room it comes later; a thread that has ended says why
        let Ok(room) = pieces.try_reserve() else { return };
        let piece = self.encoder.piece(|visit| coordinator.tree.give_captured(visit));
        let is_last = matches!(piece, Piece::Last(_));
        room.send(piece);
        if is_last {
            self.pieces = None;
        }
    }
}

/// Waits until the next piece can be given.
pub(super) async fn room(snapshot: &Option<Snapshot>) {
    if let Some(Snapshot { pieces: Some(pieces), .. }) = snapshot
        && pieces.reserve().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Waits until it goes on with the snapshot that is being taken; one that is over is gone after it.
pub(super) async fn progress(snapshot: &mut Option<Snapshot>) -> Progress {
    let Some(Snapshot { pieces, writing, began, .. }) = snapshot else { return Progress::Nothing };
    let began = *began;
    if let Some(pieces) = pieces
        && pieces.reserve().await.is_ok()
    {
        return Progress::Room;
    }
    let written = writing.await;
    *snapshot = None;
    match written {
        Ok(Err(error)) => {
            log_no_snapshot(&error);
            Progress::Failed
        }
        Ok(Ok(())) => {
            let took = began.elapsed();
            log_info!("org.apache.zookeeper.server.ZooKeeperServer", "Snapshot taken in {} ms", took.as_millis());
            Progress::Taken(took)
        }
        Err(_) => Progress::Failed,
    }
}

/// Says that a snapshot cannot be written, which ends the server.
pub(super) fn log_no_snapshot(error: &StorageError) {
    log4j::log_caused(
        Level::Error,
        "org.apache.zookeeper.server.ZooKeeperServer",
        format_args!("Severe unrecoverable error, exiting"),
        format_args!("{}", error.exception()),
    );
}

pub(super) fn log_snapshotting(storage: &Storage, zxid: i64) {
    let path = storage.snapshot_path(zxid);
    log_info!("org.apache.zookeeper.server.persistence.FileTxnSnapLog", "Snapshotting: 0x{zxid:x} to {}", path.display());
}
