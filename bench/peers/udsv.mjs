// uDSV, whose types are guessed from the first rows; typed rows or typed columns.
const ADDRESS = "/modules/udsv/dist/uDSV.mjs";

/** The library with a parser for text of this kind; the id stays text. */
async function load({ manifest, sample }) {
  const { inferSchema, initParser } = await import(ADDRESS);
  const schema = inferSchema(new TextDecoder().decode(sample));
  schema.cols.find((column) => column.name === manifest.schema.id).type = "s";
  return { parser: initParser(schema), names: schema.cols.map((column) => column.name) };
}

export const udsvRows = {
  name: "uDSV, rows",
  async load(context) {
    const { parser, names } = await load(context);
    const read = (bytes) => parser.typedArrs(new TextDecoder().decode(bytes));
    // Objects only for the check of the answers.
    read.rows = (rows) => rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
    return read;
  },
};

export const udsvColumns = {
  name: "uDSV, columns",
  async load(context) {
    const { parser, names } = await load(context);
    const read = (bytes) => parser.typedCols(new TextDecoder().decode(bytes));
    read.rows = (columns) =>
      columns[0].map((_, row) => Object.fromEntries(names.map((name, i) => [name, columns[i][row]])));
    return read;
  },
};
