//! Sizes as people read and write them. Units are the binary ones (IEC 80000-13), as in the pages.

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/// A size in words: `9 B`, `1.5 MiB`.
pub fn words(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    // In tenths, rounded down.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Bytes of a size such as `500`, `10MiB` or `2G`. For clap, which says the message.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size such as 500KiB, 10MiB or 2GiB");
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().map_err(|_| wrong())?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_binary_units() {
        let said = [0, 1023, 1024, 1536, 1_048_575, 1_048_576, 5_368_709_120].map(words);
        assert_eq!(
            said,
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1023.9 KiB", "1.0 MiB", "5.0 GiB"]
        );
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [("500", 500), ("10MiB", 10 << 20), ("2G", 2 << 30), ("3 kib", 3072)] {
            assert_eq!(parse(text), Ok(bytes));
        }
        for text in ["", "MiB", "1.5GiB", "-1", "0", "10MB", "99999999999TiB"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
