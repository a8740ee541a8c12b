//! The pictures of the documents: taken of the real screen, where `KAFKALAB_RECORD=1` asks for it, and else held against what it shows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kafkalab::process::pty::Size;
use kafkalab::text::layout::width;

use crate::learner::{F3, F6, Home, Learner};
use crate::support::is_recording;

const SIZE: Size = Size { columns: 112, rows: 34 };
/// The size of a cell in the picture, in pixels.
const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 12.0;
const BACKGROUND: &str = "#1b1e24";
const FOREGROUND: &str = "#d7dae0";
/// The sixteen colours, told apart also by those who cannot tell red from green.
const COLOURS: [&str; 16] = [
    "#3b4048", "#ff8f73", "#7fd88f", "#ffd166", "#6cb6ff", "#d2a8ff", "#5ad4e6", "#d7dae0", "#8b93a1", "#ffab91", "#a5e8b0",
    "#ffe08a", "#96ccff", "#e2c5ff", "#8be9f5", "#ffffff",
];

fn picture(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/pictures/learn-{language}.svg"))
}

/// A mistyped option on the full screen, explained beside what Kafka says.
async fn mistake(home: &Home, language: &str, free_ports: bool) -> Learner {
    let ports: &[&str] = if free_ports { &["--free-ports"] } else { &[] };
    let arguments = [&["learn", "01", "--lang", language], ports].concat();
    let mut learner = home.start_with(&arguments, SIZE, &[("KAFKALAB_PLAIN", None), ("NO_COLOR", None)]);
    for step in 1..=2 {
        learner.on_screen(&format!(" {step}/9")).await;
        learner.press(F3).await;
    }
    learner.on_screen(" 3/9").await;
    learner.press(F6).await;
    learner.on_screen("learner@client bin$").await;
    let bootstrap = if free_ports { home.bootstrap() } else { "localhost:9092".to_owned() };
    let line = format!(
        "./kafka-topics.sh --create --topic test_topic --partitions 1 --reflection-factor 1 --bootstrap-server {bootstrap}"
    );
    learner.line(&line).await;
    learner.on_screen("KL203").await;
    let is_back = |screen: &str| screen.matches("learner@client bin$").count() == 2;
    learner.screen_when("the prompt", is_back).await;
    learner
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pictures_show_the_screen() {
    let records = is_recording();
    for language in ["en", "ko"] {
        let home = Home::new();
        // a picture shows the documented ports: taken where these are free, as under `unshare -n`
        let mut learner = mistake(&home, language, !records).await;
        if records {
            std::fs::create_dir_all(picture(language).parent().expect("a folder")).expect("made");
            std::fs::write(picture(language), learner.with_screen(svg)).expect("written");
        }
        let shown = std::fs::read_to_string(picture(language)).expect("it was taken");
        // what the coach says stands on the screen as it does in the picture
        let screen = learner.screen();
        for line in screen.lines().filter(|line| line.contains("KL203") || line.contains("F1 ")) {
            // a word of letters of one width stands in one piece
            let whole = |word: &&str| word.len() > 3 && (word.is_ascii() || width(word) == 2 * word.chars().count());
            for word in line.split([' ', '│']).filter(whole) {
                assert!(
                    shown.contains(&escaped(word)),
                    "{word} is not in the picture in {language}; KAFKALAB_RECORD=1 takes it again"
                );
            }
        }
        assert_eq!(learner.leave().await, 0);
        home.nothing_left().await;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
}

fn colour(colour: vt100::Color, otherwise: &str) -> String {
    match colour {
        vt100::Color::Default => otherwise.to_owned(),
        vt100::Color::Idx(index) => COLOURS.get(usize::from(index)).copied().unwrap_or(otherwise).to_owned(),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// How a run of cells looks.
#[derive(Clone, Debug, PartialEq)]
struct Style {
    text: String,
    behind: String,
    bold: bool,
    dim: bool,
}

fn style_of(cell: &vt100::Cell) -> Style {
    let (mut text, mut behind) = (colour(cell.fgcolor(), FOREGROUND), colour(cell.bgcolor(), BACKGROUND));
    if cell.inverse() {
        std::mem::swap(&mut text, &mut behind);
    }
    Style { text, behind, bold: cell.bold(), dim: cell.dim() }
}

/// A screen as a picture: each run of cells that look alike is one text, as wide as its cells.
fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (wide, high) = (f32::from(columns.get()) * CELL.0 + 2.0 * MARGIN, f32::from(rows.get()) * CELL.1 + 2.0 * MARGIN);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.0} {high:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', 'Noto Sans Mono CJK KR', monospace\" font-size=\"14\" xml:space=\"preserve\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..rows.get() {
        let mut column = 0;
        while column < columns.get() {
            let Some(style) = screen.cell(row, column).map(style_of) else { break };
            let first = column;
            let mut text = String::new();
            while let Some(cell) = screen.cell(row, column).filter(|cell| style_of(cell) == style) {
                // Korean and other letters are as wide in one font and not in another: they begin a run of their own
                let is_wide = cell.is_wide();
                if !text.is_empty() && (is_wide != (width(&text) > text.chars().count())) {
                    break;
                }
                text.push_str(if cell.has_contents() { cell.contents() } else { " " });
                column += if is_wide { 2 } else { 1 };
            }
            run(&mut picture, row, first, column, &text, &style);
        }
    }
    picture.push_str("</svg>\n");
    picture
}

fn run(picture: &mut String, row: u16, first: u16, end: u16, text: &str, style: &Style) {
    let (x, y) = (MARGIN + f32::from(first) * CELL.0, MARGIN + f32::from(row) * CELL.1);
    let wide = f32::from(end - first) * CELL.0;
    if style.behind != BACKGROUND {
        let _ = writeln!(
            picture,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{}\" fill=\"{}\"/>",
            CELL.1, style.behind
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let bold = if style.bold { " font-weight=\"bold\"" } else { "" };
    let dim = if style.dim { " opacity=\"0.65\"" } else { "" };
    let _ = writeln!(
        picture,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{bold}{dim}>{}</text>",
        y + CELL.1 * 0.75,
        style.text,
        escaped(text)
    );
}
