// Behind every number: its SQL, and the rows that it is made of.
import { read } from "./api.js";
import { h, say, show } from "./dom.js";
import { many } from "./words.js";

const dialog = document.getElementById("behind");

/** A button that opens the rows behind a number. */
export function behindButton(number, label, parameters = {}) {
  return h("button", { type: "button", class: "behind", "aria-label": `Rows and SQL: ${label}`, title: "Rows and SQL", onclick: () => open(number, label, parameters) }, "SQL");
}

async function open(number, label, parameters) {
  show(dialog, ...head(label), h("p", { class: "loading" }, "Reading the rows"));
  if (!dialog.open) dialog.showModal();
  try {
    const found = await read(`behind/${number}`, parameters);
    show(dialog, ...head(label), ...content(found));
  } catch (error) {
    show(dialog, ...head(label), h("p", { class: "banner red" }, `${error.text} ${error.remedy}`));
  }
}

function head(label) {
  return [
    h("div", { class: "dialog-head" },
      h("h2", { id: "behind-title" }, label),
      h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Close")),
  ];
}

function content(found) {
  const rows = found.rows.length === found.limit ? `the first ${found.limit} rows` : many(found.rows.length, "row");
  return [
    statement("The number", found.sql, found.store),
    statement("Its rows", found.rows_sql, found.store),
    h("h3", {}, rows[0].toUpperCase() + rows.slice(1)),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" },
      h("table", { class: "rows" },
        h("thead", {}, h("tr", {}, found.columns.map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, found.rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell === null ? "" : String(cell)))))))),
  ];
}

function statement(title, sql, store) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(`sqlite3 ${quoted(store)} ${quoted(sql)}`);
      say("Copied.");
    } catch { say("Not copied: select the text instead."); }
  };
  return h("section", { class: "statement" },
    h("div", { class: "dialog-head" }, h("h3", {}, title), h("button", { type: "button", class: "quiet", onclick: copy }, "Copy as a command")),
    h("pre", { tabindex: "0" }, sql));
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Close what lies over the page. */
export function closeDialogs() {
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
}
