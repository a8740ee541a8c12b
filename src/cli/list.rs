//! `kafkalab list`: the labs and how far the learner is.

use std::fmt::Write as _;

use serde_json::json;

use super::failure::Failure;
use super::{Args, exit, print, workspace_folder};
use crate::frontend::MenuEntry;
use crate::lab::format::Lab;
use crate::lab::runner::{Remembered, Workspace};
use crate::text::{Language, cli as say};

pub(super) fn run(args: &Args, json: bool, locale: Language) -> Result<u8, Failure> {
    let remembered = Workspace::peek(&workspace_folder(args)?);
    let language = args.language.or(remembered.language).unwrap_or(locale);
    if json {
        let names = args.labs.names()?;
        let rows = entries(args, &remembered)?.into_iter().zip(names).map(|(entry, name)| {
            json!({ "name": name, "number": entry.number, "title": entry.title(language), "done": entry.done, "steps": entry.steps })
        });
        print(&format!("{:#}\n", serde_json::Value::from_iter(rows)));
        return Ok(exit::OK);
    }
    let mut text = String::new();
    for entry in entries(args, &remembered)? {
        let values: [(&str, &dyn std::fmt::Display); 5] = [
            ("mark", &entry.mark()),
            ("number", &entry.number),
            ("title", &entry.title(language)),
            ("done", &entry.done),
            ("steps", &entry.steps),
        ];
        let _ = writeln!(text, "{}", say::LIST_ROW.fill(language, &values));
    }
    print(&text);
    Ok(exit::OK)
}

/// The labs with the learner's progress, in the order of the course.
pub(super) fn entries(args: &Args, remembered: &Remembered) -> Result<Vec<MenuEntry>, Failure> {
    let mut entries = Vec::new();
    for name in args.labs.names()? {
        let lab = Lab::load(&args.labs, &name)?;
        let steps = lab.spec.steps.len();
        entries.push(MenuEntry {
            number: format!("{:02}", lab.spec.number),
            titles: Language::ALL.map(|language| lab.prose(language).title.clone()),
            done: remembered.labs.get(&name).map_or(0, |memory| memory.progress.step.min(steps)),
            steps,
        });
    }
    Ok(entries)
}
