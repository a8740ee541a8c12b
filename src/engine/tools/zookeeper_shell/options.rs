//! Options of commands by the rules of commons-cli 1.4 (`DefaultParser`): one dash, letters joined, a value in the next word or attached.

/// The options of a command.
pub(super) struct Rules {
    /// Each option, and whether it has a value.
    pub options: &'static [(&'static str, bool)],
    /// The options of which one at most may stand there, each with what it is; empty where there are none.
    pub one_of: &'static [(&'static str, &'static str)],
    /// Whether one of those must.
    pub required: bool,
}

impl Rules {
    /// Options of which none excludes another.
    pub(super) const fn of(options: &'static [(&'static str, bool)]) -> Self {
        Self { options, one_of: &[], required: false }
    }

    fn find(&self, name: &str) -> Option<(&'static str, bool)> {
        self.options.iter().find(|(known, _)| *known == name).copied()
    }

    /// Whether a word would be taken for an option rather than for a value.
    fn is_option(&self, word: &str) -> bool {
        let Some(name) = word.strip_prefix('-').filter(|name| !name.is_empty()) else { return false };
        let name = name.split('=').next().unwrap_or_default();
        let first = name.chars().next().map(String::from).unwrap_or_default();
        self.find(name).is_some() || self.find(&first).is_some()
    }
}

/// What a line gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    /// The words that are no options, the command first.
    pub words: Vec<String>,
    options: Vec<(&'static str, Option<String>)>,
}

impl Parsed {
    /// Whether an option stands on the line.
    pub(super) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|(name, _)| *name == option)
    }

    /// The first value of an option.
    pub(super) fn value(&self, option: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| *name == option).and_then(|(_, value)| value.as_deref())
    }
}

/// The parser at work.
struct State {
    found: Parsed,
    /// The option that waits for its value.
    waiting: Option<&'static str>,
    chosen: Option<&'static str>,
}

/// Reads the words of a command, its name first. The error is the exception's text, its class before it.
pub(super) fn parse(rules: &Rules, words: &[String]) -> Result<Parsed, String> {
    let mut state = State { found: Parsed::default(), waiting: None, chosen: None };
    let mut rest = words.iter();
    for word in rest.by_ref() {
        let is_value = !rules.is_option(word) || word.parse::<f64>().is_ok();
        match word.as_str() {
            "--" => break,
            value if state.waiting.is_some() && is_value => state.give(value),
            option if option.starts_with('-') && option != "-" => state.option(rules, option)?,
            plain => state.found.words.push(plain.to_owned()),
        }
    }
    state.found.words.extend(rest.cloned());
    state.check_value()?;
    if rules.required && state.chosen.is_none() {
        let all: Vec<String> = rules.one_of.iter().map(|(name, about)| format!("-{name} {about}")).collect();
        return Err(exception("MissingOptionException", &format!("Missing required option: [{}]", all.join(", "))));
    }
    Ok(state.found)
}

fn exception(class: &str, text: &str) -> String {
    format!("org.apache.commons.cli.{class}: {text}")
}

fn unknown(word: &str) -> String {
    exception("UnrecognizedOptionException", &format!("Unrecognized option: {word}"))
}

impl State {
    fn option(&mut self, rules: &Rules, word: &str) -> Result<(), String> {
        let text = word.trim_start_matches("--").trim_start_matches('-');
        if word.starts_with("--") {
            return Err(unknown(word));
        }
        if let Some((name, value)) = text.split_once('=') {
            // only options of one letter take a value behind an equals sign
            let takes = rules.find(name).filter(|(name, has_value)| *has_value && name.chars().count() == 1);
            let (name, _) = takes.ok_or_else(|| unknown(word))?;
            self.begin(rules, name, true)?;
            self.give_as_is(value);
            return Ok(());
        }
        if let Some((name, has_value)) = rules.find(text) {
            return self.begin(rules, name, has_value);
        }
        if text.chars().count() <= 1 {
            return Err(unknown(word));
        }
        for (at, letter) in text.char_indices() {
            let Some((name, has_value)) = rules.find(letter.encode_utf8(&mut [0; 4])) else { return Err(unknown(word)) };
            self.begin(rules, name, has_value)?;
            let trail = &text[at + letter.len_utf8()..];
            if has_value && !trail.is_empty() {
                self.give_as_is(trail);
                return Ok(());
            }
        }
        Ok(())
    }

    fn check_value(&self) -> Result<(), String> {
        match self.waiting {
            Some(name) => Err(exception("MissingArgumentException", &format!("Missing argument for option: {name}"))),
            None => Ok(()),
        }
    }

    fn begin(&mut self, rules: &Rules, name: &'static str, has_value: bool) -> Result<(), String> {
        self.check_value()?;
        if rules.one_of.iter().any(|(known, _)| *known == name) {
            let chosen = *self.chosen.get_or_insert(name);
            if chosen != name {
                return Err(exception(
                    "AlreadySelectedException",
                    &format!(
                        "The option '{name}' was specified but an option from this group has already been selected: '{chosen}'"
                    ),
                ));
            }
        }
        self.found.options.push((name, None));
        self.waiting = has_value.then_some(name);
        Ok(())
    }

    /// The value of the option that waits for one, without quotes around it.
    fn give(&mut self, value: &str) {
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).filter(|value| !value.contains('"'));
        self.give_as_is(unquoted.unwrap_or(value));
    }

    fn give_as_is(&mut self, value: &str) {
        if let Some((_, place)) = self.found.options.last_mut() {
            *place = Some(value.to_owned());
        }
        self.waiting = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CREATE: Rules = Rules::of(&[("e", false), ("s", false), ("t", true)]);
    const QUOTA: Rules = Rules {
        options: &[("n", true), ("b", true)],
        one_of: &[("n", "num soft quota"), ("b", "bytes soft quota")],
        required: true,
    };

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    fn check(rules: &Rules, line: &str, expected: Result<(&str, &str), &str>) {
        let found = parse(rules, &words(line)).map(|found| {
            let options = found.options.iter().map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("")));
            (found.words.join(" "), options.collect::<Vec<_>>().join(" "))
        });
        let expected = expected.map(|(words, options)| (words.to_owned(), options.to_owned()));
        assert_eq!(found, expected.map_err(|text| format!("org.apache.commons.cli.{text}")), "{line}");
    }

    #[test]
    fn options_are_read_as_commons_cli_reads_them() {
        check(&CREATE, "create -e /a x", Ok(("create /a x", "e=")));
        check(&CREATE, "create /a -es x", Ok(("create /a x", "e= s=")));
        check(&CREATE, "create -t 5 /a", Ok(("create /a", "t=5")));
        check(&CREATE, "create -t5 /a", Ok(("create /a", "t=5")));
        check(&CREATE, "create -t=5 /a", Ok(("create /a", "t=5")));
        check(&CREATE, "create -t -5 /a", Ok(("create /a", "t=-5")));
        check(&CREATE, "create -est5 /a", Ok(("create /a", "e= s= t=5")));
        check(&CREATE, "create - /a", Ok(("create - /a", "")));
        check(&CREATE, "create -- -e /a", Ok(("create -e /a", "")));
        check(&CREATE, "create -x /a", Err("UnrecognizedOptionException: Unrecognized option: -x"));
        check(&CREATE, "create --e /a", Err("UnrecognizedOptionException: Unrecognized option: --e"));
        check(&CREATE, "create -e=1 /a", Err("UnrecognizedOptionException: Unrecognized option: -e=1"));
        check(&CREATE, "create -ex /a", Err("UnrecognizedOptionException: Unrecognized option: -ex"));
        check(&CREATE, "create /a -t", Err("MissingArgumentException: Missing argument for option: t"));
        check(&CREATE, "create -t -e /a", Err("MissingArgumentException: Missing argument for option: t"));
        check(&QUOTA, "setquota -n 3 /a", Ok(("setquota /a", "n=3")));
        let missing = "MissingOptionException: Missing required option: [-n num soft quota, -b bytes soft quota]";
        check(&QUOTA, "setquota /a", Err(missing));
        let both =
            "AlreadySelectedException: The option 'b' was specified but an option from this group has already been selected: 'n'";
        check(&QUOTA, "setquota -n 1 -b 2 /a", Err(both));
    }

    proptest! {
        #[test]
        fn any_words_are_read_or_refused(line in "[-=a-z\" 한]{0,40}") {
            for rules in [&CREATE, &QUOTA] {
                let _ = parse(rules, &words(&line));
            }
        }
    }
}
