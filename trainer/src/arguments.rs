//! The command line, before it is taken apart.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use painwave::bundle;

/// Options that take many values, as a shell makes of a pattern.
const MANY: [&str; 2] = ["--data", "--test"];

/// Puts the recipes and bundles that stand behind the values of an option that takes many before it: `--data x.csv
/// model.bpk` is `model.bpk --data x.csv`.
pub fn in_order(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut ordered: Vec<OsString> = Vec::new();
    let mut moved = Vec::new();
    let mut first = None;
    let mut takes_many = false;
    for argument in arguments {
        if argument.to_string_lossy().starts_with('-') {
            takes_many = MANY.iter().any(|option| argument == *option);
            if takes_many {
                first.get_or_insert(ordered.len());
            }
        } else if takes_many && is_no_table(Path::new(&argument)) {
            moved.push(argument);
            continue;
        }
        ordered.push(argument);
    }
    let first = first.unwrap_or(ordered.len());
    ordered.splice(first..first, moved);
    ordered
}

/// Whether it is a recipe or a bundle: by its name, or by its first bytes.
fn is_no_table(path: &Path) -> bool {
    let is = |ending| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    is("toml") || is("bpk") || path.is_file() && has_bundle(path)
}

fn has_bundle(path: &Path) -> bool {
    let mut head = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && bundle::is_bundle(&head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table_comes_before_the_tables() {
        for (given, expected) in [
            ("predict --data x.csv m.bpk", "predict m.bpk --data x.csv"),
            ("predict m.bpk --data a.csv b.csv", "predict m.bpk --data a.csv b.csv"),
            ("predict --data a.csv m.bpk --out l.csv", "predict m.bpk --data a.csv --out l.csv"),
            ("fit --data a.csv b.csv r.toml --labels l.csv", "fit r.toml --data a.csv b.csv --labels l.csv"),
            (
                "repeat a.toml --data x.csv b.toml --test t.csv c.TOML",
                "repeat a.toml b.toml c.TOML --data x.csv --test t.csv",
            ),
            ("predict --out p.csv m.bpk --data x.csv", "predict --out p.csv m.bpk --data x.csv"),
            ("inspect m.bpk", "inspect m.bpk"),
        ] {
            let given = given.split(' ').map(OsString::from);
            let ordered: Vec<String> =
                in_order(given).into_iter().map(|one| one.into_string().unwrap()).collect();
            assert_eq!(ordered.join(" "), expected);
        }
    }

    #[test]
    fn a_bundle_of_any_name_is_known_by_its_bytes() {
        let folder = tempfile::TempDir::new().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        assert!(is_no_table(&write("model", b"NRUB....")));
        assert!(!is_no_table(&write("data", b"id,time\n")) && !is_no_table(&write("empty", b"")));
    }
}
