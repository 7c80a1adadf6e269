//! The line of the learner's code that an error points to.

use std::path::Path;

use regex::Regex;
use serde_json::Value;

use super::verdict::{SourceLine, Submission};

/// The last line of the learner's own files in an error's stack trace.
#[must_use]
pub fn of_error(error: &Value, submission: &Submission) -> Option<SourceLine> {
    let frames = error.get("stackTrace")?.as_array()?;
    // `File "/var/task/handler.py", line 3, in f`, and for a syntax error `File "/var/task/handler.py" Line 3`.
    let frame = Regex::new(r#"File "/var/task/([^"]+)",? [Ll]ine (\d+)"#).ok()?;
    frames.iter().rev().filter_map(Value::as_str).find_map(|text| {
        let found = frame.captures(text)?;
        let file = found.get(1)?.as_str().to_owned();
        let line: usize = found.get(2)?.as_str().parse().ok()?;
        let source = submission.text(Path::new(&file))?;
        let text = source.lines().nth(line.checked_sub(1)?)?.to_owned();
        Some(SourceLine { file, line, text })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_learners_own_last_frame_counts() {
        let submission = Submission::new([("handler.py".to_owned(), b"a\nb\nraise\n".to_vec())].into());
        let error = json!({"stackTrace": [
            "  File \"/var/task/handler.py\", line 2, in f\n    b\n",
            "  File \"/var/task/handler.py\", line 3, in g\n    raise\n",
            "  File \"/var/lang/lib/python3.14/json/__init__.py\", line 9, in loads\n",
        ]});
        let line = of_error(&error, &submission).unwrap();
        assert_eq!((line.line, line.text.as_str()), (3, "raise"));
        let syntax = json!({"stackTrace": ["  File \"/var/task/handler.py\" Line 1\n    a\n"]});
        assert_eq!(of_error(&syntax, &submission).unwrap().line, 1);
    }
}
