//! What a broker without an authorizer and without authenticated listeners answers: ACLs, delegation tokens; and elections.

use bytes::Bytes;
use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::messages::create_delegation_token_request::CreatableRenewers;
use kafka_protocol::messages::delete_acls_request::DeleteAclsFilter;
use kafka_protocol::messages::describe_delegation_token_request::DescribeDelegationTokenOwner;
use kafka_protocol::messages::elect_leaders_request::TopicPartitions;
use kafka_protocol::messages::{
    CreateAclsRequest, CreateDelegationTokenRequest, DeleteAclsRequest, DescribeAclsRequest, DescribeDelegationTokenRequest,
    ElectLeadersRequest, ExpireDelegationTokenRequest, RenewDelegationTokenRequest, SaslAuthenticateRequest,
    SaslHandshakeRequest,
};

use super::super::Script;
use super::{TIMEOUT_MS, create as make, message, text, topic};

/// ACLs, tokens, elections, and an authentication that nobody asked for.
pub fn without_authorizer() -> Script {
    let mut script = Script::new("administrators");
    acls(&mut script);
    tokens(&mut script);
    elections(&mut script);
    script.each("a handshake", &[0, 1], |_| message!(SaslHandshakeRequest { mechanism: text("PLAIN") }));
    script.each("an authentication", &[0, 1, 2], |_| {
        message!(SaslAuthenticateRequest { auth_bytes: Bytes::from_static(b"\0a\0b") })
    });
    script
}

const ANY: i8 = 1;
const TOPIC: i8 = 2;
const READ: i8 = 3;
const ALLOW: i8 = 3;
const LITERAL: i8 = 3;

fn acls(script: &mut Script) {
    let every = |version: i16| {
        let pattern = if version == 0 { LITERAL } else { ANY };
        message!(DescribeAclsRequest {
            resource_type_filter: ANY,
            pattern_type_filter: pattern,
            operation: ANY,
            permission_type: ANY
        })
    };
    script.each("every ACL", &[0, 1, 2, 3], every);
    let creation = |kind: i8, name: &str, principal: &str, operation: i8| {
        message!(AclCreation {
            resource_type: kind,
            resource_name: text(name),
            resource_pattern_type: LITERAL,
            principal: text(principal),
            host: text("*"),
            operation: operation,
            permission_type: ALLOW,
        })
    };
    let cases = [
        ("an ACL", creation(TOPIC, "t", "User:a", READ)),
        ("an ACL without a principal", creation(TOPIC, "t", "", READ)),
        ("an ACL of no topic", creation(TOPIC, "", "User:a", READ)),
        ("an ACL of any kind", creation(ANY, "t", "User:a", READ)),
        ("an ACL of no known kind", creation(0, "t", "User:a", READ)),
        ("an ACL of no known operation", creation(TOPIC, "t", "User:a", 0)),
    ];
    for (what, creation) in cases {
        script.each(what, &[0, 1, 3], |_| message!(CreateAclsRequest { creations: vec![creation.clone()] }));
    }
    let filter = |version: i16| {
        let pattern = if version == 0 { LITERAL } else { ANY };
        message!(DeleteAclsFilter {
            resource_type_filter: ANY,
            pattern_type_filter: pattern,
            operation: ANY,
            permission_type: ANY
        })
    };
    script.each("delete every ACL", &[0, 1, 2, 3], |version| message!(DeleteAclsRequest { filters: vec![filter(version)] }));
    script.each("delete no ACL", &[0, 3], |_| DeleteAclsRequest::default());
    script.each("delete two filters", &[3], |version| {
        message!(DeleteAclsRequest { filters: vec![filter(version), filter(version)] })
    });
}

fn tokens(script: &mut Script) {
    let renewer = |name: &str| message!(CreatableRenewers { principal_type: text("User"), principal_name: text(name) });
    script.each("a token", &[0, 1, 2, 3], |_| message!(CreateDelegationTokenRequest { max_lifetime_ms: -1 }));
    script.each("a token with a renewer", &[0, 3], |_| {
        message!(CreateDelegationTokenRequest { max_lifetime_ms: 1000, renewers: vec![renewer("a")] })
    });
    script.ask(
        "a token for another",
        3,
        message!(CreateDelegationTokenRequest {
            owner_principal_type: Some(text("User")),
            owner_principal_name: Some(text("alice")),
            max_lifetime_ms: -1,
        }),
    );
    script.ask(
        "a token for nobody",
        3,
        message!(CreateDelegationTokenRequest {
            owner_principal_type: Some(text("User")),
            owner_principal_name: Some(text("")),
            max_lifetime_ms: -1,
        }),
    );
    let hmac = || Bytes::from_static(b"a");
    script.each("renewed", &[0, 1, 2], |_| message!(RenewDelegationTokenRequest { hmac: hmac(), renew_period_ms: 1 }));
    script.each("expired", &[0, 1, 2], |_| message!(ExpireDelegationTokenRequest { hmac: hmac(), expiry_time_period_ms: 1 }));
    script.each("every token", &[0, 1, 2, 3], |_| message!(DescribeDelegationTokenRequest { owners: None }));
    let owner = message!(DescribeDelegationTokenOwner { principal_type: text("User"), principal_name: text("a") });
    script.each("someone's tokens", &[0, 3], |_| message!(DescribeDelegationTokenRequest { owners: Some(vec![owner.clone()]) }));
    script.each("nobody's tokens", &[0, 3], |_| message!(DescribeDelegationTokenRequest { owners: Some(Vec::new()) }));
}

fn elections(script: &mut Script) {
    make(script, "elected", 2, &[]);
    let elect = |kind: i8, name: &str, partitions: &[i32]| {
        let topics = vec![message!(TopicPartitions { topic: topic(name), partitions: partitions.to_vec() })];
        message!(ElectLeadersRequest { election_type: kind, topic_partitions: Some(topics), timeout_ms: TIMEOUT_MS })
    };
    script.each("where it leads", &[0, 1, 2], |_| elect(0, "elected", &[0]));
    script.each("any, where one leads", &[1, 2], |_| elect(1, "elected", &[0]));
    script.each("of no known kind", &[1, 2], |_| elect(9, "elected", &[0]));
    script.each("in a topic that is missing", &[0, 1, 2], |_| elect(0, "missing", &[0]));
    script.each("in a partition that is missing", &[0, 2], |_| elect(0, "elected", &[9]));
    script.each("in no partition", &[0, 2], |_| elect(0, "elected", &[]));
    script.each("everywhere", &[0, 1, 2], |_| message!(ElectLeadersRequest { topic_partitions: None, timeout_ms: TIMEOUT_MS }));
    script.each("nowhere", &[0, 1, 2], |_| {
        message!(ElectLeadersRequest { topic_partitions: Some(Vec::new()), timeout_ms: TIMEOUT_MS })
    });
    script.ask("in no time", 2, message!(elect(0, "elected", &[1]) => { timeout_ms: 0 }));
    script.ask("in less than no time", 2, message!(elect(0, "elected", &[1]) => { timeout_ms: -1 }));
}
