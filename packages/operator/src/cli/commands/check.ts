import { relay } from "@tasuki/contracts/relay";
import { Command, Option } from "commander";
import { toLine } from "../../render/plain-text.ts";
import { counted } from "../../render/run-progress.ts";
import { toUnmetLines } from "../../render/unmet-lines.ts";
import { checkFolder } from "../check-folder.ts";
import type { Cli } from "../cli.ts";
import { exitCodes } from "../exit-code.ts";
import { type JsonOption, jsonOption, toExamples } from "../options.ts";

interface CheckOptions extends JsonOption {
  readonly stage?: string;
}

export function checkCommand(cli: Cli): Command {
  return new Command("check")
    .description("check a stage's files before they are handed in: each by its contract, and all against each other")
    .argument("<folder>", "a work folder with in/ and out/, or a folder that holds the files side by side")
    .addOption(new Option("--stage <stage>", "the stage (default: told by the files' names)").choices(relay.roles.map(({ name }) => name)))
    .addOption(jsonOption())
    .addHelpText("before", toExamples([["check work/", "what sg has written to work/out, from work/in"]]))
    .action(async (folder: string, { stage, json }: CheckOptions) => {
      const { stages, alone, ignored, unmet } = await checkFolder(relay, {
        folder: cli.path(folder),
        ...(stage !== undefined && { role: stage }),
      });
      const isMet = unmet.length === 0;
      if (!isMet) cli.endWith(exitCodes.invalid);
      if (json) return cli.json({ ok: isMet, stages, alone, ignored, unmet });
      for (const line of toUnmetLines(unmet, cli.style)) cli.out(line);
      const style = cli.messageStyle;
      if (ignored.length > 0) cli.say(style.warn(`not files of a stage, so not checked: ${ignored.map(toLine).join(", ")}`));
      for (const name of alone)
        cli.say(style.warn(`${name}: its inputs (run.json, …) are not there, so only each file's own contract was checked`));
      cli.say(isMet ? style.good(`${stages.join(", ")}: everything holds`) : style.bad(`${counted(unmet.length, "thing")} unmet`));
    });
}
