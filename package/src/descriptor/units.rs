//! Units of size: DSP0004's programmatic units, and the words that old exporters write.

/// Bytes of one of these units: `byte`, `byte * 2^20`, `byte * 10^6`, `MegaBytes`; none if it is none.
#[must_use]
pub fn bytes_of(unit: &str) -> Option<u64> {
    let squeezed: String = unit.chars().filter(|c| !c.is_whitespace()).take(40).collect();
    match squeezed.to_ascii_lowercase().as_str() {
        "byte" | "bytes" | "b" | "" => return Some(1),
        "kilobytes" | "kilobyte" | "kb" | "kib" => return Some(1 << 10),
        "megabytes" | "megabyte" | "mb" | "mib" => return Some(1 << 20),
        "gigabytes" | "gigabyte" | "gb" | "gib" => return Some(1 << 30),
        "terabytes" | "terabyte" | "tb" | "tib" => return Some(1 << 40),
        _ => {}
    }
    let power = squeezed.strip_prefix("byte*")?;
    let Some((base, exponent)) = power.split_once('^') else {
        return power.parse().ok().filter(|it| *it > 0);
    };
    let base: u64 = base.parse().ok()?;
    base.checked_pow(exponent.parse().ok()?).filter(|it| *it > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_the_standard_and_of_old_exporters_are_known() {
        let known = [
            ("byte", 1),
            ("byte * 2^20", 1 << 20),
            ("byte*2^30", 1 << 30),
            ("byte * 10^6", 1_000_000),
            ("byte * 1024", 1024),
            ("MegaBytes", 1 << 20),
            ("MB", 1 << 20),
        ];
        for (unit, bytes) in known {
            assert_eq!(bytes_of(unit), Some(bytes), "{unit}");
        }
        for unit in
            ["byte * 2^64", "byte * 0^3", "byte * x^2", "hertz * 10^6", "parsec", "byte * 0"]
        {
            assert_eq!(bytes_of(unit), None, "{unit}");
        }
    }
}
