import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, textOption, toExamples } from "../cli/options.ts";

interface CloseOptions extends DecisionOptions {
  readonly without: string;
  readonly reason?: string;
}

export function closeCommand(cli: Cli): Command {
  return new Command("close")
    .description("close a run without a node that will not archive it any more; main's signature names the node, and who has said so")
    .argument("<run>", runArgument)
    .requiredOption("--without <node>", "the node that is not waited for")
    .addOption(textOption("--reason <text>", "why, for the record"))
    .addOption(dryRunOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([['close last --without NODE --reason "its disk is gone"', "the newest run"]]))
    .action((given: string, options: CloseOptions) =>
      decide(cli, {
        given,
        options,
        about: (run) => ({ is: "close", run, without: options.without, reason: options.reason }),
        said: ({ id, state, awaits }) =>
          state === "closed"
            ? `Run ${id} is closed, without ${options.without}.`
            : `Run ${id} is closed once ${awaits.join(", ")} ${awaits.length === 1 ? "has" : "have"} archived it; ${options.without} is not waited for.`,
        next: ["How it stands", "show"],
      }),
    );
}
