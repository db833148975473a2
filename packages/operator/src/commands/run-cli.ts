import { isTasukiError, systemCode } from "@tasuki/protocol";
import { Command, CommanderError } from "commander";
import { toLine } from "../render/plain-text.ts";
import { toUnmetLines } from "../render/block-lines.ts";
import { line } from "../render/style.ts";
import { type CliDeps, createCli, type Cli } from "../cli/cli.ts";
import { aclCommand } from "./acl.ts";
import { answerCommand } from "./answer.ts";
import { artifactsCommand } from "./artifacts.ts";
import { cancelCommand } from "./cancel.ts";
import { checkCommand } from "./check.ts";
import { closeCommand } from "./close.ts";
import { conformanceCommand } from "./conformance.ts";
import { demoCommand } from "./demo.ts";
import { devCommand } from "./dev.ts";
import { linkCommand } from "./link.ts";
import { lsCommand } from "./ls.ts";
import { nodesCommand } from "./nodes.ts";
import { nudgeCommand } from "./nudge.ts";
import { pauseCommand } from "./pause.ts";
import { resumeCommand } from "./resume.ts";
import { retryCommand } from "./retry.ts";
import { rollbackCommand } from "./rollback.ts";
import { runCommand } from "./run.ts";
import { showCommand } from "./show.ts";
import { startCommand } from "./start.ts";
import { watchCommand } from "./watch.ts";
import { exitCodeOf, exitCodes } from "../cli/exit-code.ts";
import { mainOption, toExamples } from "../cli/options.ts";

/** Commands that ask main; those that most people need come first. */
const commands = [
  runCommand,
  lsCommand,
  showCommand,
  watchCommand,
  artifactsCommand,
  nudgeCommand,
  answerCommand,
  retryCommand,
  pauseCommand,
  resumeCommand,
  rollbackCommand,
  cancelCommand,
  closeCommand,
  nodesCommand,
];

/** Commands for this machine alone. */
const localCommands = [linkCommand, checkCommand, aclCommand, conformanceCommand, demoCommand, devCommand, startCommand];

/** Runs one command line; resolves with the exit code, and never rejects. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  const cli = createCli(deps);
  try {
    await toProgram(cli).parseAsync(args, { from: "user" });
    return cli.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (deps.signal.aborted) return exitCodes.interrupted;
    sayError(cli, error);
    return exitCodeOf(error);
  }
}

function toProgram(cli: Cli): Command {
  const program = new Command("tasuki")
    .description("Relay work for agents on separate machines, where every hand-off is checked, signed for, and provable.")
    .addHelpText(
      "before",
      toExamples([
        ["dev", "all nodes on this machine"],
        ['run "What is a receipt?" docs/ --wait', "start a run and follow it"],
        ["show last", "what is proven, what is awaited, what blocks it"],
        ["artifacts last", "what the run has made"],
      ]),
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 forbidden, 5 conflict, 6 unreachable, 7 invalid, 8 run failed, 9 needs a person, 10 closed without a node, 130 interrupted",
    )
    .showHelpAfterError("(--help shows examples)")
    .helpCommand(false);
  const all = [...commands.map((create) => create(cli).addOption(mainOption())), ...localCommands.map((create) => create(cli))];
  for (const command of all) program.addCommand(command.copyInheritedSettings(program));
  const nested = program.commands.flatMap((command) => command.commands.map((one) => one.copyInheritedSettings(program)));
  for (const command of [program, ...program.commands, ...nested])
    command.exitOverride().configureOutput({
      writeOut: (text) => linesOf(text).forEach((one) => cli.out(one)),
      writeErr: (text) => linesOf(text).forEach((one) => cli.say(one)),
      getOutHelpWidth: () => cli.stdout.columns ?? 100,
      getErrHelpWidth: () => cli.stderr.columns ?? 100,
    });
  return program;
}

function sayError(cli: Cli, error: unknown): void {
  const style = cli.messageStyle;
  const message = error instanceof Error ? error.message : String(error);
  cli.say(line`${style.bad("tasuki:")} ${toLine(message)}`);
  if (isTasukiError(error)) for (const words of toUnmetLines(error.details.unmet ?? [], style)) cli.say(words);
  // A refusal by the system says all that there is to say; any other error is a fault of this program's.
  else if (error instanceof Error && error.stack !== undefined && systemCode(error) === undefined)
    for (const one of linesOf(error.stack)) cli.say(style.dim(one));
}

/** The lines of a text of this program's own. */
function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, "").split("\n");
}
