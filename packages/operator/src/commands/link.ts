import { type OperatorLevel, operatorLevels } from "@tasuki/bus";
import { Name } from "@tasuki/protocol";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, toExamples } from "../cli/options.ts";
import { toShellWord } from "../render/plain-text.ts";

interface LinkOptions extends DataOption, JsonOption {
  readonly level: OperatorLevel;
  readonly as?: string;
}

export function linkCommand(cli: Cli): Command {
  return new Command("link")
    .description("a one-time link to main's operator API on 127.0.0.1, for a browser, or a program that can't open operator.sock")
    .addOption(new Option("--level <level>", "what its holder may do").choices(operatorLevels).default("decide"))
    .addOption(new Option("--as <name>", "the holder's name in records (default: a digest)").argParser(toName))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["link --as ann", "for Ann, who may do whatever you may"],
        ["link --level read --as panel", "for a program that looks"],
      ]),
    )
    .action(async ({ level, as, json, ...options }: LinkOptions) => {
      // Main makes links over its own socket alone, whatever main the environment names.
      const client = cli.client({ data: cli.dataFolder(options) });
      const link = await client.link({ level, ...(as !== undefined && { name: as }) });
      if (json) return cli.json({ link: { ...link, expiresAt: new Date(link.expiresAt).toISOString() } });
      cli.out(link.url);
      const { origin, hash } = new URL(link.url);
      const minutes = Math.round((link.expiresAt - cli.clock.now()) / 60_000);
      const may = level === "read" ? "look" : level;
      const body = toShellWord(JSON.stringify({ link: hash.slice("#link=".length) }));
      for (const words of [
        `It opens one session, within ${minutes} minutes. Whoever has that may ${may}, and is recorded as ${link.principal}.`,
        `A program opens it: curl -s ${origin}/operator/session -H 'content-type: application/json' -d ${body}`,
        `The answer's 'secret' is its bearer token; 'tasuki … --main ${origin}' takes it from TASUKI_SESSION.`,
      ])
        cli.say(cli.messageStyle.dim(words));
    });
}

function toName(text: string): string {
  const name = Name.safeParse(text);
  if (!name.success) throw new InvalidArgumentError("Lower-case letters, digits and '-', at most 64, the first a letter.");
  return name.data;
}
