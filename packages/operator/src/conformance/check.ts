import type { Probe, ProbeRequest, Seen } from "./probe.ts";

/** Facts about the node that are known before the checks begin. */
export interface CheckContext {
  readonly probe: Probe;
  readonly role: string;
  /** The caller's permissions on the node. A call without one is refused earlier, and shows less. */
  readonly may: { readonly task: boolean; readonly upload: boolean; readonly status: boolean };
  /** A URL that this machine listens on, and nothing must ever call. */
  readonly trap: string;
}

export interface Finding {
  /** The number of requests that were judged. */
  readonly asked: number;
  /** Breaches of the claim, one line each. */
  readonly failures: readonly string[];
  /** A reason why less could be shown than there is. */
  readonly note?: string | undefined;
}

/** One check of a narrow bus: a claim, and the requests that show whether it holds. */
export interface Check {
  readonly name: string;
  readonly claim: string;
  run(context: CheckContext): Promise<Finding>;
}

/** A request that must be refused. */
export interface Refusal {
  readonly request: ProbeRequest;
  /** The problem codes that are right. Without them, any refusal is. */
  readonly codes?: readonly string[];
  /** True where ending the connection is as good as a refusal. */
  readonly mayEnd?: boolean;
}

/** Finds the requests that were not refused as they must be, by sending each. `note` is passed on. */
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
