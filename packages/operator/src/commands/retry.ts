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

interface RetryOptions extends DataOption, JsonOption {
  readonly from?: string;
  readonly reason?: string;
  readonly note?: string;
}

export function retryCommand(cli: Cli): Command {
  return new Command("retry")
    .description("dispatch a blocked stage again, at a new epoch; what was proven before it stays")
    .argument("<run>", runArgument)
    .option("--from <stage>", "the stage to begin again with (default: the blocked one)")
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(textOption("--note <text>", "what the stage's author is told, in notes.md"))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["retry last", "the blocked stage, once its cause is mended"],
        ["retry last --from STAGE", "from an earlier stage on"],
      ]),
    )
    .action(async (given: string, options: RetryOptions) => {
      const { from, reason, note, json } = options;
      const client = cli.client(options);
      const run = await resolveRun(client, given);
      const status = await client.retry({
        run,
        ...(from !== undefined && { stage: from }),
        ...(reason !== undefined && { reason }),
        ...(note !== undefined && { note }),
      });
      if (json) return cli.json({ status });
      cli.out(`Run ${run} goes on at epoch ${status.epoch}.`);
      cli.say(cli.messageStyle.dim(`Follow it: ${cli.next(options, "watch", run)}`));
    });
}
