//! `kafkalab completions SHELL` and `kafkalab man DIR`: what shells and `man` know of the command line, in the language of the help.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command as Clap, builder::EnumValueParser, value_parser};
use clap_complete::Shell;

use super::args::{NAME, shown};
use super::failure::Failure;
use super::{exit, print};
use crate::text::{Language, Text, cli as say};

pub(super) fn completions_command(language: Language) -> Clap {
    let text = |text: Text| text.get(language);
    let shell = Arg::new("shell").value_name("SHELL").required(true).value_parser(EnumValueParser::<Shell>::new());
    Clap::new("completions").about(text(say::ABOUT_COMPLETIONS)).arg(shell.help(text(say::ARG_SHELL)))
}

pub(super) fn man_command(language: Language) -> Clap {
    let text = |text: Text| text.get(language);
    let folder = Arg::new("folder").value_name("DIR").required(true).value_parser(value_parser!(PathBuf));
    Clap::new("man").about(text(say::ABOUT_MAN)).arg(folder.help(text(say::ARG_MAN_DIR)))
}

pub(super) fn shell_of(matches: &ArgMatches) -> Shell {
    matches.get_one::<Shell>("shell").copied().unwrap_or(Shell::Bash)
}

/// Prints the completions for a shell.
pub(super) fn completions(shell: Shell, language: Language) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut shown(language), NAME, &mut script);
    print(&String::from_utf8_lossy(&script));
    exit::OK
}

/// Writes a page for the command and one for each of its own into `folder`, which is made when missing.
pub(super) fn man(folder: &Path, language: Language) -> Result<u8, Failure> {
    let failed = |path: &Path, error: std::io::Error| Failure::io(path.display(), error);
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut pages = Vec::new();
    let mut command = shown(language);
    // what holds for every command is on each page
    command.build();
    add_pages(NAME.to_owned(), &command, &mut pages);
    for (name, command) in pages {
        let path = folder.join(format!("{name}.1"));
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(|error| failed(&path, error))?;
        std::fs::write(&path, page).map_err(|error| failed(&path, error))?;
        print(&format!("{}\n", path.display()));
    }
    Ok(exit::OK)
}

/// The page of a command, and those of its own commands: `kafkalab-book-serve` tells of `kafkalab book serve`.
fn add_pages(name: String, command: &Clap, pages: &mut Vec<(String, Clap)>) {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        add_pages(format!("{name}-{}", sub.get_name()), sub, pages);
    }
    pages.push((name, command.clone().disable_version_flag(true).version(env!("CARGO_PKG_VERSION"))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_and_page_knows_the_commands_and_nothing_hidden() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut shown(Language::En), NAME, &mut script);
            let script = String::from_utf8(script).expect("text");
            assert!(
                ["doctor", "verify", "--free-ports"].iter().all(|word| script.contains(word.trim_start_matches("--"))),
                "{shell}"
            );
            assert!(!script.contains("terminal-host") && !script.contains("witnessed-java"), "{shell}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        man(&folder.path().join("man1"), Language::Ko).expect("writable");
        let read = |name: &str| std::fs::read_to_string(folder.path().join("man1").join(name)).expect("written");
        assert!(read("kafkalab.1").contains("kafkalab\\-doctor"));
        assert!(read("kafkalab-up.1").contains("브로커"));
        assert!(!folder.path().join("man1/kafkalab-terminal-host.1").exists());
        assert!(read("kafkalab-book.1").contains("kafkalab\\-book\\-serve(1)"), "{}", read("kafkalab-book.1"));
        let serve = read("kafkalab-book-serve.1");
        assert!(serve.contains("kafkalab book serve") && !serve.contains("Print help"), "{serve}");
    }
}
