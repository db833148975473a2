import type { AnyArtifact } from "../define-artifact.ts";
import { checkContract } from "./check-contract.ts";
import { createReport, type Report } from "./report.ts";

export interface TxtFile {
  readonly report: Report;
  /** Header values by key; a key that stands several times has several. */
  readonly header: ReadonlyMap<string, readonly { readonly value: string; readonly line: number }[]>;
  /** All lines of the file, without their `\n`. */
  readonly lines: readonly string[];
  /** The index of the first line after the header. */
  readonly start: number;
}

const headerLine = /^([a-z][a-z-]*):(?:[ \t]+(.*))?$/s;

/** Reads the header (`key: value` lines up to a blank one) of an artifact in plain text. A `draft` may have none. */
export function readTxtFile(
  text: string,
  {
    artifact,
    fileName,
    draft,
    keys,
  }: {
    readonly artifact: Pick<AnyArtifact, "name" | "version">;
    readonly fileName: string;
    readonly draft: boolean;
    /** A file that begins with one of these has a header. */
    readonly keys: readonly string[];
  },
): TxtFile {
  const report = createReport(fileName);
  const header = new Map<string, { value: string; line: number }[]>();
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  let start = 0;
  if (keys.includes(headerLine.exec((lines[0] ?? "").trim())?.[1] ?? ""))
    for (; start < lines.length && (lines[start] ?? "").trim() !== ""; start += 1) {
      const [, key, value = ""] = headerLine.exec((lines[start] ?? "").trim()) ?? [];
      if (key === undefined) {
        report.add({
          line: start + 1,
          expected: "'key: value' lines, and a blank line after them",
          got: (lines[start] ?? "").trim().slice(0, 120),
          fix: "write a blank line after the header",
        });
        break;
      }
      report.at(key, start + 1);
      const values = header.get(key) ?? [];
      values.push({ value: value.trim(), line: start + 1 });
      header.set(key, values);
    }
  const contract = header.get("contract")?.[0]?.value;
  if (!draft || contract !== undefined) checkContract(report, artifact, contract);
  return { report, header, lines, start };
}
