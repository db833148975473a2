import type { RunStatus } from "@tasuki/protocol";
import { Option } from "commander";
import type { Decision } from "../api/operator-router.ts";
import { toLine } from "../render/plain-text.ts";
import type { Cli } from "./cli.ts";
import { type DataOption, type JsonOption, resolveRun } from "./options.ts";

export interface DecisionOptions extends DataOption, JsonOption {
  readonly dryRun?: true;
}

export const dryRunOption = (): Option => new Option("--dry-run", "say what it would do now, and do nothing");

interface ToDecide {
  /** The run as the user named it. */
  readonly given: string;
  readonly options: DecisionOptions;
  /** The decision, once the run is known. */
  readonly about: (run: string) => Decision;
  /** Sentence on what has become of the run. */
  readonly said: (status: RunStatus) => string;
  /** Next step, in words, and the command for it. */
  readonly next: readonly [what: string, command: string];
}

/** Decides something about a run and says what has become of it and what to do next; with `--dry-run` it says the plan alone. */
export async function decide(cli: Cli, { given, options, about, said, next: [what, command] }: ToDecide): Promise<void> {
  const client = cli.client(options);
  const run = await resolveRun(client, given);
  if (options.dryRun === true) {
    const plan = await client.plan(about(run));
    if (options.json) return cli.json({ run, plan });
    for (const line of plan) cli.out(toLine(line));
    return cli.say(cli.messageStyle.dim("Nothing was done: --dry-run only says the plan."));
  }
  const status = await client.decide(about(run));
  if (options.json) return cli.json({ status });
  cli.out(said(status));
  cli.say(cli.messageStyle.dim(`${what}: ${cli.next(options, command, run)}`));
}
