//! The book by the library of mdBook: made, or served to a browser.

use std::path::PathBuf;
use std::sync::Arc;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;

use super::{Failure, exit, runtime, say, with_reason};
use crate::cli::print;
use crate::net::{self, Shutdown};
use crate::process::server::EndingSignals;
use crate::publish::book::serve::{self, Edition, Site, Sources};
use crate::text::{Language, Message};

/// Only programs of this machine reach the book.
const HOST: &str = "127.0.0.1";
/// How many connections may wait to be accepted.
const BACKLOG: u32 = 128;

/// A book, and what makes it.
#[derive(Clone)]
pub(super) struct Book {
    /// The folder with `book.toml`.
    pub folder: PathBuf,
    /// The command of the preprocessor.
    pub preprocessor: String,
    /// The language of what is said to whoever makes it.
    pub language: Language,
}

impl Book {
    pub fn build(&self) -> Result<u8, Failure> {
        let made = self.config().and_then(|config| self.make(config));
        let folder = made.map_err(|error| with_reason("book", say::E_PAGE, format!("{error:#}")))?;
        let index = folder.join("index.html");
        print(&(say::MADE.fill(self.language, &[("index", &index.display())]) + "\n"));
        Ok(exit::OK)
    }

    /// Serves the book until a signal comes.
    pub fn serve(&self, port: u16) -> Result<u8, Failure> {
        runtime()?.block_on(async {
            let refused = |error| Failure::new("port", Message::new(say::E_PORT).with("port", port).with("reason", error));
            let listener = net::bind(HOST, port, BACKLOG).await.map_err(refused)?;
            let mut signals = EndingSignals::listen();
            let book = self.clone();
            let making = tokio::task::spawn_blocking(move || book.site());
            let made = tokio::select! {
                made = making => made.map_err(|error| with_reason("book", say::E_PAGE, error))?,
                _ = signals.next() => return Ok(exit::INTERRUPTED),
            };
            let site = made.map_err(|error| with_reason("book", say::E_PAGE, format!("{error:#}")))?;
            print(&(say::SERVED.fill(self.language, &[("address", &format!("http://{HOST}:{port}/"))]) + "\n"));
            let shutdown = Shutdown::new();
            let serving = tokio::spawn(serve::serve(listener, Arc::new(site), shutdown.clone()));
            signals.next().await;
            shutdown.cancel();
            serving.await.map_err(|error| Failure::io("book", error))?;
            Ok(exit::OK)
        })
    }

    /// The book made for the first time, and how it is made anew.
    fn site(self) -> anyhow::Result<Site> {
        let first = self.edition()?;
        Ok(Site::new(first, move || {
            let renewed =
                self.edition().map_err(|error| say::E_PAGE.fill(self.language, &[("reason", &format_args!("{error:#}"))]));
            let told = renewed.as_ref().map_or_else(|wrong| wrong.as_str(), |_| say::RENEWED.get(self.language));
            print(&format!("{told}\n"));
            renewed
        }))
    }

    fn edition(&self) -> anyhow::Result<Edition> {
        let mut config = self.config()?;
        // the page for what is not there is shown at any depth
        config.set("output.html.site-url", "/")?;
        let sources = self.sources(&config)?;
        let seen = sources.look();
        let folder = self.make(config)?;
        Ok(Edition { folder, sources, seen })
    }

    fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::from_disk(self.folder.join("book.toml"))?;
        config.set("preprocessor.kafkalab.command", &self.preprocessor)?;
        Ok(config)
    }

    /// Makes the book; gives the folder of its pages.
    fn make(&self, config: Config) -> anyhow::Result<PathBuf> {
        let book = MDBook::load_with_config(&self.folder, config)?;
        book.build()?;
        Ok(book.build_dir_for("html"))
    }

    /// What mdBook watches, and the labs where they are files.
    fn sources(&self, config: &Config) -> anyhow::Result<Sources> {
        let html = config.html_config().unwrap_or_default();
        let labs: Option<PathBuf> = config.get("preprocessor.kafkalab.labs")?;
        let named = [PathBuf::from("book.toml"), config.book.src.clone()].into_iter();
        let named = named.chain(html.additional_css.iter().chain(&html.additional_js).cloned());
        let named = named.chain(config.build.extra_watch_dirs.iter().cloned()).chain(labs);
        let mut places: Vec<PathBuf> = named.map(|place| self.folder.join(place)).collect();
        places.push(html.theme_dir(&self.folder));
        Ok(Sources { places, output: self.folder.join(&config.build.build_dir) })
    }
}
