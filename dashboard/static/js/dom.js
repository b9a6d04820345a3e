// Elements out of plain values. Every text becomes a text node: what events hold is never read as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. Properties: `class`, `style` (an object), `on*` (a function), `key`, else attributes; null leaves out. */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Make an element of a drawing. */
export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element[name] = value;
    else if (name === "key") element.key = value;
    else if (name === "value") element.value = value;
    else if (name === "style") for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Make what stands in `parent` equal to `children`, touching only what differs: no flicker, and the focus stays. */
export function show(parent, ...children) {
  const wanted = children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);
  const nodes = wanted.map((child) => (child instanceof Node ? child : document.createTextNode(child)));
  const keyed = new Map([...parent.childNodes].filter((node) => node.key).map((node) => [node.key, node]));
  let at = parent.firstChild;
  for (const node of nodes) {
    const held = node.key ? keyed.get(node.key) : at;
    if (held && isAlike(held, node)) {
      if (held !== at) parent.insertBefore(held, at);
      else at = at.nextSibling;
      bring(held, node);
    } else {
      parent.insertBefore(node, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function isAlike(held, node) {
  return held.nodeType === node.nodeType && held.nodeName === node.nodeName && held.key === node.key;
}

function bring(held, node) {
  if (held === node) return;
  if (held.nodeType === Node.TEXT_NODE) {
    if (held.data !== node.data) held.data = node.data;
    return;
  }
  if (held.hasAttribute("data-kept")) return; // a chart looks after itself
  for (const { name } of [...held.attributes]) {
    if (name !== "style" && name !== "open" && !node.hasAttribute(name)) held.removeAttribute(name);
  }
  for (const { name, value } of node.attributes) {
    if (name !== "style" && held.getAttribute(name) !== value) held.setAttribute(name, value);
  }
  if (held.style.cssText !== node.style.cssText) held.style.cssText = node.style.cssText;
  for (const name of ["onclick", "onsubmit", "oninput", "onchange", "onkeydown"]) {
    if (held[name] !== node[name]) held[name] = node[name];
  }
  if ("value" in held && held.tagName === "SELECT") {
    show(held, ...node.childNodes);
    if (held.value !== node.value) held.value = node.value;
    return;
  }
  if (held.tagName === "TEXTAREA" || held.tagName === "INPUT") return; // what a person typed stays
  show(held, ...node.childNodes);
}

/** Tell a screen reader. */
export function say(text) {
  document.getElementById("said").textContent = text;
}
