// What the names of files say. What is in them is told by their first bytes.

/** Files in an archive that systems leave behind, and that nobody put there. */
export const LEFT_BEHIND = /(^|\/)(__MACOSX\/|\.[^/]*$|Thumbs\.db$|desktop\.ini$)/i;
/** Names of files that are meant as tables, or hold some. */
export const TABLE_NAME =
  /\.(csv|tsv|tab|txt|dat|asc|log|sto|mot|ts|gz|zip|xlsx|xlsm|xlsb|xls|ods)$|(^|\/)[^./]+$/i;
/** The name of a table that may be packed. */
export const unpackedName = (name: string): string => name.replace(/\.gz$/i, "").replace(/\.tgz$/i, ".tar");

/** Whether a name is that of an archive or a workbook, inside which names are other ones. */
export const holdsOthers = (name: string): boolean => /\.(zip|xlsx|xlsm|xlsb|xls|ods)$/i.test(name);
