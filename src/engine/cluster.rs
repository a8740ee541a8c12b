//! A coordinator and brokers for any use: configured in a folder of their own, started together, and told when one of them ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::{join_all, select_all, try_join_all};

use super::distribution::{self, Settings};
use super::server::{Engine, EngineError, Role, Server, client};
use super::tools::witnessed::with_parent;
use crate::process::spawn::Command;
use crate::process::wait::until;
use crate::properties::{Document, PropertiesError};
use crate::text::Language;

/// How long one question to a broker may take.
const CALL: Duration = Duration::from_secs(10);
/// Where the servers listen: other machines have no business here.
const ADDRESS: &str = "127.0.0.1";
/// How clients on this machine call it.
const HOST: &str = "localhost";

/// Where a cluster lies and listens.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The folder of its configuration, data and logs.
    pub folder: PathBuf,
    /// The coordinator's port.
    pub zookeeper_port: u16,
    /// The brokers' ports; the first broker has id 0.
    pub broker_ports: Vec<u16>,
}

/// Why a cluster does not run.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Its folder cannot be written.
    #[error("failed to write {}: {source}", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The settings that Kafka ships could not be changed.
    #[error(transparent)]
    Properties(#[from] PropertiesError),
    /// A server did not come up.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// An engine whose servers end when this process does, however that ends. To be used by a thread that is there to the end.
pub struct Attended<'a>(pub &'a dyn Engine);

impl Engine for Attended<'_> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn command(&self, role: Role, config: &Path, logs: &Path) -> Command {
        with_parent(self.0.command(role, config, logs))
    }
}

/// A running cluster. Its servers are killed when it is dropped; [`Cluster::stop`] ends them as Kafka's own scripts do.
#[derive(Debug)]
pub struct Cluster {
    brokers: Vec<Server>,
    coordinator: Server,
    plan: Plan,
}

/// Which server ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// `coordinator` or `broker 0`.
    pub server: String,
    /// As a shell shows it.
    pub code: i32,
    /// Where it logged to.
    pub log: PathBuf,
}

impl Plan {
    /// Where the servers log to.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The coordinator, as `zookeeper.connect` takes it.
    pub fn zookeeper(&self) -> String {
        format!("{HOST}:{}", self.zookeeper_port)
    }

    /// One broker's address.
    pub fn broker(&self, id: usize) -> String {
        format!("{HOST}:{}", self.broker_ports[id])
    }

    /// Every broker, as `--bootstrap-server` takes them.
    pub fn bootstrap(&self) -> String {
        let all: Vec<String> = (0..self.broker_ports.len()).map(|id| self.broker(id)).collect();
        all.join(",")
    }

    /// Writes the configuration of every server: as Kafka ships it, but for ids, places and addresses, and internal topics with as many
    /// replicas as brokers, three at most.
    fn configure(&self) -> Result<(), ClusterError> {
        let data = self.folder.join("data");
        let settings = Settings {
            data_root: Some(data.clone()),
            zookeeper_port: self.zookeeper_port,
            broker_port: self.broker_ports.first().copied().unwrap_or(Settings::BROKER_PORT),
            ..Settings::shipped(Language::En)
        };
        let shipped = distribution::config_files(&settings);
        let text =
            |role: Role| shipped.iter().find(|(name, _)| *name == role.config_name()).map_or("", |(_, text)| text.as_str());
        let replicas = self.broker_ports.len().min(3);
        self.write(Role::Coordinator.config_name(), text(Role::Coordinator), &[("clientPortAddress", ADDRESS.to_owned())])?;
        for (id, port) in self.broker_ports.iter().enumerate() {
            let keys = [
                ("broker.id", id.to_string()),
                ("listeners", format!("PLAINTEXT://{ADDRESS}:{port}")),
                ("advertised.listeners", format!("PLAINTEXT://{HOST}:{port}")),
                ("log.dirs", data.join(format!("kafka-logs-{id}")).display().to_string()),
                ("offsets.topic.replication.factor", replicas.to_string()),
                ("transaction.state.log.replication.factor", replicas.to_string()),
                ("transaction.state.log.min.isr", replicas.saturating_sub(1).max(1).to_string()),
            ];
            self.write(&config_name(id), text(Role::Broker), &keys)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str, keys: &[(&str, String)]) -> Result<(), ClusterError> {
        let mut document = Document::parse(text)?;
        keys.iter().try_for_each(|(key, value)| document.set(key, value))?;
        let path = self.folder.join(name);
        let written = fs::create_dir_all(&self.folder).and_then(|()| fs::write(&path, document.as_bytes()));
        written.map_err(|source| ClusterError::Write { path, source })
    }
}

fn config_name(id: usize) -> String {
    format!("server-{id}.properties")
}

impl Cluster {
    /// Starts a cluster and waits until each of its servers serves and every broker is seen by the first.
    ///
    /// # Errors
    /// The folder cannot be written, or a server does not come up.
    pub async fn start(engine: &dyn Engine, plan: Plan, deadline: Duration) -> Result<Self, ClusterError> {
        plan.configure()?;
        let logs = plan.logs();
        let config = plan.folder.join(Role::Coordinator.config_name());
        let mut coordinator = Server::start(engine, Role::Coordinator, &config, plan.zookeeper_port, &logs)?;
        coordinator.ready(deadline).await?;
        let start = |(id, port): (usize, &u16)| {
            let config = plan.folder.join(config_name(id));
            Server::start_logging_to(engine, Role::Broker, &config, *port, &logs, format!("broker-{id}.log"))
        };
        let mut brokers = plan.broker_ports.iter().enumerate().map(start).collect::<Result<Vec<_>, _>>()?;
        try_join_all(brokers.iter_mut().map(|broker| broker.ready(deadline))).await?;
        let cluster = Self { brokers, coordinator, plan };
        cluster.complete(deadline).await?;
        Ok(cluster)
    }

    /// Waits until every broker has told every other of itself.
    async fn complete(&self, deadline: Duration) -> Result<(), EngineError> {
        let count = self.brokers.len();
        for broker in &self.brokers {
            let port = broker.port();
            let sees_all = || async move {
                let cluster = client(port, CALL).describe_cluster().await.ok()?;
                (cluster.brokers.len() == count).then_some(())
            };
            until(deadline, format!("the broker on port {port} to see {count} brokers"), sees_all)
                .await
                .map_err(|passed| EngineError::NotReady { passed, log: broker.log().to_owned() })?;
        }
        Ok(())
    }

    /// Where it lies and listens.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The coordinator.
    pub fn coordinator(&self) -> &Server {
        &self.coordinator
    }

    /// The brokers, by id.
    pub fn brokers(&self) -> &[Server] {
        &self.brokers
    }

    /// Waits until one of the servers ends by itself.
    pub async fn ended(&mut self) -> Ended {
        let log = self.coordinator.log().to_owned();
        let logs: Vec<PathBuf> = self.brokers.iter().map(|broker| broker.log().to_owned()).collect();
        let brokers = select_all(self.brokers.iter_mut().map(|broker| Box::pin(broker.ended())));
        tokio::select! {
            code = self.coordinator.ended() => Ended { server: Role::Coordinator.name().to_owned(), code, log },
            (code, id, _) = brokers => Ended { server: format!("{} {id}", Role::Broker.name()), code, log: logs[id].clone() },
        }
    }

    /// Ends the brokers, which still need the coordinator for that, then the coordinator; kills what has not ended within `grace`.
    pub async fn stop(mut self, grace: Duration) {
        // what cannot be stopped is killed when it is dropped
        let _ = join_all(self.brokers.iter_mut().map(|broker| broker.stop(grace))).await;
        let _ = self.coordinator.stop(grace).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broker_has_its_own_id_place_and_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let plan = Plan { folder: folder.path().to_owned(), zookeeper_port: 12181, broker_ports: vec![19092, 19093] };
        plan.configure().expect("writable");
        assert_eq!(
            (plan.zookeeper().as_str(), plan.bootstrap().as_str()),
            ("localhost:12181", "localhost:19092,localhost:19093")
        );
        let read = |name: &str| Document::read(&folder.path().join(name)).expect("written");
        let coordinator = read("zookeeper.properties");
        assert_eq!(coordinator.get("clientPortAddress"), Some("127.0.0.1"));
        assert_eq!(coordinator.get("clientPort"), Some("12181"));
        for (id, port) in [(0, "19092"), (1, "19093")] {
            let broker = read(&config_name(id));
            assert_eq!(broker.get("broker.id"), Some(id.to_string().as_str()));
            assert_eq!(broker.get("listeners"), Some(format!("PLAINTEXT://127.0.0.1:{port}").as_str()));
            assert_eq!(broker.get("zookeeper.connect"), Some("localhost:12181"));
            assert_eq!(broker.get("offsets.topic.replication.factor"), Some("2"));
            assert!(broker.get("log.dirs").is_some_and(|path| path.ends_with(&format!("data/kafka-logs-{id}"))));
        }
    }
}
