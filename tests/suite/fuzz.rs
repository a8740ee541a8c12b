//! What the fuzzer drives (`fuzz/checks`), for a bounded number of damaged inputs each.

#[path = "../../fuzz/checks/broker_log.rs"]
mod broker_log;
#[path = "../../fuzz/checks/kafka_requests.rs"]
mod kafka_requests;
#[path = "../../fuzz/checks/lint.rs"]
mod lint;
#[path = "../../fuzz/checks/lsp.rs"]
mod lsp;
#[path = "../../fuzz/checks/properties.rs"]
mod properties;
#[path = "../../fuzz/checks/record_batches.rs"]
mod record_batches;
#[path = "../../fuzz/checks/zookeeper_jute.rs"]
mod zookeeper_jute;
#[path = "../../fuzz/checks/zookeeper_storage.rs"]
mod zookeeper_storage;

use proptest::prelude::*;

/// The checks by the name of their fuzz target: what is checked, and well-formed inputs to begin from.
type Target = (&'static str, fn(&[u8]), fn() -> Vec<Vec<u8>>);

const TARGETS: &[Target] = &[
    ("broker_log", broker_log::check, broker_log::seeds),
    ("kafka_requests", kafka_requests::check, kafka_requests::seeds),
    ("lint", lint::check, lint::seeds),
    ("lsp", lsp::check, lsp::seeds),
    ("properties", properties::check, properties::seeds),
    ("record_batches", record_batches::check, record_batches::seeds),
    ("zookeeper_jute", zookeeper_jute::check, zookeeper_jute::seeds),
    ("zookeeper_storage", zookeeper_storage::check, zookeeper_storage::seeds),
];

/// What the fuzzer once found: the target, what it is, and the input in hexadecimal.
const FOUND: &[(&str, &str, &str)] = &[(
    "record_batches",
    "a key whose length is below -1, which is null to Kafka",
    "00000000000000000000005100000000029fce264b920000000002000001a20563b31f000001a20563b32600000000000000\
     02000000000000000000031200000001066f6e650012000e02730674776f0016000e04010a746872656500",
)];

/// A folder into which the well-formed inputs are written, one folder for each target, for the fuzzer to begin from.
const CORPUS: &str = "KAFKALAB_CORPUS";

/// One change of an input.
#[derive(Clone, Debug)]
enum Damage {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (at(), at()).prop_map(|(from, to)| Damage::Remove(from, to)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: Vec<Damage>) -> Vec<u8> {
    for damage in damages {
        let length = bytes.len() + 1;
        match damage {
            Damage::Set(at, byte) if length > 1 => bytes[at.index(length - 1)] = byte,
            Damage::Set(..) => {}
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Insert(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more);
            }
            Damage::Remove(one, other) => {
                let (one, other) = (one.index(length), other.index(length));
                bytes.drain(one.min(other)..one.max(other));
            }
        }
    }
    bytes
}

#[test]
fn no_damaged_input_breaks_what_the_fuzzer_drives() {
    for (name, check, seeds) in TARGETS {
        let seeds = seeds();
        seeds.iter().for_each(|seed| check(seed));
        let mut runner =
            proptest::test_runner::TestRunner::new(ProptestConfig { failure_persistence: None, ..Default::default() });
        let input = (prop::sample::select(seeds), prop::collection::vec(damage(), 0..6))
            .prop_map(|(seed, damages)| damaged(seed, damages));
        let run = runner.run(&input, |bytes| {
            check(&bytes);
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn what_the_fuzzer_once_found_holds() {
    for (name, what, hex) in FOUND {
        let (_, check, _) = TARGETS.iter().find(|(target, ..)| target == name).unwrap_or_else(|| panic!("{name}: {what}"));
        let byte = |at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal");
        check(&(0..hex.len() / 2).map(byte).collect::<Vec<u8>>());
    }
}

#[test]
fn the_fuzzer_is_given_well_formed_inputs_where_a_folder_is_named() {
    let Some(folder) = std::env::var_os(CORPUS) else { return };
    for (name, _, seeds) in TARGETS {
        let folder = std::path::Path::new(&folder).join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        for (number, seed) in seeds().into_iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed).expect("written");
        }
    }
}
