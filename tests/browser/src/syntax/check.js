(script, newer) => {
  const place = (loc) => ({ line: loc.line, column: loc.column + 1 });
  let tree;
  try {
    tree = acorn.parse(script, { ecmaVersion: 2018, sourceType: "script", locations: true });
  } catch (error) {
    if (!error.loc) throw error;
    return [{ ...place(error.loc), feature: "syntax", why: error.message + ", read as ECMAScript 2018" }];
  }
  const refused = new Set(newer);
  const found = [];
  const note = (node, feature, why) => found.push({ ...place(node.loc.start), feature, why });
  // An explicit stack: a long chain of operators is a deep tree.
  const open = [tree];
  while (open.length > 0) {
    const node = open.pop();
    if (node.type === "Literal" && node.regex && /\(\?<[=!]/.test(node.regex.pattern)) {
      note(node, "lookbehind", "in ECMAScript 2018, but in Safari since 16.4");
    }
    // A property of an object that is being written (`{ at: 1 }`) is a name of its own.
    if (node.type === "MemberExpression" && !node.computed && refused.has(node.property.name)) {
      note(node.property, node.property.name, "");
    }
    for (const [key, child] of Object.entries(node)) {
      if ((key === "property" || key === "key") && !node.computed) continue;
      for (const next of Array.isArray(child) ? child : [child]) {
        if (!next || typeof next.type !== "string") continue;
        if (next.type === "Identifier" && refused.has(next.name)) note(next, next.name, "");
        open.push(next);
      }
    }
  }
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}
