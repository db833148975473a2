// A relay that has nothing in common with the shipped one: two roles, artifacts, intake and profiles of its own.
import { definePipeline, defineRole, type Unmet } from "@tasuki/protocol";
import { bread, dough, note, order, run } from "./artifacts.ts";

const gramsOfLoaf = 500;

const mixer = defineRole({
  name: "mixer",
  port: 18101,
  consumes: [run, order, note],
  produces: [dough],
  check(inputs, outputs): Unmet[] {
    const { loaves, grain } = inputs.order.value;
    const { file } = dough;
    const { value } = outputs.dough;
    const grams = loaves * gramsOfLoaf;
    return [
      ...(value.grain === grain
        ? []
        : [{ file, path: "grain", expected: grain, got: value.grain, fix: "take the grain that was ordered" }]),
      ...(value.grams === grams
        ? []
        : [{ file, path: "grams", expected: String(grams), got: String(value.grams), fix: `weigh out ${gramsOfLoaf} for each loaf` }]),
    ];
  },
});

export const baker = defineRole({
  name: "baker",
  port: 18102,
  consumes: [run, order, dough],
  produces: [bread],
  check(inputs, outputs): Unmet[] {
    const { profile } = inputs.run.value;
    const { crust } = outputs.bread.value;
    return crust === profile
      ? []
      : [{ file: bread.file, path: "crust", expected: profile, got: crust, fix: "bake as the run's profile says" }];
  },
});

export const bakery = definePipeline({
  module: import.meta.url,
  profiles: { crisp: "the crust cracks", soft: "the crust gives way" },
  intake: { brief: order, sources: note },
  given: [run, order, note],
  roles: [mixer, baker],
});
