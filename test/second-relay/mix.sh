#!/bin/sh
# The mixer's work, as a program that knows nothing of relays. More than 5000 grams do not go into the bowl.
read -r loaves _ _ grain < in/order.txt
grams=$((loaves * 500))
if [ "$grams" -gt 5000 ]; then grams=5000; fi
{
  echo "grain: $grain"
  echo "grams: $grams"
  echo
  for note in in/note*.txt; do
    if [ -f "$note" ]; then cat "$note"; fi
  done
} > out/dough.txt
