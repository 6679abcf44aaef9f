//! What is no table.

use super::{Input, error};

pub fn inputs() -> Vec<Input> {
    let files: [(&str, &[u8]); 16] = [
        ("web-page", b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n"),
        ("web-page", b"\n  <html lang=\"en\">\n<body>Not found</body></html>"),
        ("xml", b"<?xml version=\"1.0\"?>\n<data><x>1</x></data>\n"),
        ("json", b"{\"id\": \"a\", \"x\": [1, 2, 3]}"),
        ("json", b"[{\"id\":\"a\",\"time\":0,\"x\":1,\"y\":2}]"),
        ("address", b"https://example.org/recordings.csv\n"),
        ("image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"),
        ("image", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
        ("packed", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c\x02\0"),
        ("packed", b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0"),
        ("old-workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0\0\0"),
        ("parquet", b"PAR1\x15\x04\x15\x10\x15\x14"),
        ("database", b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20"),
        ("matlab", b"MATLAB 5.0 MAT-file, Platform: GLNXA64"),
        ("hdf5", b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"),
    ];
    let text = ["web-page", "xml", "json", "address"];
    let code = |row| if text.contains(&row) { "NOT_A_TABLE" } else { "NOT_TEXT" };
    files.into_iter().map(|(row, bytes)| error(row, bytes, code(row))).collect()
}
