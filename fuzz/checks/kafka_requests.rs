//! A request to the broker from arbitrary bytes: header and body are read or refused, and what is read is the same when it was written
//! and read again.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::{Encodable, Request};
use kafkalab::catalog::api_versions;
use kafkalab::engine::kafka::{bounded, parse_request};

/// Calls `$with` with the type of each request that the broker serves.
macro_rules! with_request {
    ($key:expr, $with:ident, $($arguments:expr),*) => {
        match $key {
            0 => $with::<ProduceRequest>($($arguments),*),
            1 => $with::<FetchRequest>($($arguments),*),
            2 => $with::<ListOffsetsRequest>($($arguments),*),
            3 => $with::<MetadataRequest>($($arguments),*),
            8 => $with::<OffsetCommitRequest>($($arguments),*),
            9 => $with::<OffsetFetchRequest>($($arguments),*),
            10 => $with::<FindCoordinatorRequest>($($arguments),*),
            11 => $with::<JoinGroupRequest>($($arguments),*),
            12 => $with::<HeartbeatRequest>($($arguments),*),
            13 => $with::<LeaveGroupRequest>($($arguments),*),
            14 => $with::<SyncGroupRequest>($($arguments),*),
            15 => $with::<DescribeGroupsRequest>($($arguments),*),
            16 => $with::<ListGroupsRequest>($($arguments),*),
            18 => $with::<ApiVersionsRequest>($($arguments),*),
            19 => $with::<CreateTopicsRequest>($($arguments),*),
            20 => $with::<DeleteTopicsRequest>($($arguments),*),
            21 => $with::<DeleteRecordsRequest>($($arguments),*),
            22 => $with::<InitProducerIdRequest>($($arguments),*),
            23 => $with::<OffsetForLeaderEpochRequest>($($arguments),*),
            29 => $with::<DescribeAclsRequest>($($arguments),*),
            30 => $with::<CreateAclsRequest>($($arguments),*),
            31 => $with::<DeleteAclsRequest>($($arguments),*),
            32 => $with::<DescribeConfigsRequest>($($arguments),*),
            33 => $with::<AlterConfigsRequest>($($arguments),*),
            34 => $with::<AlterReplicaLogDirsRequest>($($arguments),*),
            35 => $with::<DescribeLogDirsRequest>($($arguments),*),
            37 => $with::<CreatePartitionsRequest>($($arguments),*),
            38 => $with::<CreateDelegationTokenRequest>($($arguments),*),
            39 => $with::<RenewDelegationTokenRequest>($($arguments),*),
            40 => $with::<ExpireDelegationTokenRequest>($($arguments),*),
            41 => $with::<DescribeDelegationTokenRequest>($($arguments),*),
            42 => $with::<DeleteGroupsRequest>($($arguments),*),
            43 => $with::<ElectLeadersRequest>($($arguments),*),
            44 => $with::<IncrementalAlterConfigsRequest>($($arguments),*),
            45 => $with::<AlterPartitionReassignmentsRequest>($($arguments),*),
            46 => $with::<ListPartitionReassignmentsRequest>($($arguments),*),
            47 => $with::<OffsetDeleteRequest>($($arguments),*),
            60 => $with::<DescribeClusterRequest>($($arguments),*),
            61 => $with::<DescribeProducersRequest>($($arguments),*),
            _ => Default::default(),
        }
    };
}

/// Reads the bytes as a frame without its size.
pub fn check(bytes: &[u8]) {
    let Ok((header, body)) = parse_request(Bytes::copy_from_slice(bytes)) else { return };
    let versions = api_versions::by_key(header.api_key).and_then(|api| api.advertised.clone());
    if versions.is_some_and(|versions| versions.contains(&header.api_version)) {
        with_request!(header.api_key, read, &body, header.api_version);
    }
}

fn read<M: Request + PartialEq + std::fmt::Debug>(body: &Bytes, version: i16) {
    let Ok(message) = bounded::decode::<M>(body, version) else { return };
    let mut written = BytesMut::new();
    // some values have no place in their own version: what is not nullable, for one
    if message.encode(&mut written, version).is_ok() {
        let again = bounded::decode::<M>(&written.freeze(), version);
        assert_eq!(again.as_ref(), Ok(&message), "version {version}");
    }
}

/// A request of every API in every version, with nothing in it.
pub fn seeds() -> Vec<Vec<u8>> {
    let served = api_versions::all().iter().filter_map(|api| Some((api, api.advertised.clone()?)));
    let mut seeds = Vec::new();
    for (api, versions) in served {
        for version in versions {
            let mut frame = [&api.key.to_be_bytes()[..], &version.to_be_bytes(), &[0, 0, 0, 7, 0, 1, b't']].concat();
            if api.flexible_from.is_some_and(|from| version >= from) {
                frame.push(0);
            }
            let body: Vec<u8> = with_request!(api.key, empty, version);
            seeds.push([frame, body].concat());
        }
    }
    seeds
}

fn empty<M: Encodable + Default>(version: i16) -> Vec<u8> {
    let mut body = BytesMut::new();
    // a few have no empty form in some versions
    let _ = M::default().encode(&mut body, version);
    body.to_vec()
}
