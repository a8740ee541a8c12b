//! Ids for idempotent producers, handed out of blocks that the cluster reserves (`/latest_producer_id_block`).

use std::ops::Range;

use kafka_protocol::ResponseError;
use tokio::sync::Mutex;

/// The block that this broker hands out of.
#[derive(Debug, Default)]
pub struct ProducerIds {
    block: Mutex<Range<i64>>,
}

impl ProducerIds {
    /// The next id; `reserve` fetches a block where this one is used up.
    ///
    /// # Errors
    /// What `reserve` answers.
    pub async fn next<F>(&self, reserve: impl FnOnce() -> F) -> Result<i64, ResponseError>
    where
        F: Future<Output = Result<Range<i64>, ResponseError>>,
    {
        let mut block = self.block.lock().await;
        if block.is_empty() {
            *block = reserve().await?;
        }
        block.next().ok_or(ResponseError::UnknownServerError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ids_come_from_block_after_block() {
        let ids = ProducerIds::default();
        let block = |range: Range<i64>| move || async move { Ok(range) };
        assert_eq!(ids.next(block(10..12)).await, Ok(10));
        assert_eq!(ids.next(block(99..100)).await, Ok(11));
        assert_eq!(ids.next(|| async { Err(ResponseError::NotController) }).await, Err(ResponseError::NotController));
        assert_eq!(ids.next(block(20..22)).await, Ok(20));
    }
}
