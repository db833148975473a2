import { clipText, fromProblem, isTasukiError, Problem, TasukiError, toExpected } from "@tasuki/protocol";
import { TRPCClientError } from "@trpc/client";
import type { z } from "zod";

/** Converts the error of a failed call to the peer's own problem, or to `unreachable` where no readable answer came. */
export function toClientError(error: unknown, peer: { readonly node: string; readonly url: string }): TasukiError {
  if (isTasukiError(error)) return error;
  const known = isTasukiError(causeOf(error)) ? causeOf(error) : undefined;
  if (isTasukiError(known)) return known;
  const problem =
    error instanceof TRPCClientError ? (problemIn(error.data, "problem") ?? problemIn(error.meta, "responseJSON")) : undefined;
  if (problem !== undefined) return fromProblem(problem);
  const reason = clipText(rootOf(error), 1024);
  return new TasukiError("unreachable", `${peer.node} at ${peer.url} did not answer: ${reason}`, { cause: error });
}

/**
 * Error for an answer that no bus gives (`answer_invalid`): another program may listen at that address, or the node lies. The call may be tried
 * again. `why` is a phrase, `it has more than 65536 bytes`.
 */
export function notUnderstood(why: string, peer: { readonly node: string; readonly url: string }): TasukiError {
  return new TasukiError("answer_invalid", `${peer.node} at ${peer.url} gave an answer that can't be read: ${clipText(why, 1024)}.`);
}

/** The phrase for what a schema refused in an answer: the first fault alone, for there may be as many as the answer has values. */
export function whyNot({ issues: [first] }: z.core.$ZodError): string {
  return `${first?.path.map(String).join(".") || "it"}: expected ${first === undefined ? "something else" : toExpected(first)}`;
}

function problemIn(holder: unknown, key: string): Problem | undefined {
  if (typeof holder !== "object" || holder === null) return undefined;
  const read = Problem.safeParse(Object.entries(holder).find(([name]) => name === key)?.[1]);
  return read.success ? read.data : undefined;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function rootOf(error: unknown): string {
  for (let at = error; ; at = causeOf(at)) if (!(causeOf(at) instanceof Error)) return at instanceof Error ? at.message : String(at);
}
