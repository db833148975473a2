import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { exitCodeOfRun } from "../cli/exit-code.ts";
import { followRun } from "../cli/follow-run.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, resolveRun, runArgument, toExamples } from "../cli/options.ts";
import { sayConclusion } from "../cli/say-conclusion.ts";

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
      // The run is asked for first: without main, or unknown to it, the command ends at once. A lost connection is waited for.
      await client.run(run);
      const json = options.json ?? false;
      const { status, conclusion } = await followRun(cli, {
        client,
        run,
        isQuiet: json,
        ...(json && { onStatus: (status) => cli.json({ status }) }),
      });
      cli.endWith(exitCodeOfRun(conclusion, status));
      sayConclusion(cli, { run, status, conclusion, options });
    });
}
