/** The number of elements at the start of a list for which something holds that holds for no later one. */
export function countWhile<Element>(elements: readonly Element[], holds: (element: Element) => boolean): number {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const element = elements[middle];
    if (element !== undefined && holds(element)) low = middle + 1;
    else high = middle;
  }
  return low;
}
