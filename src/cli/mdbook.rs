//! `kafkalab mdbook`: a preprocessor of mdBook, which `mdbook-kafkalab` becomes.

use std::ffi::OsString;
use std::io::{self, Read};

use super::failure::{Failure, with_reason};
use super::{exit, print};
use crate::publish::book::mdbook::{BOOK_BYTES_MAX, preprocess};
use crate::text::book as say;

/// Answers `supports RENDERER`, or makes the book that comes in.
pub(super) fn run(arguments: &[OsString]) -> Result<u8, Failure> {
    if arguments.first().is_some_and(|word| word == "supports") {
        // pages are Markdown before and after
        return Ok(exit::OK);
    }
    let mut sent = String::new();
    let read = io::stdin().take(BOOK_BYTES_MAX).read_to_string(&mut sent);
    read.map_err(|error| with_reason("book", say::E_PAGE, error))?;
    print(&preprocess(&sent).map_err(|error| with_reason("book", say::E_PAGE, error))?);
    Ok(exit::OK)
}
