//! Numbers as the report shows them.

/// Four decimals, as everywhere else that scores are shown.
pub(super) fn decimals(value: f64) -> String {
    format!("{value:.4}")
}

/// A share for people.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A number of things, with the right ending.
pub(super) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
