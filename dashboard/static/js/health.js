// Health: alarms in plain words, the ledger drawn so that one sees that it adds up, rejects, freshness.
import { read } from "./api.js";
import { behindButton } from "./behind.js";
import { h } from "./dom.js";
import { many, number, share, span, time } from "./words.js";

const LEVELS = {
  green: ["All is well", "Every event is accounted for."],
  amber: ["Look at this", ""],
  red: ["Something is wrong", ""],
};

export class HealthView {
  constructor(refresh) {
    this.refresh = refresh;
    this.data = null;
  }

  at() { this.isHasty = true; }

  async load() {
    this.isHasty = false;
    this.data = await read("health");
  }

  draw(trouble) {
    const heading = h("h1", { class: "visually-hidden" }, "Health");
    if (!this.data) return [heading, trouble ? null : h("p", { class: "loading" }, "Reading")];
    if (!this.data.runs.length) {
      return [heading, h("section", { class: "panel empty" }, h("h2", {}, "No run has written here yet"),
        h("p", {}, "The account of every event appears here when the first run ends:"), h("pre", {}, "python -m pipeline --output out"))];
    }
    return [heading, this.state(), h("div", { class: "columns" }, this.ledger(), this.freshness()), this.rejects()];
  }

  state() {
    const { level, alarms } = this.data;
    const [title, text] = LEVELS[level];
    return h("section", { class: `state ${level}`, "aria-labelledby": "state-title" },
      h("h2", { id: "state-title" }, title),
      alarms.length
        ? h("ul", {}, alarms.map((alarm) => h("li", { class: alarm.level }, h("strong", {}, alarm.title), ` ${alarm.text}`)))
        : h("p", {}, this.data.total.being_written ? "What is being written is judged when it stands still." : text));
  }

  ledger() {
    const { total, runs, runs_in_all } = this.data;
    return h("section", { class: "panel ledger", "aria-labelledby": "ledger-title" },
      h("div", { class: "panel-head" }, h("h2", { id: "ledger-title" }, "Ledger"), behindButton("ledger", "The ledger")),
      account(total),
      h("h3", {}, runs_in_all > runs.length ? `Runs, the newest ${runs.length} of ${number(runs_in_all)}` : "Runs"),
      h("ul", { class: "runs" }, runs.map((run) => h("li", { key: run.run },
        h("div", { class: "run-head" }, h("code", {}, run.run.slice(0, 12)), h("span", { class: "muted" }, many(run.received, "event"), run.last_minute ? [", up to ", time(run.last_minute)] : ""), verdict(run)),
        bar(run)))));
  }

  freshness() {
    const { freshness: fresh } = this.data;
    const ago = (Date.parse(fresh.now) - Date.parse(fresh.written_at)) / 1000;
    const lag = fresh.lag_seconds >= 0 ? `${span(fresh.lag_seconds)} ago` : `${span(-fresh.lag_seconds)} ahead of this machine's clock`;
    return h("section", { class: "panel", "aria-labelledby": "fresh-title" },
      h("div", { class: "panel-head" }, h("h2", { id: "fresh-title" }, "Freshness"), behindButton("freshness", "Freshness")),
      h("dl", { class: "facts" },
        h("dt", {}, "Newest window ended"), h("dd", {}, fresh.newest_window_end ? [time(fresh.newest_window_end), h("span", { class: "muted" }, lag)] : "there is none"),
        h("dt", {}, "Page views last stored"), h("dd", {}, fresh.written_at ? [time(fresh.written_at, { seconds: true }), h("span", { class: "muted" }, `${span(ago)} ago`)] : "never"),
        h("dt", {}, "Kind"), h("dd", {}, fresh.is_history ? "A stored history: the page's clock is its newest window." : "Traffic of today."),
        h("dt", {}, "Events with card numbers masked"), h("dd", {}, number(this.data.total.masked))));
  }

  rejects() {
    const { rejects, total } = this.data;
    return h("section", { class: "panel", "aria-labelledby": "rejects-title" },
      h("div", { class: "panel-head" }, h("h2", { id: "rejects-title" }, `Rejects by reason: ${number(total.rejected)}, ${share(total.rejected, total.received)} of what was received`), behindButton("rejected", "Rejects by reason")),
      rejects.length ? h("ul", { class: "rejects" }, rejects.map((one) => this.reject(one))) : h("p", { class: "nothing" }, "Nothing was rejected."));
  }

  reject(one) {
    return h("li", { key: one.reason },
      h("details", {},
        h("summary", {}, h("strong", { class: "count" }, number(one.count)), h("code", {}, one.reason), h("span", { class: "muted" }, one.meaning)),
        h("div", { class: "reject" },
          h("p", {}, h("strong", {}, "What to do: "), one.remedy, one.option ? [" The option that probably helps: ", h("code", {}, one.option)] : ""),
          one.example_where
            ? [h("p", {}, h("strong", {}, "For example: "), one.example_error), h("pre", { tabindex: "0" }, one.example_payload || "(no bytes were kept)"), h("p", { class: "muted" }, one.example_where)]
            : h("p", { class: "muted" }, "Its dead letters are not kept any more."),
          behindButton("rejects", `Rejects: ${one.reason}`, { reason: one.reason }))));
  }
}

/** received over counted, duplicate and rejected: two bars that end together when the sum adds up. */
function account(run) {
  return h("div", { class: "account" },
    h("div", { class: "line" }, h("span", { class: "label" }, "received"), h("div", { class: "bar" }, part("received", 1, "")), h("strong", {}, number(run.received))),
    h("div", { class: "line" }, h("span", { class: "label" }, "accounted for"), bar(run), h("strong", {}, number(run.counted + run.duplicate + run.rejected))),
    h("dl", { class: "sum" },
      h("div", {}, h("dt", {}, "received"), h("dd", {}, number(run.received))),
      h("div", { class: "counted" }, h("dt", {}, "= counted"), h("dd", {}, number(run.counted))),
      h("div", { class: "duplicate" }, h("dt", {}, "+ duplicate"), h("dd", {}, number(run.duplicate))),
      h("div", { class: "rejected" }, h("dt", {}, "+ rejected"), h("dd", {}, number(run.rejected))),
      run.missing ? h("div", { class: "missing" }, h("dt", {}, run.missing > 0 ? "missing" : "too many"), h("dd", {}, number(Math.abs(run.missing)))) : null),
    verdict(run));
}

function verdict(run) {
  if (!run.missing) return h("span", { class: "tick green" }, "adds up");
  return run.being_written ? h("span", { class: "tick amber" }, "being written") : h("span", { class: "tick red" }, "DOES NOT ADD UP");
}

function bar(run) {
  const whole = Math.max(run.received, run.counted + run.duplicate + run.rejected, 1);
  const words = `${number(run.counted)} counted, ${number(run.duplicate)} duplicate, ${number(run.rejected)} rejected${run.missing ? `, ${number(run.missing)} missing` : ""}`;
  return h("div", { class: "bar", role: "img", "aria-label": words, title: words },
    part("counted", run.counted, whole), part("duplicate", run.duplicate, whole), part("rejected", run.rejected, whole),
    part("missing", Math.max(0, run.missing), whole));
}

function part(name, count, whole) {
  return count ? h("span", { class: name, style: { flex: `${whole ? count / whole : 1} 1 0`, "min-width": "2px" } }) : null;
}
