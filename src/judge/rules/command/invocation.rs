//! Which scripts a line runs: behind `cd`, `sudo`, `nohup`, `bash`, variables and assignments.

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
        let name = self.program.text.as_deref()?.rsplit('/').next()?;
        let tool = tools::all().iter().find(|tool| tool.script == name)?;
        match &self.path {
            Some(path) => (context.files.kind(path) == FileKind::File).then_some(tool),
            None => in_path(context, name).then_some(tool),
        }
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
    let commands = line::parse(context.line, &lookup)?;
    let count = commands.len();
    let mut folders = Folders { stack: vec![Some(context.cwd.to_owned())] };
    let mut invocations = Vec::new();
    for (index, command) in commands.into_iter().enumerate() {
        folders.enter(command.subshell);
        let next_pipes = command.piped || command.join == Join::Pipe;
        if let Some((program, arguments)) = program(&command.words) {
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
    Some(invocations)
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
fn program(words: &[Word]) -> Option<(Word, Vec<Word>)> {
    let mut rest = words;
    loop {
        let (first, arguments) = rest.split_first()?;
        let Some(name) = first.text.as_deref() else { return Some((first.clone(), arguments.to_vec())) };
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
