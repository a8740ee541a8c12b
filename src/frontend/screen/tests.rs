//! Pictures of the screen, held as snapshots: what a learner sees at each size, in each language.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

use super::areas::Areas;
use super::draw::{Scene, Tab};
use super::key_bar;
use super::lesson::{Lesson, Note};
use super::page::Page;
use super::panes::Panes;
use super::picture::size_of;
use crate::frontend::blocks::Blocks;
use crate::frontend::paint::Paint;
use crate::judge::rules::testing::World;
use crate::lab::check::Outcome;
use crate::lab::coach::Coach;
use crate::lab::format::{Lab, LabSource, Variables};
use crate::lab::runner::RunEvent;
use crate::text::layout::width;
use crate::text::{Language, checks};

const MISTAKE: &str =
    "./kafka-topics.sh --create --topic test_topic --partitions 1 --reflection-factor 1 --bootstrap-server localhost:9092";

/// The screen, as a picture of text, with the lesson that `tell` has told and the terminal `shown` with `output` on it.
fn picture(
    size: (u16, u16),
    language: Language,
    asking: bool,
    tell: impl FnOnce(&mut Lesson),
    shown: &str,
    output: &str,
) -> String {
    picture_of(&loaded("01-single-node"), 3, size, language, asking, tell, shown, output)
}

fn loaded(lab: &str) -> Lab {
    Lab::load(&LabSource::BuiltIn, lab).expect("it loads")
}

/// The same of a step of any lab.
#[expect(clippy::too_many_arguments, reason = "all that a picture depends on")]
fn picture_of(
    lab: &Lab,
    step: usize,
    size: (u16, u16),
    language: Language,
    asking: bool,
    tell: impl FnOnce(&mut Lesson),
    shown: &str,
    output: &str,
) -> String {
    let variables = Variables::new(&lab.spec.variables, "localhost:9092", "localhost:2181");
    let areas = Areas::of(Rect::new(0, 0, size.0, size.1), false);
    let columns = usize::from(areas.lesson_for(0).width);
    let blocks = Blocks { lab, variables: &variables, paint: Paint::plain(columns), language, outcomes: &[] };
    let mut lesson = Lesson::new();
    tell(&mut lesson);
    let page: Page = lesson.page(blocks, shown, false);
    let names = lab.spec.terminals.iter().map(|terminal| terminal.name.clone());
    let mut panes = Panes::new(names, size_of(areas.terminal));
    panes.output(shown, output.as_bytes(), true);
    let area = if asking { areas.lesson_for(page.lines.len()) } else { areas.lesson };
    let keys = key_bar::keys(areas.keys.width, language);
    let tab = |name| Tab { name, shown: name == shown, busy: name == "zookeeper", unseen: name == "broker" };
    let scene = Scene {
        areas,
        titles: [blocks.header(step), blocks.short_header(step)],
        page: &page,
        first: lesson.first(&page, usize::from(area.height)),
        lesson: area,
        tabs: lab.spec.terminals.iter().map(|terminal| tab(terminal.name.as_str())).collect(),
        pane: panes.get(shown),
        keys: &keys,
        language,
    };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("it is a buffer");
    terminal.draw(|frame| scene.draw(frame)).expect("it is a buffer");
    let buffer = terminal.backend().buffer();
    let rows = buffer.area.rows().map(|row| {
        let mut text = String::new();
        let mut covered = 0;
        for cell in row.columns().filter_map(|cell| buffer.cell(cell.as_position())) {
            // a wide character covers the cell behind it
            if covered == 0 {
                text.push_str(cell.symbol());
                covered = width(cell.symbol());
            }
            covered = covered.saturating_sub(1);
        }
        text.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn at_step(lesson: &mut Lesson) {
    lesson.take(RunEvent::StepStarted { step: 3 });
}

fn with_mistake(lesson: &mut Lesson) {
    at_step(lesson);
    let advice = Coach::default().after(&World::new().context(MISTAKE), 1, b"").expect("the rule fires");
    lesson.take(RunEvent::Advised { terminal: "client".to_owned(), advice: Box::new(advice), held: false });
}

fn with_held_line(lesson: &mut Lesson) {
    at_step(lesson);
    let world = World::with_connect("localhost:9092");
    let line = "./kafka-server-start.sh ../config/server.properties";
    let advice = Coach::default().before(&world.context(line)).expect("the rule fires");
    lesson.take(RunEvent::Advised { terminal: "broker".to_owned(), advice: Box::new(advice), held: true });
}

const TYPED: &str = "learner@client bin$ ./kafka-topics.sh --create";

#[test]
fn a_step_as_it_begins() {
    for (columns, rows) in [(80, 24), (120, 40), (60, 16)] {
        for language in Language::ALL {
            let shown = picture((columns, rows), language, false, at_step, "client", TYPED);
            insta::assert_snapshot!(format!("step {columns}x{rows} {language}"), shown);
        }
    }
}

#[test]
fn a_check_that_changed_is_in_sight_where_the_step_is_longer_than_the_screen() {
    let first_words = "Ask the broker";
    let begun = picture((60, 16), Language::En, false, at_step, "client", TYPED);
    assert!(begun.contains(first_words), "{begun}");
    let changed = |lesson: &mut Lesson| {
        at_step(lesson);
        let outcome = |passed| Outcome { passed, expected: checks::NO_CLIENTS.into(), found: checks::NO_CLIENTS_ARE.into() };
        lesson.take(RunEvent::ChecksChanged { step: 3, outcomes: [false, false, true].map(outcome).into() });
    };
    let shown = picture((60, 16), Language::En, false, changed, "client", TYPED);
    let last = format!("✓ {}", checks::NO_CLIENTS_ARE.get(Language::En));
    assert!(shown.contains(&last) && !shown.contains(first_words), "{shown}");
    // what was found does not stand there when something else is found
    let reworded = |lesson: &mut Lesson| {
        changed(lesson);
        let outcome = |passed| Outcome { passed, expected: checks::NO_CLIENTS.into(), found: checks::ANSWER.into() };
        lesson.take(RunEvent::ChecksReworded { outcomes: [false, false, true].map(outcome).into() });
    };
    let shown = picture((60, 16), Language::En, false, reworded, "client", TYPED);
    assert!(shown.contains(&format!("✓ {}", checks::ANSWER.get(Language::En))) && !shown.contains(&last), "{shown}");
}

/// The screen as a step begins, while the last terminal of its lab is shown.
fn beginning(lab: &Lab, step: usize, size: (u16, u16), language: Language) -> String {
    let begin = |lesson: &mut Lesson| lesson.take(RunEvent::StepStarted { step });
    let shown = lab.spec.terminals.last().expect("some").name.as_str();
    picture_of(lab, step, size, language, false, begin, shown, "learner@client bin$ ")
}

#[test]
fn the_command_of_a_long_step_stands_below_as_much_of_its_words_as_there_is_room_for() {
    for (lab, id) in
        [("02-server-properties", "broker-id"), ("04-operating", "coordinator-in-background"), ("04-operating", "recover")]
    {
        let lab = loaded(lab);
        let step = lab.spec.step(id).expect("it is there");
        for language in Language::ALL {
            insta::assert_snapshot!(format!("long step {} {id} {language}", lab.name), beginning(&lab, step, (80, 24), language));
        }
    }
}

#[test]
fn the_command_of_every_step_is_in_sight_as_it_begins() {
    for name in LabSource::BuiltIn.names().expect("built in") {
        let lab = loaded(&name);
        let variables = Variables::new(&lab.spec.variables, "localhost:9092", "localhost:2181");
        for (index, step) in lab.spec.steps.iter().enumerate() {
            for (size, language) in
                [(80, 24), (60, 16), (120, 40)].into_iter().flat_map(|size| Language::ALL.map(|to| (size, to)))
            {
                let shown = beginning(&lab, index, size, language);
                let (words, command) =
                    (|text: &str| text.split_whitespace().collect::<String>(), variables.expand(&step.command));
                // beside the terminal the lesson is a column of its own
                let lesson: Vec<&str> = shown.lines().map(|line| line.split('│').next().unwrap_or_default()).collect();
                assert!(words(&lesson.concat()).contains(&words(&command)), "{name} {} {language} {size:?}:\n{shown}", step.id);
            }
        }
    }
}

#[test]
fn a_mistake_that_was_made() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        for language in Language::ALL {
            let shown = picture((columns, rows), language, false, with_mistake, "client", TYPED);
            insta::assert_snapshot!(format!("mistake {columns}x{rows} {language}"), shown);
        }
    }
}

#[test]
fn a_question_has_room_for_its_answers() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        for language in Language::ALL {
            let shown =
                picture((columns, rows), language, true, with_held_line, "broker", "learner@broker bin$ ./kafka-server-start.sh");
            assert!(shown.contains("[Enter]") && shown.contains("[n]"), "{shown}");
            insta::assert_snapshot!(format!("question {columns}x{rows} {language}"), shown);
        }
    }
}

#[test]
fn leaving_is_asked_in_words_and_keys() {
    let leave = |lesson: &mut Lesson| {
        at_step(lesson);
        lesson.note(Note::LeaveQuestion(vec!["ZooKeeper (pid 4242)".to_owned()]));
    };
    for language in Language::ALL {
        let shown = picture((80, 24), language, true, leave, "client", TYPED);
        assert!(shown.contains("[s]") && shown.contains("[k]") && shown.contains("[Esc]"), "{shown}");
    }
}

#[test]
fn the_coachs_box_is_not_folded_a_second_time() {
    for columns in [60, 80, 103, 104, 120] {
        for language in Language::ALL {
            let shown = picture((columns, 40), language, true, with_held_line, "broker", "");
            let rows: Vec<&str> = shown.lines().collect();
            let first = rows.iter().position(|row| row.starts_with('╭')).expect("the box");
            let last = rows.iter().position(|row| row.starts_with('╰')).expect("its end");
            let torn = rows[first + 1..last].iter().find(|row| !row.starts_with('│'));
            assert_eq!(torn, None, "{columns} {language}:\n{shown}");
        }
    }
}

#[test]
fn any_size_can_be_drawn() {
    for columns in [1, 2, 5, 19, 40, 99, 100, 250] {
        for rows in [1, 2, 3, 7, 16, 100] {
            let _ = picture((columns, rows), Language::Ko, true, with_mistake, "client", TYPED);
        }
    }
}
