//! The tree of a coordinator as text, one line per node, with what differs between any two runs masked: what Kafka leaves there can
//! then be compared as a whole.

use std::collections::BTreeMap;

use kafkalab::engine::zookeeper::client::{Client, ClientError, ConnectString};
use kafkalab::engine::zookeeper::protocol::ErrorCode;
use serde_json::Value;

use super::DEADLINE;

/// What a 3.6.0 broker leaves behind after its first start and the creation of `test_topic` with one partition.
pub const AFTER_CREATE: &str = include_str!("../../fixtures/apache/znodes-after-create.txt");

/// Every node below `/`, but for ZooKeeper's own, sorted by path.
pub async fn dump(port: u16) -> String {
    let servers: ConnectString = format!("localhost:{port}").parse().expect("a valid address");
    let client = Client::connect(&servers, DEADLINE, DEADLINE).await.expect("the coordinator serves");
    let mut lines = BTreeMap::new();
    let mut paths = vec!["/".to_owned()];
    while let Some(path) = paths.pop() {
        let all = async {
            Ok::<_, ClientError>((client.get_data(&path).await?, client.get_acl(&path).await?, client.get_children(&path).await?))
        };
        let ((data, stat), (acl, _), (children, _)) = match all.await {
            Ok(all) => all,
            // deleted while we were looking
            Err(error) if error.code() == Some(ErrorCode::NoNode) => continue,
            Err(error) => panic!("{path}: {error}"),
        };
        let below = if path == "/" { String::new() } else { path.clone() };
        paths.extend(children.iter().map(|child| format!("{below}/{child}")).filter(|child| child != "/zookeeper"));
        let acl: Vec<String> = acl.iter().map(|acl| format!("{}:{}:{}", acl.id.scheme, acl.id.id, acl.perms)).collect();
        let line = format!(
            "{path} version={} cversion={} aversion={} ephemeral={} children={} acl={} data={}\n",
            stat.version,
            stat.cversion,
            stat.aversion,
            stat.ephemeral_owner != 0,
            stat.num_children,
            acl.join(","),
            mask(&String::from_utf8_lossy(&data)),
        );
        lines.insert(path, line);
    }
    client.close().await;
    lines.into_values().collect()
}

/// The session that an ephemeral node belongs to; `None` where the node is not there.
pub async fn owner(port: u16, path: &str) -> Option<i64> {
    let servers: ConnectString = format!("localhost:{port}").parse().expect("a valid address");
    let client = Client::connect(&servers, DEADLINE, DEADLINE).await.expect("the coordinator serves");
    let stat = client.exists(path).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    client.close().await;
    stat.map(|stat| stat.ephemeral_owner)
}

/// Ids, times and ports replaced by their names. Data that is not exactly what a JSON writer gives stays as it is.
fn mask(data: &str) -> String {
    match serde_json::from_str::<Value>(data) {
        Ok(mut value) => {
            let written = value.to_string();
            mask_value(&mut value);
            if written == data { value.to_string() } else { data.to_owned() }
        }
        Err(_) => data.to_owned(),
    }
}

fn mask_value(value: &mut Value) {
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        match (name.as_str(), &*member) {
            ("timestamp", Value::String(text)) if text.parse::<u64>().is_ok() => *member = "<TIME>".into(),
            ("topic_id" | "id", Value::String(text)) if text.len() == 22 => *member = "<ID>".into(),
            ("port", Value::Number(_)) => *member = "<PORT>".into(),
            ("endpoints", Value::Array(list)) => {
                let masked = list.iter().filter_map(Value::as_str).filter_map(|endpoint| endpoint.rsplit_once(':'));
                *member = masked.map(|(start, _)| Value::from(format!("{start}:<PORT>"))).collect();
            }
            _ => {}
        }
    }
}
