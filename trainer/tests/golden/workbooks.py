"""Writes workbooks/rows.csv and the same rows as an old workbook, a binary one and one of OpenDocument, each by a
library of its own, with a sheet of remarks before that with the rows.

    pip install xlwt==1.3.0 pyxlsbwriter==0.1.0 odfpy==1.4.1
    python workbooks.py

The columns are those of the data that the trainer's tests train on; one value is missing.
"""

import csv
from pathlib import Path

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from pyxlsbwriter import XlsbWriter

FOLDER = Path(__file__).parent / "workbooks"
HEADER = ["subject", "step", "knee", "elbow", "flat", "mood", "note"]
REMARKS = [["exported", 2026]]


def rows():
    for subject in range(3):
        for step in range(12):
            knee = 0.5 + (0.4 if subject == 0 else 0.02) * ((step * 5 + subject) % 8 - 4) / 4
            elbow = None if (subject, step) == (1, 4) else 0.3 + (step % 3) / 16
            yield [f"{subject:03}", step, knee, elbow, 1.5, "high" if step % 3 else "low", 'a "b", c']


def write_csv(table):
    with open(FOLDER / "rows.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def write_xls(sheets):
    book = xlwt.Workbook()
    for name, table in sheets.items():
        sheet = book.add_sheet(name)
        for i, row in enumerate(table):
            for j, value in enumerate(row):
                if value is not None:
                    sheet.write(i, j, value)
    book.save(str(FOLDER / "rows.xls"))


def write_xlsb(sheets):
    with XlsbWriter(str(FOLDER / "rows.xlsb")) as book:
        for name, table in sheets.items():
            book.add_sheet(name)
            book.write_sheet(table)


def write_ods(sheets):
    book = OpenDocumentSpreadsheet()
    for name, table in sheets.items():
        sheet = Table(name=name)
        for values in table:
            row = TableRow()
            for value in values:
                if value is None:
                    cell = TableCell()
                elif isinstance(value, str):
                    cell = TableCell(valuetype="string")
                    cell.addElement(P(text=value))
                else:
                    cell = TableCell(valuetype="float", value=repr(value))
                    # What the cell shows is less than what it holds.
                    cell.addElement(P(text=f"{value:.1f}"))
                row.addElement(cell)
            sheet.addElement(row)
        book.spreadsheet.addElement(sheet)
    book.save(FOLDER / "rows.ods")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    table = [HEADER, *rows()]
    sheets = {"Read me": REMARKS, "Data": table}
    write_csv(table)
    write_xls(sheets)
    write_xlsb(sheets)
    write_ods(sheets)
