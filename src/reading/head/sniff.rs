//! What a file is that has no table in it.

/// What a file that starts with these bytes is, if it is known to be no table, and whether it is text.
pub(super) fn other_kind(start: &[u8]) -> Option<(&'static str, bool)> {
    const MAGIC: [(&[u8], &str); 25] = [
        (b"\x1f\x8b", "a gzip archive"),
        (b"PK\x03\x04", "a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"PAR1", "a Parquet file"),
        (b"ARROW1", "an Arrow file"),
        (b"\x89HDF", "an HDF5 file"),
        (b"MATLAB 5.0 MAT-file", "a MATLAB file"),
        (b"SQLite format 3", "an SQLite database"),
        (b"BZh", "a bzip2 archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"\xfd7zXZ", "an xz archive"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
        (b"Rar!", "a RAR archive"),
        (b"\x93NUMPY", "a NumPy array (.npy)"),
        (b"\x80\x04\x95", "a Python pickle"),
        (b"FEA1", "a Feather file"),
        (b"<stata_dta>", "a Stata file"),
        (b"$FL2", "an SPSS file"),
        (b"RDX", "an R workspace"),
        (b"RIFF", "audio or video"),
        (b"{\\rtf", "an RTF document"),
    ];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some((kind, false));
    }
    if start.contains(&0) {
        return Some(("binary data", false));
    }
    text_kind(start.trim_ascii_start()).map(|kind| (kind, true))
}

fn text_kind(text: &[u8]) -> Option<&'static str> {
    let begins =
        |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    if begins("<?xml") {
        return Some("XML");
    }
    if begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body") {
        return Some("HTML, a page of a web server");
    }
    if let [b'<', letter, ..] = text
        && (letter.is_ascii_alphabetic() || *letter == b'!')
        && text.contains(&b'>')
    {
        return Some("XML or HTML");
    }
    let after = |count| text[count..].trim_ascii_start().first().copied();
    match text.first() {
        Some(b'{') if matches!(after(1), Some(b'"' | b'\'' | b'}')) => return Some("JSON"),
        Some(b'[') if matches!(after(1), Some(b'{' | b'[' | b'"' | b']' | b'0'..=b'9' | b'-')) => {
            return Some("JSON");
        }
        _ => {}
    }
    let one_line = !text.trim_ascii_end().contains(&b'\n');
    let address = ["http://", "https://", "ftp://", "file://", "s3://", "www."].into_iter().any(begins);
    if one_line && address {
        return Some("an address; download what is there");
    }
    if begins("@relation") {
        return Some("an ARFF file");
    }
    if begins("version https://git-lfs") {
        return Some("a pointer of Git LFS; fetch the file that it stands for");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named() {
        for (start, kind) in [
            (&b"\x1f\x8b\x08"[..], Some("a gzip archive")),
            (b"%PDF-1.7", Some("a PDF")),
            (b"\x93NUMPY\x01\0", Some("a NumPy array (.npy)")),
            (b"{\\rtf1\\ansi", Some("an RTF document")),
            (b"@RELATION iris\n", Some("an ARFF file")),
            (b"i\0d\0", Some("binary data")),
            (b"\n <!DOCTYPE HTML><p>404", Some("HTML, a page of a web server")),
            (b"<div>no</div>", Some("XML or HTML")),
            (b"{ \"id\": 1}", Some("JSON")),
            (b"[\n  {\"id\": 1}]", Some("JSON")),
            (b"https://example.org/data.csv\n", Some("an address; download what is there")),
            (b"id,time\n", None),
            (b"[a],[b]\n1,2\n", None),
            (b"<5,>7\n", None),
        ] {
            assert_eq!(other_kind(start).map(|(kind, _)| kind), kind, "{start:?}");
        }
    }
}
