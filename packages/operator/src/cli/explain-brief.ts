import { z } from "zod";
import type { OperatorClient } from "../api/operator-client.ts";
import { clip, toLine } from "../render/plain-text.ts";
import type { Cli } from "./cli.ts";

const explainMs = 5_000;
const maxColumns = 120;
const Explanation = z.array(z.union([z.string(), z.record(z.string(), z.string())]));

/**
 * Says on a terminal how the relay takes a brief, by the view that its intake names. Says nothing where there is no such view, or no answer
 * in time: the run has begun anyway.
 */
export async function explainBrief(cli: Cli, client: OperatorClient, brief: string): Promise<void> {
  if (cli.stderr.isTTY !== true) return;
  const signal = AbortSignal.any([cli.signal, AbortSignal.timeout(explainMs)]);
  const lines = await linesOf(client, brief, signal).catch(() => []);
  for (const line of lines) cli.say(cli.messageStyle.dim(`  ${clip(line, maxColumns)}`));
}

async function linesOf(client: OperatorClient, text: string, signal: AbortSignal): Promise<readonly string[]> {
  const { explain } = await client.relay({ signal });
  if (explain === undefined) return [];
  const rows = Explanation.parse(await client.view({ view: explain, files: [{ text }] }, { signal }));
  return rows.map((row) => (typeof row === "string" ? [row] : Object.values(row)).map(toLine).join("  "));
}
