import { Command } from "commander";
import type { Cli } from "../cli.ts";
import { exitCodeOfRun } from "../exit-code.ts";
import { followRun } from "../follow-run.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, toExamples } from "../options.ts";
import { resolveRun, runArgument } from "../run-argument.ts";
import { sayOutcome } from "../say-outcome.ts";

export function watchCommand(cli: Cli): Command {
  return new Command("watch")
    .description("follow a run until it ends, or needs a person; Ctrl-C stops watching, not the run")
    .argument("<run>", runArgument)
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["watch last", "the newest run"],
        ["watch last --json", "a JSON object on a line for each change"],
      ]),
    )
    .action(async (given: string, options: DataOption & JsonOption) => {
      const client = cli.client(options);
      const run = await resolveRun(client, given);
      // Refused at once where main does not run or does not know it: only a connection that was there is waited for.
      await client.run(run);
      const json = options.json ?? false;
      const { status, outcome } = await followRun(cli, {
        client,
        run,
        isQuiet: json,
        ...(json && { onStatus: (status) => cli.json({ status }) }),
      });
      cli.endWith(exitCodeOfRun(outcome));
      sayOutcome(cli, { run, status, outcome, options });
    });
}
