//! `doctor`: what was found and chosen.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::count::contents;
use super::{Context, Exit, engine};
use crate::progress::{Opened, Store};

/// Show what was found and chosen: engine, terminal, colours, folders, store
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Findings {
    version: &'static str,
    system: String,
    course: String,
    engine: String,
    terminal: String,
    colours: String,
    locale: String,
    your_files: String,
    store: String,
    cloud: String,
    /// What needs the learner's attention.
    problems: Vec<String>,
}

impl Doctor {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let findings = Findings::of(context);
        let sound = findings.problems.is_empty();
        if self.json {
            writeln!(context.out, "{}", serde_json::to_string_pretty(&findings)?)?;
            return Ok(Exit::passed_if(sound));
        }
        let Findings {
            version,
            system,
            course,
            engine,
            terminal,
            colours,
            locale,
            your_files,
            store,
            cloud,
            problems,
        } = findings;
        let lines: [(&str, &str); 10] = [
            ("version", version),
            ("system", &system),
            ("course", &course),
            ("engine", &engine),
            ("terminal", &terminal),
            ("colours", &colours),
            ("locale", &locale),
            ("your files", &your_files),
            ("store", &store),
            ("cloud", &cloud),
        ];
        for (name, value) in lines {
            writeln!(context.out, "{name:<11} {value}")?;
        }
        writeln!(context.out)?;
        for problem in &problems {
            writeln!(context.out, "{} {problem}", context.style().fail())?;
        }
        if sound {
            writeln!(context.out, "{} all is well", context.style().pass())?;
        }
        Ok(Exit::passed_if(sound))
    }
}

impl Findings {
    fn of(context: &Context<'_>) -> Self {
        let mut problems = Vec::new();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            course: course(context, &mut problems),
            engine: engine::description(),
            terminal: terminal(context, &mut problems),
            colours: colours(context),
            locale: locale(context, &mut problems),
            your_files: your_files(context, &mut problems),
            store: store(context, &mut problems),
            cloud: cloud(context, &mut problems),
            problems,
        }
    }
}

fn variable(context: &Context<'_>, name: &str) -> Option<String> {
    (context.variable)(name)
        .filter(|value| !value.is_empty())
        .map(|value| value.to_string_lossy().into_owned())
}

fn course(context: &Context<'_>, problems: &mut Vec<String>) -> String {
    let place = context
        .globals
        .course
        .as_ref()
        .map_or("built in".to_owned(), |folder| folder.display().to_string());
    match context.course() {
        Ok(course) => format!("{} ({place}): {}", course.title, contents(&course)),
        Err(error) => {
            problems.push(format!("{error:#}"));
            format!("{place}: cannot be loaded")
        }
    }
}

fn terminal(context: &Context<'_>, problems: &mut Vec<String>) -> String {
    let kind = variable(context, "TERM").unwrap_or_else(|| "TERM is not set".to_owned());
    if !context.out_is_terminal {
        return format!("none: the output is a pipe or a file ({kind})");
    }
    let Some((columns, rows)) = context.size else {
        return format!("{kind}, of unknown size");
    };
    if columns < 60 || rows < 15 {
        problems.push(format!("the terminal is {columns}x{rows}; the screens need 60x15"));
    }
    format!("{kind}, {columns} columns, {rows} rows")
}

fn colours(context: &Context<'_>) -> String {
    if variable(context, "NO_COLOR").is_some() {
        return "none, as NO_COLOR asks".to_owned();
    }
    let depth = match variable(context, "COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => "24 bit",
        _ if variable(context, "TERM").is_some_and(|term| term.contains("256color")) => "256",
        _ => "16",
    };
    if context.style().colour {
        depth.to_owned()
    } else {
        "none here".to_owned()
    }
}

fn locale(context: &Context<'_>, problems: &mut Vec<String>) -> String {
    let name = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| variable(context, name));
    let Some(name) = name else { return "not set".to_owned() };
    let upper = name.to_uppercase();
    if !upper.contains("UTF-8") && !upper.contains("UTF8") && cfg!(unix) {
        problems.push(format!(
            "the locale {name} is not UTF-8: if signs look odd, use --ascii"
        ));
    }
    name
}

fn your_files(context: &Context<'_>, problems: &mut Vec<String>) -> String {
    match context.files() {
        Ok(files) if files.root().is_dir() => files.root().display().to_string(),
        Ok(files) => format!("{} (made on first use)", files.root().display()),
        Err(error) => {
            problems.push(format!("{error:#}"));
            "no folder".to_owned()
        }
    }
}

/// What `cloud` and every Region need: a port of this computer's own; and the program that is used with it.
fn cloud(context: &Context<'_>, problems: &mut Vec<String>) -> String {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let port = port.map_or_else(
        |error| {
            problems.push(format!(
                "no port of 127.0.0.1 can be opened: {error}; without one no handler can be run"
            ));
            "no port of 127.0.0.1 can be opened"
        },
        |_| "ports of 127.0.0.1 can be opened",
    );
    let paths = (context.variable)("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&paths).filter(|folder| folder.is_absolute());
    let aws = folders.find_map(|folder| Some(folder.join("aws")).filter(|program| program.is_file()));
    let aws = aws.map_or_else(
        || "no aws on PATH (it is not needed)".to_owned(),
        |program| format!("aws: {}", program.display()),
    );
    format!("{port}; {aws}")
}

fn store(context: &Context<'_>, problems: &mut Vec<String>) -> String {
    let opened = context
        .data_folder()
        .and_then(|folder| Ok(Store::open(&folder, (context.now)().timestamp())?));
    match opened {
        Ok(Opened { file, notice, .. }) => {
            problems.extend(notice);
            file.map_or("in memory only".to_owned(), |file| file.display().to_string())
        }
        Err(error) => {
            problems.push(format!("{error:#}"));
            "cannot be opened".to_owned()
        }
    }
}
