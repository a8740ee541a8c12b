//! `routes/*.toml`: the author's proof. Right routes are other ways to do steps, and must pass; wrong ones are mistakes, of which each
//! must raise its rule and no other, and leave its step undone.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::action::Action;
use super::error::{FormatError, Place};
use super::source::LabSource;
use super::spec::{LabSpec, refuse_newer};

/// The routes of a lab, in the order of its files.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// Other ways that are right.
    pub right: Vec<RightRoute>,
    /// Mistakes.
    pub wrong: Vec<WrongRoute>,
}

/// Another way to do one or more steps; the other steps are done by their solutions.
#[derive(Clone, Debug)]
pub struct RightRoute {
    /// Its name.
    pub id: String,
    /// What is different about it.
    pub about: String,
    /// Where it stands.
    pub place: Place,
    /// Values that stand in for the lab's variables on this route, as another port that is used throughout.
    pub variables: BTreeMap<String, String>,
    /// What is done instead of the solution, by step. Nothing, where an earlier step's way has done it already.
    pub steps: BTreeMap<usize, Vec<Action>>,
}

/// A mistake within one step.
#[derive(Clone, Debug)]
pub struct WrongRoute {
    /// Its name.
    pub id: String,
    /// What the mistake is.
    pub about: String,
    /// Where it stands.
    pub place: Place,
    /// The step it is made in.
    pub step: usize,
    /// What is done before it, in silence: what the mistake needs.
    pub before: Vec<Action>,
    /// The mistake.
    pub play: Vec<Action>,
    /// The rule that it raises; `None` where nobody speaks, and the step just stays undone.
    pub raises: Option<String>,
    /// What is done afterwards, so that the step can be done rightly.
    pub undo: Vec<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(rename = "format")]
    _format: u32,
    #[serde(default)]
    right: Vec<RawRight>,
    #[serde(default)]
    wrong: Vec<RawWrong>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRight {
    id: Spanned<String>,
    about: String,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    step: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    id: Spanned<String>,
    play: Vec<Spanned<Action>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWrong {
    id: Spanned<String>,
    about: String,
    step: Spanned<String>,
    #[serde(default)]
    before: Vec<Spanned<Action>>,
    play: Vec<Spanned<Action>>,
    #[serde(default)]
    raises: Option<Spanned<String>>,
    #[serde(default)]
    undo: Vec<Spanned<Action>>,
}

/// What is wrong, and the offset where.
type Fault = (usize, String);

impl Routes {
    /// Loads the routes of a lab; none where it has no folder of that name. `is_rule` tells the codes of rules.
    ///
    /// # Errors
    /// A file is not as the format wants it; the error names file, line and column.
    pub fn load(source: &LabSource, lab: &str, spec: &LabSpec, is_rule: fn(&str) -> bool) -> Result<Self, FormatError> {
        let mut routes = Self::default();
        for file in source.files(lab, "routes")?.iter().filter(|file| file.ends_with(".toml")) {
            routes.add(file, &source.read(file)?, spec, is_rule)?;
        }
        Ok(routes)
    }

    fn add(&mut self, file: &str, text: &str, spec: &LabSpec, is_rule: fn(&str) -> bool) -> Result<(), FormatError> {
        refuse_newer(file, text)?;
        let raw: RawFile = toml::from_str(text)
            .map_err(|error| FormatError::at(file, text, error.span().map_or(0, |span| span.start), error.message()))?;
        let reader = Reader { file, text, spec, is_rule };
        let failed = |(offset, message): Fault| FormatError::at(file, text, offset, message);
        for route in raw.right {
            self.refuse_second(&route.id).map_err(failed)?;
            self.right.push(reader.right(route).map_err(failed)?);
        }
        for route in raw.wrong {
            self.refuse_second(&route.id).map_err(failed)?;
            self.wrong.push(reader.wrong(route).map_err(failed)?);
        }
        Ok(())
    }

    fn refuse_second(&self, id: &Spanned<String>) -> Result<(), Fault> {
        let known = self.right.iter().map(|route| &route.id).chain(self.wrong.iter().map(|route| &route.id));
        if known.into_iter().any(|known| known == id.get_ref()) {
            return Err((id.span().start, format!("route {:?} stands twice", id.get_ref())));
        }
        Ok(())
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    spec: &'a LabSpec,
    is_rule: fn(&str) -> bool,
}

impl Reader<'_> {
    fn place(&self, id: &Spanned<String>) -> Place {
        Place::of(self.file, self.text, id.span().start)
    }

    fn step(&self, id: &Spanned<String>) -> Result<usize, Fault> {
        self.spec.step(id.get_ref()).ok_or_else(|| (id.span().start, format!("no step {:?}", id.get_ref())))
    }

    fn actions(&self, actions: Vec<Spanned<Action>>) -> Result<Vec<Action>, Fault> {
        let check = |action: Spanned<Action>| match action.get_ref().fault(&self.spec.terminals) {
            Some(fault) => Err((action.span().start, fault)),
            None => Ok(action.into_inner()),
        };
        actions.into_iter().map(check).collect()
    }

    fn right(&self, raw: RawRight) -> Result<RightRoute, Fault> {
        let mut steps = BTreeMap::new();
        for step in raw.step {
            let index = self.step(&step.id)?;
            if steps.insert(index, self.actions(step.play)?).is_some() {
                return Err((step.id.span().start, format!("step {:?} stands twice", step.id.get_ref())));
            }
        }
        let place = self.place(&raw.id);
        Ok(RightRoute { id: raw.id.into_inner(), about: raw.about, place, variables: raw.variables, steps })
    }

    fn wrong(&self, raw: RawWrong) -> Result<WrongRoute, Fault> {
        if let Some(code) = raw.raises.as_ref().filter(|code| !(self.is_rule)(code.get_ref())) {
            return Err((code.span().start, format!("no rule {:?}: see kafkalab explain --list", code.get_ref())));
        }
        Ok(WrongRoute {
            place: self.place(&raw.id),
            step: self.step(&raw.step)?,
            id: raw.id.into_inner(),
            about: raw.about,
            before: self.actions(raw.before)?,
            play: self.actions(raw.play)?,
            raises: raw.raises.map(Spanned::into_inner),
            undo: self.actions(raw.undo)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = r#"format = 1
id = "demo"
number = 1
[[terminal]]
name = "client"
[[step]]
id = "one"
terminal = "client"
command = "true"
check = [{ is = "no-clients" }]
"#;

    const GOOD: &str = r#"format = 1
[[right]]
id = "other"
about = "another word"
[[right.step]]
id = "one"
play = [{ line = ":" }]
[[wrong]]
id = "false"
about = "the opposite"
step = "one"
play = [{ line = "false" }, { key = "Ctrl-C", terminal = "client" }]
raises = "KL101"
"#;

    fn check(from: &str, to: &str, expected: &str) {
        let spec = LabSpec::parse("lab.toml", LAB).expect("good");
        let text = GOOD.replacen(from, to, 1);
        let found = match Routes::default().add("r.toml", &text, &spec, |code| code == "KL101") {
            Ok(()) => "fine".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "expected {expected:?}, found {found:?}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        check("", "", "fine");
        check("format = 1", "format = 3", "r.toml:1:10: format 3: this release reads format 1");
        check("about = \"another", "abuot = \"another", "r.toml:4:1: unknown field `abuot`");
        check("id = \"one\"", "id = \"two\"", "r.toml:6:6: no step \"two\"");
        check("step = \"one\"", "step = \"two\"", "r.toml:11:8: no step \"two\"");
        check("KL101", "KL999", "r.toml:13:10: no rule \"KL999\"");
        check("id = \"false\"", "id = \"other\"", "r.toml:9:6: route \"other\" stands twice");
        check("terminal = \"client\"", "terminal = \"clinet\"", "r.toml:12:29: no terminal \"clinet\"");
        check("line = \":\"", "line = \":\", text = \":\"", "r.toml:7:9: an action has one of line, text and key");
        check("line = \":\"", "lnie = \":\"", "unknown field `lnie`");
    }
}
