// Recordings that are made while they are read, out of the test recordings' rows: nothing of them is stored.
import { firstSubjects } from "./data.mjs";

/** Subjects whose rows are repeated: a megabyte, which is given out at once. */
const SUBJECTS = 10;
/** Digits that count subjects and steps; the first is never a zero. */
const DIGITS = 9;
const FIRST = 10 ** (DIGITS - 1);
const ZERO = 48;

/** Rows with a place for a number in each. */
class Template {
  /** The number's place in each line is `#`. */
  constructor(lines) {
    const mark = "#".repeat(DIGITS);
    const encoder = new TextEncoder();
    this.bytes = encoder.encode(lines.map((line) => `${line.replace("#", mark)}\n`).join(""));
    this.places = [];
    for (let at = this.bytes.indexOf(35); at >= 0; at = this.bytes.indexOf(35, at + DIGITS))
      this.places.push(at);
  }

  /** Sets the number of a row. */
  set(row, number) {
    let rest = FIRST + number;
    for (let at = this.places[row] + DIGITS - 1; at >= this.places[row]; at--) {
      this.bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

/** The header, and the rows of the first subjects by field. */
async function testRows() {
  const text = new TextDecoder().decode(await firstSubjects(SUBJECTS));
  const [header, ...lines] = text.trimEnd().split("\n");
  return { header, rows: lines.map((line) => line.split(",")) };
}

/** One subject after the other, as in the test recordings, in about so many bytes. */
export async function manySubjects(bytes) {
  const { header, rows } = await testRows();
  const template = new Template(rows.map(([, ...fields]) => ["#", ...fields].join()));
  const subjects = rows.map(([id]) => Number(id));
  const blocks = Math.max(1, Math.round(bytes / template.bytes.length));
  return streamOf(header, template, blocks, (block, row) => block * SUBJECTS + subjects[row]);
}

/** One subject of so many steps. */
export async function oneSubject(steps) {
  const { header, rows } = await testRows();
  const template = new Template(rows.map(([, , ...fields]) => ["0", "#", ...fields].join()));
  const blocks = Math.max(1, Math.round(steps / rows.length));
  return streamOf(header, template, blocks, (block, row) => block * rows.length + row);
}

/** A stream of the header and a template's blocks, whose numbers `numberOf` gives, with what has been read of it. */
function streamOf(header, template, blocks, numberOf) {
  const head = new TextEncoder().encode(`${header}\n`);
  const rows = template.places.length;
  const made = { bytes: 0, rows: 0 };
  let block = 0;
  const enqueue = (controller, bytes) => {
    made.bytes += bytes.length;
    controller.enqueue(bytes);
  };
  const stream = new ReadableStream(
    {
      start: (controller) => enqueue(controller, head),
      pull(controller) {
        if (block === blocks) {
          controller.close();
          return;
        }
        for (let row = 0; row < rows; row++) template.set(row, numberOf(block, row));
        block++;
        made.rows += rows;
        enqueue(controller, template.bytes);
      },
    },
    // Nothing is made before it is asked for, which is when the block before has been copied.
    { highWaterMark: 0 },
  );
  return { stream, made };
}
