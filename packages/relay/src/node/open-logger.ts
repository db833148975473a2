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
  // Not synchronous: a terminal or pipe that nobody reads must not stop the node. What it can't hold is in the file.
  const stdout = pino.destination({ dest: 1, sync: false, maxLength: 1_000_000 });
  return pino(
    {
      level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: toErrorFields },
    },
    pino.multistream([
      { level, stream: file },
      { level, stream: stdout },
    ]),
  );
}
