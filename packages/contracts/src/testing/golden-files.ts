import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AnyArtifact, type Document, fileNameOf, sha256Of } from "@tasuki/protocol";

const folder = join(import.meta.dirname, "../../fixtures/artifacts");

/** A file that a version of a contract wrote once, and that is read for ever: `<name>.<version>[.<note>].<extension>`. */
interface GoldenFile {
  readonly file: string;
  readonly name: string;
  readonly version: number;
  readonly text: string;
}

function goldenFiles(): readonly GoldenFile[] {
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const [name = "", version] = file.split(".");
      return { file, name, version: Number(version), text: readFileSync(join(folder, file), "utf8") };
    });
}

/** The golden files of an artifact's version as documents. Throws where one does not keep its contract. */
export function goldenDocuments(artifact: AnyArtifact): readonly Document[] {
  const own = goldenFiles().filter(({ name, version }) => name === artifact.name && version === artifact.version);
  // A note in the name marks a special case; the file without a note is the example.
  const plain = own.toSorted((one, other) => one.file.split(".").length - other.file.split(".").length);
  const texts = artifact.many ? plain : plain.slice(0, 1);
  return texts.map(({ file, text }, at) => {
    const parsed = artifact.read(text);
    if (!parsed.ok) throw new Error(`${file} does not keep ${artifact.name}@${artifact.version}: ${JSON.stringify(parsed.unmet)}`);
    return { name: fileNameOf(artifact, at + 1), sha256: sha256Of(text), size: Buffer.byteLength(text), text, value: parsed.value };
  });
}
