import { isTasukiError } from "@tasuki/protocol";
import { z } from "zod";
import type { OperatorClient } from "../api/operator-client.ts";
import { clip, toLine } from "../render/plain-text.ts";
import type { Cli } from "./cli.ts";

/** Milliseconds in which main reads a brief, on a busy machine too. */
const explainMs = 20_000;
const maxColumns = 120;
const Explanation = z.array(z.union([z.string(), z.record(z.string(), z.string())]));

/** Row of an explanation: a text, or texts by name. */
export type ReadingRow = z.infer<typeof Explanation>[number];

/**
 * Reading of a brief by the relay, by the view that its intake names: a row for each question, and for what is taken for none. Empty where there
 * is no such view, or no answer in time, which is said: the run begins anyway. Rejects with `unreachable` where main does not run.
 */
export async function readBriefAsRelay(cli: Cli, client: OperatorClient, brief: string): Promise<readonly ReadingRow[]> {
  const signal = AbortSignal.any([cli.signal, AbortSignal.timeout(explainMs)]);
  return rowsOf(client, brief, signal).catch((error: unknown) => {
    // Where main does not run, nothing begins.
    if (!signal.aborted && isTasukiError(error) && error.code === "unreachable") throw error;
    if (!cli.signal.aborted) cli.say("Main does not say how it takes the brief; the run begins anyway.");
    return [];
  });
}

/** Says how a brief is taken, a line for each row. */
export function sayReading(cli: Cli, rows: readonly ReadingRow[]): void {
  const lines = rows.map((row) => (typeof row === "string" ? [row] : Object.values(row)).map(toLine).join("  "));
  for (const line of lines) cli.say(cli.messageStyle.dim(`  ${clip(line, maxColumns)}`));
}

async function rowsOf(client: OperatorClient, text: string, signal: AbortSignal): Promise<readonly ReadingRow[]> {
  const { explain } = await client.relay({ signal });
  return explain === undefined ? [] : Explanation.parse(await client.view({ view: explain, files: [{ text }] }, { signal }));
}
