import { z } from "zod";
import { defineArtifact } from "../kit/define-artifact.ts";
import type { Parsed } from "../kit/read-text.ts";
import { Id, Name } from "../messages/identifiers.ts";
import type { Unmet } from "../messages/problem.ts";
import { clipText } from "../messages/said.ts";
import { formatFrontMatter } from "../text/header.ts";
import { fromInline, toInline } from "../text/line.ts";
import { readMdFile } from "../text/markdown.ts";
import { judge, type Rules } from "../text/report.ts";

/** UTF-16 units of a note's text. */
const longestNote = 4_096;
/** Notes that an author is given at once. */
const mostNotes = 32;
/** Faults that a note lists: an author mends from the first ones. */
const mostFaults = 20;

/**
 * Note to the author of a stage: the faults of the last attempt (`unmet`), what a later role asks for with work that it sends back (`request`), an
 * operator's answer to a question of the author's (`answer`), and what else an operator has to say (`note`).
 */
export const Note = z.object({
  kind: z.enum(["unmet", "request", "answer", "note"]),
  /** Stage whose author is told. */
  to: Name,
  /** Author of the note: the principal of a person, or the role that speaks. */
  by: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^\r\n\0]*$/, "one line of text"),
  at: z.iso.datetime(),
  text: z
    .string()
    .min(1)
    .max(longestNote)
    .regex(/^[^\r\0]*$/, "text whose lines end with a line feed, without NUL"),
});
export type Note = z.infer<typeof Note>;

/** Value of notes.md: what gates, later roles and people say to the authors of stages, oldest first. */
export const Notes = z.object({ run: Id, notes: z.array(Note).max(mostNotes) });
export type Notes = z.infer<typeof Notes>;

const rules: Rules = {
  run: { expected: "the run's id", fix: "write 'run: <id>' in the front matter" },
  "notes.*.at": { expected: "a time of RFC 3339 in UTC", fix: "write it as 2026-01-31T12:00:00.000Z" },
};

const contract = { name: "notes", version: 1, file: "notes.md", schema: Notes, rules } as const;

/**
 * Contract of notes.md, which main, and an executor that has faults mended, write for an author. It comes with work that is done again, in any
 * relay, and a node hands it on where it has notes to a later stage; no role consumes or produces it.
 */
export const notes = defineArtifact({ ...contract, mediaType: "text/markdown", maxBytes: 512 * 1024, read: readNotes, write: formatNotes });

function readNotes(text: string, fileName: string): Parsed<Notes> {
  const { report, header, sections } = readMdFile(text, { artifact: contract, fileName, draft: false });
  const found: unknown[] = [];
  for (const { level, title, line, lines, rows } of sections) {
    const head = level === 1 ? heading.exec(title) : undefined;
    if (level > 0 && !head) {
      report.add({ line, ...noteForm, got: title.slice(0, 120) || "nothing" });
      continue;
    }
    const stray = lines.find((one) => !head || !one.text.startsWith(">"))?.line ?? rows[0]?.line;
    if (stray !== undefined) report.add({ line: stray, expected: "the text of a note, each line after '> '", ...strayForm });
    if (!head) continue;
    const [, kind, to, by = "", at] = head;
    report.at(`notes.${found.length}`, line);
    found.push({ kind, to, by: fromInline(by), at, text: lines.map((one) => one.text.replace(/^> ?/, "")).join("\n") });
  }
  return judge(report, contract, { run: header.fields.get("run")?.[0]?.text, notes: found });
}

const heading = /^(unmet|request|answer|note) to (\S+) by (.+) at (\S+)$/s;
const noteForm = { expected: "a heading '# note to STAGE by WHO at TIME'", fix: "begin it with unmet, request, answer or note" };
const strayForm = { got: "another line", fix: "begin it with '> ', below a heading" };

function formatNotes({ run, notes: all }: Notes): string {
  const sections = all.map(({ kind, to, by, at, text }) => {
    const quoted = text.split("\n").map((line) => (line === "" ? ">" : `> ${line}`));
    return `\n# ${kind} to ${to} by ${toInline(by)} at ${at}\n\n${quoted.join("\n")}\n`;
  });
  return `${formatFrontMatter({ contract: "notes@1", run })}${sections.join("")}`;
}

/** A note, of a text of any length and with any line ends. `at` is in milliseconds since 1970. */
export function toNote({ kind, to, by, at, text }: Omit<Note, "at"> & { readonly at: number }): Note {
  const clean = text.replaceAll(/\r\n?/g, "\n").replaceAll("\0", "").trim();
  const who = clipText(by.replaceAll(/[\s\0]+/g, " ").trim(), 256);
  return { kind, to, by: who || "unknown", at: new Date(at).toISOString(), text: clipText(clean || "(no text)", longestNote) };
}

/** The faults of an attempt as a note, a line for each. */
export function toUnmetNote(
  unmet: readonly Unmet[],
  { to, by, at }: { readonly to: string; readonly by: string; readonly at: number },
): Note {
  const lines = unmet.slice(0, mostFaults).map(({ file, line, path, expected, got, fix }) => {
    const where = line === undefined ? (path === undefined ? file : `${file} (${path})`) : `${file} line ${line}`;
    return `- ${where}: expected ${expected}; got ${got}; ${fix}`.replaceAll(/\s+/g, " ");
  });
  const more = unmet.length > mostFaults ? [`- and ${unmet.length - mostFaults} more`] : [];
  return toNote({ kind: "unmet", to, by, at, text: [...lines, ...more].join("\n") });
}

/**
 * Notes with more of them, oldest first. Where there are too many, earlier ones of programs go first, and the oldest of these: people said theirs
 * once, and what is said now is what the author is called again for.
 */
export function withNotes(all: readonly Note[], more: readonly Note[]): readonly Note[] {
  const earlier = [...all];
  while (earlier.length > 0 && earlier.length + more.length > mostNotes) {
    const ofProgram = earlier.findIndex(({ kind }) => kind === "unmet" || kind === "request");
    earlier.splice(Math.max(0, ofProgram), 1);
  }
  return [...earlier, ...more].slice(-mostNotes);
}
