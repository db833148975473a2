import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TasukiError } from "@tasuki/contracts";
import { Command } from "commander";
import type { OperatorClient } from "../../api/operator-client.ts";
import { toLocalNodes } from "../../local/local-nodes.ts";
import { prepareLocalRelay } from "../../local/prepare-local-relay.ts";
import { startLocalRelay } from "../../local/start-local-relay.ts";
import { toNodeLine } from "../../render/node-line.ts";
import { toSummary } from "../../render/run-summary.ts";
import { checkPorts } from "../check-ports.ts";
import type { Cli } from "../cli.ts";
import { collectSources } from "../collect-sources.ts";
import { demoBrief, findDemoDocuments } from "../demo-documents.ts";
import { exitCodeOfRun } from "../exit-code.ts";
import { followRun } from "../follow-run.ts";
import { type DataOption, dataOption, portBaseOption, toExamples } from "../options.ts";
import { printArtifact } from "../print-artifact.ts";
import { finalName } from "../read-artifact.ts";
import { repository } from "../repository.ts";
import { sayOutcome } from "../say-outcome.ts";
import { startRun } from "../start-run.ts";
import { untilAborted } from "../until-aborted.ts";
import { untilConnected } from "../until-connected.ts";

interface DemoOptions extends DataOption {
  readonly brief?: string;
  readonly portBase: number;
  readonly keep?: true;
}

export function demoCommand(cli: Cli): Command {
  return new Command("demo")
    .description("a process per role: together they turn a brief and real documents into a cited, checked text")
    .argument("[files...]", "your own documents, with --brief: PDF, HTML, Markdown and text; folders are walked")
    .option("--brief <brief>", "your own brief: a text, a file, or - for stdin")
    .option("--keep", "keep the nodes running until Ctrl-C, so that the other commands can be tried")
    .addOption(portBaseOption())
    .addOption(dataOption("a new temporary one"))
    .addHelpText(
      "before",
      toExamples([
        ["demo", "documents of the installed dependencies"],
        ['demo --brief "Which limits are there?" docs/ notes.pdf', "your own"],
        ["demo --port-base 28100", "beside a relay that runs"],
      ]),
    )
    .action(async (files: string[], options: DemoOptions) => {
      const { portBase, keep } = options;
      if (files.length > 0 && options.brief === undefined)
        throw new TasukiError("malformed_request", "Files need a brief: say with --brief what they are to answer.");
      // A file that is not there is told before four processes are started.
      await collectSources(files, (given) => cli.path(given));
      const data = options.data === undefined ? await mkdtemp(join(tmpdir(), "tasuki-demo-")) : cli.dataFolder(options);
      await mkdir(data, { recursive: true });
      const nodes = toLocalNodes({ data, portBase });
      await checkPorts(nodes);
      await prepareLocalRelay({ data, portBase });
      const style = cli.messageStyle;
      cli.say(
        style.dim(`Starting ${nodes.map(({ role, port }) => `${role} (${port})`).join(", ")}: ${nodes.length} processes, data in ${data}`),
      );
      await using relay = await startLocalRelay({
        data,
        portBase,
        signal: cli.signal,
        // What dies or warns is worth a line; that all is well is not.
        onLine: (line) => {
          if (line.source === "relay" && line.text === "is healthy") return;
          const shown = toNodeLine(line, style);
          if (shown !== undefined) cli.say(shown);
        },
      });
      const client = cli.client({ data });
      await untilConnected(client, cli.signal);
      cli.say(style.dim(`All ${relay.nodes.length} are healthy.\n`));
      await runDemo(cli, client, { data, files, options });
      if (!keep || cli.signal.aborted) return;
      cli.say(style.good("\nThe nodes keep running; Ctrl-C ends them."));
      await untilAborted(cli.signal);
    });
}

async function runDemo(
  cli: Cli,
  client: OperatorClient,
  { data, files, options }: { data: string; files: readonly string[]; options: DemoOptions },
): Promise<void> {
  const style = cli.messageStyle;
  const brief = options.brief ?? demoBrief;
  const documents = options.brief === undefined ? await findDemoDocuments(repository) : files;
  if (options.brief === undefined) for (const line of demoBrief.split("\n")) cli.say(`  ${style.bold(line)}`);
  const run = await startRun(cli, client, { brief, files: documents });
  const { status, outcome } = await followRun(cli, { client, run });
  cli.endWith(exitCodeOfRun(outcome));
  if (outcome === undefined)
    return cli.say(`Interrupted: the nodes are being ended, with the run as far as it is. Go on with it: ${cli.next({ data }, "dev")}`);
  const isEnding = options.keep !== true;
  if (outcome !== "closed" || status === undefined) return sayOutcome(cli, { run, status, outcome, options: { data }, isEnding });
  cli.say("");
  const name = finalName(status);
  if (name !== undefined) await printArtifact(cli, client, { status, name });
  for (const line of toSummary(status, { data, style, keep: options.keep === true, next: (...words) => cli.next({ data }, ...words) }))
    cli.say(line);
}
