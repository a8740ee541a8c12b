//! mdBook's protocol for preprocessors: a list of the context and the book comes in as JSON, the book goes out. Versions 0.4 and 0.5 name
//! the list of chapters differently; whatever else is in the book stays as it came.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::{PageError, Publisher};
use crate::lab::format::LabSource;
use crate::text::Language;

/// The most that is read of a book, in bytes.
pub const BOOK_BYTES_MAX: u64 = 256 << 20;
/// How deep chapters may stand in chapters.
const DEPTH_MAX: usize = 64;
/// Where the names of chapters and parts stand.
const SUMMARY: &str = "SUMMARY.md";
/// Where chapters are, by version: 0.5, 0.4.
const CHAPTERS: [&str; 2] = ["items", "sections"];

/// Why a book cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// What came is not what mdBook sends.
    #[error("expected [context, book] as mdBook sends it to a preprocessor, found {found}")]
    Protocol {
        /// What is wrong with it.
        found: String,
    },
    /// The configuration of the book says something that is not known.
    #[error("book.toml: {key}: expected {expected}, found {found:?}")]
    Config {
        /// The key.
        key: &'static str,
        /// What it takes.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A page refers to what is not there.
    #[error(transparent)]
    Page(#[from] PageError),
}

fn protocol(found: impl Into<String>) -> BookError {
    BookError::Protocol { found: found.into() }
}

/// Makes a book of what mdBook sends. The language is `[preprocessor.kafkalab] language`, else that of the book; the labs are those of
/// `[preprocessor.kafkalab] labs`, a folder seen from `book.toml`, else the built-in ones.
///
/// # Errors
/// [`BookError`].
pub fn preprocess(sent: &str) -> Result<String, BookError> {
    let sent: Value = serde_json::from_str(sent).map_err(|error| protocol(error.to_string()))?;
    let Value::Array(sent) = sent else { return Err(protocol("no list")) };
    let [context, mut book]: [Value; 2] = sent.try_into().map_err(|_| protocol("a list of another length"))?;
    let mut publisher = Publisher::new(labs(&context)?, language(&context)?);
    let found = CHAPTERS.into_iter().find(|name| book.get(name).is_some());
    let items = found.and_then(|name| book[name].as_array_mut()).ok_or_else(|| protocol("a book without chapters"))?;
    chapters(items, DEPTH_MAX, &mut |file, text| {
        if let Value::String(text) = text {
            *text = publisher.page(file, text)?;
        }
        Ok(())
    })?;
    Ok(book.to_string())
}

fn own<'a>(context: &'a Value, key: &str) -> &'a Value {
    &context["config"]["preprocessor"]["kafkalab"][key]
}

fn language(context: &Value) -> Result<Language, BookError> {
    let of_book = &context["config"]["book"]["language"];
    let (key, value) = match own(context, "language") {
        Value::Null => ("book.language", of_book),
        found => ("preprocessor.kafkalab.language", found),
    };
    let known = value.as_str().and_then(|name| name.parse().ok());
    known.ok_or_else(|| BookError::Config { key, expected: "\"ko\" or \"en\"", found: shown(value) })
}

fn labs(context: &Value) -> Result<LabSource, BookError> {
    let key = "preprocessor.kafkalab.labs";
    match own(context, "labs") {
        Value::Null => Ok(LabSource::BuiltIn),
        Value::String(folder) => {
            let root = context["root"].as_str().ok_or_else(|| protocol("a context without root"))?;
            Ok(LabSource::Folder(PathBuf::from(root).join(folder)))
        }
        found => Err(BookError::Config { key, expected: "a folder", found: shown(found) }),
    }
}

/// A value as a person wrote it.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Calls `visit` with every text of a list of chapters, and with the file it stands in.
fn chapters(
    items: &mut [Value],
    depth: usize,
    visit: &mut impl FnMut(&str, &mut Value) -> Result<(), BookError>,
) -> Result<(), BookError> {
    if depth == 0 {
        return Err(protocol("chapters in chapters without end"));
    }
    for item in items {
        if let Some(title) = item.get_mut("PartTitle") {
            visit(SUMMARY, title)?;
        }
        // a separator is none
        let Some(chapter) = item.get_mut("Chapter").and_then(Value::as_object_mut) else { continue };
        one(chapter, visit)?;
        if let Some(inner) = chapter.get_mut("sub_items").and_then(Value::as_array_mut) {
            chapters(inner, depth - 1, visit)?;
        }
    }
    Ok(())
}

fn one(
    chapter: &mut Map<String, Value>,
    visit: &mut impl FnMut(&str, &mut Value) -> Result<(), BookError>,
) -> Result<(), BookError> {
    let file = chapter.get("source_path").or_else(|| chapter.get("path")).and_then(Value::as_str);
    let file = file.unwrap_or(SUMMARY).to_owned();
    for (key, value) in chapter.iter_mut() {
        match (key.as_str(), value) {
            ("content", value) => visit(&file, value)?,
            ("name", value) => visit(SUMMARY, value)?,
            ("parent_names", Value::Array(names)) => names.iter_mut().try_for_each(|name| visit(SUMMARY, name))?,
            _ => {}
        }
    }
    Ok(())
}
