import { join } from "node:path";
import { clipText, escapeUnseen, type Logger } from "@tasuki/protocol";
import { pino } from "pino";
import { z } from "zod";
import { openRotatingFile } from "./rotating-file.ts";

export const LogLevel = z.enum(["debug", "info", "warn", "error"]);
export type LogLevel = z.infer<typeof LogLevel>;

/**
 * Opens the log of a node: JSON lines on stdout and in `<data>/logs/node.jsonl` (10 MB, and four older ones), each with the node and its role, and
 * of 16 KiB at most.
 */
export function openLogger({
  data,
  level,
  base,
}: {
  readonly data: string;
  readonly level: LogLevel;
  readonly base: { readonly node: string; readonly role: string };
}): Logger {
  const file = openRotatingFile({ path: join(data, "logs", "node.jsonl"), maxBytes: 10_000_000, keep: 4 });
  // A pino.destination is of no use here: at exit it tries for ever to write to a pipe whose reader is gone (sonic-boom 4.2.1, EPIPE in flushSync).
  process.stdout.on("error", () => undefined);
  return pino(
    {
      level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: toErrorFields },
    },
    {
      write(written: string) {
        // Clipped before it is escaped, for what comes may be of megabytes; and again, for escaping makes it longer.
        const line = clipLine(escapeUnseen(clipLine(written)));
        file.write(line);
        process.stdout.write(line);
      },
    },
  );
}

/** Longest line, characters; what an honest node writes is much shorter. */
const longestLine = 16_384;
/** Characters of a longer line that are kept: as a text of JSON again they take twice as many, and six bytes each at worst. */
const keptOfLine = 2_048;

/** Line that is clipped where it is too long: who wrote it, when and why stay as they are, and the beginning of the rest stands in `clipped`. */
function clipLine(line: string): string {
  if (line.length <= longestLine) return line;
  const { level, time, node, role, msg } = JSON.parse(line) as Readonly<Record<string, unknown>>; // pino's own line
  const clipped = escapeUnseen(
    JSON.stringify({ level, time, node, role, clipped: clipText(line, keptOfLine), msg: clipText(String(msg), 256) }),
  );
  return `${clipped}\n`;
}

/** Fields of an error that a log may have: never a TasukiError's details, in which there may be parts of files. */
export function toErrorFields(error: unknown): object | undefined {
  return fieldsOf(error, 0);
}

// Depth to which causes are followed: they may form a ring.
const deepest = 4;

function fieldsOf(error: unknown, depth: number): object | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : { type: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const cause = depth < deepest ? fieldsOf(error.cause, depth + 1) : undefined;
  return { type: error.name, ...(code !== undefined && { code }), stack: error.stack ?? error.message, ...(cause && { cause }) };
}
