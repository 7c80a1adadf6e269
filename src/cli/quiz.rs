//! `quiz`: questions and answers on plain lines, typed or piped.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use super::style::Style;
use super::{Context, Exit};
use crate::course::quiz::{Question, QuestionKind};
use crate::course::{Course, ids};
use crate::progress::Store;
use crate::quiz::{Answer, Marked, Outcome, Session, mark, review};

/// Answer the questions of a lesson, or those that you have missed
#[derive(Debug, Args)]
pub(super) struct Quiz {
    /// The lesson's id, number or name
    lesson: Option<String>,
    /// Ask the missed questions that are due, of this lesson or of all
    #[arg(long)]
    review: bool,
}

impl Quiz {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = context.course()?;
        let store = context.store()?;
        let questions = self.questions(&course, &store, context)?;
        if questions.is_empty() {
            writeln!(context.out, "Nothing is to be reviewed now.")?;
            return Ok(Exit::Passed);
        }
        let mut session = Session::new(questions);
        let style = context.style();
        while let Some(id) = session.current().map(str::to_owned) {
            let question = question(&course, &id).context("the question is gone")?;
            ask(context, &session, question, style)?;
            let answer = match answer(context, question)? {
                Reply::Answer(answer) => answer,
                Reply::Skip => {
                    session.skip();
                    continue;
                }
                Reply::End => break,
            };
            let marked = mark(question, &answer);
            let now = (context.now)();
            let first = session.answered(marked.outcome == Outcome::Right);
            store.record_answer(&id, &answer, marked.outcome, first, now.timestamp(), now.date())?;
            explain(context, question, &marked, style)?;
        }
        let (right, seen, all) = (session.right_at_once(), session.seen(), session.questions());
        writeln!(context.out, "{right} of {seen} answered questions were right at once.")?;
        if seen < all {
            writeln!(context.out, "{} were not answered.", all - seen)?;
        }
        if right < seen {
            writeln!(
                context.out,
                "What you missed comes back tomorrow: lambda-course quiz --review"
            )?;
        }
        Ok(Exit::Passed)
    }

    /// The ids of what is to be asked.
    fn questions(&self, course: &Course, store: &Store, context: &Context<'_>) -> Result<Vec<String>> {
        let all = || course.quizzes.iter().map(|quiz| quiz.lesson.as_str());
        let lesson = match &self.lesson {
            Some(query) => Some(ids::resolve("quiz", query, all())?),
            None if self.review => None,
            None => bail!(
                "which quiz? Name its lesson: {}; or --review for what you have missed",
                all().collect::<Vec<_>>().join(", ")
            ),
        };
        let questions = course
            .quizzes
            .iter()
            .filter(|quiz| lesson.is_none_or(|lesson| quiz.lesson == lesson))
            .flat_map(|quiz| &quiz.questions);
        if !self.review {
            return Ok(questions.map(|question| question.id.clone()).collect());
        }
        let progress = store.questions()?;
        let missed = questions.filter_map(|question| Some((question.id.as_str(), progress.get(&question.id)?.review?)));
        Ok(review::due(missed, (context.now)().date())
            .into_iter()
            .map(str::to_owned)
            .collect())
    }
}

fn question<'c>(course: &'c Course, id: &str) -> Option<&'c Question> {
    course
        .quizzes
        .iter()
        .flat_map(|quiz| &quiz.questions)
        .find(|question| question.id == id)
}

fn ask(context: &mut Context<'_>, session: &Session, question: &Question, style: Style) -> Result<()> {
    let heading = if session.is_again() {
        "Once more".to_owned()
    } else {
        format!("Question {} of {}", session.seen() + 1, session.questions())
    };
    writeln!(context.out, "{}\n\n{}\n", style.bold(&heading), question.prompt.trim())?;
    if let Some(code) = &question.code {
        for line in code.trim_matches('\n').lines() {
            writeln!(context.out, "    {line}")?;
        }
        let event = question.event.clone().unwrap_or_else(|| serde_json::json!({}));
        let times = if question.invocations > 1 {
            format!(", {} times", question.invocations)
        } else {
            String::new()
        };
        writeln!(context.out, "\n    invoked with {event}{times}\n")?;
    }
    for (letter, option) in ('a'..).zip(&question.options) {
        writeln!(context.out, "  {letter}) {}", option.text.trim())?;
    }
    Ok(())
}

/// What was typed at a question.
enum Reply {
    Answer(Answer),
    Skip,
    End,
}

fn answer(context: &mut Context<'_>, question: &Question) -> Result<Reply> {
    let prompt = match (question.options.len(), question.kind) {
        (0, _) => "Your answer (nothing skips): ",
        (_, QuestionKind::Multiple) => "All right letters, as a c (nothing skips): ",
        _ => "Letter (nothing skips): ",
    };
    loop {
        write!(context.out, "{prompt}")?;
        context.out.flush()?;
        let mut line = String::new();
        if context
            .input
            .read_line(&mut line)
            .context("the answer cannot be read")?
            == 0
        {
            writeln!(context.out, "\n")?;
            return Ok(Reply::End);
        }
        let text = line.trim();
        if !context.input_is_terminal {
            writeln!(context.out)?;
        }
        if text.is_empty() {
            return Ok(Reply::Skip);
        }
        if question.options.is_empty() {
            return Ok(Reply::Answer(Answer::Typed(text.to_owned())));
        }
        match chosen(text, question) {
            Ok(chosen) => return Ok(Reply::Answer(Answer::Chosen(chosen))),
            Err(message) => writeln!(context.out, "{message}")?,
        }
    }
}

/// The options of `a c`, `ac`, `a,c` or `1 3`.
fn chosen(text: &str, question: &Question) -> Result<BTreeSet<usize>, String> {
    let mut chosen = BTreeSet::new();
    for sign in text
        .chars()
        .filter(|sign| !sign.is_whitespace() && !",;)".contains(*sign))
    {
        let sign = sign.to_ascii_lowercase();
        let place = ('a'..='z')
            .position(|letter| letter == sign)
            .or_else(|| ('1'..='9').position(|number| number == sign));
        match place {
            Some(place) if place < question.options.len() => chosen.insert(place),
            _ => return Err(format!("There is no option `{sign}`.")),
        };
    }
    if chosen.is_empty() || (chosen.len() > 1 && question.kind != QuestionKind::Multiple) {
        return Err("Give one letter.".to_owned());
    }
    Ok(chosen)
}

fn explain(context: &mut Context<'_>, question: &Question, marked: &Marked, style: Style) -> Result<()> {
    let verdict = match marked.outcome {
        Outcome::Right => style.green("Right."),
        Outcome::Partly => style.bold("Partly right."),
        Outcome::Wrong => style.red("Not right."),
    };
    writeln!(context.out, "{verdict}\n")?;
    for ((letter, option), text) in ('a'..).zip(&marked.options).zip(&question.options) {
        let mark = match (option.correct, option.chosen) {
            (true, true) => "right, and you chose it",
            (true, false) => "right, and you did not choose it",
            (false, true) => "wrong, and you chose it",
            (false, false) => "wrong",
        };
        writeln!(
            context.out,
            "  {letter}) {}\n     {mark}: {}",
            text.text.trim(),
            option.why.trim()
        )?;
    }
    if let Some(mistake) = &marked.mistake {
        writeln!(context.out, "  {}", mistake.trim())?;
    }
    if let Some(answer) = marked
        .right_answer
        .as_ref()
        .filter(|_| marked.outcome != Outcome::Right)
    {
        writeln!(context.out, "  The answer: {answer}")?;
    }
    if let Some(why) = &marked.why {
        writeln!(context.out, "  {}", why.trim())?;
    }
    writeln!(context.out)?;
    Ok(())
}
