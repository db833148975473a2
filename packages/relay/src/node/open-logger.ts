import { join } from "node:path";
import type { Logger } from "@tasuki/contracts";
import { pino } from "pino";
import { z } from "zod";
import { openRotatingFile } from "./rotating-file.ts";
import { toErrorFields } from "./to-error-fields.ts";

export const LogLevel = z.enum(["debug", "info", "warn", "error"]);
export type LogLevel = z.infer<typeof LogLevel>;

/** A node's log: JSON lines on stdout and in `<data>/logs/node.jsonl` (10 MB, and four older ones), each with the node and its role. */
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
  // Not a pino.destination: at exit that one tries for ever to write to a pipe whose reader is gone (sonic-boom 4.2.1, EPIPE in flushSync).
  process.stdout.on("error", () => undefined);
  return pino(
    {
      level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: toErrorFields },
    },
    pino.multistream([
      { level, stream: { write: (line: string) => file.write(escapeUnseen(line)) } },
      { level, stream: { write: (line: string) => void process.stdout.write(escapeUnseen(line)) } },
    ]),
  );
}

// JSON escapes C0 only. C1 holds terminal commands too (U+009B is CSI, ECMA-48), and bidirectional controls show a name as another one.
const unseen = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** A line of JSON that says the same in characters that only say themselves. */
function escapeUnseen(line: string): string {
  return line.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
