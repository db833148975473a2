import { type OperatorCall, operatorCalls, operations } from "@tasuki/bus";
import type { Orchestrator } from "@tasuki/node";
import { taskPayloadType } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { createOperatorRouter, type OperatorContext } from "./operator-router.ts";

const run = "01a20ed8-0000-756e-8e5f-b0ba1c5c733f";
const envelope = operations.task.input.parse({
  envelope: { payload: btoa('{"kind":"run","brief":"?"}'), payloadType: taskPayloadType, signatures: [] },
});
/** The least that each call takes which changes something, beside `run`. */
const inputs: Readonly<Record<string, object>> = {
  start: envelope,
  answer: { text: "the second edition" },
  rollback: { to: "writer" },
  extend: { wantedBy: 1 },
  close: { without: "jp" },
};
const changing = Object.entries(operatorCalls)
  .filter(([call, level]) => level !== "read" && call !== "upload" && call !== "session")
  .map(([call]) => call as Exclude<OperatorCall, "upload">);

// guarantees: R8.operators
test.each(changing)("'%s' is asked of main in the name of its caller, with the reason that was given", async (call) => {
  const asked: unknown[] = [];
  const remember = async (...given: unknown[]): Promise<unknown> => {
    asked.push(...given);
    return {};
  };
  // Whatever a procedure asks of main, it asks it of one of these.
  const everything = new Proxy({}, { get: () => remember });
  const router = createOperatorRouter({
    orchestrator: everything as Orchestrator,
    calls: everything as Parameters<typeof createOperatorRouter>[0]["calls"],
    sessions: everything as Parameters<typeof createOperatorRouter>[0]["sessions"],
    makeLink: (...given) => {
      asked.push(...given);
      return { url: "", principal: "session:ann", level: "read", expiresAt: 0 };
    },
    stopping: new AbortController().signal,
  });
  const context: OperatorContext = {
    by: "session:ann",
    caller: { principal: "session:ann", roles: [], nodes: [], permissions: [] },
    headers: {},
  };
  const procedures = router.createCaller(context) as unknown as Readonly<Record<string, (input: object) => Promise<unknown>>>;
  const reason = call === "answer" || call === "start" || call === "link" ? {} : { reason: "mended" };
  await procedures[call]?.({ run, ...inputs[call], ...reason });
  const said = JSON.stringify(asked);
  expect(said).toContain('"session:ann"');
  expect(said.includes('"mended"')).toBe("reason" in reason);
});
