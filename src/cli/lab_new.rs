//! `kafkalab lab new NAME`: the skeleton of a lab, as small as `lab check` can prove.

use std::fs;
use std::path::Path;

use super::failure::Failure;
use super::{Args, exit, print};
use crate::lab::format::LabSource;
use crate::text::{Language, Message, lab as say};

/// The files of a skeleton: their names within the lab, and what is in them. `NN`, `NAME` are filled in.
const FILES: [(&str, &str); 4] = [
    ("lab.toml", include_str!("skeleton/lab.toml")),
    ("ko.md", include_str!("skeleton/ko.md")),
    ("en.md", include_str!("skeleton/en.md")),
    ("routes/all.toml", include_str!("skeleton/routes.toml")),
];

/// The longest name of a lab, in bytes.
const NAME_BYTES_MAX: usize = 40;

pub(super) fn run(args: &Args, name: &str, language: Language) -> Result<u8, Failure> {
    let LabSource::Folder(labs) = &args.labs else { return Err(Failure::new("labs-built-in", say::E_NEW_BUILT_IN)) };
    let number = number_for(args)?;
    let short = short_name(name).ok_or_else(|| Failure::new("lab-name", Message::new(say::E_NAME).with("found", name)))?;
    let folder = labs.join(format!("{number:02}-{short}"));
    if folder.exists() {
        return Err(Failure::new("lab-exists", Message::new(say::E_EXISTS).with("folder", folder.display())));
    }
    for (file, text) in FILES {
        let text = text.replace("NN", &number.to_string()).replace("NAME", &short);
        write(&folder.join(file), &text)?;
    }
    let (folder, labs) = (folder.display().to_string(), labs.display().to_string());
    let values: [(&str, &dyn std::fmt::Display); 3] = [("folder", &folder), ("labs", &labs), ("name", &short)];
    print(&(say::CREATED.fill(language, &values) + "\n"));
    Ok(exit::OK)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).map_err(|error| Failure::io(path.display(), error))
}

/// The name without a number, where it can be a folder's: small letters, digits and hyphens.
fn short_name(name: &str) -> Option<String> {
    let short = match name.split_once('-') {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    };
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = (1..=NAME_BYTES_MAX).contains(&short.len()) && short.bytes().all(legal) && !short.starts_with('-');
    fits.then(|| short.to_owned())
}

/// The number behind those of the labs that are there.
fn number_for(args: &Args) -> Result<u32, Failure> {
    let names = args.labs.names()?;
    let last = names.iter().filter_map(|name| name.split('-').next()?.parse::<u32>().ok()).max();
    Ok(last.map_or(0, |last| last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_with_and_without_its_number() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(short_name(name).as_deref(), expected, "{name}");
        check("quotas", Some("quotas"));
        check("07-quotas", Some("quotas"));
        check("two-words", Some("two-words"));
        check("Quotas", None);
        check("../up", None);
        check("07-", None);
        check("", None);
    }
}
