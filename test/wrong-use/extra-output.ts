import { defineExecutor } from "@tasuki/executors";
import { mixer } from "./bakery.ts";

const dough = { flour: "rye", grams: 500 };

// error: role 'mixer' does not produce 'bread': leave it out, or add it to the role's 'produces'
defineExecutor(mixer, () => ({ dough, note: undefined, bread: "dark" }));
// error: role 'mixer' does not produce 'crumbs': leave it out, or add it to the role's 'produces'
defineExecutor(mixer, async () => ({ dough, note: undefined, crumbs: [] }));
