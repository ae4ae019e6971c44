//! A calendar day in UTC. "Today" is always a parameter: nothing in the library reads the clock.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

const SECONDS_PER_DAY: u64 = 86_400;

/// A day, from 1970-01-01 to 9999-12-31. Sorts by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, if it exists.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        ((1970..=9999).contains(&year) && (1..=days_in_month(year, month)).contains(&day)).then_some(Self { year, month, day })
    }

    /// The day of an ISO 8601 date or date and time in UTC (`2026-03-01`, `2026-03-01T12:00:00.000Z`).
    #[must_use]
    pub fn parse_start(text: &str) -> Option<Self> {
        match text.get(10..) {
            Some("") => text.parse().ok(),
            Some(rest) if rest.starts_with(['T', ' ']) => text.get(..10)?.parse().ok(),
            _ => None,
        }
    }

    /// The UTC day of a point in time, such as a file's time stamp. None before 1970 and after 9999.
    #[must_use]
    pub fn from_time(time: SystemTime) -> Option<Self> {
        Self::from_day_number(time.duration_since(UNIX_EPOCH).ok()?.as_secs() / SECONDS_PER_DAY)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn day_number(self) -> u64 {
        let years = (1970..self.year).map(|year| u64::from(days_in_year(year))).sum::<u64>();
        let months = (1..self.month).map(|month| u64::from(days_in_month(self.year, month))).sum::<u64>();
        years + months + u64::from(self.day) - 1
    }

    /// Whole days from `earlier` to this day; 0 if `earlier` lies later (a clock that runs ahead).
    #[must_use]
    pub fn days_since(self, earlier: Self) -> u64 {
        self.day_number().saturating_sub(earlier.day_number())
    }

    fn from_day_number(mut number: u64) -> Option<Self> {
        let mut year = 1970_u16;
        while number >= u64::from(days_in_year(year)) {
            number -= u64::from(days_in_year(year));
            year = year.checked_add(1).filter(|year| *year <= 9999)?;
        }
        let mut month = 1_u8;
        while number >= u64::from(days_in_month(year, month)) {
            number -= u64::from(days_in_month(year, month));
            month += 1;
        }
        Self::new(year, month, u8::try_from(number).ok()? + 1)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in_year(year: u16) -> u16 {
    if is_leap(year) { 366 } else { 365 }
}

/// 0 for a month that does not exist.
fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let bytes = text.as_bytes();
            let shape = bytes.len() == 10
                && bytes.iter().enumerate().all(|(index, byte)| match index {
                    4 | 7 => *byte == b'-',
                    _ => byte.is_ascii_digit(),
                });
            if !shape {
                return None;
            }
            Self::new(text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?)
        };
        parse().ok_or("a day is written YYYY-MM-DD")
    }
}

impl TryFrom<String> for Date {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn every_day_survives_the_round_trip() {
        for number in 0..60_000 {
            let day = Date::from_day_number(number).unwrap();
            assert_eq!(day.day_number(), number);
            assert_eq!(date(&day.to_string()), day);
        }
        assert_eq!(date("2026-11-21").day_number(), 20_778);
    }

    #[test]
    fn impossible_days_are_refused() {
        for bad in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "2026-1-1",
            "26-01-01",
            "2026-01-32",
            "1969-12-31",
            "+026-01-01",
            "2026-01-01 ",
            "２026-01-01",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
        assert!("2024-02-29".parse::<Date>().is_ok());
        assert!("2100-02-29".parse::<Date>().is_err());
    }

    #[test]
    fn the_day_of_a_time_stamp() {
        assert_eq!(Date::parse_start("2026-03-01T23:59:59.000Z"), Some(date("2026-03-01")));
        assert_eq!(Date::parse_start("2026-03-01"), Some(date("2026-03-01")));
        assert_eq!(Date::parse_start("2026-03-01x"), None);
        assert_eq!(Date::parse_start("yesterday"), None);
        assert_eq!(Date::parse_start("ééééééééé"), None);
        let noon = UNIX_EPOCH + Duration::from_secs(20_778 * SECONDS_PER_DAY + 43_200);
        assert_eq!(Date::from_time(noon), Some(date("2026-11-21")));
    }

    #[test]
    fn ages_are_whole_days_and_never_negative() {
        assert_eq!(date("2026-03-08").days_since(date("2026-03-01")), 7);
        assert_eq!(date("2026-03-01").days_since(date("2026-03-08")), 0);
    }
}
