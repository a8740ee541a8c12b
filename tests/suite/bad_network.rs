//! A network that cuts, stops and half-closes connections at random bytes between a client and the broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use kafkalab::net::{self, Shutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::support::random::Random;

/// How much is forwarded at once.
const PIECE_BYTES: usize = 4096;
/// The most bytes that go one way before something happens.
const QUIET_BYTES: usize = 30_000;
/// The longest pause.
const PAUSE: Duration = Duration::from_millis(150);

/// What happens to one direction of a connection.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// Both directions end at once.
    Cut,
    /// This direction ends; what was asked before may still be answered.
    HalfClose,
    /// Nothing goes on for a while.
    Pause,
}

struct Shared {
    target: AtomicU16,
    is_bad: AtomicBool,
    cuts: AtomicUsize,
}

/// A port that leads to a broker, mostly.
pub struct BadNetwork {
    port: u16,
    shared: Arc<Shared>,
    shutdown: Shutdown,
}

impl BadNetwork {
    /// Listens; a good network until told otherwise.
    pub async fn listen(seed: u64) -> Self {
        let listener = net::bind("127.0.0.1", net::free_port().await.expect("a free port"), 50).await.expect("it is free");
        let port = listener.local_addr().expect("it listens").port();
        let shared = Shared { target: AtomicU16::new(0), is_bad: AtomicBool::new(false), cuts: AtomicUsize::new(0) };
        let network = Self { port, shared: Arc::new(shared), shutdown: Shutdown::new() };
        let (shared, shutdown) = (Arc::clone(&network.shared), network.shutdown.clone());
        tokio::spawn(async move {
            let mut random = Random::new(seed);
            loop {
                let accepted = tokio::select! {
                    () = shutdown.cancelled() => return,
                    accepted = listener.accept() => accepted,
                };
                let Ok((client, _)) = accepted else { continue };
                let Ok(server) = net::connect("127.0.0.1", shared.target.load(Ordering::SeqCst), crate::support::DEADLINE).await
                else {
                    continue;
                };
                forward(client, server, &mut random, &shared, &shutdown);
            }
        });
        network
    }

    /// Where clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the connections lead.
    pub fn lead_to(&self, port: u16) {
        self.shared.target.store(port, Ordering::SeqCst);
    }

    /// Begins to make trouble, or ends.
    pub fn set_bad(&self, bad: bool) {
        self.shared.is_bad.store(bad, Ordering::SeqCst);
    }

    /// How many connections were cut, in one direction or both.
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for BadNetwork {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn forward(client: TcpStream, server: TcpStream, random: &mut Random, shared: &Arc<Shared>, shutdown: &Shutdown) {
    let both = shutdown.child_token();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    for (from, to) in [(from_client, to_server), (from_server, to_client)] {
        let (random, shared, both) = (Random::new(random.bits()), Arc::clone(shared), both.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = both.cancelled() => {}
                () = pump(from, to, random, &shared, &both) => {}
            }
        });
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut random: Random, shared: &Shared, both: &Shutdown) {
    let mut piece = vec![0; PIECE_BYTES];
    let mut quiet = random.below(QUIET_BYTES);
    loop {
        let read = match from.read(&mut piece).await {
            Ok(read) if read > 0 => read,
            // the end of one direction is passed on
            _ => return drop(to.shutdown().await),
        };
        let bad = shared.is_bad.load(Ordering::SeqCst);
        let whole = !bad || read <= quiet;
        let passed = if whole { read } else { quiet };
        if to.write_all(&piece[..passed]).await.is_err() {
            return;
        }
        if whole {
            quiet = quiet.saturating_sub(if bad { read } else { 0 });
            continue;
        }
        match random.of(&[Trouble::Cut, Trouble::Cut, Trouble::HalfClose, Trouble::Pause]) {
            Trouble::Cut => {
                shared.cuts.fetch_add(1, Ordering::SeqCst);
                return both.cancel();
            }
            Trouble::HalfClose => {
                shared.cuts.fetch_add(1, Ordering::SeqCst);
                return drop(to.shutdown().await);
            }
            Trouble::Pause => {
                tokio::time::sleep(PAUSE * u32::try_from(random.below(100)).expect("below 100") / 100).await;
                if to.write_all(&piece[passed..read]).await.is_err() {
                    return;
                }
                quiet = random.below(QUIET_BYTES);
            }
        }
    }
}
