//! Packed and binary files, each of which must give what the plain text does.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Workshop, failed, succeeded};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zip(path: &Path, files: &[(&str, &str)]) {
    let mut writer = ZipWriter::new(File::create(path).unwrap());
    for (name, text) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

/// A workshop with a trained bundle, and what that says of its data.
fn trained() -> (Workshop, String) {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    let expected = predictions(&workshop, "data.csv");
    (workshop, expected)
}

fn predictions(workshop: &Workshop, data: &str) -> String {
    succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--probabilities", "--data", data]))
}

#[test]
fn gzip_of_several_members_and_zeros_behind() {
    let (workshop, expected) = trained();
    let data = workshop.read("data.csv");
    let (first, second) = data.split_at(data.len() / 3);
    let path = workshop.path("data.csv.gz");
    let two = [gzip(first), gzip(second)].concat();
    for bytes in [gzip(&data), two.clone(), [&two[..], &[0; 700]].concat(), [&two[..], b"tail"].concat()] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(predictions(&workshop, "data.csv.gz"), expected);
    }
    let predict = ["predict", "run/model.bpk", "--probabilities", "--data", "data.csv.gz"];
    std::fs::write(&path, &two[..two.len() / 2]).unwrap();
    // As of a text that breaks off, the whole rows are used; only the last subject may lack some of its own.
    let output = workshop.trainer(&predict);
    let found = succeeded(&output);
    let subjects = found.lines().count() - 2;
    assert!(subjects > 10, "{found}");
    assert!(expected.lines().zip(found.lines()).take(1 + subjects).all(|(one, other)| one == other));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("the compressed data breaks off in data.csv.gz: what comes before was read"),
        "{said}"
    );
    let error = failed(&workshop.trainer(&[&predict[..], &["--strict"]].concat()));
    assert!(error.contains("data.csv.gz: line") && error.contains("breaks off"), "{error}");
    std::fs::write(&path, &two[..6]).unwrap();
    let error = failed(&workshop.trainer(&predict));
    assert!(error.contains("data.csv.gz: the compressed data breaks off: is the file complete?"), "{error}");
    // Labels, too.
    std::fs::write(workshop.path("labels.csv.gz"), gzip(&workshop.read("labels.csv"))).unwrap();
    succeeded(&workshop.trainer(&[
        "evaluate",
        "run/model.bpk",
        "--data",
        "data.csv",
        "--labels",
        "labels.csv.gz",
    ]));
}

#[test]
fn an_archive_of_several_files() {
    let (workshop, expected) = trained();
    let data = workshop.read("data.csv");
    let header = data.lines().next().unwrap();
    let middle = data.find("\ns20,").unwrap() + 1;
    let second = format!("{header}\n{}", &data[middle..]);
    let other = [("__MACOSX/a.csv", "?"), ("notes.md", "?")];
    zip(
        &workshop.path("data.zip"),
        &[("b/2.csv", &second), ("a/1.csv", &data[..middle]), other[0], other[1]],
    );
    assert_eq!(predictions(&workshop, "data.zip"), expected);
    zip(&workshop.path("empty.zip"), &other);
    let error = failed(&workshop.trainer(&["predict", "run/model.bpk", "--data", "empty.zip"]));
    assert!(error.contains("empty.zip: there is no table in it"), "{error}");
}

#[test]
fn a_workbook() {
    let (workshop, expected) = trained();
    let cell = |field: &str| match field.parse::<f64>() {
        Ok(_) => format!("<c><v>{field}</v></c>"),
        Err(_) => format!("<c t=\"inlineStr\"><is><t>{field}</t></is></c>"),
    };
    let row = |row: &str| format!("<row>{}</row>", row.split(',').map(cell).collect::<String>());
    let rows: String = workshop.read("data.csv").lines().map(row).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let of_package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{relations}/{kind}\" Target=\"{target}\"/>")
    };
    let list = |all: &str| format!("<Relationships xmlns=\"{of_package}\">{all}</Relationships>");
    let sheet = |rows: &str| format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let sheets =
        "<sheet name=\"Read me\" sheetId=\"1\" r:id=\"r1\"/><sheet name=\"Data\" sheetId=\"2\" r:id=\"r2\"/>";
    let book =
        format!("<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets>{sheets}</sheets></workbook>");
    let of_book = [
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "worksheet", "worksheets/sheet2.xml"),
    ];
    zip(
        &workshop.path("data.xlsx"),
        &[
            ("_rels/.rels", &list(&relation("r1", "officeDocument", "xl/workbook.xml"))),
            ("xl/workbook.xml", &book),
            ("xl/_rels/workbook.xml.rels", &list(&of_book.concat())),
            ("xl/worksheets/sheet1.xml", &sheet(&row("exported,2026"))),
            ("xl/worksheets/sheet2.xml", &sheet(&rows)),
        ],
    );
    assert_eq!(predictions(&workshop, "data.xlsx"), expected);
}

#[test]
fn workbooks_of_every_kind() {
    let (workshop, _) = trained();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/workbooks");
    let of = |name: &str| predictions(&workshop, golden.join(name).to_str().unwrap());
    let expected = of("rows.csv");
    assert_eq!(expected.lines().count(), 1 + 3, "{expected}");
    for name in ["rows.xls", "rows.xlsb", "rows.ods"] {
        assert_eq!(of(name), expected, "{name}");
    }
}

/// The data as columns of an Arrow table.
fn batch(workshop: &Workshop) -> RecordBatch {
    let data = workshop.read("data.csv");
    let column = |index: usize| data.lines().skip(1).map(move |row| row.split(',').nth(index).unwrap());
    let numbers = |index| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(column(index).map(|x| x.parse().unwrap())))
    };
    let words = |index| -> ArrayRef { Arc::new(StringArray::from_iter_values(column(index))) };
    let steps: ArrayRef = Arc::new(Int64Array::from_iter_values(column(1).map(|step| step.parse().unwrap())));
    RecordBatch::try_from_iter([
        ("subject", words(0)),
        ("step", steps),
        ("knee", numbers(2)),
        ("elbow", numbers(3)),
        ("flat", numbers(4)),
        ("mood", words(5)),
        ("note", words(6)),
    ])
    .unwrap()
}

#[test]
fn arrow_files_and_streams() {
    let (workshop, expected) = trained();
    let batch = batch(&workshop);
    let create = |name: &str| File::create(workshop.path(name)).unwrap();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(create("data.arrow"), &batch.schema()).unwrap();
    writer.write(&batch.slice(0, 500)).unwrap();
    writer.write(&batch.slice(500, batch.num_rows() - 500)).unwrap();
    writer.finish().unwrap();
    assert_eq!(predictions(&workshop, "data.arrow"), expected);
    let mut writer =
        arrow_ipc::writer::StreamWriter::try_new(create("data.arrows"), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    assert_eq!(predictions(&workshop, "data.arrows"), expected);
    let whole = std::fs::read(workshop.path("data.arrow")).unwrap();
    std::fs::write(workshop.path("data.arrow"), &whole[..whole.len() / 2]).unwrap();
    let error = failed(&workshop.trainer(&["predict", "run/model.bpk", "--data", "data.arrow"]));
    assert!(error.contains("data.arrow: the Arrow file cannot be read"), "{error}");
}

#[test]
fn parquet_files() {
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    let (workshop, expected) = trained();
    let data = workshop.read("data.csv");
    let column = |index: usize| data.lines().skip(1).map(move |row| row.split(',').nth(index).unwrap());
    let schema = "message data { required binary subject (UTF8); required int64 step; required double knee; \
                  required double elbow; optional double flat; required binary mood (UTF8); required binary note (UTF8); }";
    for compression in [
        parquet::basic::Compression::UNCOMPRESSED,
        parquet::basic::Compression::SNAPPY,
        parquet::basic::Compression::ZSTD(Default::default()),
        parquet::basic::Compression::GZIP(Default::default()),
    ] {
        let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
        let file = File::create(workshop.path("data.parquet")).unwrap();
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer = SerializedFileWriter::new(file, schema, properties).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut index = 0;
        while let Some(mut part) = group.next_column().unwrap() {
            let words = || column(index).map(ByteArray::from).collect::<Vec<_>>();
            let numbers = || column(index).map(|x| x.parse().unwrap()).collect::<Vec<f64>>();
            let present = vec![1; column(0).count()];
            match index {
                1 => {
                    let steps: Vec<i64> = column(1).map(|step| step.parse().unwrap()).collect();
                    part.typed::<Int64Type>().write_batch(&steps, None, None)
                }
                2 | 3 => part.typed::<DoubleType>().write_batch(&numbers(), None, None),
                4 => part.typed::<DoubleType>().write_batch(&numbers(), Some(&present), None),
                _ => part.typed::<ByteArrayType>().write_batch(&words(), None, None),
            }
            .unwrap();
            part.close().unwrap();
            index += 1;
        }
        group.close().unwrap();
        writer.close().unwrap();
        assert_eq!(predictions(&workshop, "data.parquet"), expected, "{compression:?}");
    }
}
