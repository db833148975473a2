import { TasukiError } from "@tasuki/protocol";
import { Command } from "commander";
import type { Cli } from "../cli/cli.ts";
import { decide, type DecisionOptions, dryRunOption } from "../cli/decide.ts";
import { dataOption, jsonOption, runArgument, toExamples } from "../cli/options.ts";

export function answerCommand(cli: Cli): Command {
  return new Command("answer")
    .description("answer the question that a stage asks; its author is called again, with the answer in notes.md")
    .argument("<run>", runArgument)
    .argument("<text...>", "the answer")
    .addOption(dryRunOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("before", toExamples([['answer last "the second edition counts"', "the newest run"]]))
    .action((given: string, words: string[], options: DecisionOptions) => {
      const text = words.join(" ");
      if (text.trim() === "") throw new TasukiError("malformed_request", "The answer is empty: say what its author is to be told.");
      return decide(cli, {
        given,
        options,
        about: (run) => ({ is: "answer", run, text }),
        said: ({ id, epoch }) => `Run ${id} goes on at epoch ${epoch}.`,
        next: ["Follow it", "watch"],
      });
    });
}
