//! The command line of `kafkalab`, with its help in the learner's language.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command as Clap, FromArgMatches, value_parser};
use clap_complete::Shell;

use super::asking::{AskArgs, What};
use super::book::{self as make_book, BookArgs};
use super::doctor::{self, DoctorArgs};
use super::engine::EngineChoice;
use super::failure::Failure;
use super::lab::{self, LabCommand};
use super::learn::LearnArgs;
use super::manual;
use super::matrix::{self, MatrixArgs};
use super::shell::ShellArgs;
use super::up::{self, UpArgs};
use super::verify::Options as VerifyOptions;
use super::{diagnose, engine_start, lint, lsp};
use crate::engine::tools::witnessed;
use crate::lab::format::LabSource;
use crate::text::{Language, Message, asking, book, cli, lint as lint_text};

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Args {
    /// `--lang`; `None` follows what is remembered, then the locale.
    pub language: Option<Language>,
    /// `--workspace`; `None` is the default folder.
    pub workspace: Option<PathBuf>,
    /// `--labs`, or the built-in labs.
    pub labs: LabSource,
    /// The command.
    pub command: Command,
}

/// The commands of `kafkalab`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start a lab or go on with it.
    Learn(LearnArgs),
    /// Prove labs, for their authors.
    Lab(LabCommand),
    /// List the labs.
    List {
        /// Print JSON.
        json: bool,
    },
    /// Show how far the labs are and what runs.
    Status {
        /// Print JSON.
        json: bool,
    },
    /// Ask something about the lab that is open, or was open last.
    Ask(AskArgs),
    /// Open one of the lab's terminals in this window too.
    Shell(ShellArgs),
    /// Play solutions and compare with the snapshots.
    Verify {
        /// The labs; empty for all.
        labs: Vec<String>,
        /// How.
        options: VerifyOptions,
        /// On what.
        engine: EngineChoice,
    },
    /// Play solutions with every mixture of both engines.
    Matrix(MatrixArgs),
    /// Look at both engines and the machine.
    Doctor(DoctorArgs),
    /// Run servers for any use.
    Up(UpArgs),
    /// Write the distribution's folder.
    Dist {
        /// Where.
        folder: PathBuf,
    },
    /// Find mistakes in configuration files.
    Lint(Box<lint::LintArgs>),
    /// Be a language server.
    Lsp(lsp::LspArgs),
    /// Say what happened, from logs.
    Diagnose(diagnose::DiagnoseArgs),
    /// Explain a rule; `None` lists them all.
    Explain {
        /// Its code or name.
        rule: Option<String>,
    },
    /// Print completions for a shell.
    Completions(Shell),
    /// Write the man pages.
    Man {
        /// Where to.
        folder: PathBuf,
    },
    /// Make the book.
    Book(BookArgs),
    /// Be a preprocessor of mdBook.
    MdBook {
        /// What mdBook gives: nothing, or `supports RENDERER`.
        arguments: Vec<OsString>,
    },
    /// Measure the start of both engines.
    EngineStart(engine_start::Args),
    /// Be another program, and end with the process that started this one.
    WithParent {
        /// That process.
        parent: u32,
        /// The program and its arguments.
        arguments: Vec<OsString>,
    },
    /// Run Java, and tell who wants to know of the tool in it.
    WitnessedJava {
        /// Java and its arguments.
        arguments: Vec<OsString>,
    },
    /// Answer a question of the step that is on.
    Answer {
        /// What was typed.
        words: Vec<String>,
    },
    /// Serve a lab's terminals while the learner is away.
    TerminalHost {
        /// What the host takes.
        arguments: Vec<OsString>,
    },
}

/// The program's name.
pub(super) const NAME: &str = "kafkalab";

/// What came of reading the command line.
#[derive(Debug)]
pub enum Parsed {
    /// Run this.
    Run(Args),
    /// Print this: help or the version.
    Print(String),
}

/// Reads the command line; `arguments` are without `argv[0]`.
///
/// # Errors
/// An unknown option, command or language, or something missing.
pub fn parse(arguments: &[OsString], language: Language) -> Result<Parsed, Failure> {
    // the name is what usage lines begin with, also those of a command's own commands
    let line = std::iter::once(OsStr::new(NAME)).chain(arguments.iter().map(OsString::as_os_str));
    match command(language).try_get_matches_from(line) {
        Ok(matches) => Ok(Parsed::Run(from_matches(&matches)?)),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Ok(Parsed::Print(error.render().to_string()))
        }
        Err(error) => Err(usage(&error)),
    }
}

/// The language that the command line asks for, looked up before anything else so that its errors are said in it.
pub fn language_asked(arguments: &[OsString]) -> Option<Language> {
    let arguments: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after = arguments.windows(2).find(|pair| pair[0] == "--lang").map(|pair| pair[1]);
    let joined = arguments.iter().find_map(|argument| argument.strip_prefix("--lang="));
    after.or(joined)?.parse().ok()
}

/// The command line without the commands that are hidden.
pub(super) fn shown(language: Language) -> Clap {
    let say = |text: crate::text::Text| text.get(language);
    let lab = |name: &'static str| Arg::new(name).value_name("LAB").help(say(cli::ARG_LAB));
    let free_ports = || Arg::new("free-ports").long("free-ports").action(ArgAction::SetTrue).help(say(cli::ARG_FREE_PORTS));
    let engine = || Arg::new("engine").long("engine").value_name("bundled|apache=DIR");
    let json = || Arg::new("json").long("json").action(ArgAction::SetTrue).help(say(cli::ARG_JSON));
    let plain = || Arg::new("plain").long("plain").action(ArgAction::SetTrue).help(say(cli::ARG_PLAIN));
    let help = || Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true).help(say(cli::ARG_HELP));
    Clap::new(NAME)
        .bin_name(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .about(say(cli::ABOUT))
        .after_help(say(cli::EXIT_CODES))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .arg(help())
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help(say(cli::ARG_VERSION)))
        .arg(Arg::new("lang").long("lang").value_name("ko|en").global(true).help(say(cli::ARG_LANG)))
        .arg(
            Arg::new("workspace")
                .long("workspace")
                .value_name("DIR")
                .global(true)
                .value_parser(value_parser!(PathBuf))
                .help(say(cli::ARG_WORKSPACE)),
        )
        .arg(
            Arg::new("labs")
                .long("labs")
                .value_name("DIR")
                .global(true)
                .value_parser(value_parser!(PathBuf))
                .help(say(cli::ARG_LABS)),
        )
        .subcommand(
            Clap::new("learn")
                .about(say(cli::ABOUT_LEARN))
                .arg(lab("lab"))
                .arg(engine().help(say(cli::ARG_ENGINE_LEARN)))
                .arg(free_ports())
                .arg(plain()),
        )
        .subcommand(Clap::new("list").about(say(cli::ABOUT_LIST)).arg(json()))
        .subcommands(asking_commands(language))
        .subcommand(verify_command(language))
        .subcommand(lab::command(language))
        .subcommand(doctor::command(language))
        .subcommand(up::command(language))
        .subcommand(matrix::command(language))
        .subcommand(Clap::new("dist").about(say(cli::ABOUT_DIST)).arg(
            Arg::new("folder").value_name("DIR").required(true).value_parser(value_parser!(PathBuf)).help(say(cli::ARG_DIR)),
        ))
        .subcommands([lint::command(language), lsp::command(language), diagnose::command(language)])
        .subcommand(
            Clap::new("explain")
                .about(say(lint_text::ABOUT_EXPLAIN))
                .arg(Arg::new("rule").value_name("RULE").required_unless_present("list").help(say(lint_text::ARG_RULE)))
                .arg(Arg::new("list").long("list").action(ArgAction::SetTrue).help(say(lint_text::ARG_LIST))),
        )
        .subcommand(manual::completions_command(language))
        .subcommand(manual::man_command(language))
        .subcommand(make_book::command(language))
}

fn verify_command(language: Language) -> Clap {
    let say = |text: crate::text::Text| text.get(language);
    let flag = |name: &'static str, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(say(help));
    Clap::new("verify")
        .about(say(cli::ABOUT_VERIFY))
        .arg(Arg::new("lab").value_name("LAB").help(say(cli::ARG_LAB)).num_args(0..))
        .arg(Arg::new("engine").long("engine").value_name("bundled|apache=DIR").help(say(cli::ARG_ENGINE)))
        .arg(flag("update", cli::ARG_UPDATE))
        .arg(flag("free-ports", cli::ARG_FREE_PORTS))
        // what counts as hung, in seconds: for tests and for slow machines
        .arg(Arg::new("deadline").long("deadline").hide(true).value_parser(value_parser!(u64).range(1..=3600)))
}

/// The commands about the lab that is open, or was open last.
fn asking_commands(language: Language) -> [Clap; 8] {
    let say = |text: crate::text::Text| text.get(language);
    let lab = || Arg::new("lab").value_name("LAB").help(say(asking::ARG_LAB_LAST));
    let step = || Arg::new("step").value_name("STEP").help(say(asking::ARG_STEP));
    let flag = |name: &'static str, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(say(help));
    let json = || flag("json", cli::ARG_JSON);
    let free_ports = || flag("free-ports", cli::ARG_FREE_PORTS);
    [
        Clap::new("status").about(say(asking::ABOUT_STATUS)).arg(json()),
        Clap::new("check").about(say(asking::ABOUT_CHECK)).args([lab(), step(), json()]),
        Clap::new("hint").about(say(asking::ABOUT_HINT)).arg(lab()),
        Clap::new("solve").about(say(asking::ABOUT_SOLVE)).args([step(), free_ports()]),
        Clap::new("goto").about(say(asking::ABOUT_GOTO)).args([lab().required(true), step().required(true), free_ports()]),
        Clap::new("reset").about(say(asking::ABOUT_RESET)).args([lab(), flag("yes", asking::ARG_YES).short('y'), free_ports()]),
        Clap::new("shell")
            .about(say(asking::ABOUT_SHELL))
            .arg(Arg::new("terminal").value_name("NAME").required(true).help(say(asking::ARG_TERMINAL)))
            .arg(lab()),
        Clap::new("resume").about(say(asking::ABOUT_RESUME)).arg(flag("plain", cli::ARG_PLAIN)),
    ]
}

/// What was asked for; `None` where it is another command.
fn asked(name: &str, sub: &ArgMatches) -> Option<Command> {
    let what = match name {
        "check" => What::Check,
        "hint" => What::Hint,
        "solve" => What::Solve,
        "goto" => What::Goto,
        "reset" => What::Reset,
        "shell" => {
            let word = |name| sub.get_one::<String>(name).cloned();
            return Some(Command::Shell(ShellArgs { terminal: word("terminal").unwrap_or_default(), lab: word("lab") }));
        }
        "status" => return Some(Command::Status { json: sub.get_flag("json") }),
        "resume" => {
            return Some(Command::Learn(LearnArgs { resume: true, plain: sub.get_flag("plain"), ..LearnArgs::default() }));
        }
        _ => return None,
    };
    // a command has only those of the arguments that mean something to it
    let value = |name: &str| sub.try_get_one::<String>(name).ok().flatten().cloned();
    let flag = |name: &str| sub.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false);
    let (lab, step) = (value("lab"), value("step"));
    Some(Command::Ask(AskArgs { what, lab, step, json: flag("json"), yes: flag("yes"), free_ports: flag("free-ports") }))
}

/// The whole command line: what is shown, and what only programs and authors use.
fn command(language: Language) -> Clap {
    let rest =
        || Arg::new("rest").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true).value_parser(value_parser!(OsString));
    let inner = |name: &'static str| Clap::new(name).hide(true).disable_help_flag(true);
    shown(language)
        .subcommand(
            engine_start::Args::augment_args(Clap::new("engine-start").hide(true)).about(cli::ABOUT_ENGINE_START.get(language)),
        )
        .subcommand(
            inner(witnessed::WITH_PARENT).arg(Arg::new("parent").required(true).value_parser(value_parser!(u32))).arg(rest()),
        )
        .subcommand(inner(witnessed::WITNESSED_JAVA).arg(rest()))
        .subcommand(inner("terminal-host").arg(rest()))
        .subcommand(inner("mdbook").about(book::ABOUT.get(language)).arg(rest()))
        .subcommand(inner("answer").arg(rest()))
}

fn from_matches(matches: &ArgMatches) -> Result<Args, Failure> {
    let language = matches.get_one::<String>("lang").map(|name| name.parse::<Language>()).transpose()?;
    let labs = matches.get_one::<PathBuf>("labs").cloned().map_or(LabSource::BuiltIn, LabSource::Folder);
    let engine = |matches: &ArgMatches| matches.get_one::<String>("engine").map(|value| EngineChoice::parse(value)).transpose();
    let rest = |matches: &ArgMatches| matches.get_many::<OsString>("rest").unwrap_or_default().cloned().collect();
    let about_a_lab = matches.subcommand().and_then(|(name, sub)| asked(name, sub));
    let command = match matches.subcommand() {
        _ if let Some(command) = about_a_lab => command,
        Some(("list", sub)) => Command::List { json: sub.get_flag("json") },
        Some(("verify", sub)) => Command::Verify {
            labs: sub.get_many::<String>("lab").unwrap_or_default().cloned().collect(),
            options: VerifyOptions {
                update: sub.get_flag("update"),
                free_ports: sub.get_flag("free-ports"),
                deadline_s: sub.get_one::<u64>("deadline").copied(),
            },
            engine: engine(sub)?.unwrap_or(EngineChoice::Bundled),
        },
        Some(("lab", sub)) => Command::Lab(lab::from_matches(sub)?),
        Some(("doctor", sub)) => Command::Doctor(doctor::from_matches(sub)),
        Some(("up", sub)) => Command::Up(up::from_matches(sub)?),
        Some(("matrix", sub)) => Command::Matrix(matrix::from_matches(sub)),
        Some(("dist", sub)) => Command::Dist { folder: sub.get_one::<PathBuf>("folder").cloned().unwrap_or_default() },
        Some(("lint", sub)) => Command::Lint(Box::new(lint::from_matches(sub))),
        Some(("lsp", sub)) => Command::Lsp(lsp::from_matches(sub)),
        Some(("diagnose", sub)) => Command::Diagnose(diagnose::from_matches(sub)),
        Some(("explain", sub)) => {
            Command::Explain { rule: sub.get_one::<String>("rule").filter(|_| !sub.get_flag("list")).cloned() }
        }
        Some(("completions", sub)) => Command::Completions(manual::shell_of(sub)),
        Some(("man", sub)) => Command::Man { folder: sub.get_one::<PathBuf>("folder").cloned().unwrap_or_default() },
        Some(("engine-start", sub)) => {
            Command::EngineStart(engine_start::Args::from_arg_matches(sub).map_err(|error| usage(&error))?)
        }
        Some((witnessed::WITH_PARENT, sub)) => {
            Command::WithParent { parent: sub.get_one::<u32>("parent").copied().unwrap_or(0), arguments: rest(sub) }
        }
        Some((witnessed::WITNESSED_JAVA, sub)) => Command::WitnessedJava { arguments: rest(sub) },
        Some(("book", sub)) => Command::Book(make_book::from_matches(sub)),
        Some(("mdbook", sub)) => Command::MdBook { arguments: rest(sub) },
        Some(("answer", sub)) => {
            let words: Vec<OsString> = rest(sub);
            Command::Answer { words: words.iter().map(|word| word.to_string_lossy().into_owned()).collect() }
        }
        Some(("terminal-host", sub)) => Command::TerminalHost { arguments: rest(sub) },
        Some((_, sub)) => Command::Learn(LearnArgs {
            lab: sub.get_one::<String>("lab").cloned(),
            free_ports: sub.get_flag("free-ports"),
            plain: sub.get_flag("plain"),
            engine: engine(sub)?,
            resume: false,
        }),
        None => Command::Learn(LearnArgs::default()),
    };
    Ok(Args { language, workspace: matches.get_one::<PathBuf>("workspace").cloned(), labs, command })
}

/// clap speaks English only; its findings are said in our own sentence.
fn usage(error: &clap::Error) -> Failure {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(" ")),
        _ => None,
    };
    let (text, found) = match error.kind() {
        ErrorKind::MissingRequiredArgument => (cli::E_USAGE_MISSING, context(ContextKind::InvalidArg)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            (cli::E_USAGE_MISSING, Some("<COMMAND>".to_owned()))
        }
        ErrorKind::InvalidSubcommand => (cli::E_USAGE, context(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_none_or(|value| value.is_empty()) => {
            (cli::E_USAGE_MISSING, context(ContextKind::InvalidArg))
        }
        _ => (cli::E_USAGE, context(ContextKind::InvalidArg).or_else(|| context(ContextKind::InvalidValue))),
    };
    Failure::new("usage", Message::new(text).with("found", found.unwrap_or_else(|| "?".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Command, &str>) {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        match (parse(&arguments, Language::En), expected) {
            (Ok(Parsed::Run(found)), Ok(expected)) => assert_eq!(found.command, expected, "{line}"),
            (Err(found), Err(expected)) => {
                let said = found.say(Language::En);
                assert!(said.contains(expected), "{line}: {said}");
                assert_eq!(found.exit, super::super::exit::COULD_NOT_RUN);
            }
            (found, expected) => panic!("{line}: expected {expected:?}, found {found:?}"),
        }
    }

    #[test]
    fn commands_are_read_and_mistakes_are_named() {
        let verify = |labs: &[&str], update, free_ports, deadline_s| {
            let labs = labs.iter().map(|lab| (*lab).to_owned()).collect();
            let engine = EngineChoice::Bundled;
            Ok(Command::Verify { labs, options: VerifyOptions { update, free_ports, deadline_s }, engine })
        };
        let learn = LearnArgs::default;
        check("", Ok(Command::Learn(learn())));
        check("learn 01", Ok(Command::Learn(LearnArgs { lab: Some("01".to_owned()), ..learn() })));
        check("learn --free-ports", Ok(Command::Learn(LearnArgs { free_ports: true, ..learn() })));
        check("learn --plain", Ok(Command::Learn(LearnArgs { plain: true, ..learn() })));
        let apache = Some(EngineChoice::Apache(Some("/opt/kafka".into())));
        check("learn --engine apache=/opt/kafka", Ok(Command::Learn(LearnArgs { engine: apache, ..learn() })));
        check("learn --engine java", Err("There is no engine java"));
        let words = ["java", "-cp", "x", "kafka.admin.TopicCommand", "--help"].map(OsString::from).to_vec();
        check(
            "with-parent 7 java -cp x kafka.admin.TopicCommand --help",
            Ok(Command::WithParent { parent: 7, arguments: words }),
        );
        check("verify 1 --update", verify(&["1"], true, false, None));
        check("verify --lang ko --free-ports", verify(&[], false, true, None));
        check("verify --deadline 5", verify(&[], false, false, Some(5)));
        check("verify --deadline 0", Err("--deadline"));
        let ask = |what, lab: Option<&str>, step: Option<&str>| {
            let word = |word: Option<&str>| word.map(str::to_owned);
            AskArgs { what, lab: word(lab), step: word(step), ..AskArgs::default() }
        };
        check("check", Ok(Command::Ask(ask(What::Check, None, None))));
        check("check 01 3 --json", Ok(Command::Ask(AskArgs { json: true, ..ask(What::Check, Some("01"), Some("3")) })));
        check("solve produce", Ok(Command::Ask(ask(What::Solve, None, Some("produce")))));
        check("goto 01 5", Ok(Command::Ask(ask(What::Goto, Some("01"), Some("5")))));
        check("goto 01", Err("is missing"));
        check("reset -y", Ok(Command::Ask(AskArgs { yes: true, ..ask(What::Reset, None, None) })));
        check("resume", Ok(Command::Learn(LearnArgs { resume: true, ..learn() })));
        check("status --json", Ok(Command::Status { json: true }));
        check("dist /tmp/x", Ok(Command::Dist { folder: "/tmp/x".into() }));
        check("--lang fr list", Err("error[unknown-language]: I don't speak fr."));
        check("lern", Err("lern"));
        check("verify --updat", Err("--updat"));
        check("dist", Err("is missing"));
        check("list --workspace", Err("is missing"));
        check("book", Err("<COMMAND> is missing"));
        check("lab chekc", Err("chekc"));
    }

    #[test]
    fn help_is_in_the_language_that_was_asked_for() {
        let help = |words: &[&str]| {
            let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
            match parse(&arguments, language_asked(&arguments).unwrap_or(Language::En)) {
                Ok(Parsed::Print(text)) => text,
                other => panic!("{other:?}"),
            }
        };
        assert!(help(&["--help", "--lang", "ko"]).contains("종료 코드"));
        assert!(help(&["--lang=en", "--help"]).contains("Exit codes"));
        assert!(!help(&["--help"]).contains("engine-start"));
        for (words, usage) in [
            (&["--help"][..], "kafkalab [OPTIONS] [COMMAND]"),
            (&["verify", "-h"], "kafkalab verify [OPTIONS] [LAB]..."),
            (&["book", "serve", "--help"], "kafkalab book serve [OPTIONS] [DIR]"),
            (&["lab", "new", "--help"], "kafkalab lab new [OPTIONS] <NAME>"),
        ] {
            let said = help(words);
            assert!(said.contains(&format!("Usage: {usage}")), "{said}");
        }
        assert!(help(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
    }
}
