import { type Clock, type Pipeline, TasukiError, toInputError, toProblem } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { z } from "zod";
import type { Caller } from "../identity/identity.ts";
import { type BusHandlers, createBusCalls } from "../server/bus-calls.ts";
import { keepUpload, uploadLimit } from "../server/keep-upload.ts";
import { operations } from "../wire/operations.ts";
import { contractOf, takenContracts } from "../wire/taken-contracts.ts";
import { openTask, parseTaskHeaders } from "../wire/task-request.ts";

export type DirectVerb = "task" | "status" | "health" | "upload";

/** A node's bus without a listener. Requests and answers are the texts that a wire would carry; an answer is `{ok}` or `{problem}`. */
export interface DirectBus {
  /** Resolves with the answer's text; never rejects. */
  call(verb: DirectVerb, body: string, caller: Caller): Promise<string>;
  watch(from: number, caller: Caller, signal: AbortSignal): AsyncIterable<string>;
}

interface DirectBusDeps {
  readonly role: string;
  readonly pipeline: Pipeline;
  readonly handlers: BusHandlers;
  readonly store: Pick<Store, "blobs" | "addBlob">;
  readonly clock: Pick<Clock, "now">;
}

const TaskInput = operations.task.input.extend({ headers: z.record(z.string(), z.string()) });
const Upload = z.object({ contract: z.string(), sha256: z.string(), bytes: z.base64() });

/** Creates a bus that does all that the transports' bus does: parsing, permissions, handlers, problems. */
export function createDirectBus(deps: DirectBusDeps): DirectBus {
  const { role, pipeline, handlers, store } = deps;
  const calls = createBusCalls({ role, handlers });
  const taken = takenContracts(pipeline, role);

  const upload = async (input: z.infer<typeof Upload>, caller: Caller) => {
    const contract = contractOf(taken, input.contract);
    const bytes = Buffer.from(input.bytes, "base64");
    const maxBytes = uploadLimit(caller, role, contract);
    if (bytes.length > maxBytes) throw new TasukiError("too_large", `The upload has ${bytes.length} bytes; ${maxBytes} are taken.`);
    await using staged = await store.blobs.stage(once(bytes), { maxBytes });
    const fileName = contract.artifact?.file ?? contract.name;
    const received = { staged, contract, fileName, by: caller.principal, sha256: input.sha256 };
    return (await keepUpload({ ...deps, judge: judgeAtOnce }, received, async () => caller)).answer;
  };
  const answer = async (verb: DirectVerb, body: unknown, caller: Caller): Promise<unknown> => {
    switch (verb) {
      case "task": {
        const input = TaskInput.safeParse(body);
        if (!input.success) throw toInputError("malformed_message", { place: "message", error: input.error, value: body });
        return (await calls.task(openTask(input.data.envelope, input.data.files), parseTaskHeaders(input.data.headers), caller)).answer;
      }
      case "status": {
        const query = operations.status.input.safeParse(body);
        if (!query.success) throw toInputError("malformed_request", { place: "query", error: query.error, value: body });
        return calls.status(query.data, caller);
      }
      case "health":
        return calls.health(caller);
      case "upload":
        return upload(Upload.parse(body), caller);
    }
  };

  return {
    async call(verb, body, caller) {
      try {
        return JSON.stringify({ ok: await answer(verb, JSON.parse(body), caller) });
      } catch (error) {
        return JSON.stringify({ problem: toProblem(error) });
      }
    },
    async *watch(from, caller, signal) {
      for await (const entry of calls.watch(from, caller, signal)) yield JSON.stringify(entry);
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}
