//! `--zookeeper`: configs of brokers that are down, and credentials of users, written where Kafka finds them when it starts.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::alter::Changes;
use super::options::{BROKERS, Line, USERS};
use super::{INVALID_CONFIGURATION, scram};
use crate::catalog::configs::{self, ConfigKey};
use crate::engine::broker::controller::znodes::{desanitize, sanitize};
use crate::engine::kafka;
use crate::engine::tools::harness::print;
use crate::engine::tools::topic_config::check_value;
use crate::engine::tools::{Exception, java};
use crate::engine::zookeeper::client::{Client, ClientError, ConnectString};
use crate::engine::zookeeper::protocol::{CreateMode, ErrorCode};

/// The session's timeout and the patience for connecting that this tool has.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The name of the entity that stands for all without configs of their own.
const DEFAULT: &str = "<default>";
/// The largest number of entities that are shown.
const MAX_ENTITIES: usize = 100_000;

/// An entity: its kind and its name as the znode has it; without a name all of the kind are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entity {
    kind: &'static str,
    name: Option<String>,
}

/// Does what the line asks for.
pub(super) async fn act(line: &Line, servers: &str) -> Result<(), Exception> {
    print("Warning: --zookeeper is deprecated and will be removed in a future version of Kafka.\n");
    print("Use --bootstrap-server instead to specify a broker to connect to.\n");
    let servers: ConnectString = servers.parse().map_err(|error| Exception::illegal_argument(format!("{error}")))?;
    let client = Client::connect(&servers, TIMEOUT, TIMEOUT).await.map_err(|_| {
        let what = "Timed out waiting for connection while in state: CONNECTING";
        Exception::new("kafka.zookeeper.ZooKeeperClientTimeoutException", what)
    })?;
    let done = if line.set.has("alter") { alter(&client, line).await } else { describe(&client, line).await };
    client.close().await;
    done
}

fn keeper(error: ClientError) -> Exception {
    let code = error.code().map_or_else(|| error.to_string(), |code| format!("KeeperErrorCode = {code}"));
    Exception::new("org.apache.zookeeper.KeeperException", code)
}

impl Entity {
    fn of(line: &Line) -> Result<Self, Exception> {
        if line.is_of(USERS) && line.set.has("alter") && line.names.len() != line.types.len() {
            return Err(Exception::illegal_argument(
                "--entity-name or --entity-default must be specified with each --entity-type for --alter",
            ));
        }
        let kind = if line.is_of(USERS) { USERS } else { BROKERS };
        let name = line.names.first().map(|name| if name.is_empty() { DEFAULT.to_owned() } else { sanitize(name) });
        Ok(Self { kind, name })
    }

    fn path(&self) -> String {
        let name = self.name.as_deref().map_or_else(String::new, |name| format!("/{name}"));
        format!("/config/{}{name}", self.kind)
    }

    fn shown(&self) -> String {
        let kind = if self.kind == USERS { "user-principal" } else { self.kind };
        match self.name.as_deref() {
            Some(DEFAULT) => format!("default {kind}"),
            Some(name) => format!("{kind} '{}'", desanitize(name)),
            None => self.kind.to_owned(),
        }
    }
}

/// Refuses where the brokers that the line means are running.
async fn refuse_running(client: &Client, entity: &Entity, what: &str) -> Result<(), Exception> {
    const INFO: &str =
        "Broker configuration operations using ZooKeeper are only supported if the affected broker(s) are not running.";
    let running = match entity.name.as_deref() {
        Some(DEFAULT) => {
            let running = children(client, "/brokers/ids").await?.len();
            (running > 0).then(|| format!("{running} brokers are running"))
        }
        Some(id) => {
            let there = client.exists(&format!("/brokers/ids/{id}")).await.map_err(keeper)?;
            there.map(|_| format!("broker {id} is running"))
        }
        None => None,
    };
    running.map_or(Ok(()), |running| Err(Exception::requirement(format!("{what} - {running}. {INFO}"))))
}

async fn children(client: &Client, path: &str) -> Result<Vec<String>, Exception> {
    match client.get_children(path).await {
        Ok((names, _)) => Ok(names.into_iter().take(MAX_ENTITIES).collect()),
        Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(Vec::new()),
        Err(error) => Err(keeper(error)),
    }
}

/// The configs of an entity, in the order of its znode.
async fn configs_of(client: &Client, entity: &Entity) -> Result<Map<String, Value>, Exception> {
    let data = match client.get_data(&entity.path()).await {
        Ok((data, _)) => data,
        Err(error) if error.code() == Some(ErrorCode::NoNode) => return Ok(Map::new()),
        Err(error) => return Err(keeper(error)),
    };
    let value: Value = serde_json::from_slice(&data).unwrap_or_default();
    Ok(value.get("config").and_then(Value::as_object).cloned().unwrap_or_default())
}

async fn describe(client: &Client, line: &Line) -> Result<(), Exception> {
    let entity = Entity::of(line)?;
    if entity.kind == BROKERS {
        refuse_running(client, &entity, &format!("--bootstrap-server option must be specified to describe {BROKERS}")).await?;
    }
    let entities = match &entity.name {
        Some(_) => vec![entity.clone()],
        None => {
            let names = children(client, &entity.path()).await?;
            names.into_iter().map(|name| Entity { name: Some(name), ..entity.clone() }).collect()
        }
    };
    let all_users = entity.kind == USERS && entity.name.is_none();
    for entity in entities {
        let mut configs: Vec<(String, Value)> = configs_of(client, &entity).await?.into_iter().collect();
        java::hash_map_order(&mut configs, |(key, _)| java::string_hash(key));
        let shown: Vec<String> =
            configs.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
        if !shown.is_empty() || !all_users {
            print(&format!("Configs for {} are {}\n", entity.shown(), shown.join(",")));
        }
    }
    Ok(())
}

async fn alter(client: &Client, line: &Line) -> Result<(), Exception> {
    let mut changes = Changes::of(line)?;
    let entity = Entity::of(line)?;
    let pairs: Vec<String> = changes.added.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let what = format!(
        "--bootstrap-server option must be specified to update {} configs: {{add: {{{}}}, delete: List({})}}",
        entity.kind,
        pairs.join(", "),
        changes.deleted.join(", ")
    );
    if entity.kind == USERS {
        let mut keys = changes.added.iter().map(|(key, _)| key).chain(&changes.deleted);
        if !keys.all(|key| kafka::scram::by_name(key).is_some()) {
            let info = "User configuration updates using ZooKeeper are only supported for SCRAM credential updates.";
            return Err(Exception::requirement(format!("{what}. {info}")));
        }
        for (key, value) in &mut changes.added {
            *value = scram::stored(key, value)?;
        }
    } else {
        refuse_running(client, &entity, &what).await?;
        check(&changes, entity.name.as_deref() != Some(DEFAULT))?;
    }
    let mut configs = configs_of(client, &entity).await?;
    let absent: Vec<&str> = changes.deleted.iter().filter(|key| !configs.contains_key(*key)).map(String::as_str).collect();
    if !absent.is_empty() {
        return Err(Exception::new(INVALID_CONFIGURATION, format!("Invalid config(s): {}", absent.join(","))));
    }
    for (key, value) in changes.added {
        configs.insert(key, Value::from(value));
    }
    configs.retain(|key, _| !changes.deleted.contains(key));
    write(client, &entity, configs).await?;
    print(&format!("Completed updating config for entity: {}.\n", entity.shown()));
    Ok(())
}

/// `DynamicBrokerConfig.validateConfigs`, as far as it goes without a broker.
fn check(changes: &Changes, of_one_broker: bool) -> Result<(), Exception> {
    let key_of = |name: &str| configs::broker().iter().find(|key| key.name == name);
    let refuse = |what: &str, wrong: &dyn Fn(&ConfigKey) -> bool| {
        let found: Vec<&str> =
            changes.added.iter().map(|(name, _)| name.as_str()).filter(|name| key_of(name).is_some_and(wrong)).collect();
        if found.is_empty() { Ok(()) } else { Err(Exception::config(format!("{what}: Set({})", found.join(", ")))) }
    };
    refuse("Cannot update these configs dynamically", &|key| key.scope == "read-only")?;
    for (name, value) in &changes.added {
        let Some(key) = key_of(name) else { continue };
        check_value(key, value).map_err(|reason| Exception::invalid_value(name, value, reason))?;
    }
    if !of_one_broker {
        let what = "Cannot update these configs at default cluster level, broker id must be specified";
        refuse(what, &|key| key.scope == "per-broker")?;
    }
    let passwords: Vec<&str> = changes
        .added
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| key_of(name).is_some_and(|key| key.kind == "PASSWORD"))
        .collect();
    if !passwords.is_empty() {
        return Err(Exception::requirement(format!(
            "password.encoder.secret must be specified to update Set({}). Other password encoder configs like cipher algorithm and \
             iterations may also be specified to override the default encoding parameters. Password encoder configs will not be \
             persisted in ZooKeeper.",
            passwords.join(", ")
        )));
    }
    Ok(())
}

/// Writes the configs, and a notice that brokers watch for.
async fn write(client: &Client, entity: &Entity, configs: Map<String, Value>) -> Result<(), Exception> {
    let path = entity.path();
    let data = json!({ "version": 1, "config": configs }).to_string();
    match client.set_data(&path, data.clone(), None).await {
        Ok(_) => {}
        Err(error) if error.code() == Some(ErrorCode::NoNode) => {
            make_parents(client, &path).await?;
            client.create(&path, data, CreateMode::Persistent).await.map_err(keeper)?;
        }
        Err(error) => return Err(keeper(error)),
    }
    let notice = "/config/changes/config_change_";
    make_parents(client, notice).await?;
    let below = path.strip_prefix("/config/").unwrap_or(&path);
    let data = json!({ "version": 2, "entity_path": below }).to_string();
    client.create(notice, data, CreateMode::PersistentSequential).await.map_err(keeper).map(drop)
}

async fn make_parents(client: &Client, path: &str) -> Result<(), Exception> {
    for (at, _) in path.match_indices('/').skip(1) {
        match client.create(&path[..at], "", CreateMode::Persistent).await {
            Err(error) if error.code() != Some(ErrorCode::NodeExists) => return Err(keeper(error)),
            _ => {}
        }
    }
    Ok(())
}
