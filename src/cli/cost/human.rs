//! Numbers as people write them: `1M`, `200ms`, `300KB`, `1%`.

use std::time::Duration;

/// A count: `250`, `250k`, `1.5M`, `2B`, `1_000_000` or `1,000,000`.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let help = || format!("{text:?} is no count: write it as 1000000, 1M or 250k");
    let (number, unit) = split(text);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" => 1,
        "k" => 1_000,
        "m" => 1_000_000,
        "b" => 1_000_000_000,
        _ => return Err(help()),
    };
    let parts = scaled(&number, scale).ok_or_else(help)?;
    u64::try_from(parts).map_err(|_| format!("{text:?} is too many"))
}

/// A span of time: `200ms`, `1.5s`, `2m`, `1h`. A bare number is milliseconds, as in a REPORT line.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let help = || format!("{text:?} is no span of time: write it as 200ms, 1.5s or 2m");
    let (number, unit) = split(text);
    let nanos = match unit.to_ascii_lowercase().as_str() {
        "us" | "µs" => 1_000,
        "" | "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        "d" => 86_400_000_000_000,
        _ => return Err(help()),
    };
    let nanos = scaled(&number, nanos).ok_or_else(help)?;
    u64::try_from(nanos)
        .map(Duration::from_nanos)
        .map_err(|_| format!("{text:?} is too long"))
}

/// How long a handler takes: Lambda ends it after 15 minutes.
pub(super) fn handler_span(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(900);
    let span = span(text)?;
    if span > LONGEST {
        return Err(format!("{text:?} is longer than Lambda's 15 minutes (900s)"));
    }
    Ok(span)
}

/// Hours of a month: a number, or a span as `8h` or `30d`.
pub(super) fn hours(text: &str) -> Result<Duration, String> {
    const MONTH: Duration = Duration::from_secs(31 * 86_400);
    let (number, unit) = split(text);
    let span = if unit.is_empty() {
        span(&format!("{number}h"))?
    } else {
        span(text)?
    };
    if span > MONTH {
        return Err(format!("{text:?} is longer than a month: at most 744 hours, or 31d"));
    }
    Ok(span)
}

/// A size in bytes: `300KB`, `1MB`; a bare number is bytes. 1 KB is 1,024 bytes.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let help = || format!("{text:?} is no size: write it as 300KB, 6MB or a number of bytes");
    let (number, unit) = split(text);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(help()),
    };
    let bytes = scaled(&number, scale).ok_or_else(help)?;
    u64::try_from(bytes).map_err(|_| format!("{text:?} is too large"))
}

/// The event of an asynchronous invocation: at most 1 MB.
pub(super) fn payload(text: &str) -> Result<usize, String> {
    const LARGEST: u64 = 1_048_576;
    let bytes = bytes(text)?;
    if bytes > LARGEST {
        return Err(format!("{text:?} is larger than an asynchronous event may be (1MB)"));
    }
    usize::try_from(bytes).map_err(|_| format!("{text:?} is too large"))
}

/// What a function streams: at most 200 MB.
pub(super) fn stream(text: &str) -> Result<u64, String> {
    const LARGEST: u64 = 200 << 20;
    let bytes = bytes(text)?;
    if bytes > LARGEST {
        return Err(format!("{text:?} is larger than a response stream may be (200MB)"));
    }
    Ok(bytes)
}

/// Memory in MB, 128 to 10,240: `512`, `512MB`, `1GB`.
pub(super) fn memory(text: &str) -> Result<u32, String> {
    megabytes(text, 128, "MemorySize")
}

/// Ephemeral storage in MB, 512 to 10,240.
pub(super) fn storage(text: &str) -> Result<u32, String> {
    megabytes(text, 512, "EphemeralStorage")
}

fn megabytes(text: &str, least: u32, what: &str) -> Result<u32, String> {
    const MOST: u32 = 10_240;
    let help = || format!("{text:?} is no size in MB: write it as 512, 512MB or 1GB");
    let (number, unit) = split(text);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "m" | "mb" => 1,
        "g" | "gb" => 1_024,
        _ => return Err(help()),
    };
    let mb = scaled(&number, scale).ok_or_else(help)?;
    let mb = u32::try_from(mb).unwrap_or(u32::MAX);
    if (least..=MOST).contains(&mb) {
        Ok(mb)
    } else {
        Err(format!("{what} is from {least} to {MOST} MB, not {text}"))
    }
}

/// A share, in parts of a million: `1%`, `0.5%` or `0.01`.
pub(super) fn share(text: &str) -> Result<u32, String> {
    const WHOLE: u128 = 1_000_000;
    let help = || format!("{text:?} is no share: write it as 1% or 0.01");
    let (number, unit) = split(text);
    let scale = match unit.as_str() {
        "%" => WHOLE / 100,
        "" => WHOLE,
        _ => return Err(help()),
    };
    let parts = scaled(&number, scale).ok_or_else(help)?;
    if parts > WHOLE {
        return Err(format!("{text:?} is more than all (100%)"));
    }
    u32::try_from(parts).map_err(|_| help())
}

/// The number and what follows it.
fn split(text: &str) -> (String, String) {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_')))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number.to_owned(), unit.trim().to_owned())
}

/// A decimal number times a scale, exact, rounded down; `None` where it is no number or far too large.
fn scaled(number: &str, scale: u128) -> Option<u128> {
    const MOST_DIGITS: usize = 18;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // A comma stands between thousands only, so that nobody's 1,5 becomes 15.
    if whole.split(',').skip(1).any(|group| group.len() != 3) {
        return None;
    }
    let whole = &whole.replace([',', '_'], "");
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit()) && part.len() <= MOST_DIGITS;
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let parse = |part: &str| {
        if part.is_empty() {
            Some(0)
        } else {
            part.parse::<u128>().ok()
        }
    };
    let power = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let whole = parse(whole)?.checked_mul(scale)?;
    whole.checked_add(parse(fraction)?.checked_mul(scale)? / power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_as_people_write_them() {
        for (text, value) in [
            ("1M", 1_000_000),
            ("1m", 1_000_000),
            ("250k", 250_000),
            ("2.5M", 2_500_000),
            ("1_000_000", 1_000_000),
            ("1,000,000", 1_000_000),
            ("3B", 3_000_000_000),
            ("0", 0),
            (" 7 ", 7),
        ] {
            assert_eq!(count(text), Ok(value), "{text}");
        }
        for text in [
            "",
            "M",
            "-1",
            "1x",
            "1.2.3",
            "1e6",
            "ten",
            "1,5",
            "99999999999999999999",
        ] {
            assert!(count(text).is_err(), "{text}");
        }
        assert_eq!(count("999999999999B").unwrap_err(), "\"999999999999B\" is too many");
    }

    #[test]
    fn spans_have_units() {
        assert_eq!(span("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(span("200"), Ok(Duration::from_millis(200)));
        assert_eq!(span("3.01ms"), Ok(Duration::from_micros(3_010)));
        assert_eq!(span("1.5 s"), Ok(Duration::from_millis(1_500)));
        assert_eq!(span("2m"), Ok(Duration::from_secs(120)));
        assert!(span("2 weeks").is_err());
        assert!(handler_span("901s").unwrap_err().contains("15 minutes"));
        assert_eq!(hours("8"), Ok(Duration::from_secs(8 * 3_600)));
        assert_eq!(hours("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert!(hours("800").is_err());
    }

    #[test]
    fn sizes_keep_lambdas_limits() {
        assert_eq!(bytes("300KB"), Ok(307_200));
        assert_eq!(payload("1MB"), Ok(1_048_576));
        assert!(payload("2MB").is_err());
        assert!(stream("201MB").is_err());
        assert_eq!(memory("512"), Ok(512));
        assert_eq!(memory("1GB"), Ok(1_024));
        assert_eq!(memory("10240"), Ok(10_240));
        assert_eq!(memory("64").unwrap_err(), "MemorySize is from 128 to 10240 MB, not 64");
        assert!(memory("99999999999999").is_err());
        assert!(storage("128").is_err());
    }

    #[test]
    fn shares_are_parts_of_a_million() {
        assert_eq!(share("1%"), Ok(10_000));
        assert_eq!(share("0.5%"), Ok(5_000));
        assert_eq!(share("0.01"), Ok(10_000));
        assert_eq!(share("100%"), Ok(1_000_000));
        assert!(share("101%").is_err());
        assert!(share("2").is_err());
        assert!(share("a lot").is_err());
    }
}
