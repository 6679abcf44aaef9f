// The sample as people have it: in folders, archives and workbooks, with other names and numbers, and with faults.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cellsOf, xlsxOf, zipOf } from "./archives.mjs";
import { SAMPLE, SAMPLE_LABELS } from "./inputs.mjs";

/** Makes the files, in a folder that `remove` takes away. */
export async function makeFilesOfPeople() {
  const root = await mkdtemp(join(tmpdir(), "painwave-people-"));
  const text = await readFile(SAMPLE, "utf8");
  const labels = await readFile(SAMPLE_LABELS, "utf8");
  const rows = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  const [header, ...body] = rows;
  const ids = [...new Set(body.map(([id]) => id))];
  const ofSubject = (id) => csvOf([header, ...body.filter(([own]) => own === id)]);
  const halves = [csvOf([header, ...body.slice(0, 700)]), csvOf(body.slice(700))];
  const subjects = ids.map((id) => [`${id}.csv`, ofSubject(id)]);

  const write = async (name, contents) => {
    await writeFile(join(root, name), contents);
    return join(root, name);
  };
  const folder = join(root, "walks");
  await mkdir(join(folder, "second"), { recursive: true });
  const half = subjects.length >> 1;
  for (const [i, [name, contents]] of subjects.entries()) {
    await writeFile(join(folder, i < half ? name : `second/${name}`), contents);
  }
  await writeFile(join(folder, "labels.csv"), labels);
  await writeFile(join(folder, ".DS_Store"), "left behind");
  await writeFile(join(folder, "photo.png"), Buffer.from("89504e470d0a1a0a", "hex"));

  // Without the column of ids: the names of the files say whose they are.
  const unnamed = join(root, "by_name");
  await mkdir(unnamed);
  for (const id of ids) {
    const own = [header, ...body.filter(([other]) => other === id)].map((row) => row.slice(1));
    await writeFile(join(unnamed, `${id}.csv`), csvOf(own));
  }

  const germanNumber = (field, i) => (i > 0 && /^-?\d*\.\d+/.test(field) ? field.replace(".", ",") : field);
  const german = rows.map((row) => row.map(germanNumber).join(";")).join("\r\n");
  const renamed = rows.map((row) => row.join(",")).join("\n");
  const bad = rows.map((row) => [...row]);
  const badId = ids[2];
  bad.find(([id]) => id === badId)[header.indexOf("joint_04")] = "elbow";

  return {
    root,
    ids,
    badId,
    folder,
    folderFiles: subjects.map(([name], i) => join(folder, i < half ? name : `second/${name}`)),
    folderLabels: join(folder, "labels.csv"),
    unnamedFiles: ids.map((id) => join(unnamed, `${id}.csv`)),
    german: await write("Messung 1.csv", `\ufeff${german}\r\n`),
    renamed: await write(
      "renamed.csv",
      renamed
        .replace("sample_index", "Person")
        .replace("joint_00", "Joint 00 angle")
        .replace("joint_01", "Joint 01 angle"),
    ),
    bad: await write("one_bad_subject.csv", csvOf(bad)),
    twoMembers: await write("two_members.csv.gz", Buffer.concat(halves.map((half) => gzipSync(half)))),
    cut: await write("cut.csv.gz", gzipSync(text).subarray(0, 200_000)),
    zip: await write("archive.zip", zipOf([...subjects, ["labels.csv", labels], ["readme.pdf", "%PDF-"]])),
    xlsx: await write("workbook.xlsx", xlsxOf([["Export", cellsOf(text)]])),
    macLabels: await write(
      "labels_of_a_mac.csv",
      labels.replace("label", "class").replaceAll(/\r?\n/g, "\r"),
    ),
    page: await write("page.csv", "<!doctype html><html><body>Not found</body></html>"),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function csvOf(rows) {
  return `${rows.map((row) => row.join(",")).join("\n")}\n`;
}
