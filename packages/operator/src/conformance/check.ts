import type { Probe, ProbeRequest, Seen } from "./probe.ts";

/** What is known of the node before the checks begin. */
export interface CheckContext {
  readonly probe: Probe;
  readonly role: string;
  /** What the caller may do there: what it may not is refused earlier, and shows less. */
  readonly may: { readonly task: boolean; readonly upload: boolean; readonly status: boolean };
  /** Where nothing must ever call: an URL that this machine listens on. */
  readonly trap: string;
}

export interface Finding {
  /** How many things were asked. */
  readonly asked: number;
  /** What was not as it must be, one line each. */
  readonly failures: readonly string[];
  /** Why less could be shown than there is. */
  readonly note?: string | undefined;
}

/** One thing that a narrow bus keeps to. */
export interface Check {
  readonly name: string;
  readonly claim: string;
  run(context: CheckContext): Promise<Finding>;
}

/** A request that must be refused. */
export interface Refusal {
  readonly request: ProbeRequest;
  /** The codes that are right; any refusal without. */
  readonly codes?: readonly string[];
  /** Whether ending the connection is as good. */
  readonly mayEnd?: boolean;
}

/** Asks for each, and finds those that were not refused as they must be. */
export async function findRefused(probe: Probe, refusals: readonly Refusal[], note?: string): Promise<Finding> {
  const failures: string[] = [];
  for (const { request, codes, mayEnd = false } of refusals) {
    const seen = await probe.ask(request);
    const failure = whyNotRefused(seen, { codes, mayEnd });
    if (failure !== undefined) failures.push(`${seen.label}: ${failure}`);
  }
  return { asked: refusals.length, failures, note };
}

function whyNotRefused(
  { answer, problem, further, request }: Seen,
  { codes, mayEnd }: { codes: readonly string[] | undefined; mayEnd: boolean },
): string | undefined {
  if (answer === undefined) return mayEnd ? undefined : "the connection was ended without an answer";
  if (further > 0) return `${further + 1} answers to one request`;
  if (answer.status < 400 || answer.status > 499) return `answered ${answer.status}, and should be refused`;
  // An answer to HEAD has no body to look into.
  if (codes === undefined || request.method === "HEAD") return undefined;
  return problem !== undefined && codes.includes(problem.code)
    ? undefined
    : `refused by '${problem?.code ?? answer.status}', and should be by ${codes.map((code) => `'${code}'`).join(" or ")}`;
}
