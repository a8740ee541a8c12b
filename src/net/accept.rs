//! Taking the connections of a listener, no more at once than there are places for.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::Shutdown;

/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the connections of a listener until the shutdown, which ends those that are open too. There are never more than `most` at once;
/// others wait to be accepted.
pub async fn serve_each<F>(listener: TcpListener, most: usize, shutdown: Shutdown, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(most));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = shutdown.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            if tokio::time::timeout(ACCEPT_PAUSE, shutdown.cancelled()).await.is_ok() {
                return;
            }
            continue;
        };
        let (served, shutdown) = (serve(stream), shutdown.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = served => {}
                () = shutdown.cancelled() => {}
            }
            drop(place);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::AsyncReadExt;
    use tokio::sync::Barrier;

    use super::*;
    use crate::net;

    const CALL: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn there_are_never_more_than_allowed_and_all_have_their_turn() {
        let listener = net::bind("127.0.0.1", 0, 50).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shutdown = Shutdown::new();
        let (open, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let state = Arc::new((open, most, done, Barrier::new(2)));
        let seen = Arc::clone(&state);
        let server = tokio::spawn(serve_each(listener, 2, shutdown.clone(), move |stream| {
            let state = Arc::clone(&seen);
            async move {
                let (open, most, done, pair) = &*state;
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // nobody goes before the second place is taken
                pair.wait().await;
                open.fetch_sub(1, Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
                drop(stream);
            }
        }));
        let mut clients = Vec::new();
        for _ in 0..8 {
            clients.push(net::connect("127.0.0.1", port, CALL).await.expect("it listens"));
        }
        for mut client in clients {
            let mut nothing = Vec::new();
            let ended = client.read_to_end(&mut nothing);
            tokio::time::timeout(CALL, ended).await.expect("its turn comes").expect("the connection ends");
        }
        assert_eq!((state.1.load(Ordering::SeqCst), state.2.load(Ordering::SeqCst)), (2, 8));
        shutdown.cancel();
        tokio::time::timeout(CALL, server).await.expect("it ends").expect("it did not panic");
    }
}
