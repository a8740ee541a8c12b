//! What the running server tells about itself: the texts behind four-letter words.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use super::four_letter::VERSION;
use super::run::{Core, Statistics};

/// A word that only the core can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Conf,
    Crst,
    Dirs,
    Mntr,
    Srst,
    Srvr,
    /// With who asks: it is a client as well.
    Stat(SocketAddr),
    Wchc,
    Wchp,
    Wchs,
}

impl Core {
    pub(super) fn word(&mut self, word: Word) -> String {
        match word {
            Word::Conf => self.conf(),
            Word::Crst => {
                self.traffic.values_mut().for_each(|traffic| *traffic = (0, 0));
                "Connection stats reset.\n".to_owned()
            }
            Word::Dirs => {
                let (snapshots, logs) = self.storage.sizes();
                format!("datadir_size: {snapshots}\nlogdir_size: {logs}\n")
            }
            Word::Mntr => self.mntr(),
            Word::Srst => {
                self.statistics = Statistics::default();
                "Server stats reset.\n".to_owned()
            }
            Word::Srvr => format!("Zookeeper version: {VERSION}\n{}", self.server_lines()),
            Word::Stat(asker) => self.stat(asker),
            Word::Wchc => self.watches_by(false),
            Word::Wchp => self.watches_by(true),
            Word::Wchs => {
                let (connections, paths, total) = self.coordinator.watches().data_summary();
                format!("{connections} connections watching {paths} paths\nTotal watches:{total}\n")
            }
        }
    }

    fn server_lines(&self) -> String {
        let statistics = &self.statistics;
        format!(
            "Latency min/avg/max: {}/{:?}/{}\nReceived: {}\nSent: {}\nConnections: {}\nOutstanding: 0\nZxid: 0x{:x}\n\
             Mode: standalone\nNode count: {}\n",
            statistics.latency_min_ms.unwrap_or(0),
            statistics.average(),
            statistics.latency_max_ms,
            statistics.received,
            statistics.sent,
            self.open_connections.load(Ordering::Acquire),
            self.coordinator.tree().last_zxid(),
            self.coordinator.tree().node_count(),
        )
    }

    fn stat(&self, asker: SocketAddr) -> String {
        let mut text = format!("Zookeeper version: {VERSION}\nClients:\n /{asker}[0](queued=0,recved=1,sent=0)\n");
        for (connection, (received, sent)) in &self.traffic {
            if let Some(address) = self.coordinator.address(*connection) {
                // a String takes everything
                let _ = writeln!(text, " /{address}[1](queued=0,recved={received},sent={sent})");
            }
        }
        text + "\n" + &self.server_lines()
    }

    fn conf(&self) -> String {
        let (config, limits) = (&self.config, self.config.options.limits);
        let (snapshots, logs) = self.storage.sizes();
        format!(
            "clientPort={}\nsecureClientPort=-1\ndataDir={}\ndataDirSize={snapshots}\ndataLogDir={}\ndataLogSize={logs}\ntickTime={}\n\
             maxClientCnxns={}\nminSessionTimeout={}\nmaxSessionTimeout={}\nclientPortListenBacklog={}\nserverId=0\n",
            config.client_address.as_ref().map_or(-1, |(_, port)| i32::from(*port)),
            self.storage.snapshots().display(),
            self.storage.logs().display(),
            limits.tick_ms,
            config.max_client_connections,
            limits.min_ms,
            limits.max_ms,
            config.backlog,
        )
    }

    /// The figures that this server has, in ZooKeeper's order.
    fn mntr(&self) -> String {
        let (statistics, tree) = (&self.statistics, self.coordinator.tree());
        let watches = self.coordinator.watches().count();
        let lines = [
            ("version", VERSION.to_owned()),
            ("server_state", "standalone".to_owned()),
            ("ephemerals_count", tree.ephemerals_count().to_string()),
            ("num_alive_connections", self.open_connections.load(Ordering::Acquire).to_string()),
            ("avg_latency", format!("{:?}", statistics.average())),
            ("outstanding_requests", "0".to_owned()),
            ("znode_count", tree.node_count().to_string()),
            ("global_sessions", self.coordinator.sessions().timeouts().len().to_string()),
            ("packets_sent", statistics.sent.to_string()),
            ("packets_received", statistics.received.to_string()),
            ("watch_count", watches.to_string()),
            ("min_latency", statistics.latency_min_ms.unwrap_or(0).to_string()),
            ("approximate_data_size", tree.approximate_data_size().to_string()),
            ("local_sessions", "0".to_owned()),
            ("uptime", self.clock.now().elapsed_ms.to_string()),
            ("max_latency", statistics.latency_max_ms.to_string()),
        ];
        lines.iter().map(|(key, value)| format!("zk_{key}\t{value}\n")).collect()
    }

    /// Watches on data as an outline: by path its sessions, or by session its paths.
    fn watches_by(&self, path_first: bool) -> String {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (path, connection) in self.coordinator.watches().data_watches() {
            let Some(session) = self.coordinator.session(connection) else { continue };
            let (path, session) = (path.to_owned(), format!("0x{session:x}"));
            pairs.push(if path_first { (path, session) } else { (session, path) });
        }
        pairs.sort();
        let mut text = String::new();
        let mut last = None;
        for (head, line) in &pairs {
            if last.replace(head) != Some(head) {
                text.push_str(&format!("{head}\n"));
            }
            text.push_str(&format!("\t{line}\n"));
        }
        text + "\n"
    }
}
