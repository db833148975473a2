import { defineExecutor } from "@tasuki/executors";
import { defineRole, optional } from "@tasuki/protocol";
import { bread, mixer } from "./bakery.ts";

const heedful = defineRole({ ...mixer, feedback: [bread] });
const dough = (flour: string) => ({ dough: { flour, grams: 500 }, note: undefined });
defineExecutor(heedful, ({ bread }) => dough(bread?.value ?? "rye"));

// At first there is none.
// error: 'bread' is possibly 'undefined'
defineExecutor(heedful, ({ bread }) => dough(bread.value));

// error: Property 'crumbs' does not exist on type
defineExecutor(heedful, ({ crumbs }) => dough(String(crumbs)));

// It is for the author, and no part of what is checked.
// error: Property 'bread' does not exist on type
defineRole({ ...mixer, feedback: [bread], check: ({ bread }) => bread });

// error: is missing the following properties from type
defineRole({ ...mixer, feedback: [optional(bread)] });
