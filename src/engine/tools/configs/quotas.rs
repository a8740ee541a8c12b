//! Quotas of users, clients and addresses.

use kafka_protocol::messages::alter_client_quotas_request::{EntityData, EntryData, OpData};
use kafka_protocol::messages::describe_client_quotas_request::ComponentData;
use kafka_protocol::messages::{AlterClientQuotasRequest, DescribeClientQuotasRequest};
use kafka_protocol::protocol::StrBytes;

use super::alter::Changes;
use super::options::{CLIENTS, IPS, Line, USERS};
use super::{ALTER_DEADLINE, DESCRIBE_DEADLINE, INVALID_CONFIGURATION, deadline, failed};
use crate::engine::client::{Client, ClientError, Route};
use crate::engine::tools::harness::print;
use crate::engine::tools::{Exception, java};

/// The quotas of users and clients.
pub const OF_CLIENTS: [&str; 4] = ["producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate"];
/// The quota of addresses.
pub const OF_ADDRESSES: &str = "connection_creation_rate";

/// The kinds of entities: the option's word, the protocol's, and the one that is shown.
const KINDS: [(&str, &str, &str); 3] =
    [(USERS, "user", "user-principal"), (CLIENTS, "client-id", "client-id"), (IPS, "ip", "ip")];

/// How a filter matches: that name, the default, any name.
const EXACT: i8 = 0;
const DEFAULT: i8 = 1;
const ANY: i8 = 2;

/// An entity and its quotas, both as the broker names them.
struct Quotas {
    entity: Vec<(String, Option<String>)>,
    values: Vec<(String, f64)>,
}

fn protocol_kind(kind: &str) -> &'static str {
    KINDS.iter().find(|(option, ..)| *option == kind).map_or("", |(_, kind, _)| *kind)
}

/// Shows the quotas of the entities that the line names.
pub(super) async fn describe(client: &Client, line: &Line) -> Result<(), Exception> {
    for quotas in find(client, line).await? {
        let names = KINDS.iter().filter_map(|(_, kind, shown)| {
            let (_, name) = quotas.entity.iter().find(|(found, _)| found == kind)?;
            Some(name.as_ref().map_or_else(|| format!("the default {shown}"), |name| format!("{shown} '{name}'")))
        });
        let names: Vec<String> = names.collect();
        let values: Vec<String> = quotas.values.iter().map(|(key, value)| format!("{key}={}", java::double(*value))).collect();
        print(&format!("Quota configs for {} are {}\n", names.join(", "), values.join(", ")));
    }
    Ok(())
}

async fn find(client: &Client, line: &Line) -> Result<Vec<Quotas>, Exception> {
    if line.names.len() > line.types.len() {
        return Err(Exception::illegal_argument("More entity names specified than entity types"));
    }
    let components = line.types.iter().enumerate().map(|(at, kind)| {
        let component = ComponentData::default().with_entity_type(StrBytes::from_static_str(protocol_kind(kind)));
        match line.names.get(at).map(String::as_str) {
            None => component.with_match_type(ANY),
            Some("") => component.with_match_type(DEFAULT),
            Some(name) => component.with_match_type(EXACT).with_match(Some(StrBytes::from_string(name.to_owned()))),
        }
    });
    let request = DescribeClientQuotasRequest::default().with_components(components.collect()).with_strict(true);
    let failed = failed(client, "describeClientQuotas", DESCRIBE_DEADLINE);
    let response = client.call_until(Route::Any, request, deadline(client, DESCRIBE_DEADLINE)).await.map_err(&failed)?;
    if let Some(error) = ClientError::from_code(response.error_code, response.error_message.as_deref()) {
        return Err(failed(error));
    }
    let mut all: Vec<Quotas> = response
        .entries
        .unwrap_or_default()
        .into_iter()
        .map(|entry| {
            let entity = entry.entity.into_iter();
            let entity = entity.map(|part| (part.entity_type.to_string(), part.entity_name.map(|name| name.to_string())));
            let mut values: Vec<(String, f64)> =
                entry.values.into_iter().map(|value| (value.key.to_string(), value.value)).collect();
            java::sized_hash_map_order(&mut values, |(key, _)| java::string_hash(key));
            Quotas { entity: entity.collect(), values }
        })
        .collect();
    java::sized_hash_map_order(&mut all, |quotas| entity_hash(&quotas.entity));
    Ok(all)
}

/// `ClientQuotaEntity.hashCode`.
fn entity_hash(entity: &[(String, Option<String>)]) -> u32 {
    let entry = |(kind, name): &(String, Option<String>)| java::string_hash(kind) ^ name.as_deref().map_or(0, java::string_hash);
    entity.iter().map(entry).fold(31, u32::wrapping_add)
}

/// Sets and removes quotas of the one entity that the line names.
pub(super) async fn alter(client: &Client, line: &Line, changes: &Changes) -> Result<(), Exception> {
    if line.types.len() != line.names.len() {
        return Err(Exception::illegal_argument("Exactly one entity name must be specified for every entity type"));
    }
    let old = find(client, line).await?.into_iter().next().map(|quotas| quotas.values).unwrap_or_default();
    let absent: Vec<&str> =
        changes.deleted.iter().filter(|key| !old.iter().any(|(known, _)| known == *key)).map(String::as_str).collect();
    if !absent.is_empty() {
        return Err(Exception::new(INVALID_CONFIGURATION, format!("Invalid config(s): {}", absent.join(","))));
    }
    let mut ops = Vec::new();
    for (key, value) in &changes.added {
        let wrong = || Exception::illegal_argument(format!("Cannot parse quota configuration value for {key}: {value}"));
        let value: f64 = value.trim().parse().map_err(|_| wrong())?;
        ops.push(OpData::default().with_key(StrBytes::from_string(key.clone())).with_value(value));
    }
    let removed =
        changes.deleted.iter().map(|key| OpData::default().with_key(StrBytes::from_string(key.clone())).with_remove(true));
    ops.extend(removed);
    let entity = line.types.iter().zip(&line.names).map(|(kind, name)| {
        let name = (!name.is_empty()).then(|| StrBytes::from_string(name.clone()));
        EntityData::default().with_entity_type(StrBytes::from_static_str(protocol_kind(kind))).with_entity_name(name)
    });
    let entry = EntryData::default().with_entity(entity.collect()).with_ops(ops);
    let request = AlterClientQuotasRequest::default().with_entries(vec![entry]);
    let failed = failed(client, "alterClientQuotas", ALTER_DEADLINE);
    let response = client.call_until(Route::Any, request, deadline(client, ALTER_DEADLINE)).await.map_err(&failed)?;
    let refused =
        response.entries.into_iter().find_map(|entry| ClientError::from_code(entry.error_code, entry.error_message.as_deref()));
    refused.map_or(Ok(()), |error| Err(failed(error)))
}
