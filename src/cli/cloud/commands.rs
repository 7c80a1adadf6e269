//! What can be typed while a Region runs.

use std::io::BufRead as _;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::mpsc;

pub(super) const HELP: &str = "\
wait SPAN   move the Region's time ahead, as in `wait 5m` or `wait 1h 30m`: all that is due by then happens now
quit        end, as Ctrl-C does
help        this";

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Let time pass.
    Wait(Duration),
    /// End.
    Quit,
    /// Say what can be typed.
    Help,
}

/// Reads standard input, a line at a time, until its end.
pub(super) fn listen() -> mpsc::UnboundedReceiver<Result<Order, String>> {
    let (sender, orders) = mpsc::unbounded_channel();
    // A thread of its own, which the program does not wait for: a read of a terminal cannot be called off.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if line.trim().is_empty() {
                continue;
            }
            if sender.send(parse(&line)).is_err() {
                return;
            }
        }
    });
    orders
}

fn parse(line: &str) -> Result<Order, String> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match (word, rest.trim()) {
        ("wait", span) => {
            let parsed = span.parse::<SignedDuration>().ok().map(Duration::try_from);
            match parsed {
                Some(Ok(span)) if !span.is_zero() => Ok(Order::Wait(span)),
                _ => Err(format!(
                    "`{span}` is no span of time to wait: write it as 30s, 5m or 1h 30m"
                )),
            }
        }
        ("quit" | "exit", "") => Ok(Order::Quit),
        ("help" | "?", "") => Ok(Order::Help),
        _ => Err(format!("`{line}` is not known here: `help` lists what can be typed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let minutes = |minutes: u64| Ok(Order::Wait(Duration::from_secs(60 * minutes)));
        assert_eq!(parse("wait 5m"), minutes(5));
        assert_eq!(parse("  wait  1h 30m "), minutes(90));
        assert_eq!(parse("wait 2 minutes"), minutes(2));
        for bad in ["wait", "wait soon", "wait -5m", "wait 0s", "wait 5"] {
            assert!(parse(bad).unwrap_err().contains("no span of time"), "{bad}");
        }
        assert_eq!(parse("help"), Ok(Order::Help));
        assert!(parse("deploy now").unwrap_err().contains("`deploy now` is not known"));
    }
}
