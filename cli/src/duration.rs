//! Durations as people write them: `90s`, `30m`, `12h`, `7d`, `2w`.

/// Seconds of a duration. For clap, which says the message.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no duration such as 30m, 12h, 7d or 2w");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        'w' => 7 * 24 * 3600,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).filter(|seconds| *seconds > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_a_unit() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(parse(text), Ok(seconds));
        }
        assert_eq!(parse("2w"), Ok(1_209_600));
        for text in ["", "7", "d", "-1d", "0h", "1.5h", "7 d", "1y", "99999999999999999999d", "7é"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
