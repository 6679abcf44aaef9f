//! Which classes there are where nobody lists them: spellings of one class, and words that may say that there is no label.

use std::collections::BTreeMap;
use std::path::Path;

use painwave::labels::classes;

use super::error::LabelsError;
use super::said::Spelling;

/// The classes that labels are, sorted.
///
/// # Errors
/// Several may be spellings of one, or a word may say that there is no label.
pub fn classes<'a>(
    path: &Path,
    labels: impl Iterator<Item = &'a Spelling>,
) -> Result<Vec<String>, LabelsError> {
    let mut labels: Vec<&Spelling> = labels.filter(|one| !classes::is_missing(&one.label)).collect();
    labels.sort_unstable_by(|one, other| one.label.cmp(&other.label));
    let mut by_class: BTreeMap<String, Vec<Spelling>> = BTreeMap::new();
    for one in &labels {
        by_class.entry(folded(&one.label)).or_default().push((*one).clone());
    }
    let groups: Vec<Vec<Spelling>> = by_class.into_values().filter(|group| group.len() > 1).collect();
    if !groups.is_empty() {
        return Err(LabelsError::Spellings { path: path.to_owned(), groups });
    }
    if let Some(one) = labels.iter().find(|one| classes::is_perhaps_missing(&one.label)) {
        let Spelling { label, subjects, first } = (*one).clone();
        return Err(LabelsError::PerhapsMissing { place: first, label, count: subjects });
    }
    Ok(labels.into_iter().map(|one| one.label.clone()).collect())
}

/// What all spellings of a class have in common: its plain name, or the number that it is.
pub fn folded(label: &str) -> String {
    let is_number = label.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    match label.parse::<f64>() {
        // -0 is 0.
        Ok(number) if is_number && number.is_finite() => (number + 0.0).to_string(),
        _ => classes::plain(label),
    }
}
