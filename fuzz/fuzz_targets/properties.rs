//! Fuzzes the reader and editor of .properties files: see `checks/properties.rs`.

#![no_main]

#[path = "../checks/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::check(bytes));
