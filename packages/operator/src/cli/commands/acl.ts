import { Command, InvalidArgumentError, Option } from "commander";
import { checkAcl, type CheckAclOptions } from "../../acl/check-acl.ts";
import { explainAcl } from "../../acl/explain-acl.ts";
import { printAcl } from "../../acl/print-acl.ts";
import type { Cli } from "../cli.ts";
import { type JsonOption, jsonOption, toExamples } from "../options.ts";

interface ExplainOptions extends JsonOption {
  readonly policy?: string;
  readonly bytes: number;
  readonly unsigned?: true;
}

const policyOption = (): Option =>
  new Option("--policy <file>", "the policy file (default: the repository's, infra/tailnet/policy.hujson)");

/** None of these needs a node that runs, or asks the tailnet anything. */
export function aclCommand(cli: Cli): Command {
  const check = new Command("check")
    .description("the application tests of the policy: what each caller may and may not do")
    .addOption(policyOption())
    .addOption(new Option("--tests <file>", "the tests (default: infra/tailnet/policy.tests.json)"))
    .addOption(jsonOption())
    .action((options: CheckAclOptions) => checkAcl(cli, options));
  const explain = new Command("explain")
    .description("which grant allows something, or what would")
    .argument("<from>", "ops, a role, or a tag: or group: of the policy")
    .argument("<to>", "the role addressed")
    .argument("<verb>", "task, upload, status or health")
    .argument("[kind]", "a kind of task, or the contract of an upload; all without it")
    .addOption(policyOption())
    .addOption(new Option("--bytes <count>", "size of the upload").default(1).argParser(toBytes))
    .addOption(new Option("--unsigned", "of a task that nobody signed, as people and scripts send it"))
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["acl explain nano sg upload de-raw-output", "may nano upload that to sg?"],
        ["acl explain ops main task", "which tasks may people send to main?"],
      ]),
    )
    .action((...[from, to, verb, what, options]: [string, string, string, string | undefined, ExplainOptions]) =>
      explainAcl(cli, { ...options, from, to, verb, what, unsigned: options.unsigned === true }),
    );
  const print = new Command("print")
    .description("what to merge into a tailnet's own policy")
    .option("--ops <people...>", "who operates the relay, as the tailnet names them (default: infra/tailnet/people.json)")
    .action((options: { ops?: string[] }) => printAcl(cli, options));
  const acl = new Command("acl").description("who may do what, by the policy file: check, explain and print it").helpCommand(false);
  for (const command of [check, explain, print]) acl.addCommand(command);
  return acl;
}

function toBytes(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError("A number of bytes.");
  return Number(text);
}
