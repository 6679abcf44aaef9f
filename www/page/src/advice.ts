/** What to do about an error, by its code. */
const ADVICE: Record<string, string> = {
  EMPTY_FILE: "Choose a file that has a header line and at least one row.",
  NO_ROWS: "The file has a header line only. Export it again with its rows.",
  NOT_TEXT: "Choose a table: CSV text, a .zip of some, or a workbook (.xlsx).",
  MISSING_COLUMN:
    "Check the header line: columns are found by name, in any order. The model card below says what the model reads.",
  DUPLICATE_COLUMN: "Rename or remove one of the two columns.",
  WRONG_FIELD_COUNT: "Each row needs as many fields as the header.",
  NOT_A_NUMBER: "Numbers are written with a decimal point, and without units.",
  NOT_FINITE: "Fill in or leave out steps that were not measured: every value must be a finite number.",
  LOGITS_NOT_FINITE:
    "Check the units of this subject's values, and that the file is of the kind that the model was trained on.",
  ROW_TOO_LONG: "Look for a quotation mark that is never closed, or for a file without line breaks.",
  EMPTY_VALUE: "Fill in or leave out steps that were not measured.",
  EMPTY_ID: "Each row must name its subject.",
  DUPLICATE_TIME: "A subject can have one row for each time. Perhaps two subjects share an id.",
  UNKNOWN_CATEGORY: "Only the words that the model was trained on can be read in this column.",
  NOT_A_TIME: "Times are numbers, dates, times of the clock or step numbers.",
  INVALID_UTF8: "Save the file as UTF-8.",
  UNTERMINATED_QUOTE: "Close the quotation mark, or remove it.",
  UNKNOWN_LABEL: "Labels must be classes of this model, spelled the same way.",
  DUPLICATE_ID: "Leave one label for each subject.",
  GZIP_INVALID: "The file is damaged. Copy or download it again.",
  GZIP_CUT: "Copy or download the file again.",
  ZIP_INVALID: "Copy or download the archive again, or unpack it and drop what is in it.",
  ZIP_ENCRYPTED: "Unpack it with its password, and drop what is in it.",
  ZIP_EMPTY: "Drop the tables themselves, or an archive that has some.",
  SPREADSHEET_NOT_BUILT: "Save the workbook as CSV and drop that.",
  READ_FAILED: "Check that the file still exists and can be opened, then drop it again.",
  BUNDLE: "Choose a bundle that this version of the trainer wrote. The model in use stays as it was.",
  DOWNLOAD_FAILED: "Check the connection and try again. What is already loaded works offline.",
  WASM_FAILED: "Use a browser from 2023 or later: Firefox, Chrome, Edge or Safari.",
  WORKER_FAILED: "Reload the page. If it happens again, the page is not served from one origin.",
  WORKER_CRASHED:
    "Try again: a new worker stands ready. If it happens again with the same file, please report it.",
  ENGINE_NOT_BUILT: "Choose another engine below. This build of the page does not have that one.",
  ENGINE_UNAVAILABLE:
    "Choose another engine below. This browser or machine does not offer what that one needs.",
  ENGINE_REFUSED: "Choose another engine below. That one does not reproduce the model's known answers here.",
  DEVICE_LOST: "Try again, or switch to the CPU engine below.",
  INTERNAL: "This is a fault of painwave: please report it.",
};

/** What to do about an error with this code, where its message does not say it. */
export function adviceOn(code: string): string | undefined {
  return ADVICE[code];
}
