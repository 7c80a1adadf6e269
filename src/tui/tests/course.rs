//! A small course.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::course::case::CaseFile;
use crate::course::exercise::{Files, Hint, Manifest};
use crate::course::lesson::FrontMatter;
use crate::course::quiz::Question;
use crate::course::{Course, Exercise, Lesson, Quiz};

pub const STARTER: &str = "def lambda_handler(event, context):\n    # Say hello.\n    return {}\n";
pub const SOLUTION: &str = "def lambda_handler(event, context):\n    return {\"message\": \"Hello\"}\n";

pub fn course() -> Course {
    let mut long = "A function runs in an *execution environment*.\n\n## Cold starts\n\n".to_owned();
    long += "```python run\ndef lambda_handler(event, context):\n    return {\"ok\": True}\n```\n\n";
    long += "See [what Lambda is](lesson:01-what) or <https://aws.amazon.com>.\n\n## Settings\n\n";
    long += "| Setting | Default | Meaning |\n|---|---|---|\n| `memory` | 128 | MB of memory |\n| `timeout` | 3 | seconds |\n\n";
    for number in 1..=12 {
        let _ = writeln!(
            long,
            "Paragraph {number} says something about warm starts that goes on for more than a line of text.\n"
        );
    }
    long += "## Slow code\n\n```python run\nslow()\n```\n";
    Course {
        title: "AWS Lambda".to_owned(),
        summary: "Learn AWS Lambda offline.".to_owned(),
        lessons: vec![
            lesson("01-what", "What Lambda is", "Short.\n\n> Pay for what you use.\n"),
            lesson("02-life", "The life of a function", &long),
            lesson("03-end", "The end", "That is all.\n"),
        ],
        exercises: vec![
            exercise("01-hello", "Say hello", "01-what"),
            exercise("02-again", "Say it again", "02-life"),
        ],
        quizzes: vec![quiz()],
    }
}

fn lesson(id: &str, title: &str, body: &str) -> Lesson {
    let front = FrontMatter {
        title: title.to_owned(),
        minutes: 5,
        objectives: vec!["Say what a function is".to_owned()],
        source: title.to_owned(),
        exercises: Vec::new(),
        run: BTreeMap::new(),
    };
    Lesson {
        id: id.to_owned(),
        front,
        body: body.to_owned(),
        body_line: 1,
    }
}

fn exercise(id: &str, title: &str, lesson: &str) -> Exercise {
    let manifest = format!(
        "title = \"{title}\"\nminutes = 8\nsummary = \"One line.\"\nlessons = [\"{lesson}\"]\n\
         files = [\"handler.py\", \"words.py\"]\n[[resources.functions]]\nname = \"greeter\"\n"
    );
    let cases = r#"{"cases": [
        {"id": "loads", "name": "Answers at all", "look": "Return something.", "steps": [{"invoke": {}}]},
        {"id": "greets", "name": "Greets the caller", "look": "Return a `message`.", "steps": [{"invoke": {}}]},
        {"id": "twice", "name": "Greets twice", "look": "Again.", "steps": [{"invoke": {}}]}
    ]}"#;
    let hint = |number: u8| Hint {
        title: format!("Idea {number}"),
        body: format!("Look at `event`, {number} times."),
    };
    let files = |pairs: &[(&str, &str)]| -> Files {
        pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect()
    };
    Exercise {
        id: id.to_owned(),
        manifest: toml::from_str::<Manifest>(&manifest).unwrap(),
        brief: "Return `{\"message\": \"Hello\"}`.\n\n- Input: anything\n- Output: an object\n".to_owned(),
        hints: vec![hint(1), hint(2), hint(3)],
        cases: serde_json::from_str::<CaseFile>(cases).unwrap().cases,
        starter: files(&[("handler.py", STARTER), ("words.py", "HELLO = \"Hi\"\n")]),
        events: files(&[("ada.json", "{\"name\": \"Ada\"}\n")]),
        data: Files::new(),
        layers: BTreeMap::new(),
        mistakes: BTreeMap::new(),
        solution: files(&[("handler.py", SOLUTION), ("words.py", "HELLO = \"Hi\"\n")]),
        solution_notes: "It is the *shortest* that works.".to_owned(),
    }
}

#[derive(serde::Deserialize)]
struct Questions {
    questions: Vec<Question>,
}

fn quiz() -> Quiz {
    let text = r#"
        [[questions]]
        id = "one"
        kind = "single"
        prompt = "What starts a function?"
        [[questions.options]]
        text = "An event"
        correct = true
        why = "That is what it waits for."
        [[questions.options]]
        text = "A server"
        why = "There is none to see."
        [[questions]]
        id = "many"
        kind = "multiple"
        prompt = "Which are limits?"
        [[questions.options]]
        text = "Memory"
        correct = true
        why = "Up to 10,240 MB."
        [[questions.options]]
        text = "Timeout"
        correct = true
        why = "Up to 900 seconds."
        [[questions.options]]
        text = "Colour"
        why = "It has none."
        [[questions]]
        id = "typed"
        kind = "short"
        prompt = "What names an invocation?"
        answers = ["aws_request_id"]
        why = "It is in the context."
    "#;
    Quiz {
        lesson: "02-life".to_owned(),
        questions: toml::from_str::<Questions>(text).unwrap().questions,
    }
}
