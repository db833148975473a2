import { defineExecutor } from "@tasuki/executors";
import { mixer } from "./bakery.ts";

// error: role 'mixer' does not return 'dough': add it to what the work returns (undefined, where it may be left out)
defineExecutor(mixer, () => ({ note: "sticky" }));

// An output that may be left out is said to be left out.
// error: role 'mixer' does not return 'note': add it to what the work returns (undefined, where it may be left out)
defineExecutor(mixer, ({ order }) => ({ dough: { flour: order.value, grams: 500 } }));

// An output that comes later, too.
// error: role 'mixer' does not return 'dough': add it to what the work returns (undefined, where it may be left out)
defineExecutor(mixer, async () => ({ note: undefined }));
