//! What the running server tells about itself: the texts behind four-letter words.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::environment::{environment, file_descriptors};
use super::four_letter::VERSION;
use super::run::Core;
use super::statistics::ConnectionStatistics;
use crate::engine::zookeeper::date::java_date;
use crate::log_info;

/// How finely the ends of connections are grouped, in ms.
const CONNECTION_BUCKET_MS: i64 = 10_000;

/// A word that only the core can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Conf,
    Cons,
    Crst,
    Dirs,
    Dump,
    Envi,
    Gtmk,
    Hash,
    Isro,
    Mntr,
    Srst,
    Srvr,
    Stat,
    /// With the mask to set.
    Stmk(i64),
    Wchc,
    Wchp,
    Wchs,
}

impl Core {
    /// The answer to a word; who asks is a client as well.
    pub(super) fn word(&mut self, word: Word, asker: SocketAddr) -> String {
        match word {
            Word::Conf => self.conf(),
            Word::Cons => self.clients(asker, true) + "\n",
            Word::Crst => {
                self.connections.values_mut().for_each(ConnectionStatistics::reset);
                "Connection stats reset.\n".to_owned()
            }
            Word::Dirs => {
                let (snapshots, logs) = self.storage.sizes();
                format!("datadir_size: {snapshots}\nlogdir_size: {logs}\n")
            }
            Word::Dump => self.dump(asker),
            Word::Envi => {
                let lines = environment().into_iter().map(|(key, value)| format!("{key}={value}\n"));
                "Environment:\n".to_owned() + &lines.collect::<String>()
            }
            Word::Gtmk => self.trace_mask.to_string(),
            Word::Hash => self.coordinator.tree().digests().map(|(zxid, digest)| format!("{zxid:x}: {digest}\n")).collect(),
            Word::Isro => "rw".to_owned(),
            Word::Mntr => self.mntr(),
            Word::Srst => {
                self.reset_statistics();
                "Server stats reset.\n".to_owned()
            }
            Word::Srvr => format!("Zookeeper version: {VERSION}\n{}", self.server_lines()),
            Word::Stat => {
                let clients = self.clients(asker, false);
                format!("Zookeeper version: {VERSION}\nClients:\n{clients}\n{}", self.server_lines())
            }
            Word::Stmk(mask) => {
                self.trace_mask = mask;
                log_info!("org.apache.zookeeper.server.ZooTrace", "Set text trace mask to 0x{mask:x}");
                mask.to_string()
            }
            Word::Wchc => self.watches_outline(false),
            Word::Wchp => self.watches_outline(true),
            Word::Wchs => {
                let (connections, paths, total) = self.coordinator.watches().data_summary();
                format!("{connections} connections watching {paths} paths\nTotal watches:{total}\n")
            }
        }
    }

    /// Everything that `srst` sets back.
    pub(super) fn reset_statistics(&mut self) {
        self.statistics.reset(&self.counters);
        self.coordinator.namespaces.reset();
    }

    fn server_lines(&self) -> String {
        let statistics = &self.statistics;
        format!(
            "Latency min/avg/max: {}/{:?}/{}\nReceived: {}\nSent: {}\nConnections: {}\nOutstanding: 0\nZxid: 0x{:x}\n\
             Mode: standalone\nNode count: {}\n",
            statistics.latency.min(),
            statistics.latency.average(),
            statistics.latency.max(),
            statistics.received,
            statistics.sent,
            self.open_connections(),
            self.coordinator.tree().last_zxid(),
            self.coordinator.tree().node_count(),
        )
    }

    pub(super) fn open_connections(&self) -> usize {
        self.open_connections.load(Ordering::Acquire)
    }

    fn clients(&self, asker: SocketAddr, in_full: bool) -> String {
        let mut text = format!(" /{asker}[0](queued=0,recved=1,sent=0)\n");
        for (id, figures) in &self.connections {
            let ConnectionStatistics { address, received, sent, unanswered, last, latency, .. } = figures;
            // a String takes everything
            let _ = write!(text, " /{address}[1](queued={unanswered},recved={received},sent={sent}");
            let session = self.coordinator.session(*id).filter(|session| in_full && *session != 0);
            if let Some(session) = session {
                let timeout = self.coordinator.sessions().timeout(session).unwrap_or(0);
                let operation = last.operation;
                let _ = write!(text, ",sid=0x{session:x},lop={operation},est={},to={timeout}", figures.established_ms);
                if last.cxid >= 0 {
                    let _ = write!(text, ",lcxid=0x{:x}", last.cxid);
                }
                let _ = write!(text, ",lzxid=0x{:x},lresp={},llat={}", last.zxid, last.at_ms, last.latency_ms);
                let (min, average, max) = (latency.min(), latency.whole_average(), latency.max());
                let _ = write!(text, ",minlat={min},avglat={average},maxlat={max}");
            }
            text.push_str(")\n");
        }
        text
    }

    fn dump(&self, asker: SocketAddr) -> String {
        let now = self.clock.now();
        let date = |at_ms: i64| java_date(now.wall_ms + at_ms - now.elapsed_ms);
        let sessions = self.coordinator.sessions();
        let (buckets, count) = (sessions.buckets().count(), sessions.count());
        let mut text = format!("SessionTracker dump:\nSession Sets ({buckets})/({count}):\n");
        // a String takes everything
        for (at, ids) in sessions.buckets() {
            let _ = writeln!(text, "{} expire at {}:", ids.len(), date(at));
            ids.iter().for_each(|id| text.push_str(&format!("\t0x{id:x}\n")));
        }
        let ephemerals = || self.coordinator.tree().sessions_with_ephemerals();
        let _ = writeln!(text, "ephemeral nodes dump:\nSessions with Ephemerals ({}):", ephemerals().count());
        for (session, paths) in ephemerals() {
            let _ = writeln!(text, "0x{session:x}:");
            paths.in_order().into_iter().for_each(|path| text.push_str(&format!("\t{path}\n")));
        }
        let sessionless = i64::try_from(self.config.sessionless_timeout.as_millis()).unwrap_or(i64::MAX);
        let bucket = |at: i64| (at / CONNECTION_BUCKET_MS + 1) * CONNECTION_BUCKET_MS;
        let mut ends: Vec<(i64, SocketAddr, i64)> = vec![(bucket(now.elapsed_ms + sessionless), asker, 0)];
        for (id, figures) in &self.connections {
            let session = self.coordinator.session(*id).unwrap_or(0);
            let timeout = sessions.timeout(session).map_or(sessionless, i64::from);
            ends.push((bucket(figures.heard_ms + timeout), figures.address, session));
        }
        ends.sort_unstable_by_key(|(at, ..)| *at);
        let groups: Vec<_> = ends.chunk_by(|one, other| one.0 == other.0).collect();
        let _ = writeln!(text, "Connections dump:\nConnections Sets ({})/({}):", groups.len(), ends.len());
        for group in groups {
            let _ = writeln!(text, "{} expire at {}:", group.len(), date(group[0].0));
            for (_, address, session) in group {
                let _ = writeln!(text, "\tip: /{address} sessionId: 0x{session:x}");
            }
        }
        text
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

    fn mntr(&self) -> String {
        let line = |(key, value): (String, Value)| match value {
            Value::String(text) => format!("zk_{key}\t{text}\n"),
            number => format!("zk_{key}\t{number}\n"),
        };
        self.figures().into_iter().map(line).collect()
    }

    /// Every figure of `mntr` in ZooKeeper's order.
    pub(super) fn figures(&self) -> Vec<(String, Value)> {
        let (statistics, tree) = (&self.statistics, self.coordinator.tree());
        let (open_files, files_max) = file_descriptors();
        let own = [
            ("version", json!(VERSION)),
            ("server_state", json!("standalone")),
            ("ephemerals_count", json!(tree.ephemerals_count())),
            ("num_alive_connections", json!(self.open_connections())),
            ("avg_latency", json!(statistics.latency.average())),
            ("outstanding_requests", json!(0)),
            ("znode_count", json!(tree.node_count())),
            ("global_sessions", json!(self.coordinator.sessions().count())),
            ("non_mtls_remote_conn_count", json!(0)),
            ("last_client_response_size", json!(statistics.responses.last)),
            ("packets_sent", json!(statistics.sent)),
            ("packets_received", json!(statistics.received)),
            ("max_client_response_size", json!(statistics.responses.max)),
            ("connection_drop_probability", json!(self.coordinator.throttle.drop_chance())),
            ("watch_count", json!(self.coordinator.watches().count())),
            ("auth_failed_count", json!(self.coordinator.auth_failed)),
            ("min_latency", json!(statistics.latency.min())),
            ("max_file_descriptor_count", json!(files_max)),
            ("approximate_data_size", json!(tree.approximate_data_size())),
            ("open_file_descriptor_count", json!(open_files)),
            ("local_sessions", json!(0)),
            ("uptime", json!(self.clock.now().elapsed_ms)),
            ("max_latency", json!(statistics.latency.max())),
            ("outstanding_tls_handshake", json!(0)),
            ("min_client_response_size", json!(statistics.responses.min)),
            ("non_mtls_local_conn_count", json!(0)),
        ];
        let mut figures: Vec<(String, Value)> = own.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        figures.extend(statistics.summaries.figures(&self.counters));
        self.coordinator.namespaces.figures(&mut figures);
        figures
    }

    /// Watches on data as an outline: by path its sessions, or by session its paths.
    fn watches_outline(&self, path_first: bool) -> String {
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
