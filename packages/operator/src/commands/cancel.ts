import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, textOption, toExamples } from "../cli/options.ts";

interface CancelOptions extends DecisionOptions {
  readonly reason?: string;
  readonly now?: true;
}

export function cancelCommand(cli: Cli): Command {
  return new Command("cancel")
    .description("end a run: every node that took part is told, drops its work, and says when nothing of it is at work any more")
    .argument("<run>", runArgument)
    .option("--now", "end it at once, and wait for no node: for one that is gone")
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dryRunOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ['cancel last --reason "the wrong files"', "the newest run"],
        ["cancel last --now", "where a node that had work of it is gone"],
      ]),
    )
    .action((given: string, options: CancelOptions) =>
      decide(cli, {
        given,
        options,
        about: (run) => ({ is: "cancel", run, reason: options.reason, now: options.now }),
        said: ({ id, state }) =>
          state === "cancelled"
            ? `Run ${id} is cancelled.`
            : `Run ${id} is being cancelled: it is as soon as every node has said that nothing of it is at work there.`,
        next: ["How it stands, and what was done", "show"],
      }),
    );
}
