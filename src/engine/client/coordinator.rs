//! Requests to the coordinator of a group or of transactions, whoever that is at the moment.

use kafka_protocol::protocol::Request;
use tokio::time::Instant;

use super::{Client, ClientError, Coordinated, Route};

/// `COORDINATOR_LOAD_IN_PROGRESS`, `COORDINATOR_NOT_AVAILABLE`, `NOT_COORDINATOR`: asked again soon.
const ELSEWHERE: [i16; 3] = [14, 15, 16];

impl Client {
    /// Sends a request to a group's coordinator until one answers that is it. `request` makes the request in a version, `code` is the
    /// answer's error code.
    ///
    /// # Errors
    /// [`ClientError::Broker`] where there is no coordinator by the client's deadline; else as [`Client::call`]. Other error codes in
    /// the answer are the caller's.
    pub async fn at_coordinator<R: Request + Clone>(
        &self,
        group: &str,
        request: impl Fn(i16) -> R,
        code: impl Fn(&R::Response) -> i16,
    ) -> Result<R::Response, ClientError> {
        self.at_coordinator_of(Coordinated::Group(group), self.deadline(), request, code).await
    }

    /// As [`Client::at_coordinator`], for transactions too, with a deadline of the caller's.
    ///
    /// # Errors
    /// As [`Client::at_coordinator`].
    pub async fn at_coordinator_of<R: Request + Clone>(
        &self,
        what: Coordinated<'_>,
        deadline: Instant,
        request: impl Fn(i16) -> R,
        code: impl Fn(&R::Response) -> i16,
    ) -> Result<R::Response, ClientError> {
        let elsewhere = |error: &ClientError| error.code().is_some_and(|code| ELSEWHERE.contains(&code));
        loop {
            let answer = async {
                let route = Route::Broker(self.coordinator_of(what, deadline).await?.id);
                let version = self.connection(&route, deadline).await?.version_of::<R>()?;
                let response = self.call_until(route, request(version), deadline).await?;
                match ClientError::from_code(code(&response), None) {
                    Some(error) if elsewhere(&error) => Err(error),
                    _ => Ok(response),
                }
            };
            match answer.await {
                Err(error) if elsewhere(&error) && Instant::now() + self.retry_backoff() < deadline => {
                    tokio::time::sleep(self.retry_backoff()).await;
                }
                answer => return answer,
            }
        }
    }
}
