import type { Check } from "../check.ts";
import type { Seen } from "../probe.ts";

// The checks below look at every answer that the other checks got, and so come last.

export const redirects: Check = {
  name: "redirects",
  claim: "no answer leads anywhere else",
  run: async ({ probe }) =>
    judge(probe.seen, ({ answer }) => {
      if (answer === undefined) return undefined;
      if (answer.status >= 300 && answer.status < 400) return `answered ${answer.status}`;
      return ["location", "refresh", "link", "content-location"].find((name) => name in answer.headers);
    }),
};

export const problemsOnly: Check = {
  name: "problems",
  claim: "every refusal is RFC 9457 problem+json (in tRPC its error shape), with a code of the one table and that code's status",
  run: async ({ probe }) =>
    judge(probe.seen, ({ answer, problem, request }) =>
      answer === undefined || answer.status < 400 || request.method === "HEAD" || problem !== undefined
        ? undefined
        : `${answer.status} ${answer.headers["content-type"] ?? "without a type"}: ${answer.body.toString("utf8", 0, 60)}`,
    ),
};

export const failures: Check = {
  name: "failures",
  claim: "nothing that is sent makes the node fail, or tell of its inside",
  run: async ({ probe }) =>
    judge(probe.seen, ({ answer, problem }) => {
      if (answer === undefined) return undefined;
      // These two problems are the node's own state, and no fault of the request: the caller can be unknown for now, and the disk full.
      const isOwn = problem?.code === "identity_unavailable" || problem?.code === "disk_full";
      if (answer.status >= 500 && !isOwn) return `answered ${answer.status}`;
      const told = /node_modules|\bat [^ ]+ \(|\.ts:[0-9]+|node:internal/.exec(answer.body.toString("utf8"));
      if (told !== null && answer.status >= 400) return `tells of its inside: ${told[0]}`;
      return ["server", "x-powered-by"].find((name) => name in answer.headers);
    }),
};

export const origins: Check = {
  name: "origins",
  claim: "no answer opens the bus to a browser's scripts",
  run: async ({ probe }) =>
    judge(probe.seen, ({ answer }) =>
      Object.keys(answer?.headers ?? {}).find((name) => name.startsWith("access-control-") || name === "set-cookie"),
    ),
};

function judge(seen: readonly Seen[], why: (one: Seen) => string | undefined) {
  const failures = seen.flatMap((one) => {
    const found = why(one);
    return found === undefined ? [] : [`${one.label}: ${found}`];
  });
  return { asked: seen.length, failures };
}
