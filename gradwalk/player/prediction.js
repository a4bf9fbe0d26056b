/*
 * Predicting a step: what is asked, whether an answer is right, where a wrong one comes from, and hints. Pure functions of
 * what the story says of a step (`ask`, docs/player-data.md). All numbers in it are PyTorch's.
 */

import { readNumber } from "./typed.js";

const NEAR = 0.006; // of the answer: as near as this is right, however it is written
const ENOUGH = 2; // digits: with so many, a rounded answer is right
const NOUGHT = 1e-6; // of the largest number around: so little may be called 0
const MOST_PATHS = 5; // whose sums without one of them are looked at

/** A shape as it is typed: "2×3", "(2, 3)", "2 3"; null for what is none. */
export function readShape(text) {
  const inside = text.trim().replace(/^(torch\.Size)?[([]+|[)\]]+$/g, "").trim();
  const sizes = inside.split(/\s*[,×x*]\s*|\s+/).filter(Boolean);
  return sizes.length && sizes.every((size) => /^\d{1,9}$/.test(size)) ? sizes.map(Number) : null;
}

/** Whether a typed number is this one: within 0.6 %, or rounded to at least two digits. */
export function agrees({ value, half, digits }, number, around = 1) {
  const off = Math.abs(value - number);
  if (value === 0) return Math.abs(number) <= NOUGHT * around;
  return off <= NEAR * Math.abs(number) || (digits >= ENOUGH && off <= half * (1 + 1e-9));
}

const partsOf = ({ parts }, role) => parts.filter(([of]) => of === role).map(([, name, number, text]) => ({ name, number, text }));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const product = (numbers) => numbers.reduce((total, number) => total * number, 1);

/** What is asked. */
export function question(ask) {
  const [one, two, three] = ask.of;
  const first = ask.first ? "the first number of " : "";
  return {
    value: () => `What is ${first}${one} = ${two}?`,
    shape: () => `What shape has ${one} = ${two}?`,
    local: () => `What is ${first}the local gradient ∂${one}/∂${two}${ask.place ? `, for the ${["first", "second", "third"][ask.place - 1] || "next"} ${two} alone` : ""}?`,
    contribution: () => `Which gradient arrives at ${one} from ${two}?${ask.first ? " Give the first number." : ""}`,
    sum: () => `The last contribution arrives at ${one}, from ${two}. What is ${first}its whole gradient, ∂${three}/∂${one}?`,
    grad: () => `What does ${one}.grad hold after this pass?${ask.first ? " Give the first number." : ""}`,
    update: () => `What is ${first}${one} after the step of ${two}?`,
    next: () => "Which box does the gradient go through next?",
  }[ask.kind]();
}

const EXAMPLES = ["−0.7", "1/3", "2^5", "sqrt(7)"];

/** Ways to write a number, none of which is the answer. */
const examples = ({ answer }) => EXAMPLES.filter((text) => !agrees(readNumber(text), answer));

const ARROW = "→ checks it; → twice without a new answer shows it.";

/** How an answer may be given. */
export const manner = (ask) =>
  ({ shape: `Sizes, such as 2×3. ${ARROW}`, next: "Press it in the picture, or here. → twice shows it." })[ask.kind] || `Two digits are enough; ${examples(ask).slice(-3, -1).join(" or ")} will do as well. ${ARROW}`;

/** Slopes in words, by the name of the kernel. */
const SLOPES = {
  add: "A sum moves by as much as its part does.",
  cos: "The slope of cos is −sin.",
  exp: "exp is its own slope.",
  log: "The slope of ln is one over the operand.",
  mul: "When one factor moves, the product moves by as many times as the other factor says.",
  neg: "A minus turns every move around.",
  pow: "The exponent comes down as a factor, and becomes one less.",
  reciprocal: "The slope of 1/x is −1/x².",
  relu: "relu is flat below 0, and has the slope 1 above.",
  sigmoid: "The slope of σ is σ · (1 − σ).",
  sin: "The slope of sin is cos.",
  sqrt: "The slope of a root is one over twice the root.",
  tanh: "The slope of tanh is 1 − tanh².",
};

/** Of a power only where the exponent is a number: the slope along an exponent is another one. */
const slopeOf = (ask) => (ask.how === "pow" && !partsOf(ask, "exponent").length ? "" : SLOPES[ask.how]);

/** Hints from the first to the last: first what to look at, then the numbers. The answer itself is none of them. */
export function hints(ask) {
  const told = (role) => partsOf(ask, role).map(({ text }) => text);
  const named = (role) => partsOf(ask, role).filter(({ name }) => name).map(({ name, text }) => `${name} = ${text}`).join(", ");
  const [upstream] = told("upstream");
  const [along] = told("local");
  const last = `${bracketed(upstream || "")} · ${bracketed(along || "")}`;
  const product = ["mm", "mv", "matmul", "bmm", "addmm", "addmv"].includes(ask.how);
  const several = partsOf(ask, "contribution");
  return {
    value: () => ["Do the operation with the numbers of its operands.", `Here ${named("operand")}.`],
    shape: () => [product ? "Of a matrix product the outer sizes stay; the inner ones meet, and are summed over." : "What becomes of each dimension?",
      `${partsOf(ask, "operand").map(({ name, text }) => `${name} is ${text}`).join(", ")}.`],
    local: () => [slopeOf(ask) || `Let ${ask.of[1]} move a little, and hold everything else still: how far does ${ask.of[0]} move?`, `Here ${named("operand")}.`],
    contribution: () => ["On its way back a gradient is multiplied by the local gradient that stands beside the arrow, marked ×.", `It is ${last}.`],
    sum: () => ["Work out what comes along the last arrow. Then add up everything that arrives: no way may be left out.",
      `It is ${several.map(({ text }, number) => (number === several.length - 1 ? last : bracketed(text))).join(" + ")}.`],
    grad: () => ["backward() adds to what .grad held before.", `It is ${told("before")} + ${bracketed(told("added")[0])}.`],
    update: () => ["The step goes against the gradient, by the learning rate times the gradient.",
      `It is ${told("before")} − ${told("rate")} · ${bracketed(told("gradient")[0])}.`],
    next: () => ["A box can go on when every gradient that it waits for has arrived.",
      ask.parts.filter(([, , waits]) => waits).map(([, name, waits]) => `${name} still waits for ${waits}.`).join(" ")].filter(Boolean),
  }[ask.kind]();
}

const bracketed = (text) => (/^[−-]/.test(text) ? `(${text})` : text);

/**
 * An answer, looked at: `{ verdict, said }`. The verdict is "right", "close" (one digit more), "wrong", or "unread". Where a wrong
 * answer comes from is said only where it is another number of this step and of no two; `past` are the questions of steps before.
 */
export function judge(ask, text, past = []) {
  if (ask.kind === "shape") return judgeShape(ask, readShape(text));
  if (ask.kind === "next") return judgeBox(ask, text);
  const typed = readNumber(text);
  if (!typed) return { verdict: "unread", said: text.trim() ? `That is no number. Give one such as ${examples(ask).slice(0, 3).join(", ")}.` : "Type a number first." };
  const around = Math.max(...ask.parts.map(([, , number]) => Math.abs(number)), 0);
  if (agrees(typed, ask.answer, around)) return { verdict: "right", said: "" };
  const said = sourceOf(ask, typed, past);
  const rounds = typed.value !== 0 && typed.digits < ENOUGH && Math.abs(typed.value - ask.answer) <= typed.half;
  if (!said && rounds) return { verdict: "close", said: "That is near. Give two digits." };
  return { verdict: "wrong", said };
}

/** Where a number surely comes from; "" where it does not say, or says two things. */
function sourceOf(ask, typed, past) {
  const fits = ({ number }) => Number.isFinite(number) && number !== 0 && !isSame(number, ask.answer) && agrees(typed, number);
  if (typed.value && agrees(typed, -ask.answer)) return "The size is right, and the sign is the other one.";
  const own = [...new Set(ALTERNATIVES[ask.kind](ask, typed).filter(fits).map(({ said }) => said))];
  if (own.length) return own.length === 1 ? own[0] : "";
  const others = [...new Set(past.map((before) => ({ number: before.answer, said: `That is ${calledIn(before)}.` })).filter(fits).map(({ said }) => said))];
  return others.length === 1 ? others[0] : "";
}

const isSame = (one, other) => Math.abs(one - other) <= 1e-6 * Math.max(Math.abs(one), Math.abs(other));

/** What the number of an earlier step is. */
function calledIn({ kind, of: [one, two], first }) {
  const begin = first ? "the first number of " : "";
  return {
    value: `${begin}the value of ${one}`,
    local: `${begin}the local gradient ∂${one}/∂${two}`,
    contribution: `${begin}what came to ${one} from ${two}`,
    sum: `${begin}the whole gradient of ${one}`,
    grad: `${begin}what ${one}.grad held`,
    update: `${begin}what ${one} was after a step`,
  }[kind];
}

const DEGREES = { sin: Math.sin, cos: Math.cos, tan: Math.tan };

/** Other numbers that one may come to, by what is asked, each with what it then is. */
const ALTERNATIVES = {
  value(ask) {
    const operands = [...partsOf(ask, "operand"), ...partsOf(ask, "exponent")];
    const [one, two] = operands.map(({ number }) => number);
    const same = partsOf(ask, "operand").filter(({ name }) => name).map(({ name, number }) => ({ number, said: `That is the value of ${name}, which goes into the operation.` }));
    if (operands.length === 1 && DEGREES[ask.how])
      same.push({ number: DEGREES[ask.how]((one * Math.PI) / 180), said: `That is the ${{ sin: "sine", cos: "cosine", tan: "tangent" }[ask.how]} of an angle in degrees. PyTorch counts in radians.` });
    if (operands.length !== 2) return same;
    const pairs = {
      add: [{ number: one * two, said: "That is the product. Here the two are added." }],
      mul: [{ number: one + two, said: "That is the sum. Here the two are multiplied." }],
      sub: [{ number: two - one, said: "That is the difference the other way round." }, { number: one + two, said: "That is the sum. Here one is taken from the other." }],
      div: [{ number: two / one, said: "That is the quotient the other way round." }, { number: one * two, said: "That is the product. Here one is divided by the other." }],
      pow: [{ number: one * two, said: "That is the base times the exponent. A power multiplies the base by itself." }],
    };
    return [...same, ...(pairs[ask.how] || [])];
  },
  local(ask) {
    const [one, two] = ask.of;
    const [result] = partsOf(ask, "result");
    const [exponent] = partsOf(ask, "exponent");
    const found = partsOf(ask, "other").map(({ name, number }) => ({ number, said: `That is the local gradient for the other operand, ${name}.` }));
    if (result) found.push({ number: result.number, said: `That is the value of ${one}. Asked is how fast it changes.` });
    found.push({ number: 1 / ask.answer, said: `That is upside down: how fast ${two} changes with ${one}.` });
    if (ask.how !== "pow" || !exponent) return found;
    const { number: power } = exponent;
    if (result) found.push({ number: power * result.number, said: "The exponent came down as a factor. It also becomes one less." });
    found.push({ number: ask.answer / power, said: "The exponent became one less. It also comes down as a factor." });
    return found;
  },
  contribution(ask) {
    const [upstream, along] = ["upstream", "local"].map((role) => partsOf(ask, role)[0]);
    const others = partsOf(ask, "other").map(({ name, number }) => ({ number, said: `That is what goes to the other operand, ${name}.` }));
    return [...factors(upstream, along, ""), ...others];
  },
  sum(ask) {
    const [upstream, along] = ["upstream", "local"].map((role) => partsOf(ask, role)[0]);
    const all = partsOf(ask, "contribution");
    const numbers = all.map(({ number }) => number);
    const before = sum(numbers.slice(0, -1));
    const last = all.at(-1).name;
    const added = factors(upstream, along, `In what comes from ${last}: `).map(({ number, said }) => ({ number: before + number, said }));
    const twice = (name) => all.filter((other) => other.name === name).length > 1;
    const left = (name) => `${twice(name) ? "One of the contributions" : "What comes"} from ${name} is left out. All ways add up.`;
    const without = all.length > MOST_PATHS ? [] : all.map(({ name, number }) => ({ number: sum(numbers) - number, said: left(name) }));
    const alone = all.length < 3 ? [] : all.map(({ name, number }) => ({ number, said: `That is what comes from ${name} alone. All ways add up.` }));
    return [...added, ...without, ...alone, { number: product(numbers), said: "The contributions were multiplied. Those of several ways are added." }];
  },
  grad(ask) {
    const [before, added] = ["before", "added"].map((role) => partsOf(ask, role)[0].number);
    return [
      { number: added, said: "That is what this pass brings. backward() adds it to what .grad held before." },
      { number: before, said: "That is what .grad held before. This pass adds to it." },
      { number: before * added, said: "The two were multiplied. backward() adds." },
    ];
  },
  update(ask) {
    const [before, gradient, rate] = ["before", "gradient", "rate"].map((role) => partsOf(ask, role)[0].number);
    return [
      { number: before + rate * gradient, said: "That goes along the gradient. The step goes against it." },
      { number: before - gradient, said: "The learning rate is left out." },
      { number: rate * gradient, said: "That is the learning rate times the gradient: by so much the value goes down." },
      { number: -rate * gradient, said: "That is the change alone. It is added to the value." },
      { number: before, said: "That is the value before the step." },
    ];
  },
};

/** What is made of two factors instead of their product. */
function factors(upstream, along, where) {
  const begin = (text) => (where ? `${where}${text[0].toLowerCase()}${text.slice(1)}` : text);
  return [
    { number: along.number, said: begin("That is the local gradient alone. It still has to be multiplied by what arrives.") },
    { number: upstream.number, said: begin("That is what arrives, alone. It still has to be multiplied by the local gradient.") },
    { number: upstream.number + along.number, said: begin("The two were added. The chain rule multiplies what arrives by the local gradient.") },
    { number: upstream.number / along.number, said: begin("That is what arrives, divided by the local gradient. The chain rule multiplies.") },
  ];
}

function judgeShape(ask, typed) {
  if (!typed) return { verdict: "unread", said: "That is no shape. Give its sizes, such as 2×3." };
  const text = String(typed);
  if (text === String(ask.answer)) return { verdict: "right", said: "" };
  if (text === String([...ask.answer].reverse())) return { verdict: "wrong", said: "The sizes are right, and stand the other way round." };
  const operand = partsOf(ask, "operand").find(({ number }) => String(number) === text);
  if (operand) return { verdict: "wrong", said: `That is the shape of ${operand.name}.` };
  return { verdict: "wrong", said: product(typed) === product(ask.answer) ? "It has as many numbers, in another shape." : "" };
}

/** A box that could be next just as well is no mistake. */
function judgeBox(ask, id) {
  if (id === ask.answer) return { verdict: "right", said: "" };
  const found = ask.parts.find(([box]) => box === id);
  if (!found) return { verdict: "wrong", said: "" };
  const [, name, waits] = found;
  return waits ? { verdict: "wrong", said: `${name} still waits for the gradient from ${waits}.` } : { verdict: "close", said: `${name} could be next as well. PyTorch takes another one first.` };
}
