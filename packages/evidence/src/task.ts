import { TaskPayload } from "@tasuki/contracts";
import { parseMessage } from "./parse-message.ts";

/** A task out of the bytes that were signed. Throws `malformed_message`, with what is wrong as `unmet`. */
export function parseTask(bytes: Uint8Array): TaskPayload {
  return parseMessage(bytes, TaskPayload, "task");
}
