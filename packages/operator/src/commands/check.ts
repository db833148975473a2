import { TasukiError } from "@tasuki/protocol";
import { Command, Option } from "commander";
import { checkFolder } from "../cli/check-folder.ts";
import type { Cli } from "../cli/cli.ts";
import { exitCodes } from "../cli/exit-code.ts";
import { type JsonOption, jsonOption, toExamples } from "../cli/options.ts";
import { loadRelayFrom } from "../local/repository.ts";
import { toUnmetLines } from "../render/block-lines.ts";
import { toLine } from "../render/plain-text.ts";
import { counted } from "../render/quantity.ts";

interface CheckOptions extends JsonOption {
  readonly stage?: string;
  readonly relay?: string;
}

export function checkCommand(cli: Cli): Command {
  return new Command("check")
    .description("check a stage's files before they are handed in: each by its contract, and all against each other")
    .argument("<folder>", "a work folder with in/ and out/, or a folder that holds the files side by side")
    .addOption(new Option("--stage <stage>", "the stage (default: told by the files' names)"))
    .addOption(
      new Option("--relay <module>", "the file that exports the relay (default: the repository's own, by tasuki.relay of package.json)"),
    )
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["check work/", "what a stage has written to work/out, from work/in"],
        ["check work/ --relay ../letters/relay.ts", "by the contracts of another relay"],
      ]),
    )
    .action(async (folder: string, { stage, relay, json }: CheckOptions) => {
      const pipeline = relay === undefined ? await cli.relay() : await loadRelayFrom(cli.path(relay));
      const names = pipeline.roles.map(({ name }) => name);
      if (stage !== undefined && !names.includes(stage))
        throw new TasukiError("unknown_role", `The relay has no stage '${stage}'; it has: ${names.join(", ")}.`);
      const { stages, alone, ignored, unmet } = await checkFolder(pipeline, {
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
