//! The pieces of times.

/// What is left of a text to read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

/// Numbers with colons between them.
#[derive(Clone, Copy)]
pub(super) struct Dial {
    /// Two or three.
    pub(super) parts: usize,
    pub(super) numbers: [f64; 3],
    /// What follows the last number.
    pub(super) fraction: Option<f64>,
}

impl Dial {
    /// In seconds, the first number being hours.
    pub(super) fn of_hours(&self) -> f64 {
        let [hours, minutes, seconds] = self.numbers;
        hours * 3600.0 + minutes * 60.0 + seconds + self.fraction.unwrap_or(0.0)
    }
}

impl<'a> Cursor<'a> {
    /// Reads one of these bytes, if it is next.
    pub(super) fn skip(&mut self, any: &[u8]) -> bool {
        match self.0 {
            [byte, rest @ ..] if any.contains(byte) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Reads all spaces that are next. Whether there was one.
    pub(super) fn spaces(&mut self) -> bool {
        let before = self.0.len();
        while self.skip(b" ") {}
        self.0.len() < before
    }

    /// Reads what is next for as long as it is of a kind.
    fn take(&mut self, kind: impl Fn(&u8) -> bool) -> Option<&'a [u8]> {
        let length = self.0.iter().take_while(|byte| kind(byte)).count();
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        (length > 0).then_some(taken)
    }

    /// Reads a whole number, and how many digits it has.
    pub(super) fn number(&mut self) -> Option<(i64, usize)> {
        let digits = self.take(u8::is_ascii_digit).filter(|digits| digits.len() <= 18)?;
        let number = digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
        Some((number, digits.len()))
    }

    /// Reads a sign and digits, to the nearest of what an `f64` holds.
    pub(super) fn fraction(&mut self, signs: &[u8]) -> Option<f64> {
        let mut ahead = *self;
        let digits = ahead.skip(signs).then(|| ahead.take(u8::is_ascii_digit)).flatten()?;
        *self = ahead;
        // More digits than a nanosecond has are noise, and 15 are exact.
        let digits = &digits[..digits.len().min(15)];
        let number = digits.iter().fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        Some(number as f64 / (0..digits.len()).fold(1.0, |power, _| power * 10.0))
    }

    /// Reads `12` and `12.5`.
    pub(super) fn decimal(&mut self) -> Option<f64> {
        let (number, _) = self.number()?;
        Some(number as f64 + self.fraction(b".,").unwrap_or(0.0))
    }

    /// Reads letters.
    pub(super) fn word(&mut self) -> Option<&'a [u8]> {
        self.take(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
    }

    /// Reads the name of a month, or its first three letters: 1 to 12.
    pub(super) fn month(&mut self) -> Option<i64> {
        const MONTHS: &[u8; 36] = b"janfebmaraprmayjunjulaugsepoctnovdec";
        let mut ahead = *self;
        let word = ahead.word()?;
        let start = word.first_chunk::<3>()?.to_ascii_lowercase();
        let index = MONTHS.chunks_exact(3).position(|month| month == start)?;
        *self = ahead;
        Some(index as i64 + 1)
    }

    /// Reads the name of a month, and that of a day of the week before it.
    pub(super) fn month_after_weekday(&mut self) -> Option<i64> {
        const DAYS: &[u8; 21] = b"montuewedthufrisatsun";
        let mut ahead = *self;
        if let Some(word) = ahead.word()
            && let Some(start) = word.first_chunk::<3>()
            && DAYS.chunks_exact(3).any(|day| day.eq_ignore_ascii_case(start))
        {
            ahead.skip(b".");
            ahead.skip(b",");
            ahead.spaces();
            *self = ahead;
        }
        self.month()
    }

    /// Reads two or three numbers with a sign between them, and a fraction.
    pub(super) fn dial(&mut self, sign: &[u8]) -> Option<Dial> {
        let mut dial = Dial { parts: 0, numbers: [0.0; 3], fraction: None };
        loop {
            let (number, digits) = self.number()?;
            // Only the first, hours or minutes, may be long: a stop watch goes on.
            let valid = dial.parts == 0 || (digits <= 2 && number <= 60);
            valid.then_some(())?;
            dial.numbers[dial.parts] = number as f64;
            dial.parts += 1;
            if dial.parts == 3 || !self.skip(sign) {
                break;
            }
        }
        // Some loggers write a colon before milliseconds.
        dial.fraction = self.fraction(if dial.parts == 3 { b".,:" } else { b".," });
        (dial.parts >= 2).then_some(dial)
    }

    /// Reads AM or PM; whether it is the afternoon, if either is there. None if something else is.
    pub(super) fn half_of_day(&mut self) -> Option<Option<bool>> {
        let mut ahead = *self;
        ahead.spaces();
        let Some(afternoon @ (b'a' | b'A' | b'p' | b'P')) = ahead.0.first().copied() else {
            return Some(None);
        };
        ahead.skip(b"aApP");
        ahead.skip(b".");
        if ahead.skip(b"mM") {
            ahead.skip(b".");
        }
        *self = ahead;
        Some(Some(matches!(afternoon, b'p' | b'P')))
    }

    /// Reads `Z`, `UTC`, `GMT`, `+02:00`, `-0500` or `+01`, in seconds, if one is there. None if something else is.
    pub(super) fn zone(&mut self) -> Option<Option<f64>> {
        self.spaces();
        let named = match self.word() {
            None => false,
            Some(word) if [&b"z"[..], b"utc", b"gmt"].iter().any(|zone| word.eq_ignore_ascii_case(zone)) => {
                true
            }
            Some(_) => return None,
        };
        self.name_of_zone();
        let west = self.0.first() == Some(&b'-');
        if !self.skip(b"+-") {
            return Some(named.then_some(0.0));
        }
        let (number, digits) = self.number()?;
        let (hours, minutes) = match digits {
            1 | 2 if self.skip(b":") => (number, self.number()?.0),
            1 | 2 => (number, 0),
            4 => (number / 100, number % 100),
            _ => return None,
        };
        self.name_of_zone();
        let seconds = (hours * 3600 + minutes * 60) as f64;
        (hours < 24 && minutes < 60).then_some(Some(if west { -seconds } else { seconds }))
    }

    /// Java adds the name: `[Europe/Berlin]`, JavaScript as well: ` (Central European Time)`.
    fn name_of_zone(&mut self) {
        let text = self.0.trim_ascii_start();
        if matches!(text, [b'[', .., b']'] | [b'(', .., b')']) {
            self.0 = &[];
        }
    }
}
