//! Users' SCRAM credentials, and the features of the cluster.

use bytes::Bytes;
use kafka_protocol::messages::alter_user_scram_credentials_request::{ScramCredentialDeletion, ScramCredentialUpsertion};
use kafka_protocol::messages::describe_user_scram_credentials_request::UserName;
use kafka_protocol::messages::update_features_request::FeatureUpdateKey;
use kafka_protocol::messages::{AlterUserScramCredentialsRequest, DescribeUserScramCredentialsRequest, UpdateFeaturesRequest};

use super::super::Script;
use super::{TIMEOUT_MS, message, text};

const SHA_256: i8 = 1;
const SHA_512: i8 = 2;

/// Credentials of users: told, given, taken away.
pub fn of_users() -> Script {
    let mut script = Script::new("credentials");
    describe(&mut script, "everyone's, where nobody has any", None);
    describe(&mut script, "nobody's", Some(&[]));
    describe(&mut script, "someone's who has none", Some(&["alice"]));
    describe(&mut script, "the same user's twice", Some(&["alice", "alice"]));
    describe(&mut script, "a user's without a name", Some(&["", "bob"]));
    wrong(&mut script);
    script.ask("nothing", 0, AlterUserScramCredentialsRequest::default());
    let (alice, bob) = (upsertion("alice", SHA_256, 4096), upsertion("bob", SHA_512, 16_384));
    alter(&mut script, "one", &[], std::slice::from_ref(&alice));
    alter(&mut script, "another user", &[], &[bob]);
    alter(&mut script, "a second for a user", &[], &[upsertion("alice", SHA_512, 8192)]);
    alter(&mut script, "one anew", &[], &[upsertion("alice", SHA_256, 5000)]);
    alter(&mut script, "a user whose name is no path", &[], &[upsertion("a/b %*", SHA_256, 4096)]);
    describe(&mut script, "everyone's", None);
    describe(&mut script, "two users'", Some(&["bob", "alice"]));
    describe(&mut script, "one who has some and one who has none", Some(&["alice", "nobody"]));
    describe(&mut script, "a user's whose name is no path", Some(&["a/b %*"]));
    alter(&mut script, "taken away and given", &[deletion("alice", SHA_256)], &[upsertion("alice", SHA_512, 4096)]);
    describe(&mut script, "what is left", Some(&["alice"]));
    alter(&mut script, "taken away again", &[deletion("alice", SHA_256)], &[]);
    alter(&mut script, "one right and one wrong", &[deletion("alice", SHA_256)], &[upsertion("alice", SHA_512, 4097)]);
    describe(&mut script, "after that", Some(&["alice"]));
    for (name, mechanism) in [("alice", SHA_512), ("bob", SHA_512), ("a/b %*", SHA_256)] {
        alter(&mut script, "the last", &[deletion(name, mechanism)], &[]);
    }
    describe(&mut script, "everyone's at the end", None);
    script
}

/// What is refused.
fn wrong(script: &mut Script) {
    alter(script, "a user without a name", &[], &[upsertion("", SHA_256, 4096)]);
    alter(script, "no mechanism", &[], &[upsertion("alice", 0, 4096)]);
    alter(script, "no known mechanism", &[], &[upsertion("alice", 3, 4096)]);
    alter(script, "too few iterations", &[], &[upsertion("alice", SHA_256, 4095)]);
    alter(script, "too many iterations", &[], &[upsertion("alice", SHA_256, 16_385)]);
    alter(script, "taken from a user without a name", &[deletion("", SHA_256)], &[]);
    alter(script, "taken away by no known mechanism", &[deletion("alice", 9)], &[]);
    alter(script, "taken from someone who has none", &[deletion("alice", SHA_256)], &[]);
    let twice = [upsertion("alice", SHA_256, 4096), upsertion("alice", SHA_256, 4096)];
    alter(script, "twice", &[], &twice);
    alter(script, "given and taken away", &[deletion("alice", SHA_256)], &[upsertion("alice", SHA_256, 4096)]);
    alter(script, "twice taken away", &[deletion("alice", SHA_256), deletion("alice", SHA_256)], &[]);
    let wrong = upsertion("alice", SHA_256, 1);
    alter(script, "wrong in one of two", &[], &[wrong, upsertion("alice", SHA_512, 4096)]);
    describe(script, "nothing came of it", None);
}

fn describe(script: &mut Script, what: &str, users: Option<&[&str]>) {
    let users = users.map(|users| users.iter().map(|name| message!(UserName { name: text(name) })).collect());
    script.ask(what, 0, message!(DescribeUserScramCredentialsRequest { users: users }));
}

fn alter(script: &mut Script, what: &str, deletions: &[ScramCredentialDeletion], upsertions: &[ScramCredentialUpsertion]) {
    let request = message!(AlterUserScramCredentialsRequest { deletions: deletions.to_vec(), upsertions: upsertions.to_vec() });
    script.ask(what, 0, request);
}

fn upsertion(name: &str, mechanism: i8, iterations: i32) -> ScramCredentialUpsertion {
    message!(ScramCredentialUpsertion {
        name: text(name),
        mechanism: mechanism,
        iterations: iterations,
        salt: Bytes::from_static(b"salt"),
        salted_password: Bytes::from_static(b"salted password"),
    })
}

fn deletion(name: &str, mechanism: i8) -> ScramCredentialDeletion {
    message!(ScramCredentialDeletion { name: text(name), mechanism: mechanism })
}

const UPGRADE: i8 = 1;
const SAFE_DOWNGRADE: i8 = 2;
const UNSAFE_DOWNGRADE: i8 = 3;

/// Features: in ZooKeeper mode there is none that could be finalized.
pub fn of_the_cluster() -> Script {
    let mut script = Script::new("features");
    let update = |name: &str, level: i16, downgrade: bool, kind: i8| {
        message!(FeatureUpdateKey {
            feature: text(name),
            max_version_level: level,
            allow_downgrade: downgrade,
            upgrade_type: kind
        })
    };
    let ask = |script: &mut Script, what: &str, version: i16, updates: Vec<FeatureUpdateKey>, validate_only: bool| {
        let request =
            message!(UpdateFeaturesRequest { timeout_ms: TIMEOUT_MS, feature_updates: updates, validate_only: validate_only });
        script.ask(what, version, request);
    };
    for downgrade in [false, true] {
        for level in [-1, 0, 1, 14] {
            let what = format!("level {level}, downgrade {downgrade}");
            ask(&mut script, &what, 0, vec![update("metadata.version", level, downgrade, UPGRADE)], false);
        }
    }
    for kind in [0, UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE, 4] {
        for level in [-1, 0, 1, 14] {
            let what = format!("level {level}, kind {kind}");
            ask(&mut script, &what, 1, vec![update("metadata.version", level, false, kind)], false);
        }
    }
    ask(&mut script, "validated", 1, vec![update("metadata.version", 14, false, UPGRADE)], true);
    ask(&mut script, "unknown", 1, vec![update("no.such", 1, false, UPGRADE)], false);
    ask(&mut script, "without a name", 0, vec![update("", 1, false, UPGRADE)], false);
    ask(&mut script, "without a name", 1, vec![update("", 1, false, UPGRADE)], false);
    let twice = vec![update("a", 1, false, UPGRADE), update("a", 2, false, UPGRADE)];
    ask(&mut script, "twice", 1, twice, false);
    let two = vec![update("b", 1, false, UPGRADE), update("a", 0, false, SAFE_DOWNGRADE)];
    ask(&mut script, "two", 1, two, false);
    ask(&mut script, "none", 0, Vec::new(), false);
    ask(&mut script, "none", 1, Vec::new(), false);
    script
}
