//! The cases of the rules about archives, in a folder that has a whole one, one that broke off, a page under an archive's name and an empty
//! file.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::command_cases::Row;
use super::{KAFKA, World};

/// Lines typed beside the archives.
pub(super) const ROWS: &[Row] = &[
    ("KL112", 2, "tar -xzf kafka-2.13-3.6.0.tgz", Some("kafka-2.13-3.6.0.tgz"), Some("tar -xzf kafka_2.13-3.6.0.tgz")),
    (
        "KL112",
        2,
        "cd . && tar xzf ./kafka_2.13-3.6.0.tar.gz",
        Some("kafka_2.13-3.6.0.tar.gz"),
        Some("cd . && tar xzf ./kafka_2.13-3.6.0.tgz"),
    ),
    ("KL112", 2, "tar -xzf 'kafka_2.13-3.6.tgz'", Some("'kafka_2.13-3.6.tgz'"), None),
    ("KL112", 2, "tar -xzf kafka_2.13-3.6.0.tgz", None, None),
    ("KL112", 0, "tar -xzf kafka-2.13-3.6.0.tgz", None, None),
    ("KL112", 2, "tar -xzf flink-1.18.0-bin-scala_2.12.tgz", None, None),
    ("KL112", 2, "tar -xzf ../nowhere/kafka-2.13-3.6.0.tgz", None, None),
    ("KL112", 1, "ls kafka-2.13-3.6.0.tgz", None, None),
    ("KL113", 2, "tar -xzf part.tgz", Some("part.tgz"), None),
    ("KL113", 2, "tar -x -v -f ./page.tar.gz", Some("./page.tar.gz"), None),
    ("KL113", 1, "gunzip empty.tgz", Some("empty.tgz"), None),
    ("KL113", 0, "tar -xzf part.tgz", None, None),
    ("KL113", 2, "tar -xzf kafka_2.13-3.6.0.tgz no/such/member", None, None),
    ("KL113", 2, "cat part.tgz", None, None),
];

/// The folder with the archives.
pub(super) fn world() -> World {
    let mut world = World::new();
    let folder = Path::new(KAFKA).join("downloads");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&[b'k'; 10_000]).expect("into memory");
    let whole = packed.finish().expect("into memory");
    for (name, bytes) in [
        ("kafka_2.13-3.6.0.tgz", whole.as_slice()),
        ("part.tgz", &whole[..whole.len() / 2]),
        ("page.tar.gz", b"<!DOCTYPE html><html>"),
        ("empty.tgz", b""),
    ] {
        world.files.insert(folder.join(name), bytes.to_vec());
    }
    world.cwd = folder;
    world
}
