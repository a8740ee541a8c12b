//! Which scripts a line runs: behind `cd`, `sudo`, `nohup`, `bash`, variables and assignments.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use super::line::{self, Join, SimpleCommand};
use super::word::Word;
use crate::catalog::tools::{self, Tool};
use crate::judge::rules::context::{CommandContext, FileKind, resolve};

/// One command of a line, with what it runs.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The simple command.
    pub command: SimpleCommand,
    /// The word that names the program, behind `sudo`, `nohup` and the like.
    pub program: Word,
    /// The arguments of the program.
    pub arguments: Vec<Word>,
    /// The folder it runs in; `None` where that is not known.
    pub cwd: Option<PathBuf>,
    /// The file that the program's word leads to; `None` for a word without a slash (searched in PATH) and where it is not known.
    pub path: Option<PathBuf>,
    /// Whether it is the last command of the line, whose exit code the shell tells.
    pub last: bool,
}

impl Invocation {
    /// The script of Kafka that is run: known by its name, and there.
    pub fn tool(&self, context: &CommandContext<'_>) -> Option<&'static Tool> {
        let name = self.program.file_name(context.line)?;
        let tool = tools::all().iter().find(|tool| tool.script == name)?;
        let there = match &self.path {
            _ if context.files.are_assumed() => true,
            Some(path) => context.files.kind(path) == FileKind::File,
            None => self.program.text.is_some() && in_path(context, name),
        };
        there.then_some(tool)
    }

    /// A path among the arguments, as seen from the folder the command runs in.
    pub fn resolve(&self, path: &str) -> Option<PathBuf> {
        match path.starts_with('/') {
            true => Some(resolve(std::path::Path::new("/"), path)),
            false => Some(resolve(self.cwd.as_deref()?, path)),
        }
    }

    /// Whether the command ran and failed, as far as the exit code of the line can say.
    pub fn failed(&self, exit_code: i32) -> bool {
        let told = self.last && !self.command.background && !self.command.piped;
        let skipped = self.command.guarded || self.command.join == Join::Or;
        !skipped && (!told || exit_code != 0)
    }
}

fn in_path(context: &CommandContext<'_>, name: &str) -> bool {
    let path = context.variables.get("PATH").map_or("", String::as_str);
    path.split(':').take(64).any(|folder| context.files.kind(&resolve(context.cwd, folder).join(name)) == FileKind::File)
}

/// The commands of the line, in order; `None` where the line cannot be followed.
pub fn invocations(context: &CommandContext<'_>) -> Option<Vec<Invocation>> {
    // A variable that the line itself sets has a value that is not known before it runs.
    let lookup = |name: &str| {
        let set_here = context.line.contains(&format!("{name}=")) || context.line.contains(&format!("{name}+="));
        context.variables.get(name).filter(|_| !set_here).cloned()
    };
    Some(follow(context, line::parse(context.line, &lookup)?))
}

/// The commands of a script, which stands in a piece of the context's line: as far as they can be followed.
pub fn script_invocations(context: &CommandContext<'_>, piece: Range<usize>) -> Vec<Invocation> {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    // a variable may be made of others: each round knows more
    for _ in 0..3 {
        let commands = line::parse_script(context.line, piece.clone(), &|name| known.get(name).cloned());
        let found = assigned_once(&commands);
        if found == known {
            break;
        }
        known = found;
    }
    follow(context, line::parse_script(context.line, piece, &|name| known.get(name).cloned()))
}

/// The variables that a script gives one value, and no other anywhere.
fn assigned_once(commands: &[SimpleCommand]) -> BTreeMap<String, String> {
    let mut values: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for (name, word) in commands.iter().flat_map(|command| command.assignments.iter()) {
        let value = word.text.as_deref().and_then(|text| text.strip_prefix(name.as_str())?.strip_prefix('=')).map(str::to_owned);
        values.entry(name).and_modify(|known| *known = None).or_insert(value);
    }
    values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Follows the folder from command to command.
fn follow(context: &CommandContext<'_>, commands: Vec<SimpleCommand>) -> Vec<Invocation> {
    let count = commands.len();
    let mut folders = Folders { stack: vec![Some(context.cwd.to_owned())] };
    let mut invocations = Vec::new();
    for (index, command) in commands.into_iter().enumerate() {
        folders.enter(command.subshell);
        let next_pipes = command.piped || command.join == Join::Pipe;
        if let Some((program, arguments)) = program(&command.words, context.files.are_assumed()) {
            let cwd = folders.current();
            let word = program.text.clone().unwrap_or_default();
            let path = match (word.starts_with('/'), word.contains('/')) {
                (true, _) => Some(resolve(std::path::Path::new("/"), &word)),
                (false, true) => cwd.as_deref().map(|cwd| resolve(cwd, &word)),
                _ => run_by_shell(&command.words, &program).then(|| cwd.as_deref().map(|cwd| resolve(cwd, &word))).flatten(),
            };
            if !next_pipes && !command.background {
                folders.follow(&program, &arguments, &command, context);
            }
            let last = index + 1 == count;
            invocations.push(Invocation { command, program, arguments, cwd, path, last });
        }
    }
    invocations
}

/// Whether `bash x.sh` names the script, which needs no slash.
fn run_by_shell(words: &[Word], program: &Word) -> bool {
    let before = words.iter().take_while(|word| *word != program);
    before.last().and_then(|word| word.text.as_deref()).is_some_and(is_shell)
}

fn is_shell(name: &str) -> bool {
    matches!(name.rsplit('/').next(), Some("bash" | "sh" | "dash" | "source" | "."))
}

/// The options of a program that runs another one which take a value in a word of its own; `None` for all other programs.
fn wrapper(name: &str) -> Option<&'static [&'static str]> {
    match name.rsplit('/').next()? {
        "sudo" => Some(&["-u", "-g", "-h", "-p", "-C", "-T", "-D", "-R"]),
        "env" => Some(&["-u", "-C", "-S"]),
        "nice" | "ionice" => Some(&["-n", "-c", "-p"]),
        "timeout" => Some(&["-s", "-k", "--signal", "--kill-after"]),
        "exec" => Some(&["-a"]),
        "stdbuf" => Some(&["-i", "-o", "-e"]),
        "nohup" | "command" | "builtin" | "setsid" | "time" => Some(&[]),
        _ => None,
    }
}

/// The program's word and its arguments, behind those that only run it; `None` where it cannot be told.
///
/// `containers`: what runs in a container counts too. On a learner's machine its files are not those that are seen.
fn program(words: &[Word], containers: bool) -> Option<(Word, Vec<Word>)> {
    let mut rest = words;
    loop {
        let (first, arguments) = rest.split_first()?;
        let Some(name) = first.text.as_deref() else { return Some((first.clone(), arguments.to_vec())) };
        if let Some(inner) = containers.then(|| in_container(name, arguments)).flatten() {
            rest = inner;
            continue;
        }
        if is_shell(name) {
            return shell_script(first, arguments);
        }
        let Some(with_value) = wrapper(name) else { return Some((first.clone(), arguments.to_vec())) };
        rest = arguments;
        let mut duration = name.ends_with("timeout");
        while let Some(word) = rest.first().and_then(|word| word.text.as_deref()) {
            let assignment = matches!(name, "sudo" | "env") && word.contains('=') && !word.starts_with('-');
            let skip = match word {
                "--" => 1,
                word if with_value.contains(&word) => 2,
                word if word.starts_with('-') && word.len() > 1 => 1,
                _ if assignment => 1,
                _ if std::mem::take(&mut duration) => 1,
                _ => break,
            };
            rest = rest.get(skip..)?;
        }
    }
}

/// What `docker exec NAME`, `docker compose exec NAME` or `kubectl exec NAME --` runs in a container.
fn in_container<'a>(name: &str, arguments: &'a [Word]) -> Option<&'a [Word]> {
    let at = match name.rsplit('/').next()? {
        "docker" | "podman" | "docker-compose" | "kubectl" | "oc" => {
            arguments.iter().take(3).position(|word| word.text.as_deref() == Some("exec"))? + 1
        }
        _ => return None,
    };
    let mut rest = &arguments[at..];
    if let Some(end) = rest.iter().position(|word| word.text.as_deref() == Some("--")) {
        return Some(&rest[end + 1..]);
    }
    let with_value = ["-u", "--user", "-w", "--workdir", "-e", "--env", "-n", "--namespace", "-c", "--index", "--env-file"];
    while let Some(option) = rest.first().and_then(|word| word.text.as_deref()).filter(|text| text.starts_with('-')) {
        rest = rest.get(if with_value.contains(&option) { 2 } else { 1 }..)?;
    }
    rest.get(1..)
}

/// The script that `bash [-x] script …` runs; the shell itself for `bash -c …`.
fn shell_script(shell: &Word, arguments: &[Word]) -> Option<(Word, Vec<Word>)> {
    let script = arguments.iter().position(|word| word.text.as_deref().is_none_or(|text| !text.starts_with(['-', '+'])));
    let runs_text =
        |word: &Word| word.text.as_deref().is_some_and(|text| !text.starts_with("--") && text.contains(['c', 's', 'o']));
    match script {
        Some(at) if !arguments[..at].iter().any(runs_text) => Some((arguments[at].clone(), arguments[at + 1..].to_vec())),
        _ => Some((shell.clone(), arguments.to_vec())),
    }
}

/// The folder of the shell and of the subshells in it.
struct Folders {
    stack: Vec<Option<PathBuf>>,
}

impl Folders {
    fn current(&self) -> Option<PathBuf> {
        self.stack.last().cloned().flatten()
    }

    fn enter(&mut self, depth: usize) {
        let current = self.current();
        self.stack.truncate(depth + 1);
        while self.stack.len() <= depth {
            self.stack.push(current.clone());
        }
    }

    /// Follows `cd` and `pushd`. Where it cannot be told whether one took effect, the folder is not known any more.
    fn follow(&mut self, program: &Word, arguments: &[Word], command: &SimpleCommand, context: &CommandContext<'_>) {
        let target = match program.text.as_deref() {
            Some("cd" | "pushd") => match arguments {
                [] => context.variables.get("HOME").map(PathBuf::from),
                [one] => one.text.as_deref().filter(|text| *text != "-").and_then(|text| match text.starts_with('/') {
                    true => Some(resolve(std::path::Path::new("/"), text)),
                    false => self.current().map(|cwd| resolve(&cwd, text)),
                }),
                _ => None,
            },
            Some("popd") => None,
            _ => return,
        };
        let certain = !command.guarded && command.join != Join::Or;
        let folder = target.filter(|path| certain && context.files.kind(path) == FileKind::Folder);
        if let Some(current) = self.stack.last_mut() {
            *current = folder;
        }
    }
}
