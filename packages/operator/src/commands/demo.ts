import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TasukiError } from "@tasuki/protocol";
import { Command } from "commander";
import type { OperatorClient } from "../api/operator-client.ts";
import type { Cli } from "../cli/cli.ts";
import { collectSources } from "../cli/collect-sources.ts";
import { demoBrief, findDemoDocuments } from "../cli/demo-documents.ts";
import { exitCodeOfRun } from "../cli/exit-code.ts";
import { followRun } from "../cli/follow-run.ts";
import { type DataOption, dataOption, portBaseOption, toExamples } from "../cli/options.ts";
import { finalName, printArtifact } from "../cli/read-artifact.ts";
import { sayConclusion } from "../cli/say-conclusion.ts";
import { startRelay } from "../cli/start-relay.ts";
import { startRun } from "../cli/start-run.ts";
import { checkPorts, toLocalNodes } from "../local/local-nodes.ts";
import { makeDataFolder, prepareLocalRelay } from "../local/prepare-local-relay.ts";
import { repository } from "../local/repository.ts";
import { toSummary } from "../render/run-summary.ts";

interface DemoOptions extends DataOption {
  readonly brief?: string;
  readonly portBase: number;
  readonly keep?: true;
}

export function demoCommand(cli: Cli): Command {
  return new Command("demo")
    .description("a process per role: together they turn a brief and real documents into a checked text")
    .argument("[files...]", "your own documents, with --brief: PDF, DOCX, HTML, e-mail, CSV, TSV, Markdown and text; folders are walked")
    .option("--brief <brief>", "your own brief: a text, a file, or - for stdin")
    .option("--keep", "keep the nodes running until Ctrl-C, so that the other commands can be tried, and their data after it")
    .addOption(portBaseOption())
    .addOption(dataOption("a temporary one, removed at the end"))
    .addHelpText(
      "before",
      toExamples([
        ["demo", "documents of the installed dependencies"],
        ['demo --brief "Which limits are there?" docs/ notes.pdf', "your own"],
        ["demo --port-base 28100", "beside a relay that runs"],
      ]),
    )
    .action(async (files: string[], options: DemoOptions) => {
      const { portBase, keep = false } = options;
      if (files.length > 0 && options.brief === undefined)
        throw new TasukiError("malformed_request", "Files need a brief: say with --brief what they are to answer.");
      // A file that is not there is told before any process is started.
      await collectSources(files, (given) => cli.path(given));
      const pipeline = await cli.relay();
      await using folder = await openDataFolder(cli, options);
      const { data, isTemporary } = folder;
      const place = { pipeline, data, portBase };
      const nodes = toLocalNodes(place);
      await checkPorts(nodes);
      await prepareLocalRelay(place);
      const style = cli.messageStyle;
      const ports = nodes.map(({ role, port }) => `${role} (${port})`).join(", ");
      cli.say(style.dim(`Starting ${ports}: ${nodes.length} processes, data in ${isTemporary ? "a temporary folder" : data}`));
      await using relay = await startRelay(cli, { ...place, isQuiet: true, isTemporary });
      cli.say(style.dim(`All ${relay.nodes.length} are healthy.`));
      cli.say("");
      await runDemo(cli, cli.client({ data }), { files, folder, options });
      if (!keep || cli.signal.aborted) return;
      cli.say("");
      cli.say(style.good(`The nodes keep running; Ctrl-C ends them. Their data stay in ${data}`));
      await cli.untilInterrupted();
    });
}

interface DataFolder {
  readonly data: string;
  /** True for a folder that is removed at the end. */
  readonly isTemporary: boolean;
}

/** The data folder of a demo: the one that was named, or a temporary one. Without `--keep`, disposing removes the temporary one. */
async function openDataFolder(cli: Cli, options: DemoOptions): Promise<DataFolder & AsyncDisposable> {
  const data = options.data === undefined ? await mkdtemp(join(tmpdir(), "tasuki-demo-")) : cli.dataFolder(options);
  const isTemporary = options.data === undefined && options.keep !== true;
  await makeDataFolder(data);
  return {
    data,
    isTemporary,
    async [Symbol.asyncDispose]() {
      if (isTemporary) await rm(data, { recursive: true, force: true });
    },
  };
}

async function runDemo(
  cli: Cli,
  client: OperatorClient,
  { files, folder, options }: { files: readonly string[]; folder: DataFolder; options: DemoOptions },
): Promise<void> {
  const style = cli.messageStyle;
  const { data, isTemporary } = folder;
  const brief = options.brief ?? demoBrief;
  const documents = options.brief === undefined ? await findDemoDocuments(repository) : files;
  if (options.brief === undefined) for (const words of demoBrief.split("\n")) cli.say(style.bold(`  ${words}`));
  const { run } = await startRun(cli, client, { brief, files: documents });
  const { status, conclusion } = await followRun(cli, { client, run });
  cli.endWith(exitCodeOfRun(conclusion, status));
  if (conclusion === undefined)
    return cli.say(
      isTemporary
        ? "Interrupted: the nodes are being ended, and their data folder, a temporary one, is removed."
        : `Interrupted: the nodes are being ended, with the run as far as it is. Go on with it: ${cli.next({ data }, "dev")}`,
    );
  const keep = options.keep === true;
  if (conclusion !== "closed" || status === undefined)
    return sayConclusion(cli, { run, status, conclusion, options: { data }, nodes: isTemporary ? "removed" : keep ? "running" : "ending" });
  cli.say("");
  const name = finalName(status);
  if (name !== undefined) await printArtifact(cli, client, { status, name });
  const next = (...words: string[]): string => cli.next({ data }, ...words);
  for (const line of toSummary(status, { data: isTemporary ? undefined : data, style, keep, next })) cli.say(line);
  cli.sayPnpm();
}
