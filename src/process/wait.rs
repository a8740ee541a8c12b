//! Waiting for something to become true: always with a deadline, and always saying what was waited for.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

/// The shortest pause between two looks.
const PAUSE_MIN: Duration = Duration::from_millis(1);
/// A pause is at most this part of the time waited so far, so that what comes soon is seen soon.
const PAUSE_PART: u32 = 10;
/// The longest pause between two looks.
const PAUSE_MAX: Duration = Duration::from_millis(50);

/// The deadline passed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("waited {} s for {what}, in vain", .waited.as_secs_f32())]
pub struct DeadlinePassed {
    /// What was waited for.
    pub what: String,
    /// How long.
    pub waited: Duration,
}

/// Looks again and again until `look` gives a value, at the latest until `deadline` has passed; a look that is under way then is
/// dropped. `what` names what is waited for, as it fits after "waited 5 s for".
///
/// # Errors
/// [`DeadlinePassed`], with `what`.
pub async fn until<T, F, L>(deadline: Duration, what: impl Display, mut look: L) -> Result<T, DeadlinePassed>
where
    L: FnMut() -> F,
    F: Future<Output = Option<T>>,
{
    let begin = Instant::now();
    let looks = async {
        loop {
            if let Some(value) = look().await {
                return value;
            }
            tokio::time::sleep((begin.elapsed() / PAUSE_PART).clamp(PAUSE_MIN, PAUSE_MAX)).await;
        }
    };
    tokio::time::timeout_at(begin + deadline, looks)
        .await
        .map_err(|_| DeadlinePassed { what: what.to_string(), waited: deadline })
}

/// As [`until`], for a plain condition.
///
/// # Errors
/// [`DeadlinePassed`], with `what`.
pub async fn until_true(
    deadline: Duration,
    what: impl Display,
    mut condition: impl FnMut() -> bool,
) -> Result<(), DeadlinePassed> {
    until(deadline, what, || std::future::ready(condition().then_some(()))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_value_is_given_as_soon_as_it_is_there() {
        let mut looks = 0;
        let found = until(Duration::from_secs(5), "the third look", || {
            looks += 1;
            std::future::ready((looks == 3).then_some(looks))
        });
        assert_eq!(found.await, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_ends_a_look_that_hangs_and_says_what_was_waited_for() {
        let started = Instant::now();
        let error = until::<(), _, _>(Duration::from_secs(5), "a broker on port 9092", std::future::pending).await;
        let error = error.expect_err("it never comes");
        assert_eq!(error.to_string(), "waited 5 s for a broker on port 9092, in vain");
        assert_eq!(started.elapsed(), Duration::from_secs(5));
        let error = until_true(Duration::from_secs(1), "nothing", || false).await.expect_err("it never comes");
        assert_eq!(error.what, "nothing");
    }
}
