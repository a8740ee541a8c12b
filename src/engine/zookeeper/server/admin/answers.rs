//! The commands of the AdminServer and what a standalone server answers to each.

use serde_json::{Map, Value, json};

use crate::engine::zookeeper::server::environment::{environment, system_properties};
use crate::engine::zookeeper::server::four_letter::VERSION;
use crate::engine::zookeeper::server::run::Core;
use crate::engine::zookeeper::server::statistics::ConnectionStatistics;
use crate::engine::zookeeper::watch::ConnectionId;
use crate::net::http::decode;

/// Each command and its other names, in the order of ZooKeeper's page.
pub(super) const COMMANDS: [(&str, &[&str]); 26] = [
    ("configuration", &["conf", "config"]),
    ("connection_stat_reset", &["crst"]),
    ("connections", &["cons"]),
    ("dirs", &[]),
    ("dump", &[]),
    ("environment", &["env", "envi"]),
    ("get_trace_mask", &["gtmk"]),
    ("hash", &[]),
    ("initial_configuration", &["icfg"]),
    ("is_read_only", &["isro"]),
    ("last_snapshot", &["lsnp"]),
    ("leader", &["lead"]),
    ("monitor", &["mntr"]),
    ("observer_connection_stat_reset", &["orst"]),
    ("observers", &["obsr"]),
    ("ruok", &[]),
    ("server_stats", &["srvr"]),
    ("set_trace_mask", &["stmk"]),
    ("stat_reset", &["srst"]),
    ("stats", &["stat"]),
    ("system_properties", &["sysp"]),
    ("voting_view", &[]),
    ("watch_summary", &["wchs"]),
    ("watches", &["wchc"]),
    ("watches_by_path", &["wchp"]),
    ("zabstate", &[]),
];

/// The command that a name stands for.
pub(super) fn primary_name(name: &str) -> Option<&'static str> {
    COMMANDS.iter().find(|(primary, others)| *primary == name || others.contains(&name)).map(|(primary, _)| *primary)
}

/// Whether a command has nothing to tell of a server that is not serving.
pub(in super::super) fn needs_server(command: &str) -> bool {
    const OTHERS: [&str; 6] = ["environment", "get_trace_mask", "monitor", "set_trace_mask", "system_properties", "zabstate"];
    !OTHERS.contains(&command)
}

/// What a command answers with, `command` and `error` among it.
pub(in super::super) fn answer(core: &mut Core, command: &str, query: &str) -> Value {
    let answered = match command {
        "leader" => Err("server is not initialized".to_owned()),
        "set_trace_mask" => core.set_trace_mask(query),
        _ => Ok(core.admin_fields(command)),
    };
    match answered {
        Ok(mut fields) => {
            fields.insert("command".to_owned(), json!(command));
            fields.insert("error".to_owned(), Value::Null);
            Value::Object(fields)
        }
        Err(error) => json!({ "error": error, "command": command }),
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

impl Core {
    fn admin_fields(&mut self, command: &str) -> Map<String, Value> {
        fields(match command {
            "configuration" => self.configuration(),
            "connection_stat_reset" => {
                self.connections.values_mut().for_each(ConnectionStatistics::reset);
                json!({})
            }
            "connections" => {
                let all: Vec<Value> = self.connections.iter().map(|(id, figures)| self.connection(*id, figures, true)).collect();
                json!({ "connections": all, "secure_connections": [] })
            }
            "dirs" => {
                let (snapshots, logs) = self.storage.sizes();
                json!({ "datadir_size": snapshots, "logdir_size": logs })
            }
            "dump" => self.admin_dump(),
            "environment" => return environment().into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect(),
            "get_trace_mask" => json!({ "tracemask": self.trace_mask }),
            "hash" => {
                let digests = self.coordinator.tree().digests();
                let digests = digests.map(|(zxid, digest)| json!({ "zxid": zxid, "digest": digest, "digest_version": 2 }));
                json!({ "digests": digests.collect::<Vec<_>>() })
            }
            "initial_configuration" => json!({ "initial_configuration": self.config.text }),
            "is_read_only" => json!({ "read_only": false }),
            "last_snapshot" => {
                let (zxid, seconds) = self.storage.last_snapshot().unwrap_or((-1, -1));
                json!({ "zxid": format!("{zxid:x}"), "timestamp": seconds })
            }
            "monitor" => return self.figures().into_iter().collect(),
            "observers" => json!({ "synced_observers": 0, "observers": [] }),
            "server_stats" => self.server_stats(),
            "stat_reset" => {
                self.reset_statistics();
                json!({})
            }
            "stats" => {
                let mut all = fields(self.server_stats());
                let each = self.connections.iter().map(|(id, figures)| self.connection(*id, figures, false));
                all.insert("connections".to_owned(), each.collect());
                all.insert("secure_connections".to_owned(), json!([]));
                return all;
            }
            "system_properties" => json!(system_properties(&self.config.properties)),
            "voting_view" => json!({ "current_config": {} }),
            "watch_summary" => {
                let (connections, paths, total) = self.coordinator.watches().data_summary();
                json!({ "num_connections": connections, "num_paths": paths, "num_total_watches": total })
            }
            "watches" => json!({ "session_id_to_watched_paths": self.watches_by(|path, id| (id.to_string(), json!(path))) }),
            "watches_by_path" => json!({ "path_to_session_ids": self.watches_by(|path, id| (path.to_owned(), json!(id))) }),
            "zabstate" => json!({ "voting": false, "zabstate": "" }),
            // ruok, and the reset of connections of observers that are not there
            _ => json!({}),
        })
    }

    fn set_trace_mask(&mut self, query: &str) -> Result<Map<String, Value>, String> {
        const WRONG: &str = "setTraceMask requires long traceMask argument";
        let value = query.split('&').find_map(|pair| pair.strip_prefix("traceMask="));
        let value = value.map(|value| decode(&value.replace('+', " ")).unwrap_or_default());
        let value = value.ok_or_else(|| WRONG.to_owned())?;
        self.trace_mask = value.parse().map_err(|_| format!("{WRONG}, got {value}"))?;
        Ok(fields(json!({ "tracemask": self.trace_mask })))
    }

    fn configuration(&self) -> Value {
        let (config, limits) = (&self.config, self.config.options.limits);
        json!({
            "client_port": config.client_address.as_ref().map_or(-1, |(_, port)| i32::from(*port)),
            "data_dir": self.storage.snapshots(),
            "data_log_dir": self.storage.logs(),
            "tick_time": limits.tick_ms,
            "max_client_cnxns": config.max_client_connections,
            "min_session_timeout": limits.min_ms,
            "max_session_timeout": limits.max_ms,
            "server_id": 0,
            "client_port_listen_backlog": config.backlog,
        })
    }

    fn connection(&self, id: ConnectionId, figures: &ConnectionStatistics, in_full: bool) -> Value {
        let mut all = json!({
            "remote_socket_address": figures.address.to_string(),
            "interest_ops": 1,
            "outstanding_requests": figures.unanswered,
            "packets_received": figures.received,
            "packets_sent": figures.sent,
        });
        let session = self.coordinator.session(id).filter(|session| *session != 0);
        if let (true, Some(session), Some(all)) = (in_full, session, all.as_object_mut()) {
            let last = figures.last;
            all.extend(fields(json!({
                "session_id": session,
                "last_operation": last.operation,
                "established": figures.established_ms,
                "session_timeout": self.coordinator.sessions().timeout(session).unwrap_or(0),
                "last_cxid": last.cxid,
                "last_zxid": last.zxid,
                "last_response_time": last.at_ms,
                "last_latency": last.latency_ms,
                "min_latency": figures.latency.min(),
                "avg_latency": figures.latency.whole_average(),
                "max_latency": figures.latency.max(),
            })));
        }
        all
    }

    fn admin_dump(&self) -> Value {
        let sessions = self.coordinator.sessions().buckets();
        let sessions: Map<_, _> = sessions.map(|(at, ids)| (at.to_string(), json!(ids))).collect();
        let ephemerals = self.coordinator.tree().sessions_with_ephemerals();
        let ephemerals: Map<_, _> = ephemerals.map(|(id, paths)| (id.to_string(), json!(paths.in_order()))).collect();
        json!({ "expiry_time_to_session_ids": sessions, "session_id_to_ephemeral_paths": ephemerals })
    }

    fn server_stats(&self) -> Value {
        let statistics = &self.statistics;
        let (snapshots, logs) = self.storage.sizes();
        json!({
            "version": VERSION,
            "read_only": false,
            "server_stats": {
                "packets_sent": statistics.sent,
                "packets_received": statistics.received,
                "fsync_threshold_exceed_count": 0,
                "client_response_stats": statistics.responses.json(),
                "data_dir_size": snapshots,
                "log_dir_size": logs,
                "provider_null": false,
                "last_processed_zxid": self.coordinator.tree().last_zxid(),
                "outstanding_requests": 0,
                "server_state": "standalone",
                "avg_latency": statistics.latency.average(),
                "max_latency": statistics.latency.max(),
                "min_latency": statistics.latency.min(),
                "num_alive_client_connections": self.open_connections(),
                "uptime": self.clock.now().elapsed_ms,
                "auth_failed_count": self.coordinator.auth_failed,
                "non_mtlsremote_conn_count": 0,
                "non_mtlslocal_conn_count": 0,
            },
            "client_response": statistics.responses.json(),
            "node_count": self.coordinator.tree().node_count(),
        })
    }

    /// Watches on data, each as a key and one of its values.
    fn watches_by(&self, pair: impl Fn(&str, i64) -> (String, Value)) -> Value {
        let mut all: Vec<(&str, i64)> = Vec::new();
        for (path, connection) in self.coordinator.watches().data_watches() {
            all.extend(self.coordinator.session(connection).map(|session| (path, session)));
        }
        all.sort_unstable();
        let mut grouped = Map::new();
        for (path, session) in all {
            let (key, value) = pair(path, session);
            let values = grouped.entry(key).or_insert_with(|| json!([]));
            if let Value::Array(values) = values {
                values.push(value);
            }
        }
        Value::Object(grouped)
    }
}
