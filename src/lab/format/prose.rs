//! The prose of a lab in one language: a title, an introduction, and for each step a title, paragraphs and hints.

use super::Variables;
use super::error::FormatError;
use super::spec::LabSpec;

/// A lab's prose in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose {
    /// The lab's title.
    pub title: String,
    /// What the lab is about, a few sentences.
    pub introduction: String,
    /// The steps, in the lab's order.
    pub steps: Vec<StepProse>,
}

/// A step's prose in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepProse {
    /// The step's title.
    pub title: String,
    /// Why and what to look at: paragraphs, separated by an empty line.
    pub body: String,
    /// Hints, from a nudge to a pointer; the last one, the command itself, is the lab's.
    pub hints: Vec<String>,
}

impl Prose {
    /// Reads `ko.md` or `en.md`: `# title`, then `## step-id title` for every step in order, with `### hint` sections in it.
    ///
    /// # Errors
    /// A step is missing, unknown or out of order, or a text is empty; each with its line.
    pub fn parse(file: &str, text: &str, spec: &LabSpec) -> Result<Self, FormatError> {
        let mut prose: Option<Self> = None;
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let fail = |message: String| FormatError::at(file, text, offset, message);
            let content = line.trim_end();
            match (prose.as_mut(), content) {
                (None, "") => {}
                (None, _) => {
                    let title = content.strip_prefix("# ").ok_or_else(|| fail("expected `# title`".to_owned()))?;
                    prose = Some(Self { title: title.to_owned(), introduction: String::new(), steps: Vec::new() });
                }
                (Some(prose), _) => prose.take_line(content, spec).map_err(fail)?,
            }
            offset += line.len();
        }
        let end = |message: String| FormatError::at(file, text, text.len(), message);
        let mut prose = prose.ok_or_else(|| end("expected `# title`".to_owned()))?;
        if let Some(missing) = spec.steps.get(prose.steps.len()) {
            return Err(end(format!("expected `## {} …`: the step has no prose", missing.id)));
        }
        prose.trim();
        if let Some((step, _)) = spec.steps.iter().zip(&prose.steps).find(|(_, prose)| prose.body.is_empty()) {
            return Err(end(format!("step {:?} has no prose", step.id)));
        }
        Ok(prose)
    }

    fn take_line(&mut self, line: &str, spec: &LabSpec) -> Result<(), String> {
        if let Some(unknown) = Variables::first_unknown(line, &spec.variables) {
            return Err(format!("no variable {unknown:?}"));
        }
        if let Some(heading) = line.strip_prefix("## ") {
            let (id, title) = heading.split_once(' ').ok_or_else(|| "expected `## step-id title`".to_owned())?;
            let expected = spec.steps.get(self.steps.len()).map_or("no more steps", |step| step.id.as_str());
            if id != expected {
                return Err(format!("step {id:?}: expected {expected:?}, as in lab.toml"));
            }
            self.steps.push(StepProse { title: title.to_owned(), body: String::new(), hints: Vec::new() });
        } else if line == "### hint" {
            let step = self.steps.last_mut().ok_or_else(|| "a hint belongs to a step".to_owned())?;
            step.hints.push(String::new());
        } else if line.starts_with('#') {
            return Err(format!("{line:?}: expected `## step-id title` or `### hint`"));
        } else {
            let target = match self.steps.last_mut() {
                None => &mut self.introduction,
                Some(StepProse { body, hints, .. }) => hints.last_mut().unwrap_or(body),
            };
            target.push_str(line);
            target.push('\n');
        }
        Ok(())
    }

    fn trim(&mut self) {
        let trim = |text: &mut String| *text = text.trim().to_owned();
        trim(&mut self.introduction);
        for step in &mut self.steps {
            trim(&mut step.body);
            step.hints.iter_mut().for_each(trim);
        }
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

    fn check(text: &str, expected: Result<&str, &str>) {
        let spec = LabSpec::parse("lab.toml", LAB).expect("good");
        match (Prose::parse("en.md", text, &spec), expected) {
            (Ok(found), Ok(body)) => assert_eq!(found.steps[0].body, body),
            (Err(found), Err(part)) => assert!(found.to_string().contains(part), "expected {part:?}, found {found}"),
            (found, expected) => panic!("expected {expected:?}, found {found:?}"),
        }
    }

    #[test]
    fn prose_is_read_by_step_and_refused_with_its_line() {
        check("# T\n\nintro\n\n## one First\n\nwhy\n\nwhat\n\n### hint\nnudge\n", Ok("why\n\nwhat"));
        check("# T\n\n## one First\n\nat ${broker-port}\n", Ok("at ${broker-port}"));
        check("# T\n\n## one First\n\nat ${port}\n", Err("en.md:5:1: no variable \"port\""));
        check("", Err("en.md:1:1: expected `# title`"));
        check("# T\n", Err("expected `## one …`"));
        check("# T\n## two Second\nx\n", Err("en.md:2:1: step \"two\": expected \"one\""));
        check("# T\n### hint\n", Err("en.md:2:1: a hint belongs to a step"));
        check("# T\n## one First\n", Err("has no prose"));
        check("# T\n## one First\nx\n## one Again\n", Err("expected \"no more steps\""));
    }
}
