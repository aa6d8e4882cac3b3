//! Reads what `strace -f -xx -o FILE` wrote: one system call a line, or two when another thread
//! came between.

use std::collections::BTreeMap;

/// One system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Its name.
    pub(crate) name: String,
    /// Its arguments as strace printed them.
    pub(crate) args: Vec<String>,
    /// What it returned; nothing when the process died first.
    pub(crate) result: Option<i64>,
    /// The line on which it began. What ended on an earlier line had really ended then.
    pub(crate) started: usize,
    /// The line on which it ended.
    pub(crate) ended: usize,
}

/// All calls of a trace, in the order in which they ended; those that never did come last.
///
/// # Errors
/// Names the line that is not understood.
pub(crate) fn parse(text: &str) -> Result<Vec<Call>, String> {
    let mut calls = Vec::new();
    let mut open: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else {
            return Err(format!("line {at} has no thread: {}", short(line)));
        };
        let rest = rest.trim_start();
        if rest.starts_with("+++") || rest.starts_with("---") {
            continue;
        }
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            open.insert(thread, (at, begun.to_owned()));
            continue;
        }
        let (started, whole) = match rest.strip_prefix("<... ") {
            Some(rest) => {
                let end = rest.split_once(" resumed>").map(|(_, end)| end);
                let (Some(end), Some((started, begun))) = (end, open.remove(thread)) else {
                    return Err(format!("line {at} resumes nothing: {}", short(line)));
                };
                (started, begun + end)
            }
            None => (at, rest.to_owned()),
        };
        let call = call(&whole, started, at);
        calls.push(call.ok_or_else(|| format!("line {at} is no call: {}", short(line)))?);
    }
    let unfinished = open.into_values().filter_map(|(at, begun)| call(&begun, at, usize::MAX));
    calls.extend(unfinished);
    calls.sort_by_key(|call| call.ended);
    Ok(calls)
}

fn short(line: &str) -> String {
    line.chars().take(160).collect()
}

fn call(whole: &str, started: usize, ended: usize) -> Option<Call> {
    let (name, rest) = whole.split_once('(')?;
    let (args, rest) = arguments(rest);
    let result = match rest.trim_start().strip_prefix("= ") {
        Some(result) if result.starts_with('?') => None,
        Some(result) => Some(number(result.split_whitespace().next()?)?),
        None if ended == usize::MAX => None,
        None => return None,
    };
    let ended = if result.is_some() { ended } else { usize::MAX };
    Some(Call { name: name.to_owned(), args, result, started, ended })
}

/// Splits at the commas that stand in no bracket and no quotes, up to the closing bracket. Strings
/// are pure hex (`-xx`), so a quote always ends one.
fn arguments(text: &str) -> (Vec<String>, &str) {
    let (mut args, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' if depth == 0 => {
                args.push(text[start..at].trim().to_owned());
                return (args, &text[at + 1..]);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                args.push(text[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    args.push(text[start..].trim().to_owned());
    (args, "")
}

/// A number as strace prints it: decimal, `0x` hex or `0` octal.
pub(crate) fn number(text: &str) -> Option<i64> {
    if let Some(hex) = text.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok();
    }
    match text.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => i64::from_str_radix(octal, 8).ok(),
        _ => text.parse().ok(),
    }
}

/// The bytes of all strings in an argument, one after the other: a buffer, or the parts of a list
/// of buffers.
///
/// # Errors
/// When strace cut a string short.
pub(crate) fn bytes(argument: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(argument.len() / 4);
    for (at, part) in argument.split('"').enumerate() {
        let outside = at % 2 == 0;
        if outside && at > 0 && part.starts_with("...") {
            return Err(format!("a string was cut short: {}", short(argument)));
        }
        if !outside {
            for byte in part.split("\\x").skip(1) {
                bytes.push(u8::from_str_radix(byte, 16).map_err(|_| short(argument))?);
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
#[path = "calls_tests.rs"]
mod tests;
