import type { AskedClocks, RunStatus } from "@tasuki/protocol";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Cli } from "../cli/cli.ts";
import { readBriefAsRelay, type ReadingRow, sayReading } from "../cli/explain-brief.ts";
import { exitCodeOfRun } from "../cli/exit-code.ts";
import { followRun } from "../cli/follow-run.ts";
import { type DataOption, dataOption, type JsonOption, jsonOption, toExamples } from "../cli/options.ts";
import { finalName, printArtifact } from "../cli/read-artifact.ts";
import { sayConclusion } from "../cli/say-conclusion.ts";
import { clockOption, deadlineOption } from "../cli/time-options.ts";
import { startRun } from "../cli/start-run.ts";
import { toClosing } from "../render/run-detail.ts";

interface RunOptions extends DataOption, JsonOption {
  readonly wait?: true;
  readonly profile?: string;
  readonly id?: string;
  readonly rounds?: number;
  readonly clock?: AskedClocks;
  readonly deadline?: string;
  readonly retries?: number;
  readonly fail?: true;
}

function parseRounds(text: string): number {
  if (!/^[0-9]{1,2}$/.test(text) || Number(text) > 16) throw new InvalidArgumentError("a whole number from 0 to 16");
  return Number(text);
}

/** Refusal of an option of the demo's, which the run has as its first argument. */
function refuseBriefOption(): never {
  throw new InvalidArgumentError("The brief is the first argument: a text, a file, or - for stdin.");
}

export function runCommand(cli: Cli): Command {
  return new Command("run")
    .description("start a run: a brief, and the documents to answer it from")
    .argument("<brief>", "the brief: a text, a file, or - for stdin")
    .argument("[files...]", "documents: PDF, DOCX, HTML, e-mail, CSV, Markdown and text; folders are walked")
    .option("--wait", "follow the run to its end, print the final text, and exit by how it ended")
    .option("--profile <profile>", "what the final text must keep: one of the relay's profiles (default: its first)")
    .option("--id <uuid>", "the run's id (UUIDv7): starting it twice starts it once")
    .option("--rounds <n>", "how often a role may send work back before a person decides (default: 2)", parseRounds)
    .option("--retries <n>", "how often main tries a stage again once its attempts are over (default: 0)", parseRounds)
    .option("--fail", "end as failed where it would wait for a person")
    .addOption(clockOption())
    .addOption(deadlineOption(cli))
    .addOption(new Option("--brief <text>").hideHelp().argParser(refuseBriefOption))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ['run "What is a receipt?" docs/', "start it, and go on with something else"],
        ["run question.md notes.pdf page.html --wait", "follow it, and print the final text"],
        ["run - docs/ < question.md", "the brief from stdin"],
      ]),
    )
    .addHelpText(
      "after",
      `
What is taken for a question is said before the run starts, and what is not. To name the questions yourself, put
them into a list below a heading; everything else is then background:

  # Questions

  - How long does a lease last?
  - The fee for late payment
`,
    )
    .action(async (brief: string, files: string[], options: RunOptions) => {
      const { profile, id, rounds, clock, deadline, retries, fail, wait = false, json = false } = options;
      const client = cli.client(options);
      let reading: readonly ReadingRow[] = [];
      const { run } = await startRun(cli, client, {
        brief,
        files,
        ...(profile !== undefined && { profile }),
        ...(id !== undefined && { id }),
        ...(rounds !== undefined && { rounds }),
        ...(clock !== undefined && { clocks: clock }),
        ...(deadline !== undefined && { deadline }),
        ...(retries !== undefined && { retries }),
        ...(fail === true && { fails: true }),
        async onBrief(text) {
          reading = await readBriefAsRelay(cli, client, text);
          if (!json) sayReading(cli, reading);
        },
      });
      const read = reading.length > 0 ? { reading } : {};
      if (!wait && json) cli.json({ run, ...read });
      else if (!wait) cli.out(run);
      if (!wait) {
        cli.say(`Follow it: ${cli.next(options, "watch", run)}`);
        return;
      }
      // The final text is worth having before every node has archived it: it is verified.
      let isPrinted = false;
      const printFinal = async (status: RunStatus): Promise<void> => {
        const name = finalName(status);
        if (name !== undefined) await printArtifact(cli, client, { status, name });
        isPrinted = true;
      };
      const onVerified = async (status: RunStatus): Promise<void> => {
        // Where main is lost meanwhile, the text is printed at the end.
        await printFinal(status).catch(() => undefined);
        for (const words of toClosing(status, (...words) => cli.next(options, ...words)).slice(1, 2)) cli.say(words);
      };
      const { status, conclusion } = await followRun(cli, { client, run, isQuiet: json, ...(!json && { onVerified }) });
      cli.endWith(exitCodeOfRun(conclusion, status));
      if (json) cli.json({ run, ...read, status });
      else if (!isPrinted && conclusion === "closed" && status !== undefined) await printFinal(status);
      sayConclusion(cli, { run, status, conclusion, options });
    });
}
