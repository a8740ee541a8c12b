//! `kafkalab lab`: what authors of labs use.

use clap::{Arg, ArgAction, ArgMatches, Command as Clap, value_parser};

use super::engine::EngineChoice;
use super::failure::Failure;
use super::{Args, lab_check, lab_new};
use crate::text::{Language, Text, cli, lab as say};

/// What an author asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabCommand {
    /// Prove labs.
    Check(CheckArgs),
    /// Make the skeleton of a lab.
    New {
        /// Its name.
        name: String,
    },
}

/// What `lab check` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckArgs {
    /// The labs; empty for all.
    pub labs: Vec<String>,
    /// On what.
    pub engine: EngineChoice,
    /// For programs.
    pub json: bool,
    /// How long one action and one step's checks may take, in seconds.
    pub deadline_s: Option<u64>,
}

pub(super) fn command(language: Language) -> Clap {
    let say = |text: Text| text.get(language);
    let new = Clap::new("new")
        .about(say(say::ABOUT_NEW))
        .arg(Arg::new("name").value_name("NAME").required(true).help(say(say::ARG_NAME)));
    Clap::new("lab").about(say(say::ABOUT)).subcommand_required(true).subcommand(new).subcommand(
        Clap::new("check")
            .about(say(say::ABOUT_CHECK))
            .after_help(say(say::EXIT_CODES))
            .arg(Arg::new("lab").value_name("LAB").num_args(0..).help(say(cli::ARG_LAB)))
            .arg(Arg::new("engine").long("engine").value_name("bundled|apache=DIR").help(say(cli::ARG_ENGINE)))
            .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help(say(cli::ARG_JSON)))
            // what counts as hung, in seconds: for tests and for slow machines
            .arg(Arg::new("deadline").long("deadline").hide(true).value_parser(value_parser!(u64).range(1..=3600))),
    )
}

pub(super) fn from_matches(matches: &ArgMatches) -> Result<LabCommand, Failure> {
    if let Some(new) = matches.subcommand_matches("new") {
        return Ok(LabCommand::New { name: new.get_one::<String>("name").cloned().unwrap_or_default() });
    }
    // clap lets nothing else through
    let check = matches.subcommand_matches("check").unwrap_or(matches);
    let engine = check.get_one::<String>("engine").map(|value| EngineChoice::parse(value)).transpose()?;
    Ok(LabCommand::Check(CheckArgs {
        labs: check.get_many::<String>("lab").unwrap_or_default().cloned().collect(),
        engine: engine.unwrap_or(EngineChoice::Bundled),
        json: check.get_flag("json"),
        deadline_s: check.get_one::<u64>("deadline").copied(),
    }))
}

pub(super) fn run(args: &Args, command: &LabCommand, language: Language) -> Result<u8, Failure> {
    match command {
        LabCommand::Check(check) => lab_check::run(args, check, language),
        LabCommand::New { name } => lab_new::run(args, name, language),
    }
}
