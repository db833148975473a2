// The baker's work. Rice has no gluten, and does not rise.
import { defineExecutor } from "@tasuki/executors/define";
import { baker } from "./relay.ts";

export const work = defineExecutor(baker, ({ run, order, dough }) => {
  const { loaves, grain } = order.value;
  const outcome = grain === "rice" ? ("flat" as const) : ("risen" as const);
  return { bread: { outcome, crust: run.value.profile, text: `${loaves} of ${grain}, ${dough.value.text}` } };
});
