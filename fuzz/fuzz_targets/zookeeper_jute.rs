//! Fuzzes the jute codec: see `checks/zookeeper_jute.rs`.

#![no_main]

#[path = "../checks/zookeeper_jute.rs"]
mod zookeeper_jute;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zookeeper_jute::check(bytes));
