//! Usage, help and errors in argparse4j's layout: 75 columns, and lines that are broken are stretched to both margins.

use super::super::line_break;
use super::{Action, Arg, Group, Parser, Section};

/// The width of the text.
const WIDTH: usize = 75;
/// Where descriptions of options begin.
const HELP_COLUMN: usize = 25;
/// The longest title of an option beside which its description begins.
const TITLE_WIDTH: usize = 21;
/// The longest `usage: program` below which the lines of the usage are aligned.
const USAGE_WIDTH: usize = 30;
/// How dear it is to make one word of another, as git has it: another letter, a letter more, a letter less. Swapping is free.
const COSTS: (usize, usize, usize) = (2, 1, 4);
/// Words that are dearer than this are not suggested.
const DEAREST: usize = 7;

/// The usage, the description, and all options.
pub(super) fn help(parser: &Parser) -> String {
    let spec = parser.spec;
    let mut text = usage(parser);
    let description = parser.details().map_or("", |details| details.description);
    let description = if parser.command.is_none() { spec.description } else { description };
    if !description.is_empty() {
        text.push_str(&format!("\n{}\n", wrap(description, 0, "")));
    }
    let (heading, _) = spec.command_title;
    let with_commands = parser.command.is_none() && !spec.commands.is_empty();
    if with_commands && heading.is_empty() {
        text.push_str(&format!("\npositional arguments:\n{}", command_list(parser)));
    }
    let sections = parser.details().map_or(&[][..], |details| details.sections);
    let separate = |arg: &Arg| {
        let own = sections.iter().any(|section| section.options.iter().any(|name| arg.option.names.contains(name)));
        own || arg.group.is_some_and(|group| has_heading(&spec.groups[group]))
    };
    text.push_str("\noptional arguments:\n");
    for arg in parser.args.iter().filter(|arg| !separate(arg)) {
        text.push_str(&arg_help(parser, arg));
    }
    for Section { title, description, options } in sections {
        let args = parser.args.iter().filter(|arg| options.iter().any(|name| arg.option.names.contains(name)));
        text.push_str(&section(title, description, &args.map(|arg| arg_help(parser, arg)).collect::<String>()));
    }
    if parser.command.is_some() {
        return text;
    }
    for (at, group) in spec.groups.iter().enumerate().filter(|(_, group)| has_heading(group)) {
        let args = parser.args.iter().filter(|arg| arg.group == Some(at));
        text.push_str(&section(group.title, group.description, &args.map(|arg| arg_help(parser, arg)).collect::<String>()));
    }
    if with_commands && !heading.is_empty() {
        text.push_str(&section(heading, "", &command_list(parser)));
    }
    text
}

/// A heading, a sentence, and what belongs below them; either may be missing.
fn section(title: &str, description: &str, entries: &str) -> String {
    let mut text = "\n".to_owned();
    if !title.is_empty() {
        text.push_str(&format!("{title}:\n"));
    }
    if !description.is_empty() {
        text.push_str(&format!("  {}\n\n", wrap(description, 2, "  ")));
    }
    text + entries
}

/// The word for commands, and each with what it does.
fn command_list(parser: &Parser) -> String {
    let known = parser.spec.commands.iter().filter(|(_, about)| !about.is_empty());
    entry(&commands(parser), "") + &known.map(|(name, about)| entry(&format!("  {name}"), about)).collect::<String>()
}

fn has_heading(group: &Group) -> bool {
    !group.title.is_empty() || !group.description.is_empty()
}

fn arg_help(parser: &Parser, arg: &Arg) -> String {
    let titles = arg.option.names.iter().map(|name| format!("{name} {}", values(arg)).trim_end().to_owned());
    let title = titles.collect::<Vec<_>>().join(", ");
    let default = arg.default().filter(|_| parser.spec.default_help && parser.command.is_none());
    match default {
        Some(default) => entry(&title, format!("{} (default: {default})", arg.help).trim_start()),
        None => entry(&title, arg.help),
    }
}

/// A title and its description beside or below it.
fn entry(title: &str, about: &str) -> String {
    if about.is_empty() {
        return format!("  {title}\n");
    }
    let about = wrap(about, HELP_COLUMN, &" ".repeat(HELP_COLUMN));
    match title.chars().count() {
        width if width <= TITLE_WIDTH => format!("  {title}{:1$}{about}\n", "", HELP_COLUMN - width - 2),
        _ => format!("  {title}\n{:HELP_COLUMN$}{about}\n", ""),
    }
}

/// The placeholders of an option's values.
fn values(arg: &Arg) -> String {
    match arg.action {
        Action::One => arg.metavar(),
        Action::Many => format!("{0} [{0} ...]", arg.metavar()),
        Action::Help | Action::Version | Action::Flag => String::new(),
    }
}

fn commands(parser: &Parser) -> String {
    let (_, word) = parser.spec.command_title;
    if !word.is_empty() {
        return word.to_owned();
    }
    let names: Vec<&str> = parser.spec.commands.iter().map(|(name, _)| *name).collect();
    format!("{{{}}}", names.join(","))
}

/// `usage: program [-h] --option VALUE …`, broken between options.
pub(super) fn usage(parser: &Parser) -> String {
    let mut text = format!("usage: {}", parser.spec.prog);
    let mut width = text.chars().count();
    let indent = if width > USAGE_WIDTH { 6 } else { width };
    if width > USAGE_WIDTH {
        text.push_str(&format!("\n{:indent$}", ""));
        width = 2 * indent;
    }
    for (at, part) in parts(parser).into_iter().enumerate() {
        let wide = part.chars().count();
        if at > 0 && width + wide + 1 > WIDTH {
            text.push_str(&format!("\n{:indent$}", ""));
            width = indent;
        }
        text.push_str(&format!(" {part}"));
        width += wide + 1;
    }
    text + "\n"
}

fn parts(parser: &Parser) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(command) = parser.command {
        // what must stand before the command
        let upper = Parser::new(parser.spec);
        let required = upper.args.iter().filter(|arg| arg.option.required && arg.group.is_none());
        parts.extend(required.map(short));
        for (at, group) in parser.spec.groups.iter().enumerate().filter(|(_, group)| group.required) {
            group_parts(&upper, at, group, &mut parts);
        }
        parts.push(command.to_owned());
    }
    parts.extend(parser.args.iter().filter(|arg| arg.group.is_none()).map(short));
    if parser.command.is_none() {
        for (at, group) in parser.spec.groups.iter().enumerate() {
            group_parts(parser, at, group, &mut parts);
        }
        if !parser.spec.commands.is_empty() {
            parts.extend([commands(parser), "...".to_owned()]);
        }
    }
    parts
}

fn short(arg: &Arg) -> String {
    match arg.option.required {
        true => bare(arg),
        false => format!("[{}]", bare(arg)),
    }
}

fn bare(arg: &Arg) -> String {
    let first = arg.option.names.first().copied().unwrap_or_default();
    format!("{first} {}", values(arg)).trim_end().to_owned()
}

fn group_parts(parser: &Parser, at: usize, group: &Group, parts: &mut Vec<String>) {
    let (open, close) = if group.required { ("(", ")") } else { ("[", "]") };
    let args: Vec<String> = parser.args.iter().filter(|arg| arg.group == Some(at)).map(bare).collect();
    let last = args.len().saturating_sub(1);
    for (at, arg) in args.into_iter().enumerate() {
        if at > 0 {
            parts.push("|".to_owned());
        }
        let (open, close) = (if at == 0 { open } else { "" }, if at == last { close } else { "" });
        parts.push(format!("{open}{arg}{close}"));
    }
}

/// The usage and an error.
pub(super) fn error(parser: &Parser, message: &str) -> String {
    let message = format!("{}: error: {message}\n", parser.spec.prog);
    usage(parser) + &wrap(&message, 0, "")
}

/// The error for a flag that there is not, and the flags that come close.
pub(super) fn unrecognized(parser: &Parser, word: &str) -> String {
    let text = error(parser, &format!("unrecognized arguments: '{word}'"));
    let body = word.trim_start_matches('-');
    if body.chars().count() < 2 {
        return text;
    }
    let names = parser.args.iter().flat_map(|arg| arg.option.names.iter().map(|name| (*name, name.trim_start_matches('-'))));
    text + &suggestions(body, names.filter(|(_, body)| body.len() > 1))
}

/// The error for a command that there is not, and the commands that come close.
pub(super) fn unknown_command(parser: &Parser, word: &str) -> String {
    let names: Vec<String> = parser.spec.commands.iter().map(|(name, _)| format!("'{name}'")).collect();
    let text = error(parser, &format!("invalid choice: '{word}' (choose from {})", names.join(", ")));
    text + &suggestions(word, parser.spec.commands.iter().map(|(name, _)| (*name, *name)))
}

fn suggestions<'a>(word: &str, known: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let cost = |body: &str| if body.starts_with(word) { 0 } else { distance(word, body) };
    let mut candidates: Vec<(usize, &str)> = known.map(|(name, body)| (cost(body), name)).collect();
    candidates.sort_unstable();
    let Some(cheapest) = candidates.first().map(|(cost, _)| *cost).filter(|cost| *cost < DEAREST) else { return String::new() };
    let close = candidates.iter().take_while(|(cost, _)| *cost == cheapest);
    close.fold("\nDid you mean:\n".to_owned(), |text, (_, name)| text + &format!("\t{name}\n"))
}

/// The Damerau-Levenshtein distance with [`COSTS`].
fn distance(from: &str, to: &str) -> usize {
    let (substitution, addition, deletion) = COSTS;
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = vec![0; to.len() + 1];
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut row = vec![i; to.len() + 1];
        for j in 1..=to.len() {
            let same = from[i - 1] == to[j - 1];
            row[j] = last[j - 1] + if same { 0 } else { substitution };
            if i >= 2 && j >= 2 && !same && from[i - 2] == to[j - 1] && from[i - 1] == to[j - 2] {
                row[j] = row[j].min(before[j - 2]);
            }
            row[j] = row[j].min(last[j] + deletion).min(row[j - 1] + addition);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

/// Breaks a text where it is too wide; every line that was broken is stretched to the width.
fn wrap(text: &str, offset: usize, indent: &str) -> String {
    let mut wrapped = String::new();
    let mut line = String::new();
    let mut width = offset;
    for piece in line_break::pieces(text) {
        let wide = piece.chars().count();
        width += wide;
        if width > WIDTH {
            wrapped.push_str(&stretch(&line, width - wide));
            wrapped.push_str(&format!("\n{indent}"));
            line.clear();
            width = indent.len() + wide;
        }
        line.push_str(piece);
        if piece.ends_with('\n') {
            wrapped.push_str(&line);
            wrapped.push_str(indent);
            line.clear();
            width = indent.len();
        }
    }
    wrapped + &line
}

/// Spreads spaces over the gaps of a line, the odd ones over those in the middle.
fn stretch(line: &str, width: usize) -> String {
    let trimmed = line.trim_matches(' ');
    let width = width - (line.chars().count() - trimmed.chars().count());
    let words: Vec<&str> = trimmed.split_inclusive(' ').collect();
    // a gap of several spaces is one gap
    let gaps = words.windows(2).filter(|pair| pair[0].ends_with(' ') && pair[1] != " ").count();
    if gaps == 0 {
        return trimmed.to_owned();
    }
    let missing = WIDTH.saturating_sub(width);
    let (each, odd) = (missing / gaps, missing % gaps);
    let first_odd = (gaps - odd).div_ceil(2);
    let mut stretched = String::new();
    let mut gap = 0;
    for (at, word) in words.iter().enumerate() {
        stretched.push_str(word);
        if words.get(at + 1).is_some_and(|next| word.ends_with(' ') && *next != " ") {
            let add = each + usize::from((first_odd..first_odd + odd).contains(&gap));
            stretched.push_str(&" ".repeat(add));
            gap += 1;
        }
    }
    stretched
}
