//! Steps: what is being done, why, and how long it took.

use std::time::{Duration, Instant};

/// Announces a step, does it, and says how long it took.
pub fn step<T, E>(title: &str, why: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    println!("\n== {title}\n   {why}");
    let started = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "failed" };
    println!("-- {title}: {outcome} after {}", duration(started.elapsed()));
    result
}

/// A duration for people: `12.3 s`, `4 min 05 s`.
pub fn duration(duration: Duration) -> String {
    if duration < Duration::from_secs(60) {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    let seconds = duration.as_secs();
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_for_people() {
        assert_eq!(duration(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(duration(Duration::from_secs(245)), "4 min 05 s");
    }
}
