//! A quiz: a lesson's questions, or those that are due for review.

pub mod marking;
pub mod view;

use std::collections::BTreeSet;

use self::marking::Marked;
use crate::course::quiz::{Question, QuestionKind};
use crate::tui::course_map::Stop;
use crate::tui::keymap::Command;
use crate::tui::model::{Model, Screen};
use crate::tui::navigate;
use crate::tui::ports::{Answer, Change, Place};
use crate::tui::scroll::Scroll;

/// A quiz under way.
#[derive(Debug, Clone)]
pub struct QuizState {
    /// The lesson's id; none for the review.
    pub lesson: Option<String>,
    /// What is asked, in order.
    pub questions: Vec<Question>,
    /// The question that is open.
    pub at: usize,
    /// The option under the cursor.
    pub cursor: usize,
    /// The options marked.
    pub marked: BTreeSet<usize>,
    /// What was typed.
    pub input: String,
    /// How far it is.
    pub stage: Stage,
    /// Whether each answer given was right.
    pub given: Vec<Option<bool>>,
    /// Where the question is scrolled to.
    pub scroll: Scroll,
    /// The questions are those missed a moment ago.
    again: bool,
}

/// How far a question is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It waits for an answer.
    Asking,
    /// It has been answered.
    Answered(Marked),
    /// No question is left.
    Done,
}

impl QuizState {
    /// The quiz of a lesson, or all questions that are due. None where there is no question.
    #[must_use]
    pub fn new(model: &Model, lesson: Option<&str>) -> Option<Self> {
        let questions: Vec<Question> = if let Some(id) = lesson {
            model.course.quiz(id)?.questions.clone()
        } else {
            let is_due = |question: &&Question| {
                let state = model.progress.questions.get(&question.id);
                state.is_some_and(|state| state.due)
            };
            let all = model.course.quizzes.iter().flat_map(|quiz| &quiz.questions);
            all.filter(is_due).cloned().collect()
        };
        (!questions.is_empty()).then(|| Self::of(lesson.map(str::to_owned), questions))
    }

    fn of(lesson: Option<String>, questions: Vec<Question>) -> Self {
        Self {
            lesson,
            given: vec![None; questions.len()],
            questions,
            at: 0,
            cursor: 0,
            marked: BTreeSet::new(),
            input: String::new(),
            stage: Stage::Asking,
            scroll: Scroll::default(),
            again: false,
        }
    }

    /// The open question.
    #[must_use]
    pub fn question(&self) -> &Question {
        &self.questions[self.at]
    }

    /// Whether the answer is typed.
    #[must_use]
    pub fn types(&self) -> bool {
        self.question().options.is_empty()
    }

    /// Where the learner is; nowhere once it is over.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let question = self.question().id.clone();
        (self.stage != Stage::Done).then(|| Place::Quiz {
            lesson: self.lesson.clone(),
            question,
        })
    }

    /// Goes to a question, as after a restart.
    pub fn resume(&mut self, question: &str) {
        self.at = self
            .questions
            .iter()
            .position(|asked| asked.id == question)
            .unwrap_or_default();
    }

    /// The questions answered wrongly.
    pub fn missed(&self) -> impl Iterator<Item = &Question> {
        self.questions
            .iter()
            .zip(&self.given)
            .filter(|(_, given)| **given == Some(false))
            .map(|(question, _)| question)
    }

    fn several(&self) -> bool {
        self.question().kind == QuestionKind::Multiple
    }

    fn mark(&mut self) {
        if self.several() {
            if !self.marked.remove(&self.cursor) {
                self.marked.insert(self.cursor);
            }
        } else {
            self.marked = BTreeSet::from([self.cursor]);
        }
    }

    fn next(&mut self) {
        self.marked.clear();
        self.input.clear();
        self.cursor = 0;
        self.scroll = Scroll::default();
        if self.at + 1 < self.questions.len() {
            self.at += 1;
            self.stage = Stage::Asking;
        } else {
            self.stage = Stage::Done;
        }
    }
}

/// Whether a command does something now.
#[must_use]
pub fn available(model: &Model, quiz: &QuizState, command: Command) -> bool {
    match command {
        Command::Answer if quiz.types() => !quiz.input.trim().is_empty(),
        Command::Answer => !quiz.several() || !quiz.marked.is_empty(),
        Command::Mark => quiz.several(),
        Command::Pick(index) => index < quiz.question().options.len(),
        Command::Again => quiz.missed().next().is_some(),
        Command::Up | Command::Down if quiz.stage == Stage::Asking => quiz.question().options.len() > 1,
        Command::Down | Command::PageDown | Command::Bottom => {
            let (lines, height) = extent(model, quiz);
            !quiz.scroll.at_end(lines, height)
        }
        Command::Up | Command::PageUp | Command::Top => quiz.scroll.top > 0,
        _ => true,
    }
}

/// How long the text is and how much of it is in sight.
fn extent(model: &Model, quiz: &QuizState) -> (usize, usize) {
    (view::lines(model, quiz).lines.len(), usize::from(model.body().height))
}

/// Carries a command out.
pub fn command(model: &mut Model, command: Command) {
    let Screen::Quiz(quiz) = &mut model.screen else { return };
    match command {
        Command::Back => return leave(model),
        Command::Up | Command::Down if quiz.stage == Stage::Asking => {
            let count = quiz.question().options.len().max(1);
            let step = if command == Command::Down { 1 } else { count - 1 };
            quiz.cursor = (quiz.cursor + step) % count;
        }
        Command::Mark => quiz.mark(),
        Command::Pick(index) => {
            quiz.cursor = index;
            quiz.mark();
        }
        Command::Answer => answer(model),
        Command::Next => quiz.next(),
        Command::Again => {
            let missed = quiz.missed().cloned().collect();
            **quiz = QuizState::of(quiz.lesson.clone(), missed);
            quiz.again = true;
        }
        Command::Continue => return go_on(model),
        _ => scroll(model, command),
    }
    show_cursor(model);
}

/// Puts typed text into the answer.
pub fn typed(model: &mut Model, text: &str) {
    if let Screen::Quiz(quiz) = &mut model.screen
        && quiz.types()
        && quiz.stage == Stage::Asking
    {
        quiz.input.extend(text.chars().filter(|char| !char.is_control()));
    }
}

/// Takes the last character of the answer away.
pub fn backspace(model: &mut Model) {
    if let Screen::Quiz(quiz) = &mut model.screen {
        quiz.input.pop();
    }
}

fn answer(model: &mut Model) {
    let Screen::Quiz(quiz) = &mut model.screen else { return };
    if !quiz.types() && !quiz.several() {
        quiz.marked = BTreeSet::from([quiz.cursor]);
    }
    let marked = marking::mark(quiz.question(), &quiz.marked, &quiz.input);
    let (right, partly) = (marked.right, marked.partly);
    let given = if quiz.types() {
        Answer::Typed(quiz.input.clone())
    } else {
        Answer::Chosen(quiz.marked.clone())
    };
    quiz.given[quiz.at] = Some(right);
    quiz.stage = Stage::Answered(marked);
    quiz.scroll = Scroll::default();
    let (question, first) = (quiz.question().id.clone(), !quiz.again);
    model.record(Change::Answer {
        question,
        answer: given,
        right,
        partly,
        first,
    });
    // What comes of the answer is shown before the question, if not both fit.
    let Screen::Quiz(quiz) = &model.screen else { return };
    let laid = view::lines(model, quiz);
    let height = usize::from(model.body().height);
    let Screen::Quiz(quiz) = &mut model.screen else { return };
    if laid.lines.len() > height {
        quiz.scroll.top = laid.focus.saturating_sub(1).min(laid.lines.len() - height);
    }
}

fn scroll(model: &mut Model, command: Command) {
    let Screen::Quiz(quiz) = &model.screen else { return };
    let (lines, height) = extent(model, quiz);
    if let (Some(motion), Screen::Quiz(quiz)) = (command.motion(), &mut model.screen) {
        quiz.scroll.go(motion, lines, height);
    }
}

/// The option under the cursor is in sight.
fn show_cursor(model: &mut Model) {
    let Screen::Quiz(quiz) = &model.screen else { return };
    if quiz.stage != Stage::Asking {
        return;
    }
    let laid = view::lines(model, quiz);
    let height = usize::from(model.body().height);
    let Screen::Quiz(quiz) = &mut model.screen else { return };
    quiz.scroll
        .show(laid.focus_end.saturating_sub(1), laid.lines.len(), height);
    quiz.scroll.show(laid.focus, laid.lines.len(), height);
}

/// A lesson's quiz goes back to its lesson, the review to the map.
fn leave(model: &mut Model) {
    let Screen::Quiz(quiz) = &model.screen else { return };
    match quiz.lesson.clone().filter(|_| quiz.stage != Stage::Done) {
        Some(lesson) => {
            navigate::follow(model, &format!("lesson:{lesson}"));
        }
        None => navigate::home(model),
    }
}

/// What comes after the quiz of a lesson: what stands after it on the road and is not done yet.
#[must_use]
pub fn next(model: &Model, quiz: &QuizState) -> Option<Stop> {
    let lesson = quiz.lesson.as_ref()?;
    let index = model.course.lessons.iter().position(|known| known.id == *lesson)?;
    let mut stop = model.map.after(Stop::Lesson(index))?;
    while stop.is_done(&model.course, &model.progress) {
        stop = model.map.after(stop)?;
    }
    Some(stop)
}

fn go_on(model: &mut Model) {
    let Screen::Quiz(quiz) = &model.screen else { return };
    match next(model, quiz) {
        Some(stop) => navigate::open(model, stop),
        None => navigate::home(model),
    }
}
