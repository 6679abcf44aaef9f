//! What a visitor of the page downloads before the first file can be dropped, and how much that may be.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::error::{Error, file_error};

/// Max bytes of the files, compressed by brotli as the page's server sends them.
pub const LIMIT: u64 = 800_000;

/// A file of the first load.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    what: &'static str,
    file: String,
    bytes: u64,
}

/// Checks the page that was built into the folder `dist`, and says what its parts weigh.
///
/// # Errors
/// It is heavier than [`LIMIT`], or a part is not found.
pub fn check(dist: &Path) -> Result<(), Error> {
    let parts = parts(dist)?;
    let bytes = total(&parts);
    let list = list(&parts);
    if bytes > LIMIT {
        return Err(Error::FirstLoad { bytes, limit: LIMIT, list });
    }
    println!("A first load of the page takes {bytes} bytes, of {LIMIT} that it may:\n{list}");
    Ok(())
}

/// The files that a browser loads until the model is ready, with the heavier one of the two modules.
fn parts(dist: &Path) -> Result<Vec<Part>, Error> {
    let page = "index.html";
    let html = read(dist, page)?;
    let mut parts = vec![part(dist, "page", page.to_owned())?];
    let mut script = None;
    for file in between(&html, "=\"./", "\"") {
        let what = match file.rsplit('.').next() {
            Some("js") => "its script",
            Some("css") => "its styles",
            _ => "its icon",
        };
        parts.push(part(dist, what, file.to_owned())?);
        script = script.or(file.ends_with(".js").then_some(file));
    }
    let missing = |path: &str, expected: &str| Error::Content {
        path: dist.join(path).display().to_string(),
        expected: expected.to_owned(),
    };
    let script = script.ok_or_else(|| missing(page, "a script"))?;
    let main = read(dist, script)?;
    let mut heaviest: Vec<Part> = Vec::new();
    for module in ["lean", "relaxed"] {
        let worker = name(&main, &format!("{module}.browser-"), ".js")
            .ok_or_else(|| missing(script, "the scripts of its workers"))?;
        let worker = format!("assets/{worker}");
        let code = read(dist, &worker)?;
        // The worker's script also names the module that reads spreadsheets, which is fetched when one is dropped.
        let wasm = between(&main, "painwave_bg-", ".wasm")
            .find(|hash| code.contains(&format!("painwave_bg-{hash}.wasm")))
            .ok_or_else(|| missing(&worker, "a module that the page knows"))?;
        let pair = vec![
            part(dist, "worker with bindings", worker)?,
            part(dist, "module with weights", format!("assets/painwave_bg-{wasm}.wasm"))?,
        ];
        if total(&pair) > total(&heaviest) {
            heaviest = pair;
        }
    }
    parts.append(&mut heaviest);
    Ok(parts)
}

fn read(dist: &Path, file: &str) -> Result<String, Error> {
    let path = dist.join(file);
    fs::read_to_string(&path).map_err(file_error(&path))
}

/// A file as it is sent: the brotli version beside it, unless that would be no smaller.
fn part(dist: &Path, what: &'static str, file: String) -> Result<Part, Error> {
    let path = dist.join(&file);
    let packed = fs::metadata(dist.join(format!("{file}.br")));
    let bytes = packed.or_else(|_| fs::metadata(&path)).map_err(file_error(&path))?.len();
    Ok(Part { what, file, bytes })
}

/// What stands between two texts, for each time that they do.
fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(move |rest| Some(rest.split_once(after)?.0))
}

/// The first name in a text that begins and ends so.
fn name(text: &str, begin: &str, end: &str) -> Option<String> {
    between(text, begin, end).next().map(|middle| format!("{begin}{middle}{end}"))
}

fn total(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.bytes).sum()
}

fn list(parts: &[Part]) -> String {
    parts.iter().fold(String::new(), |mut list, Part { what, file, bytes }| {
        // Writing to a string does not fail.
        let _ = writeln!(list, "   {bytes:>8}  {what}: {file}");
        list
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A built page whose relaxed module has so many bytes.
    fn page(name: &str, module: usize) -> std::path::PathBuf {
        let dist = std::env::temp_dir().join(format!("painwave-{name}-{}", std::process::id()));
        fs::create_dir_all(dist.join("assets")).unwrap();
        let write = |file: &str, content: &str| fs::write(dist.join(file), content).unwrap();
        write("index.html", "<script src=\"./assets/index-1.js\"></script><a href=\"#main\">");
        write(
            "assets/index-1.js",
            "`lean.browser-2.js`,`relaxed.browser-3.js`,`painwave_bg-4.wasm`,`painwave_bg-5.wasm`,`views-6.js`",
        );
        write("assets/lean.browser-2.js", "`painwave_bg-7.wasm`,`painwave_bg-4.wasm`");
        write("assets/relaxed.browser-3.js", "`painwave_bg-7.wasm`,`painwave_bg-5.wasm`");
        write("assets/painwave_bg-4.wasm", "lean");
        write("assets/painwave_bg-5.wasm", &"x".repeat(2 * module));
        write("assets/painwave_bg-5.wasm.br", &"x".repeat(module));
        dist
    }

    #[test]
    fn the_heavier_module_counts_as_it_is_sent_and_nothing_that_is_fetched_later() {
        let dist = page("parts", 1000);
        let parts = parts(&dist).unwrap();
        let files: Vec<&str> = parts.iter().map(|part| part.file.as_str()).collect();
        let expected =
            ["index.html", "assets/index-1.js", "assets/relaxed.browser-3.js", "assets/painwave_bg-5.wasm"];
        assert_eq!(files, expected);
        assert_eq!(parts[3].bytes, 1000);
        fs::remove_dir_all(dist).unwrap();
    }

    #[test]
    fn a_page_that_is_too_heavy_is_refused_with_its_parts() {
        let (light, heavy) = (page("light", 10), page("heavy", LIMIT as usize));
        assert!(check(&light).is_ok());
        let refusal = check(&heavy).unwrap_err().to_string();
        assert!(refusal.contains("800000  module with weights: assets/painwave_bg-5.wasm"), "{refusal}");
        fs::remove_file(heavy.join("assets/painwave_bg-4.wasm")).unwrap();
        assert!(check(&heavy).is_err_and(|error| error.to_string().contains("painwave_bg-4.wasm")));
        [light, heavy].iter().for_each(|dist| fs::remove_dir_all(dist).unwrap());
    }
}
