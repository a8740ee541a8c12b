//! Fuzzes what the broker looks at in record batches: see `checks/record_batches.rs`.

#![no_main]

#[path = "../checks/record_batches.rs"]
mod record_batches;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| record_batches::check(bytes));
