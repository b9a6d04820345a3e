// The keys of the review queue, listed; single letters can be put off for who speaks to their machine.
import { h, show } from "./dom.js";

const KEYS = [
  ["j, k", "the next case, the one before"],
  ["c", "claim"],
  ["f", "confirm fraud"],
  ["p", "false positive"],
  ["i", "inconclusive"],
  ["Enter", "in the note: give the verdict (Shift+Enter is a new line)"],
  ["u", "release a claim"],
  ["o", "reopen a closed case"],
  ["/", "filter by entity or rule"],
  ["Esc", "take a verdict back, leave a field, go back to the queue"],
  ["?", "this list"],
];
let on = true;
try { on = localStorage.getItem("shortcuts") !== "off"; } catch { /* they are on */ }

/** Whether single letters act. */
export function shortcutsOn() { return on; }

export function showKeys() {
  const dialog = document.getElementById("keys");
  const set = (event) => {
    on = event.target.checked;
    try { localStorage.setItem("shortcuts", on ? "on" : "off"); } catch { /* it holds until the page is closed */ }
  };
  show(dialog,
    h("div", { class: "dialog-head" }, h("h2", { id: "keys-title" }, "Keys"), h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Close")),
    h("dl", { class: "keys" }, KEYS.map(([key, meaning]) => h("div", {}, h("dt", {}, key.split(", ").map((one) => h("kbd", {}, one))), h("dd", {}, meaning)))),
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: on, onchange: set }), " Single letters act"));
  dialog.showModal();
}
