//! Files that are read once more.

use painwave::reading::Reader;

/// After the end of all files: whether they have to be read once more, which `repeatable` says that they can be. If not,
/// the subjects that were missed are refused.
pub fn is_read_again(reader: &mut Reader, repeatable: bool) -> bool {
    if !reader.has_missed() {
        return false;
    }
    if repeatable {
        reader.read_again();
    } else {
        reader.refuse_missed().expect("subjects may be refused");
    }
    repeatable
}
