//! Fuzzes the language server: see `checks/lsp.rs`.

#![no_main]

#[path = "../checks/lsp.rs"]
mod lsp;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lsp::check(bytes));
