import { Command } from "commander";
import { toSize } from "../render/quantity.ts";
import { toTable } from "../render/table.ts";
import type { Cli } from "../cli/cli.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, resolveRun, runArgument, toExamples } from "../cli/options.ts";
import { finalName, outputsOf, printArtifact, readArtifact } from "../cli/read-artifact.ts";

export function artifactsCommand(cli: Cli): Command {
  return new Command("artifacts")
    .description("the files that a run's stages produced, as main holds them; with a name, that file's text")
    .argument("<run>", runArgument)
    .argument("[name]", "a file of the run, such as run.json; those of the stages are listed without it")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["artifacts last", "the files, with their digests"],
        ["artifacts last run.json", "what every stage was told of the run"],
      ]),
    )
    .action(async (given: string, name: string | undefined, options: DataOption & JsonOption) => {
      const client = cli.client(options);
      const status = await client.run(await resolveRun(client, given));
      if (name !== undefined) {
        if (options.json) return cli.json({ run: status.id, artifact: await readArtifact(client, status, name) });
        await printArtifact(cli, client, { status, name });
        return;
      }
      const outputs = outputsOf(status);
      if (options.json) return cli.json({ run: status.id, artifacts: outputs });
      if (outputs.length === 0) return cli.say(`No stage has produced anything yet. ${cli.next(options, "watch", status.id)}`);
      const table = toTable(
        outputs,
        [
          { title: "FILE", cell: ({ name }) => name },
          { title: "STAGE", cell: ({ stage }) => stage },
          { title: "CONTRACT", cell: ({ contract }) => contract },
          { title: "SIZE", cell: ({ size }) => toSize(size), align: "right" },
          { title: "SHA-256", cell: ({ sha256 }) => sha256 },
        ],
        cli.style.dim,
      );
      for (const line of table) cli.out(line);
      cli.say("");
      cli.say(cli.messageStyle.dim(`Next: ${cli.next(options, "artifacts", status.id, finalName(status) ?? outputs[0]?.name ?? "")}`));
    });
}
