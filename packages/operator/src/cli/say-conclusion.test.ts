import { expect, test } from "vitest";
import { blockedStatus, runId } from "../testing/example-status.ts";
import { writeOnlyCli } from "../testing/write-only-cli.ts";
import { sayConclusion } from "./say-conclusion.ts";

test.each([
  [
    "ending",
    /clears with pnpm tasuki retry .* --from sg --data \/relay\n[^]*Start them again: pnpm tasuki dev --data \/relay\n.*pnpm tasuki cancel .* --data \/relay/,
  ],
  ["running", /^(?![^]*tasuki dev)[^]*clears with pnpm tasuki retry .* --from sg --data \/relay\n/],
  ["removed", /^(?![^]*pnpm tasuki)[^]*needs a person.*--keep or --data/],
] as const)("of a blocked run what to type next is said, as far as its nodes are there after the command: %s", (nodes, says) => {
  const { cli, said } = writeOnlyCli();
  sayConclusion(cli, { run: runId, status: blockedStatus(), conclusion: "needs-human", options: { data: "/relay" }, nodes });
  expect(said()).toMatch(says);
});
