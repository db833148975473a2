import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import {
  type DataOption,
  dataOption,
  type JsonOption,
  jsonOption,
  resolveRun,
  runArgument,
  textOption,
  toExamples,
} from "../cli/options.ts";

interface CancelOptions extends DataOption, JsonOption {
  readonly reason?: string;
}

export function cancelCommand(cli: Cli): Command {
  return new Command("cancel")
    .description("end a run; every node that took part is told, and drops its work")
    .argument("<run>", runArgument)
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([['cancel last --reason "the wrong files"', "the newest run"]]))
    .action(async (given: string, options: CancelOptions) => {
      const { reason, json } = options;
      const client = cli.client(options);
      const run = await resolveRun(client, given);
      const status = await client.cancel({ run, ...(reason !== undefined && { reason }) });
      if (json) return cli.json({ status });
      cli.out(`Run ${run} is cancelled.`);
      cli.say(cli.messageStyle.dim(`What was done until then: ${cli.next(options, "show", run)}`));
    });
}
