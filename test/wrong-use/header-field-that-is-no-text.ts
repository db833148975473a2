import { z } from "zod";
import { readHeaded } from "@tasuki/protocol";

const letter = { name: "letter", version: 1, file: "letter.txt" } as const;

// error: field 'pages' of 'letter' is a line of its header, and so a text: z.coerce.number<string>() reads a number from it
readHeaded("", { ...letter, schema: z.object({ pages: z.int(), text: z.string() }) }, "letter.txt");
// error: field 'to' of 'letter' is a line of its header, and so a text: z.coerce.number<string>() reads a number from it
readHeaded("", { ...letter, schema: z.object({ to: z.array(z.string()), text: z.string() }) }, "letter.txt");

readHeaded(
  "",
  { ...letter, schema: z.object({ pages: z.coerce.number<string>(), sent: z.stringbool().optional(), text: z.string() }) },
  "letter.txt",
);
