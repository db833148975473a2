import { constantFrom, jsonValue, oneof, tuple } from "fast-check";
import { type Kind, toBytes } from "../request.ts";
import { naughty } from "./naughty.ts";

const values = oneof(
  naughty,
  jsonValue({ maxDepth: 2 }),
  constantFrom<unknown>(-1, 0, 1e308, 2 ** 53, null, [], {}, "0192f6a0-0000-7000-8000-00000000000a"),
);
const input = oneof(
  tuple(constantFrom("run", "task", "from", "limit", "include", "name", "after", "lastEventId", "__proto__", "json", "0"), values).map(
    ([key, value]) => JSON.stringify({ [key]: value }),
  ),
  values.map((value) => JSON.stringify(value)),
  naughty,
  constantFrom("", "{", "[".repeat(3_000), '{"__proto__":{"run":1}}', "undefined"),
);

/** tRPC calls of the procedures that there are: inputs that are none, batches, and what the adapter reads beside them. */
export const procedures: Kind = {
  name: "procedures",
  share: 3,
  requests: (endpoint) =>
    tuple(
      constantFrom("status", "health", "watch"),
      input,
      constantFrom(
        "",
        "",
        "",
        "&batch=1",
        "&batch=0",
        "&input=%7B%7D",
        "&connectionParams=1",
        "&connectionParams=%7B%22a%22%3A%22b%22%7D",
        "&lastEventId=x",
        "&last-event-id=-1",
      ),
      constantFrom<readonly [string, string] | undefined>(
        undefined,
        undefined,
        ["trpc-accept", "application/jsonl"],
        ["Accept", "text/event-stream"],
        ["Last-Event-ID", "\u00FF"],
        ["Last-Event-ID", "9".repeat(400)],
        ["x-trpc-source", endpoint.canary],
        ["Content-Type", "multipart/form-data"],
      ),
    ).map(([name, text, more, header]) => ({
      label: `${name} ${text.slice(0, 80)} ${more} ${header?.join(": ") ?? ""}`,
      parts: [
        toBytes(endpoint, {
          target: `/trpc/${name}?input=${encodeURIComponent(text.toWellFormed())}${more}`,
          ...(header && { headers: [header] }),
        }),
      ],
      mayPass: true,
    })),
};
