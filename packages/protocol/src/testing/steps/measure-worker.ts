// Thread in which steps are counted. It begins to count before it imports what is measured.
import { parentPort, workerData } from "node:worker_threads";
import { startCounting } from "./count-steps.ts";
import { isGrowing, type Measured, type Measuring } from "./measure-steps.ts";
import { fillOf, searchWorst, stepsPerByte, type Subject } from "./worst-case.ts";

// Size up to which steps are counted, bytes. A larger input is counted at this size, and shown to come to an end at its own.
const mostCounted = 256 * 1024;

const { module, seed, tries, size: small, most } = workerData as Measuring; // as `measureSteps` gives it
const count = startCounting();
const { subjects } = (await import(module)) as { readonly subjects: readonly Subject[] }; // as the module's own type says

function measure(subject: Subject): Measured {
  const { name, maxBytes = mostCounted } = subject;
  const recipe = searchWorst(subject, { seed, tries, sizes: [small, 4 * small], count });
  const perByte: number[] = [];
  // Limits of lists and of faults show at some size only: sizes double until a byte takes no more steps than before, or too many.
  for (
    let size = 8 * small;
    size <= mostCounted && (perByte.length < 3 || isGrowing(perByte)) && Math.max(0, ...perByte) <= most;
    size *= 2
  )
    perByte.push(...stepsPerByte(subject, recipe, { sizes: [size], count }));
  if (subject.maxBytes === undefined) return { name, recipe, perByte };
  if (maxBytes > mostCounted) subject.prepare(fillOf(recipe, maxBytes * 0.95)).run();
  const [atMost = 0] = stepsPerByte(subject, recipe, { sizes: [Math.min(maxBytes, mostCounted) * 0.95], count });
  return { name, recipe, perByte: [...perByte, atMost] };
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
parentPort?.postMessage(subjects.map(measure));
