import { z } from "zod";
import { Id } from "./identifiers.ts";

/** Schema of a number that may also come as its digits, as in a query. `z.coerce` would read 0 out of an empty text, and 1 out of `true`. */
function inDigits<Schema extends z.ZodNumber>(schema: Schema) {
  return z.preprocess((value) => (typeof value === "string" && /^[0-9]{1,16}$/.test(value) ? Number(value) : value), schema);
}

export const StatusQuery = z.looseObject({
  run: Id.optional(),
  task: Id.optional(),
  /** Index of the first entry of the feed wanted, from 0. */
  from: inDigits(z.int().nonnegative()).optional(),
  limit: inDigits(z.int().min(1).max(1000)).optional(),
  include: z.enum(["artifacts"]).optional(),
  /** Names of the files wanted, with `include=artifacts`: one, or several with commas between them (nodes of earlier releases take one). */
  name: z.string().max(256).optional(),
  /** `next` of the page before, with `include=artifacts`. */
  after: z.string().max(256).optional(),
});
export type StatusQuery = z.infer<typeof StatusQuery>;

export const WatchQuery = z.looseObject({
  from: z.int().nonnegative().default(0),
  lastEventId: inDigits(z.int().nonnegative()).optional(),
});
export type WatchQuery = z.infer<typeof WatchQuery>;
