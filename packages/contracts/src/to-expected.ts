import type { z } from "zod";

/** What a schema wanted, as `expected` says it: "number", where the library has "Invalid input: expected number, received string". */
export function toExpected({ message }: Pick<z.core.$ZodIssue, "message">): string {
  return message
    .replace(/^[A-Z][a-z]+ [a-z]+: expected (.*?)(?:, received .*)?$/s, "$1")
    .replace(/^Invalid (?=\S)/, "a valid ")
    .replace(/^Unrecognized keys?: /, "no key ");
}
