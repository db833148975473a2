import { z } from "zod";
import { toLine } from "./plain-text.ts";
import { line, type Line, type Style } from "./style.ts";

/** A line of a local relay: printed by a node (`node`), or about a node's process (`relay`): that it is healthy, died, starts again. */
export interface RelayLine {
  readonly role: string;
  readonly text: string;
  readonly source: "node" | "relay";
}

const LogLine = z.looseObject({ level: z.string(), msg: z.string() });

/**
 * A relay line for people: the events of the processes, and the nodes' warnings and errors; undefined for what only the log needs.
 * The loopback warning of each node is left out: a command says it once for all of them.
 */
export function toNodeLine({ role, text, source }: RelayLine, style: Style): Line | undefined {
  const name = style.bold(role.padEnd(5));
  if (source === "relay") return line`${name} ${(/restart/.test(text) ? style.warn : style.good)(toLine(text))}`;
  if (text.trim() === "" || text.includes("LOOPBACK IDENTITY")) return undefined;
  const log = parseLog(text);
  if (log === undefined) return line`${name} ${toLine(text)}`;
  if (log.level !== "warn" && log.level !== "error") return undefined;
  const { level, msg, code, detail, run } = log;
  const facts = [code, detail, run].filter((fact) => typeof fact === "string").map(toLine);
  return line`${name} ${(level === "error" ? style.bad : style.warn)(`${level}: ${toLine(msg)}`)}${facts.length === 0 ? "" : style.dim(` (${facts.join("; ")})`)}`;
}

function parseLog(text: string): z.infer<typeof LogLine> | undefined {
  try {
    return LogLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
