//! A point in time as both databases keep it: a BIGINT of microseconds.
//!
//! Never reads a clock: what time it is belongs to the caller.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{FromValue, Value, ValueRef};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Microseconds since 1970-01-01T00:00:00Z.
///
/// Written as RFC 3339 in UTC with six digits and a `Z`, so that the text sorts as the time does. Years outside
/// −9999 … 9999 cannot be written and show as the nearest that can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// From whole seconds since the epoch; saturates.
    pub const fn from_second(second: i64) -> Self {
        Self(second.saturating_mul(MICROS_PER_SECOND))
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_second(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// This much later; saturates. Parts of a microsecond are dropped.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(micros(by)))
    }

    /// This much earlier; saturates. Parts of a microsecond are dropped.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(micros(by)))
    }

    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0).unsigned_abs())
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nearest = if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        let time = jiff::Timestamp::from_microsecond(self.0).unwrap_or(nearest);
        write!(f, "{time:.6}")
    }
}

/// The text is not an RFC 3339 time.
#[derive(Debug, Clone, thiserror::Error)]
#[error("not an RFC 3339 time: {0}")]
pub struct ParseTimestampError(String);

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Takes any RFC 3339 time with an offset; digits past the microsecond are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time: jiff::Timestamp =
            text.parse().map_err(|error: jiff::Error| ParseTimestampError(error.to_string()))?;
        Ok(Self(time.as_microsecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.0)
    }
}

impl From<&Timestamp> for Value {
    fn from(time: &Timestamp) -> Self {
        Self::Int(time.0)
    }
}

impl FromValue for Timestamp {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        value.int().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_six_digits_and_comes_back() {
        let cases = [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (1_700_000_000_123_000, "2023-11-14T22:13:20.123000Z"),
        ];
        for (micros, text) in cases {
            let time = Timestamp::from_micros(micros);
            assert_eq!(time.to_string(), text);
            assert_eq!(text.parse::<Timestamp>().unwrap(), time);
            let json = serde_json::to_string(&time).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), time);
        }
    }

    #[test]
    fn other_offsets_and_precisions_are_read() {
        let time: Timestamp = "2023-11-14T23:13:20+01:00".parse().unwrap();
        assert_eq!(time, Timestamp::from_second(1_700_000_000));
        let finer: Timestamp = "2023-11-14T22:13:20.1234567Z".parse().unwrap();
        assert_eq!(finer.as_micros(), 1_700_000_000_123_456);
        assert!("2023-11-14".parse::<Timestamp>().is_err());
        assert!("".parse::<Timestamp>().is_err());
    }

    #[test]
    fn arithmetic_saturates_and_rounds_down() {
        let time = Timestamp::from_second(10);
        assert_eq!(time.plus(Duration::from_millis(1)).as_micros(), 10_001_000);
        assert_eq!(time.minus(Duration::from_secs(11)).as_second(), -1);
        assert_eq!(Timestamp::from_micros(-1).as_second(), -1);
        assert_eq!(Timestamp::from_micros(i64::MAX).plus(Duration::MAX), Timestamp::from_micros(i64::MAX));
        assert_eq!(time.since(Timestamp::from_second(9)), Duration::from_secs(1));
        assert_eq!(Timestamp::from_second(9).since(time), Duration::ZERO);
        assert!(Timestamp::from_micros(i64::MAX).to_string().starts_with("9999-"));
    }
}
