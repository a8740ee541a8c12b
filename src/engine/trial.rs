//! A coordinator and a broker on free ports and data of their own, of either engine each: what a comparison and the interoperability
//! tests start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kafka_protocol::messages::CreateTopicsRequest;
use kafka_protocol::messages::create_topics_request::CreatableTopic;

use super::client::admin::topic_name;
use super::client::{Client, ClientError};
use super::distribution::{self, Settings};
use super::server::{Engine, EngineError, Role, Server, client};
use crate::net;
use crate::process::wait::{DeadlinePassed, until};
use crate::text::Language;

/// How long one call to the broker may take.
const CALL: Duration = Duration::from_secs(30);

/// Why a trial could not go on.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// A server did not come up.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// No port is free, or the folder cannot be written.
    #[error("failed to prepare {}", .place.display())]
    Prepare {
        /// The folder.
        place: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The broker did not do as asked.
    #[error("failed to {what}")]
    Client {
        /// What was asked.
        what: String,
        /// Its answer.
        source: ClientError,
    },
    /// The broker did not get there.
    #[error(transparent)]
    Deadline(#[from] DeadlinePassed),
}

/// The folder, ports and configuration of a trial; the servers come and go.
#[derive(Debug)]
pub struct Trial {
    folder: PathBuf,
    settings: Settings,
}

impl Trial {
    /// Takes two free ports and writes Kafka's configuration for them into `folder`; each of `lines` (`key=value`) is added to that
    /// server's. Data and logs will lie in the same folder.
    ///
    /// # Errors
    /// [`TrialError::Prepare`].
    pub async fn prepare(folder: &Path, lines: &[(Role, &str)]) -> Result<Self, TrialError> {
        let failed = |source| TrialError::Prepare { place: folder.to_owned(), source };
        let (one, two) = (net::free_port().await.map_err(failed)?, net::free_port().await.map_err(failed)?);
        let settings = Settings {
            data_root: Some(folder.join("data")),
            zookeeper_port: one,
            broker_port: two,
            ..Settings::shipped(Language::En)
        };
        // the name of this machine, which a broker advertises by itself, need not lead back to it
        let advertised = format!("advertised.listeners=PLAINTEXT://localhost:{}", settings.broker_port);
        for (name, mut contents) in distribution::config_files(&settings) {
            for (role, line) in [(Role::Broker, advertised.as_str())].iter().chain(lines) {
                if name == role.config_name() {
                    contents.push_str(&format!("{line}\n"));
                }
            }
            fs::write(folder.join(name), contents).map_err(failed)?;
        }
        Ok(Self { folder: folder.to_owned(), settings })
    }

    /// Where everything lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port of a server.
    pub fn port(&self, role: Role) -> u16 {
        match role {
            Role::Coordinator => self.settings.zookeeper_port,
            Role::Broker => self.settings.broker_port,
        }
    }

    /// Where the server keeps its data.
    pub fn data(&self, role: Role) -> PathBuf {
        let name = match role {
            Role::Coordinator => "zookeeper",
            Role::Broker => "kafka-logs",
        };
        self.folder.join("data").join(name)
    }

    /// `localhost:PORT` of the broker, as `--bootstrap-server` takes it.
    pub fn bootstrap(&self) -> String {
        format!("localhost:{}", self.port(Role::Broker))
    }

    /// Starts a server and waits until it serves.
    ///
    /// # Errors
    /// As [`Server::start`] and [`Server::ready`].
    pub async fn start(&self, engine: &dyn Engine, role: Role, deadline: Duration) -> Result<Server, TrialError> {
        let config = self.folder.join(role.config_name());
        let mut server = Server::start(engine, role, &config, self.port(role), &self.folder.join("logs"))?;
        server.ready(deadline).await?;
        Ok(server)
    }

    /// A client of the broker.
    pub fn client(&self) -> Client {
        client(self.port(Role::Broker), CALL)
    }

    /// Creates a topic with one replica and waits until each partition has a leader.
    ///
    /// # Errors
    /// [`TrialError::Client`] with the broker's answer, [`TrialError::Deadline`].
    pub async fn create_topic(&self, name: &str, partitions: i32, deadline: Duration) -> Result<(), TrialError> {
        let client = self.client();
        let failed = |source| TrialError::Client { what: format!("create topic {name}"), source };
        let timeout_ms = i32::try_from(deadline.as_millis()).unwrap_or(i32::MAX);
        let topic =
            CreatableTopic::default().with_name(topic_name(name)).with_num_partitions(partitions).with_replication_factor(1);
        let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(timeout_ms);
        let made = client.at_controller(request, |answer| {
            answer.topics.iter().find_map(|topic| ClientError::from_code(topic.error_code, topic.error_message.as_deref()))
        });
        made.await.map_err(failed)?;
        let led = async || {
            let topic = client.describe_topic(name).await.ok().flatten()?;
            let count = usize::try_from(partitions).ok()?;
            (topic.partitions.len() == count && topic.partitions.iter().all(|partition| partition.leader.is_some())).then_some(())
        };
        Ok(until(deadline, format!("a leader for each partition of {name}"), led).await?)
    }
}
