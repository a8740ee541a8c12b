//! Fuzzes the recovery of a partition's log: see `checks/broker_log.rs`.

#![no_main]

#[path = "../checks/broker_log.rs"]
mod broker_log;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| broker_log::check(bytes));
