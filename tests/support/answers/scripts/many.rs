//! Seven topics in one request: in which order each API names them, right ones and wrong ones.

use kafka_protocol::messages::alter_configs_request as whole;
use kafka_protocol::messages::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use kafka_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use kafka_protocol::messages::create_topics_request::{CreatableReplicaAssignment, CreatableTopic};
use kafka_protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::elect_leaders_request::TopicPartitions;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::incremental_alter_configs_request as single;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::list_partition_reassignments_request::ListPartitionReassignmentsTopics;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    AlterConfigsRequest, AlterPartitionReassignmentsRequest, CreatePartitionsRequest, CreateTopicsRequest, DeleteGroupsRequest,
    DeleteRecordsRequest, DeleteTopicsRequest, DescribeConfigsRequest, DescribeGroupsRequest, DescribeLogDirsRequest,
    DescribeProducersRequest, ElectLeadersRequest, FetchRequest, FindCoordinatorRequest, IncrementalAlterConfigsRequest,
    ListGroupsRequest, ListOffsetsRequest, ListPartitionReassignmentsRequest, MetadataRequest, OffsetCommitRequest,
    OffsetDeleteRequest, OffsetFetchRequest, OffsetForLeaderEpochRequest, ProduceRequest,
};

use super::super::Script;
use super::{TIMEOUT_MS, batch, group, message, plain, text, topic};

const TOPICS: [&str; 7] = ["orders", "payments", "clicks", "invoices", "returns", "stock", "carts"];
/// Topics that are there and topics that are not.
const MIXED: [&str; 7] = ["gone-3", "orders", "gone-1", "carts", "a b", "stock", "gone-2"];
const GROUPS: [&str; 7] = ["billing", "audit", "search", "mail", "reports", "cache", "ledger"];
/// `ConfigResource.Type` on the wire.
const TOPIC: i8 = 2;

/// Topics of which two partitions each are named: few, which come as asked for where many do not, and many.
const ASKED: [(&str, &[&str]); 5] = [
    ("two", &["payments", "orders"]),
    ("one that is missing, and one", &["gone-3", "orders"]),
    ("one, and one that is missing", &["stock", "gone-1"]),
    ("some that are missing", &MIXED),
    ("all", &TOPICS),
];

/// Every API that names several topics, groups or resources.
pub fn at_once() -> Script {
    let mut script = Script::new("many-at-once");
    topics(&mut script);
    records(&mut script);
    groups(&mut script);
    settings(&mut script);
    placement(&mut script);
    deleted(&mut script);
    script
}

fn topics(script: &mut Script) {
    let new = |name: &str, partitions: i32, replicas: i16| {
        message!(CreatableTopic { name: topic(name), num_partitions: partitions, replication_factor: replicas })
    };
    let creating = |topics: Vec<CreatableTopic>| message!(CreateTopicsRequest { topics: topics, timeout_ms: TIMEOUT_MS });
    let wrong = ["a b", "twice", "twice", "..", "gone-1"].iter().map(|name| new(name, 1, 3));
    script.ask("made, and some that may not be", 7, creating(TOPICS.iter().map(|name| new(name, 2, 1)).chain(wrong).collect()));
    script.ask("there already", 7, creating(TOPICS.iter().map(|name| new(name, 2, 1)).collect()));
    for name in TOPICS {
        let one = vec![message!(MetadataRequestTopic { name: Some(topic(name)) })];
        script.ask("until it is there", 12, message!(MetadataRequest { topics: Some(one) }));
        script.until("error_code=0 name=");
    }
    let placed = |name: &str, broker: i32| {
        let on = |index: i32, broker: i32| {
            message!(CreatableReplicaAssignment { partition_index: index, broker_ids: vec![broker.into()] })
        };
        message!(new(name, -1, -1) => { assignments: vec![on(0, broker), on(1, 0)] })
    };
    let soon = |request: CreateTopicsRequest| message!(request => { timeout_ms: 1500 });
    script.ask("made where no broker is, and where one is", 7, soon(creating(vec![placed("nowhere", 7), placed("here", 0)])));
    script.ask("there already", 7, creating(vec![placed("nowhere", 0)]));
    let asked = ["nowhere", "here"].map(|name| message!(MetadataRequestTopic { name: Some(topic(name)) }));
    script.ask("what is there of it", 12, message!(MetadataRequest { topics: Some(asked.to_vec()) }));
    let grown = |name: &str, count: i32| message!(CreatePartitionsTopic { name: topic(name), count: count });
    let growing =
        |topics: Vec<CreatePartitionsTopic>| message!(CreatePartitionsRequest { topics: topics, timeout_ms: TIMEOUT_MS });
    script.ask("it grows", 3, message!(growing(vec![grown("nowhere", 3), grown("here", 3)]) => { timeout_ms: 1500 }));
    let few = ["stock", "gone-1", "orders", "gone-2"];
    let few = message!(growing(few.iter().map(|name| grown(name, 3)).collect()) => { validate_only: true });
    script.ask("few growing", 3, few);
    let wrong = [grown("gone-1", 3), grown("orders", 3), grown("a b", 2), grown("carts", 1), grown("gone-2", 3)];
    script.ask("growing", 3, growing(TOPICS.iter().skip(1).map(|name| grown(name, 3)).chain(wrong).collect()));
}

fn records(script: &mut Script) {
    for (what, names) in ASKED {
        let sent = |name: &&str| {
            let partition = |index: i32| message!(PartitionProduceData { index: index, records: Some(batch(&plain(&["a"]))) });
            message!(TopicProduceData { name: topic(name), partition_data: vec![partition(1), partition(0)] })
        };
        script.each(&format!("sent to {what}"), &[3, 9], |_| {
            message!(ProduceRequest { acks: -1, timeout_ms: TIMEOUT_MS, topic_data: names.iter().map(sent).collect() })
        });
        let read = |name: &&str| {
            let partition = |index: i32| message!(FetchPartition { partition: index, partition_max_bytes: 200 });
            message!(FetchTopic { topic: topic(name), partitions: vec![partition(1), partition(0)] })
        };
        script.each(&format!("read from {what}"), &[4, 12], |_| {
            message!(FetchRequest { max_bytes: 1 << 20, topics: names.iter().map(read).collect() })
        });
        let listed = |name: &&str| {
            let partition = |index: i32| message!(ListOffsetsPartition { partition_index: index, timestamp: -1 });
            message!(ListOffsetsTopic { name: topic(name), partitions: vec![partition(1), partition(0)] })
        };
        script.each(&format!("offsets of {what}"), &[1, 7], |_| {
            message!(ListOffsetsRequest { replica_id: (-1).into(), topics: names.iter().map(listed).collect() })
        });
        let ended = |name: &&str| {
            let partition =
                |index: i32| message!(OffsetForLeaderPartition { partition: index, leader_epoch: 0, current_leader_epoch: -1 });
            message!(OffsetForLeaderTopic { topic: topic(name), partitions: vec![partition(1), partition(0)] })
        };
        script.each(&format!("ends of epochs of {what}"), &[3, 4], |_| {
            message!(OffsetForLeaderEpochRequest { replica_id: (-1).into(), topics: names.iter().map(ended).collect() })
        });
        let shortened = |name: &&str| {
            let partition = |index: i32| message!(DeleteRecordsPartition { partition_index: index, offset: 1 });
            message!(DeleteRecordsTopic { name: topic(name), partitions: vec![partition(1), partition(0)] })
        };
        script.each(&format!("records deleted of {what}"), &[0, 2], |_| {
            message!(DeleteRecordsRequest { topics: names.iter().map(shortened).collect(), timeout_ms: TIMEOUT_MS })
        });
        let written = |name: &&str| message!(TopicRequest { name: topic(name), partition_indexes: vec![1, 0] });
        script.ask(
            &format!("producers of {what}"),
            0,
            message!(DescribeProducersRequest { topics: names.iter().map(written).collect() }),
        );
        let stored = |name: &&str| message!(DescribableLogDirTopic { topic: topic(name), partitions: vec![1, 0] });
        script.each(&format!("folders of {what}"), &[1, 4], |_| {
            message!(DescribeLogDirsRequest { topics: Some(names.iter().map(stored).collect()) })
        });
    }
}

fn groups(script: &mut Script) {
    script.ask("a group's coordinator, until it is there", 0, message!(FindCoordinatorRequest { key: text("billing") }));
    script.until("error_code=0");
    for (what, names) in ASKED {
        let committed = |name: &&str| {
            let partition = |index: i32| message!(OffsetCommitRequestPartition { partition_index: index, committed_offset: 1 });
            message!(OffsetCommitRequestTopic { name: topic(name), partitions: vec![partition(1), partition(0)] })
        };
        script.each(&format!("committed to {what}"), &[1, 8], |_| {
            message!(OffsetCommitRequest { group_id: group("billing"), topics: names.iter().map(committed).collect() })
        });
        script.each(&format!("every offset, committed to {what}"), &[2, 7], |_| {
            message!(OffsetFetchRequest { group_id: group("billing"), topics: None })
        });
        let fetched = |name: &&str| message!(OffsetFetchRequestTopic { name: topic(name), partition_indexes: vec![1, 0] });
        script.each(&format!("committed offsets of {what}"), &[1, 7], |_| {
            let topics = names.iter().map(fetched).collect();
            message!(OffsetFetchRequest { group_id: group("billing"), topics: Some(topics) })
        });
        let fetched = |name: &&str| message!(OffsetFetchRequestTopics { name: topic(name), partition_indexes: vec![1, 0] });
        let of_group = |name: &&str| {
            let topics = names.iter().map(fetched).collect();
            message!(OffsetFetchRequestGroup { group_id: group(name), topics: Some(topics) })
        };
        script.ask(
            &format!("committed offsets of groups, of {what}"),
            8,
            message!(OffsetFetchRequest { groups: GROUPS.iter().map(of_group).collect() }),
        );
    }
    script.each("every committed offset", &[2, 7], |_| message!(OffsetFetchRequest { group_id: group("billing"), topics: None }));
    for name in &GROUPS[1..] {
        let partition = message!(OffsetCommitRequestPartition { partition_index: 0, committed_offset: 1 });
        let topics = vec![message!(OffsetCommitRequestTopic { name: topic("orders"), partitions: vec![partition] })];
        script.ask("committed", 8, message!(OffsetCommitRequest { group_id: group(name), topics: topics }));
    }
    let named = || GROUPS.iter().map(|name| group(name)).chain([group("none"), group("")]);
    script.each("groups", &[0, 5], |_| message!(DescribeGroupsRequest { groups: named().collect() }));
    script.each("every group", &[0, 4], |_| ListGroupsRequest::default());
    let keys = || GROUPS.iter().map(|name| text(name)).collect();
    script.ask("coordinators", 4, message!(FindCoordinatorRequest { coordinator_keys: keys() }));
    for (what, names) in ASKED {
        let deleted = |name: &&str| {
            let partition = |index: i32| message!(OffsetDeleteRequestPartition { partition_index: index });
            message!(OffsetDeleteRequestTopic { name: topic(name), partitions: vec![partition(1), partition(0)] })
        };
        script.ask(
            &format!("offsets deleted of {what}"),
            0,
            message!(OffsetDeleteRequest { group_id: group("billing"), topics: names.iter().map(deleted).collect() }),
        );
    }
    let few = || ["none", "mail", "audit"].iter().map(|name| group(name)).collect();
    script.ask("few groups deleted", 2, message!(DeleteGroupsRequest { groups_names: few() }));
    script.each("groups deleted", &[0, 2], |_| message!(DeleteGroupsRequest { groups_names: named().collect() }));
}

fn settings(script: &mut Script) {
    for (what, names) in ASKED {
        let described = |name: &&str| {
            let keys = vec![text("retention.ms")];
            message!(DescribeConfigsResource { resource_type: TOPIC, resource_name: text(name), configuration_keys: Some(keys) })
        };
        script.each(&format!("settings of {what}"), &[1, 4], |_| {
            message!(DescribeConfigsRequest { resources: names.iter().map(described).collect() })
        });
        let replaced = |name: &&str| {
            let config = whole::AlterableConfig::default();
            let config = message!(config => { name: text("retention.ms"), value: Some(text("-1")) });
            let resource = whole::AlterConfigsResource::default();
            message!(resource => { resource_type: TOPIC, resource_name: text(name), configs: vec![config] })
        };
        script.each(&format!("settings of {what} replaced"), &[0, 2], |_| {
            message!(AlterConfigsRequest { resources: names.iter().map(replaced).collect(), validate_only: true })
        });
        let edited = |name: &&str| {
            let config = single::AlterableConfig::default();
            let config = message!(config => { name: text("retention.ms"), value: Some(text("-1")) });
            let resource = single::AlterConfigsResource::default();
            message!(resource => { resource_type: TOPIC, resource_name: text(name), configs: vec![config] })
        };
        script.each(&format!("settings of {what} edited"), &[0, 1], |_| {
            message!(IncrementalAlterConfigsRequest { resources: names.iter().map(edited).collect(), validate_only: true })
        });
    }
}

fn placement(script: &mut Script) {
    for (what, names) in ASKED {
        let moved = |name: &&str| {
            let partition =
                |index: i32| message!(ReassignablePartition { partition_index: index, replicas: Some(vec![7.into()]) });
            message!(ReassignableTopic { name: topic(name), partitions: vec![partition(1), partition(0)] })
        };
        script.ask(
            &format!("{what} moved"),
            0,
            message!(AlterPartitionReassignmentsRequest { topics: names.iter().map(moved).collect(), timeout_ms: TIMEOUT_MS }),
        );
        let moving =
            |name: &&str| message!(ListPartitionReassignmentsTopics { name: topic(name), partition_indexes: vec![1, 0] });
        script.ask(
            &format!("what moves of {what}"),
            0,
            message!(ListPartitionReassignmentsRequest {
                topics: Some(names.iter().map(moving).collect()),
                timeout_ms: TIMEOUT_MS
            }),
        );
        let led = |name: &&str| message!(TopicPartitions { topic: topic(name), partitions: vec![1, 0] });
        script.each(&format!("leaders of {what}"), &[0, 2], |_| {
            message!(ElectLeadersRequest { topic_partitions: Some(names.iter().map(led).collect()), timeout_ms: TIMEOUT_MS })
        });
    }
}

fn deleted(script: &mut Script) {
    for (what, names) in [("some that are missing", MIXED), ("all", TOPICS)] {
        let states = move || names.iter().map(|name| message!(DeleteTopicState { name: Some(topic(name)) })).collect();
        script.ask(&format!("{what} deleted"), 6, message!(DeleteTopicsRequest { topics: states(), timeout_ms: TIMEOUT_MS }));
        let named = || names.iter().map(|name| topic(name)).collect();
        script.ask(
            &format!("{what} deleted again"),
            1,
            message!(DeleteTopicsRequest { topic_names: named(), timeout_ms: TIMEOUT_MS }),
        );
    }
}
