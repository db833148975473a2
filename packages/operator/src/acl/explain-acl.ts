import { TasukiError } from "@tasuki/protocol";
import { explainGrant, type Explanation, type Grant, type Want } from "@tasuki/bus";
import type { Cli } from "../cli/cli.ts";
import { exitCodes } from "../cli/exit-code.ts";
import { describeWant, rolesOf, toSubject, toWants, type WantWords } from "./parse-want.ts";
import { line } from "../render/style.ts";
import { policyFiles, readPolicy } from "./read-policy.ts";

export interface ExplainAclQuestion extends Omit<WantWords, "signed"> {
  readonly from: string;
  readonly to: string;
  readonly unsigned: boolean;
  readonly policy?: string;
  readonly json?: true;
}

/** `acl explain`: the grant that allows a call; where none does, what the nearest grant lacks, who may instead, and the permission that would do. */
export async function explainAcl(cli: Cli, question: ExplainAclQuestion): Promise<void> {
  const { to, unsigned, verb, what, bytes, json } = question;
  const pipeline = await cli.relay();
  const roles = rolesOf(pipeline);
  if (!roles.includes(to)) throw new TasukiError("unknown_role", `'${to}' is no role of the relay: ${roles.join(", ")}.`);
  const from = toSubject(question.from, pipeline);
  const path = question.policy === undefined ? policyFiles.policy : cli.path(question.policy);
  const policy = await readPolicy(path);
  // People and scripts have no key to sign a task with.
  const wants = toWants({ verb, what, bytes, signed: !unsigned && from.startsWith("tag:") }, pipeline);
  const answers = wants.map((want) => ({ want, ...explainGrant(policy, { from, to, want }) }));
  if (answers.some(({ by }) => by === undefined)) cli.endWith(exitCodes.forbidden);
  if (json) return cli.json({ from, to, answers });
  const { style } = cli;
  for (const answer of answers) {
    const about = `${from} > ${to}: ${describeWant(answer.want)}`;
    cli.out(answer.by ? line`${style.good("allowed")} ${about}` : line`${style.bad("denied ")} ${about}`);
    for (const words of answer.by ? [`by ${place(path, answer.by)}`] : reasons(path, answer)) cli.out(style.dim(`  ${words}`));
  }
}

function reasons(path: string, { short, others, would }: Explanation & { readonly want: Want }): string[] {
  const none = short.length === 0 ? ["no grant from there is for this call: what is not written is denied"] : [];
  const instead = [...new Set(others.flatMap(({ src }) => src))];
  return [
    ...short.map(({ grant, lacks }) => `not by ${place(path, grant)}: ${lacks}`),
    ...none,
    ...(instead.length > 0 ? [`allowed to ${instead.join(", ")}`] : []),
    `would be allowed by ${JSON.stringify(would)} in a grant between the two`,
  ];
}

function place(path: string, { line, permission }: Grant): string {
  return `${path}:${line} ${JSON.stringify(permission)}`;
}
