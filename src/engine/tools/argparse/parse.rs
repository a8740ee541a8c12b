//! Lines by argparse4j's rules: flags by their beginnings, values behind them or after `=`, groups, commands.

use std::collections::HashMap;

use super::{Action, Arg, Halt, Namespace, Parser, layout};

/// Where in the line parsing stands.
struct State<'a> {
    words: &'a [String],
    index: usize,
    separated: bool,
    /// The first thing that is missing; told only when nothing else is wrong.
    missing: Option<Halt>,
}

impl<'a> State<'a> {
    fn word(&self) -> Option<&'a str> {
        self.words.get(self.index).map(String::as_str)
    }

    /// Whether the next word begins an option, or ends them.
    fn at_flag(&self) -> bool {
        let Some(word) = self.word().filter(|_| !self.separated) else { return false };
        word == "--" || (is_flag(word) && !is_negative_number(word))
    }

    /// The next word where it is a value.
    fn value(&mut self) -> Option<&'a str> {
        let value = self.word().filter(|_| !self.at_flag())?;
        self.index += 1;
        Some(value)
    }
}

pub(super) fn parse(parser: &Parser, words: &[String]) -> Result<Namespace, Halt> {
    let mut state = State { words, index: 0, separated: false, missing: None };
    let mut found = Namespace::default();
    parse_level(parser, &mut state, &mut found)?;
    match state.missing {
        Some(missing) => Err(missing),
        None => Ok(found),
    }
}

fn parse_level(parser: &Parser, state: &mut State, found: &mut Namespace) -> Result<(), Halt> {
    for arg in &parser.args {
        if let Some(default) = arg.default().filter(|_| arg.action != Action::Flag) {
            found.values.insert(arg.name(), vec![default]);
        }
    }
    let mut level = Level { parser, used: vec![false; parser.args.len()], chosen: HashMap::new() };
    while let Some(word) = state.word() {
        if state.at_flag() && word != "--" {
            level.option(state, word, found)?;
        } else if word == "--" && !state.separated {
            state.separated = true;
            state.index += 1;
        } else if !state.separated && !parser.spec.commands.is_empty() && parser.command.is_none() {
            level.check_required(state);
            let command = resolve_command(parser, word)?;
            state.index += 1;
            parse_level(&Parser::of(parser.spec, Some(command)), state, found)?;
            found.command = Some(command);
            return Ok(());
        } else {
            let rest = state.words[state.index..].join(" ");
            return Err(parser.error(&format!("unrecognized arguments: '{rest}'")));
        }
    }
    if !parser.spec.commands.is_empty() && parser.command.is_none() {
        return Err(parser.error("too few arguments"));
    }
    level.check_required(state);
    Ok(())
}

/// One parser at work.
struct Level<'a> {
    parser: &'a Parser,
    used: Vec<bool>,
    /// The option that each group has seen.
    chosen: HashMap<usize, usize>,
}

impl Level<'_> {
    fn option(&mut self, state: &mut State, word: &str, found: &mut Namespace) -> Result<(), Halt> {
        let (flag, embedded) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        let (at, embedded) = match self.resolve(flag)? {
            Some(at) => (Some(at), embedded.map(str::to_owned)),
            None => self.letters(word, found)?,
        };
        state.index += 1;
        match at {
            Some(at) => self.take(state, at, embedded, found),
            None => Ok(()),
        }
    }

    /// The option that a flag names in full or by its beginning.
    fn resolve(&self, flag: &str) -> Result<Option<usize>, Halt> {
        let all =
            || self.parser.args.iter().enumerate().flat_map(|(at, arg)| arg.option.names.iter().map(move |name| (*name, at)));
        if let Some((_, at)) = all().find(|(name, _)| *name == flag) {
            return Ok(Some(at));
        }
        let mut candidates: Vec<(&str, usize)> = all().filter(|(name, _)| name.starts_with(flag)).collect();
        match candidates.as_slice() {
            [] => Ok(None),
            [(_, at)] => Ok(Some(*at)),
            _ => {
                candidates.sort_unstable();
                let names: Vec<&str> = candidates.into_iter().map(|(name, _)| name).collect();
                Err(self.parser.error(&format!("ambiguous option: {flag} could match {}", names.join(", "))))
            }
        }
    }

    /// `-xyz` as options of one letter each; gives the one that takes a value, and what is left of the word as that value.
    fn letters(&mut self, word: &str, found: &mut Namespace) -> Result<(Option<usize>, Option<String>), Halt> {
        let unknown = || Halt::Error(layout::unrecognized(self.parser, word));
        let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')).ok_or_else(unknown)?;
        for (offset, letter) in letters.char_indices() {
            let name = format!("-{letter}");
            let at = self.parser.args.iter().position(|arg| arg.option.names.contains(&name.as_str())).ok_or_else(unknown)?;
            match self.parser.args[at].action {
                Action::One | Action::Many => {
                    let rest = &letters[offset + letter.len_utf8()..];
                    return Ok((Some(at), (!rest.is_empty()).then(|| rest.to_owned())));
                }
                Action::Help => return Err(Halt::Help(self.parser.help())),
                Action::Version => return Err(Halt::Version),
                Action::Flag => {
                    self.used[at] = true;
                    found.values.insert(self.parser.args[at].name(), Vec::new());
                }
            }
        }
        Ok((None, None))
    }

    fn take(&mut self, state: &mut State, at: usize, embedded: Option<String>, found: &mut Namespace) -> Result<(), Halt> {
        let arg = &self.parser.args[at];
        let wrong = |what: &str| self.parser.error(&format!("argument {}: {what}", arg.textual_name()));
        if let Some(group) = arg.group {
            let first = *self.chosen.entry(group).or_insert(at);
            if first != at {
                return Err(wrong(&format!("not allowed with argument {}", self.parser.args[first].textual_name())));
            }
        }
        self.used[at] = true;
        if let Some(value) = embedded.as_ref().filter(|_| !matches!(arg.action, Action::One | Action::Many)) {
            return Err(wrong(&format!("ignore implicit argument '{value}'")));
        }
        let values = match arg.action {
            Action::Help => return Err(Halt::Help(self.parser.help())),
            Action::Version => return Err(Halt::Version),
            Action::Flag => Vec::new(),
            Action::One => {
                let value = embedded.or_else(|| state.value().map(str::to_owned));
                vec![value.ok_or_else(|| wrong("expected one argument"))?]
            }
            Action::Many => {
                let values: Vec<String> = match embedded {
                    Some(value) => vec![value],
                    None => std::iter::from_fn(|| state.value().map(str::to_owned)).collect(),
                };
                if values.is_empty() {
                    return Err(wrong("expected 1 argument(s)"));
                }
                values
            }
        };
        for value in &values {
            convertible(arg, value).map_err(|what| wrong(&what))?;
        }
        if arg.option.repeatable {
            found.values.entry(arg.name()).or_default().extend(values);
        } else {
            found.values.insert(arg.name(), values);
        }
        Ok(())
    }

    /// Notes the last option that must be there and is not, or else the first group.
    fn check_required(&self, state: &mut State) {
        if state.missing.is_some() {
            return;
        }
        let mut args = self.parser.args.iter().zip(&self.used);
        let missing = args.rfind(|(arg, used)| arg.option.required && arg.group.is_none() && !**used);
        if let Some((arg, _)) = missing {
            state.missing = Some(self.parser.error(&format!("argument {} is required", arg.textual_name())));
            return;
        }
        let mut groups = self.parser.spec.groups.iter().enumerate().filter(|_| self.parser.command.is_none());
        if let Some((_, group)) = groups.rfind(|(at, group)| group.required && !self.chosen.contains_key(at)) {
            let names: String = group.options.iter().map(|name| format!("{name} ")).collect();
            state.missing = Some(self.parser.error(&format!("one of the arguments {names}is required")));
        }
    }
}

fn resolve_command(parser: &Parser, word: &str) -> Result<&'static str, Halt> {
    let names = || parser.spec.commands.iter().map(|(name, _)| *name);
    if let Some(name) = names().find(|name| *name == word) {
        return Ok(name);
    }
    let mut candidates: Vec<&'static str> = names().filter(|name| !word.is_empty() && name.starts_with(word)).collect();
    match candidates.as_slice() {
        [name] => Ok(name),
        [] => Err(Halt::Error(layout::unknown_command(parser, word))),
        _ => {
            candidates.sort_unstable();
            Err(parser.error(&format!("ambiguous command: {word} could match {}", candidates.join(", "))))
        }
    }
}

/// Whether a value is of the option's type and among its choices; the complaint otherwise.
fn convertible(arg: &Arg, value: &str) -> Result<(), String> {
    let converted = match arg.option.value_type {
        "Integer" => value.parse::<i32>().is_ok(),
        "Long" => value.parse::<i64>().is_ok(),
        "Short" => value.parse::<i16>().is_ok(),
        _ => true,
    };
    if !converted {
        let why = match arg.option.value_type {
            "Short" if value.parse::<i32>().is_ok() => format!("Value out of range. Value:\"{value}\" Radix:10"),
            _ => format!("For input string: \"{value}\""),
        };
        return Err(format!("could not convert '{value}' to {} ({why})", arg.option.value_type));
    }
    if !arg.option.choices.is_empty() && !arg.option.choices.contains(&value) {
        return Err(format!("invalid choice: '{value}' (choose from {{{}}})", arg.option.choices.join(",")));
    }
    Ok(())
}

fn is_flag(word: &str) -> bool {
    word.starts_with('-') && word.contains(|c| c != '-')
}

fn is_negative_number(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
