//! Filter patterns. Follows the CloudWatch Logs User Guide, "Filter pattern syntax".

use regex::Regex;
use serde_json::Value;

/// A filter pattern: terms, or a condition on the fields of a JSON message.
#[derive(Debug, Clone)]
pub struct Filter {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Terms {
        all: Vec<Term>,
        any: Vec<Term>,
        none: Vec<Term>,
    },
    Json(Condition),
}

#[derive(Debug, Clone)]
enum Term {
    Text(String),
    Regex(Regex),
}

#[derive(Debug, Clone)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare {
        path: Vec<String>,
        operator: String,
        value: String,
    },
}

impl Filter {
    /// Reads a pattern; an empty one takes everything.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let pattern = pattern.trim();
        let kind = if let Some(inner) = pattern.strip_prefix('{') {
            let inner = inner
                .strip_suffix('}')
                .ok_or("Invalid JSON filter pattern: missing }")?;
            Kind::Json(Condition::parse(inner, 0)?)
        } else if pattern.starts_with('[') {
            return Err("This mock has no space-delimited filter patterns.".to_owned());
        } else {
            terms(pattern)?
        };
        Ok(Self { kind })
    }

    /// Whether a message matches.
    #[must_use]
    pub fn matches(&self, message: &str) -> bool {
        match &self.kind {
            Kind::Terms { all, any, none } => {
                all.iter().all(|term| term.is_in(message))
                    && (any.is_empty() || any.iter().any(|term| term.is_in(message)))
                    && !none.iter().any(|term| term.is_in(message))
            }
            Kind::Json(condition) => {
                serde_json::from_str::<Value>(message.trim()).is_ok_and(|message| condition.holds(&message))
            }
        }
    }
}

impl Term {
    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Regex(regex) => regex.is_match(message),
        }
    }
}

fn terms(pattern: &str) -> Result<Kind, String> {
    let (mut all, mut any, mut none) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        let list = match first {
            '?' => &mut any,
            '-' => &mut none,
            _ => &mut all,
        };
        if matches!(first, '?' | '-') {
            rest = &rest[1..];
        }
        let (term, after) = match rest.chars().next() {
            Some('"') => quoted(&rest[1..])?,
            Some('%') => {
                let (regex, after) = rest[1..].split_once('%').ok_or("Invalid filter pattern: unclosed %")?;
                let regex = Regex::new(regex).map_err(|_| "Invalid regular expression in filter pattern")?;
                list.push(Term::Regex(regex));
                rest = after.trim_start();
                continue;
            }
            _ => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        if !term.is_empty() {
            list.push(Term::Text(term));
        }
        rest = after.trim_start();
    }
    Ok(Kind::Terms { all, any, none })
}

/// The text up to the closing quotation mark, and what comes after it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut out = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((out, &text[at + 1..])),
            '\\' => out.extend(letters.next().map(|(_, letter)| letter)),
            other => out.push(other),
        }
    }
    Err("Invalid filter pattern: unclosed quotation mark".to_owned())
}

impl Condition {
    fn parse(text: &str, depth: usize) -> Result<Self, String> {
        if depth > 16 {
            return Err("Invalid JSON filter pattern: nested too deeply".to_owned());
        }
        for (operator, make) in [("||", Self::Any as fn(Vec<Self>) -> Self), ("&&", Self::All)] {
            let parts = split(text, operator);
            if parts.len() > 1 {
                let parts = parts.into_iter().map(|part| Self::parse(part, depth + 1));
                return parts.collect::<Result<_, _>>().map(make);
            }
        }
        let text = text.trim();
        if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            return Self::parse(inner, depth + 1);
        }
        let invalid = || format!("Invalid JSON filter pattern: {text}");
        let path_end = text
            .find(|c: char| c.is_whitespace() || "=!<>".contains(c))
            .ok_or_else(invalid)?;
        let (path, rest) = text.split_at(path_end);
        let rest = rest.trim();
        let operators = ["!=", "<=", ">=", "=", "<", ">", "IS", "NOT"];
        let operator = operators
            .iter()
            .find(|operator| rest.starts_with(**operator))
            .ok_or_else(invalid)?;
        let value = rest[operator.len()..].trim();
        let value = match value.strip_prefix('"') {
            Some(value) => quoted(value)?.0,
            None => value.to_owned(),
        };
        let path = path
            .strip_prefix('$')
            .ok_or_else(invalid)?
            .replace('[', ".")
            .replace([']', '\'', '"'], "");
        let path = path
            .split('.')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(Self::Compare {
            path,
            operator: (*operator).to_owned(),
            value,
        })
    }

    fn holds(&self, message: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(message)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(message)),
            Self::Compare { path, operator, value } => {
                let found = path
                    .iter()
                    .try_fold(message, |at, part| match (at, part.parse::<usize>()) {
                        (Value::Array(values), Ok(place)) => values.get(place),
                        _ => at.get(part),
                    });
                compare(found, operator, value)
            }
        }
    }
}

fn compare(found: Option<&Value>, operator: &str, wanted: &str) -> bool {
    let Some(found) = found else {
        return operator == "NOT" && wanted == "EXISTS";
    };
    let number = || found.as_f64().zip(wanted.parse::<f64>().ok());
    match operator {
        "IS" => match wanted {
            "NULL" => found.is_null(),
            "TRUE" => *found == Value::Bool(true),
            "FALSE" => *found == Value::Bool(false),
            _ => false,
        },
        "NOT" => false,
        "<" => number().is_some_and(|(found, wanted)| found < wanted),
        ">" => number().is_some_and(|(found, wanted)| found > wanted),
        "<=" => number().is_some_and(|(found, wanted)| found <= wanted),
        ">=" => number().is_some_and(|(found, wanted)| found >= wanted),
        _ => is_equal(found, wanted) == (operator == "="),
    }
}

fn is_equal(found: &Value, wanted: &str) -> bool {
    if let Some((found, wanted)) = found.as_f64().zip(wanted.parse::<f64>().ok()) {
        return (found - wanted).abs() < f64::EPSILON * wanted.abs().max(1.0);
    }
    let text = match found {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(regex) = wanted.strip_prefix('%').and_then(|wanted| wanted.strip_suffix('%')) {
        return Regex::new(regex).is_ok_and(|regex| regex.is_match(&text));
    }
    match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (Some(inner), Some(_)) => text.contains(inner.trim_end_matches('*')),
        (None, None) => text == wanted,
    }
}

/// Splits at an operator outside of quotation marks and parentheses.
fn split<'a>(text: &'a str, operator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth, mut in_quotes) = (Vec::new(), 0, 0_i32, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => in_quotes = !in_quotes,
            '(' if !in_quotes => depth += 1,
            ')' if !in_quotes => depth -= 1,
            _ if !in_quotes && depth == 0 && at >= start && text[at..].starts_with(operator) => {
                parts.push(&text[start..at]);
                start = at + operator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
