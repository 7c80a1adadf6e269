//! One entry of the list under a field of a pattern.

use std::net::IpAddr;

use serde_json::Value;

/// What can stand under a matcher's name.
const NAMES: &[&str] = &[
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
];

/// Whether an entry matches a field; `None` is a field that is absent.
pub(super) fn matches(entry: &Value, found: Option<&Value>) -> bool {
    let Some((name, argument)) = entry.as_object().and_then(|entry| entry.iter().next()) else {
        return any_value(found, |value| equal(entry, value));
    };
    match name.as_str() {
        "exists" => argument.as_bool() == Some(found.is_some_and(|value| !value.is_object())),
        "anything-but" => match found {
            None => false,
            // A list matches if one of its values does.
            Some(Value::Array(values)) => values.iter().any(|value| is_anything_but(argument, value)),
            Some(value) => is_anything_but(argument, value),
        },
        "numeric" => any_value(found, |value| numeric(argument, value)),
        "cidr" => any_text(found, |text| in_network(argument.as_str().unwrap_or_default(), text)),
        _ => any_text(found, |text| text_matches(name, argument, text)),
    }
}

/// Whether an entry is well formed.
pub(super) fn validate(entry: &Value) -> Result<(), String> {
    let Some(object) = entry.as_object() else {
        return if entry.is_array() {
            Err("Match value must be String, number, true, false, or null".to_owned())
        } else {
            Ok(())
        };
    };
    let mut entries = object.iter();
    let (Some((name, argument)), None) = (entries.next(), entries.next()) else {
        return Err("Only one key allowed in match expression".to_owned());
    };
    if !NAMES.contains(&name.as_str()) {
        return Err(format!("Unrecognized match type {name}"));
    }
    let valid = match name.as_str() {
        "exists" => argument.is_boolean(),
        "numeric" => numeric_parts(argument).is_some(),
        "cidr" => argument
            .as_str()
            .is_some_and(|network| parse_network(network).is_some()),
        "equals-ignore-case" | "wildcard" => argument.is_string(),
        "prefix" | "suffix" => argument.is_string() || inner_text(argument, "equals-ignore-case").is_some(),
        _ => match argument {
            Value::Array(values) => {
                !values.is_empty() && values.iter().all(|value| value.is_string() || value.is_number())
            }
            Value::Object(inner) => {
                let known = ["prefix", "suffix", "equals-ignore-case", "wildcard"];
                inner.len() == 1 && inner.keys().all(|name| known.contains(&name.as_str()))
            }
            other => !other.is_null(),
        },
    };
    if valid {
        Ok(())
    } else {
        Err(format!("Value of {name} is not valid"))
    }
}

fn any_value(found: Option<&Value>, test: impl Fn(&Value) -> bool) -> bool {
    match found {
        None => false,
        Some(Value::Array(values)) => values.iter().any(test),
        Some(value) => test(value),
    }
}

fn any_text(found: Option<&Value>, test: impl Fn(&str) -> bool) -> bool {
    any_value(found, |value| value.as_str().is_some_and(&test))
}

/// Numbers are equal by value, everything else as it is.
fn equal(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() < f64::EPSILON * one.abs().max(1.0),
        _ => one == other,
    }
}

fn text_matches(name: &str, argument: &Value, text: &str) -> bool {
    let folded = inner_text(argument, "equals-ignore-case").map(str::to_lowercase);
    let text = if folded.is_some() {
        text.to_lowercase()
    } else {
        text.to_owned()
    };
    let wanted = folded.as_deref().or(argument.as_str()).unwrap_or_default();
    match name {
        "prefix" => text.starts_with(wanted),
        "suffix" => text.ends_with(wanted),
        "equals-ignore-case" => text.to_lowercase() == wanted.to_lowercase(),
        "wildcard" => wildcard(wanted, &text),
        _ => false,
    }
}

fn is_anything_but(argument: &Value, value: &Value) -> bool {
    let one_of = |argument: &Value, test: &dyn Fn(&Value) -> bool| match argument {
        Value::Array(choices) => choices.iter().any(test),
        choice => test(choice),
    };
    match argument.as_object().and_then(|argument| argument.iter().next()) {
        Some((name, inner)) => {
            let text = value.as_str();
            !text.is_some_and(|text| one_of(inner, &|choice| text_matches(name, choice, text)))
        }
        None => !one_of(argument, &|choice| equal(choice, value)),
    }
}

fn inner_text<'a>(argument: &'a Value, name: &str) -> Option<&'a str> {
    argument.as_object()?.get(name)?.as_str()
}

/// Pairs of an operator and a number.
fn numeric_parts(argument: &Value) -> Option<Vec<(&str, f64)>> {
    let parts = argument.as_array().filter(|parts| matches!(parts.len(), 2 | 4))?;
    let pairs = parts.chunks(2).map(|pair| {
        let operator = pair[0]
            .as_str()
            .filter(|operator| ["=", "<", "<=", ">", ">="].contains(operator))?;
        Some((operator, pair[1].as_f64()?))
    });
    pairs.collect()
}

fn numeric(argument: &Value, value: &Value) -> bool {
    let (Some(parts), Some(number)) = (numeric_parts(argument), value.as_f64()) else {
        return false;
    };
    parts.into_iter().all(|(operator, limit)| match operator {
        "<" => number < limit,
        "<=" => number <= limit,
        ">" => number > limit,
        ">=" => number >= limit,
        _ => (number - limit).abs() < f64::EPSILON * limit.abs().max(1.0),
    })
}

/// `*` stands for any characters; `\*` for itself.
fn wildcard(pattern: &str, text: &str) -> bool {
    // The classic walk with one point to come back to: linear but for the last star.
    let mut tokens = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' => tokens.push(None),
            '\\' => tokens.push(letters.next()),
            other => tokens.push(Some(other)),
        }
    }
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut token, mut star) = (0, 0, None);
    while at < text.len() {
        match tokens.get(token) {
            Some(Some(letter)) if *letter == text[at] => {
                at += 1;
                token += 1;
            }
            Some(None) => {
                star = Some((token, at));
                token += 1;
            }
            _ => {
                let Some((back, from)) = star else {
                    return false;
                };
                star = Some((back, from + 1));
                at = from + 1;
                token = back + 1;
            }
        }
    }
    tokens[token..].iter().all(Option::is_none)
}

fn parse_network(network: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = network.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.parse().ok().filter(|bits| *bits <= most)?;
    Some((address, bits))
}

fn in_network(network: &str, address: &str) -> bool {
    let (Some((network, bits)), Ok(address)) = (parse_network(network), address.parse::<IpAddr>()) else {
        return false;
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(network) & mask == u32::from(address) & mask
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(network) & mask == u128::from(address) & mask
        }
        _ => false,
    }
}
