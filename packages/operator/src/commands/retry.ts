import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, textOption, toExamples } from "../cli/options.ts";
import { deadlineOption } from "../cli/time-options.ts";

interface RetryOptions extends DecisionOptions {
  readonly from?: string;
  readonly on?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly deadline?: string;
}

export function retryCommand(cli: Cli): Command {
  return new Command("retry")
    .description("dispatch a blocked stage again, at a new epoch; what was proven before it stays")
    .argument("<run>", runArgument)
    .option("--from <stage>", "the stage to begin again with (default: the blocked one)")
    .option("--on <node>", "the node of its role that does the stage from now on")
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(textOption("--note <text>", "what the stage's author is told, in notes.md"))
    .addOption(dryRunOption())
    .addOption(deadlineOption(cli).conflicts(["from", "on", "note"]))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["retry last", "the blocked stage, once its cause is mended"],
        ["retry last --from STAGE", "from an earlier stage on"],
        ["retry last --from STAGE --on NODE", "on another node of that role"],
        ["retry last --deadline 2h", "more time for all of it; no stage begins again"],
      ]),
    )
    .action((given: string, options: RetryOptions) => {
      const { from: stage, on, reason, note, deadline } = options;
      if (deadline !== undefined)
        return decide(cli, {
          given,
          options,
          about: (run) => ({ is: "extend", run, wantedBy: Date.parse(deadline), reason }),
          said: ({ id }) => `Run ${id} is wanted by ${deadline}.`,
          next: ["Follow it", "watch"],
        });
      return decide(cli, {
        given,
        options,
        about: (run) => ({ is: "retry", run, stage, on, reason, note }),
        said: ({ id, epoch }) => `Run ${id} goes on at epoch ${epoch}.`,
        next: ["Follow it", "watch"],
      });
    });
}
