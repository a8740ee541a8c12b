//! ACLs as Kafka's authorizer keeps them in ZooKeeper (`AclAuthorizer`, `ZkAclStore`): a znode for each resource, and a notice of each
//! change for the brokers.

use std::time::Duration;

use serde_json::{Value, json};

use super::binding::{Acls, Entry, Operation, PatternType, Permission, Resource, ResourceType, add, pascal};
use crate::engine::tools::Exception;
use crate::engine::tools::client_configs::ClientConfigs;
use crate::engine::tools::harness::print;
use crate::engine::tools::options::OptionSet;
use crate::engine::zookeeper::client::{Client, ClientError, ConnectString};
use crate::engine::zookeeper::protocol::{CreateMode, ErrorCode};

/// `zookeeper.session.timeout.ms` and `zookeeper.connection.timeout.ms` as the broker has them by itself.
const TIMEOUT: Duration = Duration::from_secs(18);
/// The authorizer that this is.
const CLASS: &str = "kafka.security.authorizer.AclAuthorizer";
/// The key that must be given.
const CONNECT: &str = "zookeeper.connect";
/// The most resources that are read.
const MAX_RESOURCES: usize = 100_000;
/// How often a change is tried where others change the same resource.
const MAX_TRIES: usize = 10;

/// Where the ACLs of one kind of pattern are.
struct Place {
    pattern: PatternType,
    /// The znode above the types of resources.
    acls: &'static str,
    /// The znode above the notices.
    changes: &'static str,
}

const PLACES: [Place; 2] = [
    Place { pattern: PatternType::Literal, acls: "/kafka-acl", changes: "/kafka-acl-changes" },
    Place { pattern: PatternType::Prefixed, acls: "/kafka-acl-extended/prefixed", changes: "/kafka-acl-extended-changes" },
];

/// The authorizer over ZooKeeper.
pub(super) struct Authorizer(Client);

fn keeper(error: ClientError) -> Exception {
    let code = error.code().map_or_else(|| error.to_string(), |code| format!("KeeperErrorCode = {code}"));
    Exception::new("org.apache.zookeeper.KeeperException", code)
}

async fn connect(servers: &str, session: Duration, patience: Duration) -> Result<Client, Exception> {
    let servers: ConnectString = servers.parse().map_err(|error| Exception::illegal_argument(format!("{error}")))?;
    Client::connect(&servers, session, patience).await.map_err(|_| {
        let what = "Timed out waiting for connection while in state: CONNECTING";
        Exception::new("kafka.zookeeper.ZooKeeperClientTimeoutException", what)
    })
}

impl Authorizer {
    /// Connects to the coordinator that `--authorizer-properties` name, and makes the znodes that the authorizer needs.
    pub(super) async fn open(set: &OptionSet) -> Result<Self, Exception> {
        let properties = properties(set.values("authorizer-properties"))?;
        if let Some(path) = set.value("zk-tls-config-file")? {
            ClientConfigs::of_file(path)?;
        }
        let class = set.value("authorizer")?.unwrap_or(CLASS);
        if class != CLASS {
            return Err(Exception::new("java.lang.ClassNotFoundException", class));
        }
        let get = |name: &str| properties.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let Some(servers) = get(CONNECT) else {
            let text = format!("Missing required configuration `{CONNECT}` which has no default value.");
            return Err(Exception::config(text));
        };
        let servers = get("authorizer.zookeeper.url").unwrap_or(servers);
        let millis = |name: &str| {
            let own = get(&format!("authorizer.{name}")).or_else(|| get(name))?;
            own.trim().parse().ok().map(Duration::from_millis)
        };
        let session = millis("zookeeper.session.timeout.ms").unwrap_or(TIMEOUT);
        let patience = millis("zookeeper.connection.timeout.ms").unwrap_or(TIMEOUT);
        if let Some((above, chroot)) = servers.split_once('/').filter(|(_, chroot)| !chroot.is_empty()) {
            let root = Self(connect(above, session, patience).await?);
            root.make(&format!("/{chroot}")).await?;
            root.0.close().await;
        }
        let client = connect(servers, session, patience).await?;
        let authorizer = Self(client);
        authorizer.make_paths().await?;
        Ok(authorizer)
    }

    async fn make_paths(&self) -> Result<(), Exception> {
        for place in &PLACES {
            for kind in ResourceType::ALL {
                self.make(&format!("{}/{}", place.acls, pascal(&kind))).await?;
            }
            self.make(place.changes).await?;
        }
        Ok(())
    }

    /// Makes a znode and those above it, as far as they are missing.
    async fn make(&self, path: &str) -> Result<(), Exception> {
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
        for end in ends {
            match self.0.create_null(&path[..end]).await {
                Err(error) if error.code() != Some(ErrorCode::NodeExists) => return Err(keeper(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds entries to a resource.
    pub(super) async fn create(&self, resource: &Resource, entries: &[Entry]) -> Result<(), Exception> {
        if resource.name.contains('/') {
            let cause = Exception::illegal_argument(format!("ACL binding contains invalid resource name: {}", resource.name));
            let api = Exception::new("org.apache.kafka.common.errors.ApiException", cause.headline()).caused_by(cause);
            let refused =
                Exception::new("org.apache.kafka.common.errors.InvalidRequestException", "Failed to create ACL").caused_by(api);
            for _ in entries {
                print(&format!("Error while adding ACLs: {}\n{refused}\n\n", refused.text()));
            }
            return Ok(());
        }
        self.update(resource, |known| known.extend(entries.iter().cloned())).await
    }

    /// Removes entries of what a filter finds; all of them where none are given.
    pub(super) async fn delete(&self, filter: &Resource, entries: &[Entry]) -> Result<(), Exception> {
        for (resource, _) in self.find(std::slice::from_ref(filter)).await? {
            self.update(&resource, |known| known.retain(|entry| !entries.is_empty() && !entries.contains(entry))).await?;
        }
        Ok(())
    }

    /// The ACLs of what any of the filters finds; all where there are none.
    pub(super) async fn find(&self, filters: &[Resource]) -> Result<Vec<Acls>, Exception> {
        let mut found = Vec::new();
        for place in &PLACES {
            for kind in ResourceType::ALL {
                for name in self.children(&format!("{}/{}", place.acls, pascal(&kind))).await? {
                    let resource = Resource { kind, name, pattern: place.pattern };
                    if !filters.is_empty() && !filters.iter().any(|filter| filter.finds(&resource)) {
                        continue;
                    }
                    let (entries, _) = self.entries(&path(&resource)).await?;
                    for entry in entries {
                        add(&mut found, resource.clone(), entry);
                    }
                }
            }
        }
        Ok(found)
    }

    async fn children(&self, path: &str) -> Result<Vec<String>, Exception> {
        match self.0.get_children(path).await {
            Ok((names, _)) => Ok(names.into_iter().take(MAX_RESOURCES).collect()),
            Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(Vec::new()),
            Err(error) => Err(keeper(error)),
        }
    }

    /// The entries of a znode and its version; none where it is not there.
    async fn entries(&self, path: &str) -> Result<(Vec<Entry>, Option<i32>), Exception> {
        match self.0.get_data(path).await {
            Ok((data, stat)) => Ok((decode(&data), Some(stat.version))),
            Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok((Vec::new(), None)),
            Err(error) => Err(keeper(error)),
        }
    }

    /// Changes the entries of a resource and leaves a notice; nothing is written where nothing changes.
    async fn update(&self, resource: &Resource, change: impl Fn(&mut Vec<Entry>)) -> Result<(), Exception> {
        let path = path(resource);
        for _ in 0..MAX_TRIES {
            let (known, version) = self.entries(&path).await?;
            let mut wanted = known.clone();
            change(&mut wanted);
            let mut seen = Vec::new();
            wanted.retain(|entry| {
                !seen.contains(entry) && {
                    seen.push(entry.clone());
                    true
                }
            });
            if wanted == known {
                return Ok(());
            }
            let written = match version {
                Some(version) if wanted.is_empty() => self.0.delete(&path, Some(version)).await,
                Some(version) => self.0.set_data(&path, encode(&wanted), Some(version)).await.map(drop),
                None => self.0.create(&path, encode(&wanted), CreateMode::Persistent).await.map(drop),
            };
            match written {
                Ok(()) => return self.notify(resource).await,
                Err(error) if matches!(error.code(), Some(ErrorCode::BadVersion | ErrorCode::NodeExists | ErrorCode::NoNode)) => {
                }
                Err(error) => return Err(keeper(error)),
            }
        }
        let text = format!("Failed to update ACLs for {resource} after trying a maximum of {MAX_TRIES} times");
        Err(Exception::new("java.lang.IllegalStateException", text))
    }

    async fn notify(&self, resource: &Resource) -> Result<(), Exception> {
        let kind = resource.kind.to_string();
        let (place, data) = match resource.pattern {
            PatternType::Prefixed => {
                let name = &resource.name;
                let notice = json!({ "version": 1, "resourceType": kind, "name": name, "patternType": "PREFIXED" });
                (&PLACES[1], notice.to_string())
            }
            _ => (&PLACES[0], format!("{kind}:{}", resource.name)),
        };
        let notice = format!("{}/acl_changes_", place.changes);
        self.0.create(&notice, data, CreateMode::PersistentSequential).await.map_err(keeper).map(drop)
    }
}

/// `key=value` words; each must have both.
fn properties(words: &[String]) -> Result<Vec<(String, String)>, Exception> {
    let pair = |word: &String| match word.split_once('=') {
        Some((key, value)) if !value.is_empty() => Ok((key.to_owned(), value.to_owned())),
        other => {
            let key = other.map_or(word.as_str(), |(key, _)| key);
            // the brace is Kafka's
            Err(Exception::illegal_argument(format!("Missing value for key {key}}}")))
        }
    };
    words.iter().map(pair).collect()
}

fn path(resource: &Resource) -> String {
    let place = &PLACES[usize::from(resource.pattern == PatternType::Prefixed)];
    format!("{}/{}/{}", place.acls, pascal(&resource.kind), resource.name)
}

/// The data of a resource's znode (`AclEntry.toJsonCompatibleMap`).
fn encode(entries: &[Entry]) -> String {
    let acls: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "principal": entry.principal,
                "permissionType": pascal(&entry.permission),
                "operation": pascal(&entry.operation),
                "host": entry.host,
            })
        })
        .collect();
    json!({ "version": 1, "acls": acls }).to_string()
}

/// The entries of a resource's znode; what cannot be read is left out.
fn decode(data: &[u8]) -> Vec<Entry> {
    let value: Value = serde_json::from_slice(data).unwrap_or_default();
    let acls = value.get("acls").and_then(Value::as_array).cloned().unwrap_or_default();
    let entry = |acl: &Value| {
        let text = |name: &str| acl.get(name).and_then(Value::as_str);
        let permission = match text("permissionType")? {
            "Allow" => Permission::Allow,
            "Deny" => Permission::Deny,
            _ => return None,
        };
        let (principal, host) = (text("principal")?.to_owned(), text("host")?.to_owned());
        Some(Entry { principal, host, operation: Operation::by_name(text("operation")?), permission })
    };
    acls.iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn znodes_are_written_as_kafka_writes_them() {
        let entry = Entry {
            principal: "User:alice".to_owned(),
            host: "*".to_owned(),
            operation: Operation::DescribeConfigs,
            permission: Permission::Allow,
        };
        let text = r#"{"version":1,"acls":[{"principal":"User:alice","permissionType":"Allow","operation":"DescribeConfigs","host":"*"}]}"#;
        assert_eq!(encode(std::slice::from_ref(&entry)), text);
        assert_eq!(decode(text.as_bytes()), [entry]);
        for broken in ["", "{}", "[]", r#"{"acls":[{}, {"permissionType": "Maybe"}]}"#] {
            assert_eq!(decode(broken.as_bytes()), []);
        }
    }

    #[test]
    fn each_property_has_a_value() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let found = properties(&words("a=b c=d=e")).expect("pairs");
        assert_eq!(found, [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d=e".to_owned())]);
        assert_eq!(properties(&words("a=")).expect_err("no value").text(), "Missing value for key a}");
    }
}
