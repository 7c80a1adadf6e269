//! Lessons and exercises as one road, in the order in which the course goes.

use super::ports::Progress;
use crate::course::Course;

/// A stop on the road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A lesson, by its place in the course.
    Lesson(usize),
    /// An exercise, by its place in the course.
    Exercise(usize),
}

/// Lessons and exercises as one road.
#[derive(Debug, Clone, Default)]
pub struct CourseMap {
    stops: Vec<Stop>,
}

/// How far the learner is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Tally {
    pub lessons_read: usize,
    pub lessons: usize,
    pub exercises_passed: usize,
    pub exercises: usize,
    pub minutes_left: u32,
}

impl CourseMap {
    /// Puts every exercise after the lesson that it practises first of all.
    #[must_use]
    pub fn new(course: &Course) -> Self {
        let home = |index: usize| {
            let exercise = &course.exercises[index];
            let named = exercise.manifest.lessons.first();
            let place = named.and_then(|id| course.lessons.iter().position(|lesson| lesson.id == *id));
            place.or_else(|| {
                course
                    .lessons
                    .iter()
                    .position(|lesson| lesson.front.exercises.contains(&exercise.id))
            })
        };
        let homes: Vec<Option<usize>> = (0..course.exercises.len()).map(home).collect();
        let of = |lesson: Option<usize>| {
            let here = homes.iter().enumerate().filter(move |(_, home)| **home == lesson);
            here.map(|(index, _)| Stop::Exercise(index))
        };
        let mut stops = Vec::new();
        for lesson in 0..course.lessons.len() {
            stops.push(Stop::Lesson(lesson));
            stops.extend(of(Some(lesson)));
        }
        stops.extend(of(None));
        Self { stops }
    }

    /// The stops in order.
    #[must_use]
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The stop after this one.
    #[must_use]
    pub fn after(&self, stop: Stop) -> Option<Stop> {
        let at = self.stops.iter().position(|here| *here == stop)?;
        self.stops.get(at + 1).copied()
    }

    /// The first stop that is not done; none at the end of the course.
    #[must_use]
    pub fn next_open(&self, course: &Course, progress: &Progress) -> Option<Stop> {
        self.stops.iter().copied().find(|stop| !stop.is_done(course, progress))
    }

    /// How far the learner is.
    #[must_use]
    pub fn tally(&self, course: &Course, progress: &Progress) -> Tally {
        let mut tally = Tally {
            lessons: course.lessons.len(),
            exercises: course.exercises.len(),
            ..Tally::default()
        };
        for stop in &self.stops {
            match (stop, stop.is_done(course, progress)) {
                (Stop::Lesson(_), true) => tally.lessons_read += 1,
                (Stop::Exercise(_), true) => tally.exercises_passed += 1,
                (_, false) => tally.minutes_left += stop.minutes(course),
            }
        }
        tally
    }
}

impl Stop {
    /// Whether the lesson is read, the exercise passed.
    #[must_use]
    pub fn is_done(self, course: &Course, progress: &Progress) -> bool {
        match self {
            Self::Lesson(index) => progress.lessons.contains(&course.lessons[index].id),
            Self::Exercise(index) => progress.exercise(&course.exercises[index].id).passed,
        }
    }

    /// How long it takes.
    #[must_use]
    pub fn minutes(self, course: &Course) -> u32 {
        match self {
            Self::Lesson(index) => course.lessons[index].front.minutes,
            Self::Exercise(index) => course.exercises[index].manifest.minutes,
        }
    }

    /// What it is called, with its kind.
    #[must_use]
    pub fn title(self, course: &Course) -> String {
        match self {
            Self::Lesson(index) => format!("Lesson {}: {}", index + 1, course.lessons[index].front.title),
            Self::Exercise(index) => format!("Exercise {}: {}", index + 1, course.exercises[index].manifest.title),
        }
    }

    /// As `lesson:05-lifecycle`, the form of inner links.
    #[must_use]
    pub fn name(self, course: &Course) -> String {
        match self {
            Self::Lesson(index) => format!("lesson:{}", course.lessons[index].id),
            Self::Exercise(index) => format!("exercise:{}", course.exercises[index].id),
        }
    }
}
