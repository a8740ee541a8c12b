//! Where partitions shall lie: AlterPartitionReassignments and ListPartitionReassignments, on one broker.

use kafka_protocol::messages::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use kafka_protocol::messages::list_partition_reassignments_request::ListPartitionReassignmentsTopics;
use kafka_protocol::messages::{AlterPartitionReassignmentsRequest, ListPartitionReassignmentsRequest};

use super::super::Script;
use super::{TIMEOUT_MS, create as make, message, topic};

/// A partition, and on which brokers it shall lie; without any what moves it is cancelled.
type Move<'a> = (i32, Option<&'a [i32]>);

fn moving(topics: &[(&str, &[Move])]) -> AlterPartitionReassignmentsRequest {
    let topics = topics.iter().map(|(name, partitions)| {
        let partitions = partitions.iter().map(|(index, brokers)| {
            let brokers = brokers.map(|brokers| brokers.iter().map(|id| (*id).into()).collect());
            message!(ReassignablePartition { partition_index: *index, replicas: brokers })
        });
        message!(ReassignableTopic { name: topic(name), partitions: partitions.collect() })
    });
    message!(AlterPartitionReassignmentsRequest { topics: topics.collect(), timeout_ms: TIMEOUT_MS })
}

/// Both APIs.
pub fn asked() -> Script {
    let mut script = Script::new("reassignments");
    make(&mut script, "moved", 3, &[]);
    let placements: &[(&str, &[i32])] = &[
        ("where it lies", &[0]),
        ("on no broker", &[]),
        ("on a broker that is missing", &[7]),
        ("on a broker that is missing too", &[0, 7]),
        ("twice on a broker", &[0, 0]),
        ("on a negative broker", &[-1]),
        ("on a negative broker too", &[0, -2]),
    ];
    for (what, brokers) in placements {
        script.ask(what, 0, moving(&[("moved", &[(0, Some(brokers))])]));
    }
    script.ask("nothing to cancel", 0, moving(&[("moved", &[(0, None)])]));
    script.ask("nothing to cancel in a partition that is missing", 0, moving(&[("moved", &[(9, None)])]));
    script.ask("nothing to cancel in a topic that is missing", 0, moving(&[("missing", &[(0, None)])]));
    script.ask("a partition that is missing", 0, moving(&[("moved", &[(9, Some(&[0]))])]));
    script.ask("a negative partition", 0, moving(&[("moved", &[(-1, Some(&[0]))])]));
    script.ask("a topic that is missing", 0, moving(&[("missing", &[(0, Some(&[0]))])]));
    script.ask("a topic without a name", 0, moving(&[("", &[(0, Some(&[0]))])]));
    script.ask("no topics", 0, moving(&[]));
    script.ask("no partitions", 0, moving(&[("moved", &[])]));
    script.ask("right and wrong", 0, moving(&[("moved", &[(0, Some(&[0])), (1, Some(&[7])), (2, None)])]));
    script.ask("a partition twice", 0, moving(&[("moved", &[(0, Some(&[0])), (0, Some(&[7]))])]));
    script.ask("less than no time", 0, message!(moving(&[("moved", &[(0, Some(&[0]))])]) => { timeout_ms: -1 }));
    let list = |name: &str, indexes: &[i32]| {
        let topics = vec![message!(ListPartitionReassignmentsTopics { name: topic(name), partition_indexes: indexes.to_vec() })];
        message!(ListPartitionReassignmentsRequest { topics: Some(topics), timeout_ms: TIMEOUT_MS })
    };
    script.ask("everything that moves", 0, message!(ListPartitionReassignmentsRequest { topics: None, timeout_ms: TIMEOUT_MS }));
    script.ask(
        "nothing that moves",
        0,
        message!(ListPartitionReassignmentsRequest { topics: Some(Vec::new()), timeout_ms: TIMEOUT_MS }),
    );
    script.ask("what moves of a topic", 0, list("moved", &[0, 1, 9]));
    script.ask("what moves of a topic that is missing", 0, list("missing", &[0]));
    script
}
