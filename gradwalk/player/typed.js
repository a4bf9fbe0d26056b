/* A number as a person types it: decimals with a point or a comma, fractions, and arithmetic with the functions of the pages. */

const NUMBER = /^([-+−–]?)(\d*)(?:[.,](\d*))?(?:[eE]([-+−–]?\d+))?$/;
const TOKEN = /^(?:(\d+(?:[.,]\d*)?|[.,]\d+)((?:[eE][-+−–]?\d+)?)|([a-zA-Z]+|[πσ√])|(\*\*|[-+−–*·×/÷^()²³]))/;
const CONSTANTS = { e: Math.E, pi: Math.PI, π: Math.PI };
const sigmoid = (at) => 1 / (1 + Math.exp(-at));
const FUNCTIONS = { abs: Math.abs, cos: Math.cos, exp: Math.exp, ln: Math.log, log: Math.log, sigmoid, sin: Math.sin, sqrt: Math.sqrt, tan: Math.tan, tanh: Math.tanh, σ: sigmoid, "√": Math.sqrt };
const SUMS = { "+": (one, other) => one + other, "-": (one, other) => one - other };
const PRODUCTS = { "*": (one, other) => one * other, "/": (one, other) => one / other };
const SAME = { "−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "**": "^" };
const POWERS = { "²": 2, "³": 3 };

/**
 * A number with its value, half of its last digit's unit, and how many digits it has; what is computed (`1/3`, `4^2`,
 * `2·sin(1)`) has any number of them. Null for what is none.
 */
export function readNumber(text) {
  const plain = text.replace(/\s/g, "");
  const found = NUMBER.exec(plain);
  if (!found || !(found[2] || found[3])) return computed(plain);
  const minus = (sign) => sign.replace(/[−–]/, "-");
  const [, sign, whole, decimals = "", power = "0"] = found;
  const exponent = Number(minus(power));
  const value = Number(`${minus(sign)}${whole || 0}.${decimals || 0}e${exponent}`);
  return { value, half: 0.5 * 10 ** (exponent - decimals.length), digits: `${whole}${decimals}`.replace(/^0+/, "").length };
}

function computed(plain) {
  const tokens = tokensOf(plain);
  if (!tokens?.length) return null;
  const left = { tokens, at: 0 };
  const value = sum(left);
  return left.at === tokens.length && Number.isFinite(value) ? { value, half: 0, digits: Infinity } : null;
}

/** Numbers as numbers, names and signs as texts; null where something is none of them. */
function tokensOf(text) {
  const found = [];
  for (let rest = text; rest; ) {
    const token = TOKEN.exec(rest);
    if (!token) return null;
    const [whole, number, power, name, sign] = token;
    found.push(number ? Number(`${number.replace(",", ".")}${power.replace(/[−–]/, "-")}`) : name ?? SAME[sign] ?? sign);
    rest = rest.slice(whole.length);
  }
  return found;
}

/** Each of these takes its tokens and gives their value, NaN where they do not fit. */
const sum = (left) => joined(left, SUMS, product);
const product = (left) => joined(left, PRODUCTS, signed);

function joined(left, joins, part) {
  let value = part(left);
  for (;;) {
    const token = left.tokens[left.at];
    if (Object.hasOwn(joins, token)) {
      left.at += 1;
      value = joins[token](value, part(left));
    } else if (joins === PRODUCTS && typeof token === "string" && (token === "(" || isNamed(token))) value *= power(left); // 2(3), 2π
    else return value;
  }
}

const isNamed = (token) => Object.hasOwn(CONSTANTS, token) || Object.hasOwn(FUNCTIONS, token);

/** With no more than one sign before it: two are a slip of the fingers. */
function signed(left) {
  const sign = left.tokens[left.at];
  if (sign !== "-" && sign !== "+") return power(left);
  left.at += 1;
  return sign === "-" ? -power(left) : power(left);
}

function power(left) {
  const base = atom(left);
  const sign = left.tokens[left.at];
  if (Object.hasOwn(POWERS, sign)) {
    left.at += 1;
    return base ** POWERS[sign];
  }
  if (sign !== "^") return base;
  left.at += 1;
  return base ** signed(left);
}

function atom(left) {
  const token = left.tokens[left.at++];
  if (typeof token === "number") return token;
  if (token === "(") return closed(left);
  if (Object.hasOwn(CONSTANTS, token)) return CONSTANTS[token];
  if (!Object.hasOwn(FUNCTIONS, token)) return NaN;
  if (left.tokens[left.at] !== "(") return token === "√" ? Math.sqrt(atom(left)) : FUNCTIONS[token](bare(left));
  left.at += 1;
  return FUNCTIONS[token](closed(left));
}

/** What a function without brackets takes: sin 16, ln 2^3. NaN where it could take more: sin 2·3 is read in two ways. */
function bare(left) {
  const value = signed(left);
  const next = left.tokens[left.at];
  return next === "(" || Object.hasOwn(PRODUCTS, next) || Object.hasOwn(CONSTANTS, next) ? NaN : value;
}

/** What stands before a closing bracket, which is taken too. */
function closed(left) {
  const value = sum(left);
  return left.tokens[left.at++] === ")" ? value : NaN;
}
