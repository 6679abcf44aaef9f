//! Days of the Gregorian calendar, counted from 1970-01-01.

/// The day of a date, if there is such a date.
pub(super) fn day_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let valid = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    valid.then(|| first_of(year, month) + day - 1)
}

/// Year, month and day of a day.
fn date_of(day: i64) -> (i64, i64, i64) {
    // 400 years have 146,097 days; a guess by their mean is at most a year off.
    let mut year = 1970 + day * 400 / 146_097;
    while first_of(year, 1) > day {
        year -= 1;
    }
    while first_of(year + 1, 1) <= day {
        year += 1;
    }
    let mut month = 12;
    while first_of(year, month) > day {
        month -= 1;
    }
    (year, month, day - first_of(year, month) + 1)
}

/// The day that has the numbers of day and month the other way round, if there is one of a year that people write.
pub(in crate::sampling) fn swapped(day: i64) -> Option<i64> {
    /// Of years of four digits.
    const DAYS: std::ops::Range<i64> = -719_162..2_932_897;

    if !DAYS.contains(&day) {
        return None;
    }
    let (year, month, of_month) = date_of(day);
    day_of(year, of_month, month)
}

/// The first day of a month.
fn first_of(year: i64, month: i64) -> i64 {
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    // 1969 years before 1970 had 477 leap days.
    let new_year = (year - 1970) * 365 + leap_days - 477;
    new_year + (1..month).map(|month| days_in(year, month)).sum::<i64>()
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_five_centuries_follows_the_day_before() {
        let mut expected = day_of(1699, 12, 31);
        for day in first_of(1700, 1)..first_of(2200, 1) {
            let (year, month, of_month) = date_of(day);
            assert_eq!(day_of(year, month, of_month), Some(day));
            assert_eq!(expected, Some(day - 1), "{year}-{month}-{of_month}");
            expected = Some(day);
        }
        assert_eq!(day_of(1970, 1, 1), Some(0));
        assert_eq!(day_of(2024, 5, 1), Some(19_844));
        assert_eq!(day_of(2024, 2, 29), Some(19_782));
        assert_eq!(
            [day_of(2023, 2, 29), day_of(2024, 4, 31), day_of(2024, 13, 1), day_of(2024, 1, 0)],
            [None; 4]
        );
    }
}
