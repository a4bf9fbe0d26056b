/* The numbers in a picture: the text of every slot is a function of the step alone. */

import { movedLines } from "./slot.js";
import { birthsIn, entryAt, episodeAt } from "./story.js";

/** The text of every slot is a function of the step alone, and so is what is lit. */
export function writeSlots(picture, story, step) {
  const begin = story.episodes[episodeAt(story, step)]?.first ?? 0;
  for (const [slot, { write }] of picture.slots()) {
    const entries = story.slots[slot] || [];
    const index = entryAt(entries, step);
    const fresh = index >= 0 && step > 0 && entries[index][0] === step;
    const past = entries[index - 1]?.[0] >= begin ? entries[index - 1][1] : null;
    const lines = index < 0 ? null : entries[index][1];
    const gone = lines === null && index >= 0 && entries[index][0] > begin;
    write(fresh ? movedLines(slot, lines, past) : lines, fresh, fresh || gone ? past : null, gone);
  }
}

/** torchviz draws what there is in the end; what the program has not made yet is pale. */
export function showUnborn(picture, story, step) {
  const birth = birthsIn(story, episodeAt(story, step));
  for (const { id, group } of picture.boxes) {
    const unborn = (birth.get(id) ?? birth.get(group) ?? 0) > step;
    for (const thing of picture.lights(id)) thing.classList.toggle("unborn", unborn);
  }
}
