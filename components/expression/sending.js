// What is typed goes to the server: one entry at a time, always the latest.

export const PAUSE = 150; // ms without a key before what was typed is sent
const PATIENCE = 3000; // ms after which an answer counts as lost

export function touch(form, delay = 0) {
  clearTimeout(form.timer);
  form.timer = 0;
  if (delay) form.timer = setTimeout(() => flush(form), delay);
  else flush(form);
}

export function flush(form) {
  clearTimeout(form.timer);
  form.timer = 0;
  form.late = form.waiting;
  if (form.waiting) return;
  form.waiting = true;
  form.count += 1;
  form.sentText = form.entry.text;
  form.lost = setTimeout(() => proceed(form), PATIENCE);
  form.send({ ...form.entry, given: Object.fromEntries(form.entry.given), opened: form.opened, count: form.count });
  form.entry.example = null;
}

export function proceed(form) {
  clearTimeout(form.lost);
  form.waiting = false;
  if (form.late) flush(form);
}
