// Review: the queue of cases and one case beside it, by mouse or by keys.
import { read, Refusal, whoAsks, write } from "./api.js";
import { behindButton, closeDialogs } from "./behind.js";
import { drawCase } from "./case.js";
import { h, say, show } from "./dom.js";
import { showKeys, shortcutsOn } from "./keys.js";
import { many, number, PATTERNS, share, span, time, VERDICTS } from "./words.js";

const FILTERS = { status: "waiting", pattern: "", severity: "", text: "", order: "score" };
const BY_KEY = { f: "confirmed_fraud", p: "false_positive", i: "inconclusive" };
const DONE = { claim: "Claimed", release: "Released", close: "Recorded", reopen: "Reopened" };

export class ReviewView {
  constructor(refresh) {
    this.refresh = refresh;
    this.filters = { ...FILTERS };
    this.queue = null;
    this.quality = null;
    this.chosen = null; // {entity_type, entity}
    this.detail = null;
    this.verdict = ""; // being given: asks for a note
    this.told = null; // what came of the last action
    this.busy = false;
    this.proxied = null;
  }

  /** Show the case that the address names: #/review/TYPE/ENTITY. */
  at([entity_type, entity]) {
    this.isHasty = true;
    const isOther = entity !== this.chosen?.entity || entity_type !== this.chosen?.entity_type;
    this.chosen = entity ? { entity_type, entity } : null;
    if (isOther) Object.assign(this, { detail: null, verdict: "", told: null, gone: null });
  }

  async load() {
    this.isHasty = false;
    const chosen = this.chosen;
    const detail = chosen ? read("case", chosen).catch((error) => {
      if (!(error instanceof Refusal) || error.status !== 404) throw error;
      return null;
    }) : null;
    const [queue, quality, found, proxied] = await Promise.all([read("cases", this.filters), read("quality"), detail, whoAsks()]);
    Object.assign(this, { queue, quality, proxied });
    if (chosen !== this.chosen) return;
    this.gone = chosen && !found;
    // What was asked before a decision may arrive after it: a case does not go back to an earlier version.
    if (!(found?.case.version < this.detail?.case.version)) this.detail = found;
  }

  draw(trouble) {
    const heading = h("h1", { class: "visually-hidden" }, "Review");
    if (!this.queue) return [heading, trouble ? null : h("p", { class: "loading" }, "Reading")];
    return [heading,
      h("div", { class: `desk ${this.chosen ? "has-case" : ""}` },
        h("section", { class: "panel queue", "aria-labelledby": "queue-title" },
          h("div", { class: "panel-head" }, h("h2", { id: "queue-title" }, `${many(this.queue.in_all, "case")}`),
            h("span", { class: "buttons" }, behindButton("cases", "Cases"), h("button", { type: "button", class: "quiet", onclick: showKeys }, "Keys"))),
          this.identity(), this.filtering(), this.cases()),
        h("section", { class: "panel case", id: "case", tabindex: "-1", "aria-label": "The case" }, this.oneCase())),
      this.rules()];
  }

  identity() {
    if (this.proxied) return h("p", { class: "muted" }, `You decide as ${this.proxied}.`);
    return h("label", { class: "field" }, h("span", {}, "You decide as"),
      h("input", { id: "reviewer", maxlength: "256", autocomplete: "username", placeholder: "your name", value: stored("reviewer"), oninput: (event) => store("reviewer", event.target.value) }));
  }

  reviewer() {
    return this.proxied || (document.getElementById("reviewer")?.value ?? stored("reviewer")).trim();
  }

  filtering() {
    const pick = (name, label, options) => h("label", { class: "field" }, h("span", {}, label),
      h("select", { value: this.filters[name], onchange: (event) => this.filter({ [name]: event.target.value }) },
        Object.entries(options).map(([value, text]) => h("option", { value, selected: value === this.filters[name] }, text))));
    const { counts } = this.queue;
    const waiting = counts.open + counts.claimed;
    return h("div", { class: "filters" },
      pick("status", "Status", { waiting: `Waiting (${number(waiting)})`, open: `Open (${number(counts.open)})`, claimed: `Claimed (${number(counts.claimed)})`, closed: `Closed (${number(counts.closed)})`, all: "All" }),
      pick("pattern", "Pattern", { "": "Any", ...PATTERNS }),
      pick("severity", "Severity", { "": "Any", high: "High", review: "Review" }),
      pick("order", "Order", { score: "Score, then age", oldest: "Oldest first", newest: "Newest first" }),
      h("label", { class: "field wide" }, h("span", {}, "Entity or rule"),
        h("input", { type: "search", id: "case-filter", maxlength: "256", autocomplete: "off", spellcheck: "false", oninput: (event) => {
          clearTimeout(this.typing);
          this.typing = setTimeout(() => this.filter({ text: event.target.value.trim() }), 250);
        } })));
  }

  filter(change) {
    Object.assign(this.filters, change);
    this.isHasty = true;
    this.refresh();
  }

  cases() {
    const { cases, in_all } = this.queue;
    if (!cases.length) return this.nothing();
    return [h("ol", { class: "cases" }, cases.map((one) => this.line(one))),
      in_all > cases.length ? h("p", { class: "muted more" }, `The first ${cases.length} are shown; filters narrow them.`) : null];
  }

  nothing() {
    const isFiltered = Object.entries(FILTERS).some(([name, value]) => this.filters[name] !== value);
    if (isFiltered) {
      return h("div", { class: "nothing" }, h("p", {}, "No case passes these filters."),
        h("button", { type: "button", onclick: () => {
          document.getElementById("case-filter").value = "";
          this.filter({ ...FILTERS });
        } }, "Show all that wait"));
    }
    return h("div", { class: "nothing" }, h("p", {}, this.queue.counts.closed ? "No case waits: all have a verdict." : "There are no fraud alerts in this store."),
      h("p", { class: "muted" }, "Alerts come from payments, logins and account changes. make demo shows simulated attacks."));
  }

  line(one) {
    const isChosen = this.isChosen(one);
    const age = (Date.parse(this.queue.now || one.last_event_time) - Date.parse(one.first_event_time)) / 1000;
    return h("li", { key: `${one.entity_type}|${one.entity}`, class: isChosen ? "chosen" : "" },
      h("a", { href: address(one), "aria-current": isChosen ? "true" : null },
        h("span", { class: `score ${one.severity}`, title: `Score ${one.score}, ${one.severity}` }, String(one.score)),
        h("span", { class: "what" },
          h("span", { class: "entity" }, h("span", { class: "type" }, one.entity_type), one.entity),
          h("span", { class: "reason" }, one.reason),
          h("span", { class: "muted" }, `${many(one.alerts, "alert")}, ${span(age)} old`, one.status === "claimed" ? `, claimed by ${one.claimed_by}` : "", one.status === "closed" ? `, ${(VERDICTS[one.verdict] ?? "closed").toLowerCase()}` : ""))));
  }

  isChosen(one) {
    return one.entity === this.chosen?.entity && one.entity_type === this.chosen?.entity_type;
  }

  oneCase() {
    if (!this.chosen) return h("p", { class: "nothing" }, "Choose a case: click it, or press j and k. Press ? for all keys.");
    if (this.gone) return h("p", { class: "nothing" }, "This entity has no alert. ", h("a", { href: "#/review" }, "Back to the queue"));
    if (!this.detail) return h("p", { class: "loading" }, "Reading the case");
    return drawCase(this.detail, {
      verdict: this.verdict,
      told: this.told,
      busy: this.busy,
      begin: (verdict) => this.begin(verdict),
      act: (action) => this.act(action),
      close: (note) => this.act("close", note),
      cancel: () => this.begin(""),
    });
  }

  /** Begin a verdict: it is given with the note, or taken back. */
  begin(verdict) {
    if (!this.detail || (verdict && this.detail.case.status === "closed")) return;
    Object.assign(this, { verdict, told: null });
    this.redraw();
    if (verdict) document.getElementById("note").focus();
    else document.getElementById("case").focus();
  }

  async act(action, note = "") {
    const { detail } = this;
    if (!detail || this.busy) return;
    const reviewer = this.reviewer();
    if (!reviewer) {
      this.tell("red", "Say who you are first: the record names who decided.");
      document.getElementById("reviewer").focus();
      return;
    }
    const { entity_type, entity, version } = detail.case;
    const isClose = action === "close";
    const content = { action_id: actionId(), entity_type, entity, action, expected_version: version, reviewer, note };
    if (isClose) Object.assign(content, { verdict: this.verdict, alert_ids: judged(detail) });
    this.busy = true;
    this.redraw();
    try {
      this.detail = await write("case/actions", content);
      this.busy = false;
      const what = isClose ? `: ${VERDICTS[this.verdict].toLowerCase()}` : "";
      this.verdict = "";
      this.tell("green", `${DONE[action]}${what}.`);
    } catch (error) {
      this.busy = false;
      if (!(error instanceof Refusal)) throw error;
      this.tell("red", `${error.text} ${error.remedy}`);
      if (error.status === 409) this.verdict = "";
    }
    this.isHasty = true;
    this.redraw();
    this.refresh();
  }

  tell(level, text) {
    this.told = { level, text };
    say(text);
    this.redraw();
  }

  redraw() {
    const place = document.getElementById("case");
    if (place) show(place, this.oneCase());
  }

  rules() {
    const { rules, waiting, median_age_seconds, oldest_age_seconds } = this.quality;
    if (!rules.length) return null;
    return h("section", { class: "panel rule-quality", "aria-labelledby": "rules-title" },
      h("div", { class: "panel-head" }, h("h2", { id: "rules-title" }, "Rules by their verdicts"), behindButton("quality", "Rules by their verdicts")),
      h("p", { class: "muted" }, waiting ? `${many(waiting, "case")} wait; half of them began more than ${span(median_age_seconds)} before the newest window, the oldest ${span(oldest_age_seconds)}.` : "No case waits."),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rules by their verdicts" }, h("table", {},
        h("thead", {}, h("tr", {}, ["Rule", "Open alerts", "Fraud", "False positive", "Inconclusive", "Precision"].map((name, place) => h("th", { scope: "col", class: place ? "figure" : "" }, name)))),
        h("tbody", {}, rules.map((rule) => h("tr", { key: rule.rule_id }, h("td", {}, h("code", {}, rule.rule_id)),
          [rule.alerts, rule.confirmed_fraud, rule.false_positive, rule.inconclusive].map((count) => h("td", { class: "figure" }, number(count))),
          h("td", { class: "figure" }, rule.precision === null ? h("span", { class: "muted" }, "no verdict yet") : share(rule.precision, 1))))))));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return this.escape(event);
    if (["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName) || !shortcutsOn()) return;
    const act = this.keys()[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  keys() {
    const closed = this.detail?.case.status === "closed";
    return {
      j: () => this.move(1), k: () => this.move(-1),
      c: () => this.act("claim"), u: () => this.act("release"), o: () => closed && this.act("reopen"),
      ...Object.fromEntries(Object.entries(BY_KEY).map(([key, verdict]) => [key, () => this.begin(verdict)])),
      "/": () => document.getElementById("case-filter").focus(),
      "?": showKeys,
    };
  }

  escape(event) {
    if (this.verdict) this.begin("");
    else if (event.target.tagName === "INPUT" || event.target.tagName === "SELECT") event.target.blur();
    else if (this.chosen) location.hash = "#/review";
    closeDialogs();
  }

  move(by) {
    const cases = this.queue?.cases ?? [];
    if (!cases.length) return;
    const at = cases.findIndex((one) => this.isChosen(one));
    const next = cases[Math.min(cases.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    location.hash = address(next);
    say(`${next.entity_type} ${next.entity}, score ${next.score}`);
    document.querySelector("li.chosen")?.scrollIntoView({ block: "nearest" });
  }
}

/** The alerts that a verdict judges: those without one; of a case that was reopened, all. */
function judged(detail) {
  const without = detail.alerts.filter((alert) => !alert.verdict);
  return (without.length ? without : detail.alerts).map((alert) => alert.alert_id);
}

function address(one) {
  return `#/review/${encodeURIComponent(one.entity_type)}/${encodeURIComponent(one.entity)}`;
}

function actionId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stored(name) {
  try { return localStorage.getItem(name) ?? ""; } catch { return ""; }
}

function store(name, value) {
  try { localStorage.setItem(name, value); } catch { /* it holds until the page is closed */ }
}
