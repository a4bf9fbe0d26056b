/* Formulas: MathML from a template and its arguments, out of a closed list of tags. */

const MATH_TAGS = new Set(
  ("math mrow mi mn mo mtext ms mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover munderover " +
    "mtable mtr mtd").split(" "),
);

/** A tree is [tag, child, …]; a child is text, a tree, or the number of an argument (text or a tree). */
function formulaNode(tree, values) {
  if (typeof tree === "number") return formulaNode(values[tree] ?? "", values);
  if (!Array.isArray(tree)) return document.createTextNode(String(tree));
  const [tag, ...children] = tree;
  return build("math", MATH_TAGS.has(tag) ? tag : "mrow", null, children.map((child) => formulaNode(child, values)));
}

function formulaLine(templates, [template, ...values]) {
  const made = formulaNode(templates[template] || ["math"], values);
  made.setAttribute("display", "block");
  return made;
}

/** A line that begins with "=" goes on from the one before: in symbols, then with the numbers. */
function goesOn(template) {
  const first = template && (template[1]?.[0] === "mrow" ? template[1][1] : template[1]);
  return Array.isArray(first) && first[0] === "mo" && first[1] === "=";
}

function showFormula(place, templates, lines) {
  const rows = [];
  for (const line of lines) {
    const made = formulaLine(templates, line);
    if (rows.length && goesOn(templates[line[0]])) rows.at(-1).append(html("div", { class: "numbers" }, made));
    else rows.push(html("div", { class: "row" }, html("div", null, made)));
  }
  place.replaceChildren(...rows);
}
