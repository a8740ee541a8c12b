//! The first screen: what this is, the labs and how far the learner is, and the keys.

use std::io::{self, Write};

use tokio::sync::mpsc;

use super::paint::Paint;
use crate::text::layout::{width, wrap};
use crate::text::{Language, learn as say};

/// One lab on the first screen.
#[derive(Clone, Debug)]
pub struct MenuEntry {
    /// Its number, two digits.
    pub number: String,
    /// The titles by language, Korean first.
    pub titles: [String; 2],
    /// How many steps are done.
    pub done: usize,
    /// How many there are.
    pub steps: usize,
}

impl MenuEntry {
    /// Its title in a language.
    pub fn title(&self, language: Language) -> &str {
        match language {
            Language::Ko => &self.titles[0],
            Language::En => &self.titles[1],
        }
    }

    /// The sign of its state: done, begun, not begun.
    pub fn mark(&self) -> &'static str {
        match self.done {
            0 => "○",
            done if done >= self.steps => "●",
            _ => "◐",
        }
    }
}

/// What the learner chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuChoice {
    /// Go on with the lab of that index, or begin it.
    Start(usize),
    /// Begin the lab of that index from its first step.
    Restart(usize),
    /// Leave.
    Quit,
    /// Leave at once: Ctrl-C.
    Interrupted,
}

/// Shows the first screen until the learner has chosen; returns the choice and the language.
///
/// # Errors
/// The learner's terminal is gone.
pub async fn menu(
    out: &mut impl Write,
    keyboard: &mut mpsc::Receiver<Vec<u8>>,
    entries: &[MenuEntry],
    workspace: &str,
    mut language: Language,
) -> io::Result<(MenuChoice, Language)> {
    let mut chosen = entries.iter().position(|entry| entry.done < entry.steps).unwrap_or(0);
    let mut drawn = 0;
    loop {
        let lines = lines(entries, chosen, workspace, language, Paint::for_stdout());
        if drawn > 0 {
            write!(out, "\x1b[{drawn}A\r\x1b[J")?;
        }
        for line in &lines {
            write!(out, "{line}\r\n")?;
        }
        out.flush()?;
        drawn = lines.len();
        let Some(typed) = keyboard.recv().await else { return Ok((MenuChoice::Quit, language)) };
        // keys that were typed ahead count one by one
        let mut rest = typed.as_slice();
        while !rest.is_empty() {
            let (key, after) = rest.split_at(key_length(rest));
            rest = after;
            match key {
                b"\r" | b"\n" | b" " => return Ok((MenuChoice::Start(chosen), language)),
                b"r" | b"R" => return Ok((MenuChoice::Restart(chosen), language)),
                b"\x03" => return Ok((MenuChoice::Interrupted, language)),
                b"q" | b"Q" | b"\x04" | b"\x1b" | b"\x1b[21~" => return Ok((MenuChoice::Quit, language)),
                b"l" | b"L" | b"\x1b[20~" => language = language.other(),
                b"\x1b[A" | b"\x1bOA" | b"k" => chosen = chosen.saturating_sub(1),
                b"\x1b[B" | b"\x1bOB" | b"j" => chosen = (chosen + 1).min(entries.len().saturating_sub(1)),
                _ => {}
            }
        }
    }
}

/// How many bytes the first key takes. An arrow or a function key is Esc, `[` or `O`, and what follows up to a letter or `~`.
fn key_length(typed: &[u8]) -> usize {
    match typed {
        [0x1b, b'[' | b'O', rest @ ..] => {
            let last = rest.iter().position(|byte| byte.is_ascii_alphabetic() || *byte == b'~');
            last.map_or(typed.len(), |last| last + 3)
        }
        _ => 1,
    }
}

fn lines(entries: &[MenuEntry], chosen: usize, workspace: &str, language: Language, paint: Paint) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(head(language, paint));
    lines.push(String::new());
    lines.extend(paint.prose(say::WHAT_IS_THIS.get(language)));
    lines.extend(paint.prose(&say::WORKSPACE_IS.fill(language, &[("path", &workspace)])).iter().map(|line| paint.faint(line)));
    lines.push(String::new());
    let widest = entries.iter().map(|entry| width(entry.title(language))).max().unwrap_or(0);
    for (index, entry) in entries.iter().enumerate() {
        lines.extend(row(entry, index == chosen, widest, language, paint));
    }
    lines.push(String::new());
    let resumes = entries.get(chosen).is_some_and(|entry| entry.done > 0);
    let keys = if resumes { say::MENU_KEYS_RESUME } else { say::MENU_KEYS };
    lines.extend(wrap(keys.get(language), paint.columns));
    lines
}

fn head(language: Language, paint: Paint) -> Vec<String> {
    let name = format!("kafkalab {}", env!("CARGO_PKG_VERSION"));
    let tagline = say::TAGLINE.get(language);
    if width(&name) + 2 + width(tagline) <= paint.columns {
        return vec![format!("{}  {tagline}", paint.strong(&name))];
    }
    [vec![paint.strong(&name)], wrap(tagline, paint.columns)].concat()
}

fn row(entry: &MenuEntry, chosen: bool, widest: usize, language: Language, paint: Paint) -> Vec<String> {
    let cursor = if chosen { "▸" } else { " " };
    let title = entry.title(language);
    let start = format!("{cursor} {} {} ", entry.mark(), entry.number);
    let progress = format!("{}/{}", entry.done, entry.steps);
    let begun = entry.done > 0 && entry.done < entry.steps;
    let resume = if begun { say::MENU_RESUME.fill(language, &[("step", &(entry.done + 1))]) } else { String::new() };
    let fits = |width_of_title: usize| width(&start) + width_of_title + 3 + width(&progress) <= paint.columns;
    let mut rows: Vec<String> = if fits(widest) || fits(width(title)) {
        let pad = " ".repeat(if fits(widest) { widest.saturating_sub(width(title)) } else { 0 });
        vec![format!("{start}{title}{pad}   {progress}")]
    } else {
        // the title goes on below itself
        let indent = " ".repeat(width(&start));
        let lines = wrap(&format!("{title} {progress}"), paint.columns.saturating_sub(width(&start)).max(1));
        lines.iter().enumerate().map(|(at, line)| format!("{}{line}", if at == 0 { &start } else { &indent })).collect()
    };
    if let Some(last) = rows.last_mut().filter(|last| begun && width(last) + 3 + width(&resume) <= paint.columns) {
        last.push_str(&format!("   {resume}"));
    }
    if chosen { rows.iter().map(|row| paint.strong(row)).collect() } else { rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keys_that_come_together_count_one_by_one() {
        let check = async |typed: &[u8], expected: MenuChoice| {
            let entry = |number: &str| MenuEntry {
                number: number.to_owned(),
                titles: ["단일 노드".to_owned(), "Single node".to_owned()],
                done: 0,
                steps: 9,
            };
            let (sender, mut keyboard) = mpsc::channel(1);
            sender.send(typed.to_vec()).await.expect("it is read");
            drop(sender);
            let mut out = Vec::new();
            let chosen = menu(&mut out, &mut keyboard, &["00", "01", "02"].map(entry), "/ws", Language::En).await;
            assert_eq!(chosen.expect("written").0, expected, "{typed:?}");
        };
        check(b"\x1b[B\r", MenuChoice::Start(1)).await;
        check(b"\x1bOB\x1b[B\x1b[A\r", MenuChoice::Start(1)).await;
        check(b"jj\x1b[20~\x1b[Ar", MenuChoice::Restart(1)).await;
        check(b"\x1b", MenuChoice::Quit).await;
        check(b"\x1b[15~\x1b[", MenuChoice::Quit).await;
    }

    #[test]
    fn the_first_screen_fits_its_width_in_both_languages() {
        let entry =
            MenuEntry {
                number: "01".to_owned(), titles: ["단일 노드".to_owned(), "Single node".to_owned()], done: 4, steps: 9
            };
        let long = MenuEntry {
            titles: [
                "server.properties: 브로커마다 다른 설정".to_owned(),
                "server.properties, what tells brokers apart".to_owned(),
            ],
            ..entry.clone()
        };
        let entries = [entry, long];
        for language in Language::ALL {
            for columns in [20, 40, 80] {
                for line in lines(&entries, 0, "~/kafkalab", language, Paint::plain(columns)) {
                    assert!(width(&line) <= columns, "{columns}: {line}");
                }
            }
        }
    }
}
