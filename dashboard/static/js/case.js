// One case: what was observed against which threshold, the evidence over time, what was decided before, and by whom.
import { behindButton } from "./behind.js";
import { h, svg } from "./dom.js";
import { many, number, PATTERNS, span, time, timeText, VERDICTS } from "./words.js";

const SHOWN = 50;
const ACTION_WORDS = { claim: "claimed", release: "released", close: "closed", reopen: "reopened" };

/** Draw a case; `desk` says what is being done to it, and does it. */
export function drawCase(detail, desk) {
  return [head(detail), decide(detail, desk), reasons(detail), timeline(detail), before(detail), trail(detail)];
}

function head({ case: one, alerts }) {
  const first = alerts[0] ? time(one.first_event_time) : null;
  return h("header", { class: "case-head" },
    h("p", {}, h("a", { class: "back", href: "#/review" }, "Queue")),
    h("div", { class: "panel-head" },
      h("h2", {}, h("span", { class: "type" }, one.entity_type), one.entity),
      h("span", { class: "buttons" }, h("span", { class: `score ${one.severity}` }, String(one.score)), behindButton("case", "One case", { entity_type: one.entity_type, entity: one.entity }))),
    h("p", { class: "muted" }, one.patterns.map((name) => PATTERNS[name] ?? name).join(", "), `; ${many(one.alerts, "alert")}`,
      first ? ["; from ", first, " to ", time(one.last_event_time, { day: one.first_event_time.slice(0, 10) !== one.last_event_time.slice(0, 10) })] : ""));
}

function decide({ case: one, alerts }, desk) {
  const told = desk.told ? h("p", { class: `banner ${desk.told.level}`, role: desk.told.level === "red" ? "alert" : null }, desk.told.text) : null;
  const button = (label, key, act, kind = "") => h("button", { type: "button", class: kind, disabled: desk.busy, onclick: act }, label, h("kbd", { "aria-hidden": "true" }, key));
  const status = { open: "Open: nobody has claimed it.", claimed: `Claimed by ${one.claimed_by}.`, closed: `Closed: ${(VERDICTS[one.verdict] ?? "with several verdicts").toLowerCase()}.` }[one.status];
  if (!alerts.length) return h("div", { class: "decide" }, told, h("p", {}, "All alerts of this case were withdrawn: what is known now does not ask for them."));
  return h("div", { class: "decide" }, h("p", { class: "status" }, status),
    one.status === "closed"
      ? h("div", { class: "actions" }, button("Reopen", "o", () => desk.act("reopen")))
      : h("div", { class: "actions" },
          one.status === "open" ? button("Claim", "c", () => desk.act("claim")) : button("Release", "u", () => desk.act("release")),
          button("Fraud", "f", () => desk.begin("confirmed_fraud"), "fraud"),
          button("False positive", "p", () => desk.begin("false_positive"), "fine"),
          button("Inconclusive", "i", () => desk.begin("inconclusive"))),
    desk.verdict ? noteForm(desk, alerts) : null, told);
}

function noteForm(desk, alerts) {
  const unjudged = alerts.filter((alert) => !alert.verdict).length || alerts.length;
  const give = () => desk.close(document.getElementById("note").value.trim());
  const key = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    give();
  };
  const quiet = desk.verdict === "false_positive" ? " Its rules stay quiet about this entity for 30 days." : "";
  return h("form", { class: "note", key: `note ${desk.verdict}`, onsubmit: (event) => { event.preventDefault(); give(); } },
    h("label", { class: "field wide" }, h("span", {}, `${VERDICTS[desk.verdict]}, of ${many(unjudged, "alert")}.${quiet} A note, if you like:`),
      h("textarea", { id: "note", rows: "2", maxlength: "4096", onkeydown: key })),
    h("div", { class: "actions" },
      h("button", { type: "submit", class: "primary", disabled: desk.busy }, desk.busy ? "Recording" : "Record the verdict", h("kbd", { "aria-hidden": "true" }, "Enter")),
      h("button", { type: "button", onclick: desk.cancel }, "Cancel", h("kbd", { "aria-hidden": "true" }, "Esc"))));
}

function reasons({ alerts }) {
  return h("section", { "aria-label": "Reasons" }, h("h3", {}, "Why"),
    alerts.map((alert) => h("article", { class: "alert", key: alert.alert_id },
      h("div", { class: "panel-head" },
        h("h4", {}, h("span", { class: `score ${alert.severity}` }, String(alert.score)), h("code", {}, alert.rule_id)),
        h("span", { class: "muted" }, alert.verdict ? VERDICTS[alert.verdict] : `rules of ${alert.rule_version}`)),
      h("ul", { class: "reasons" }, alert.reasons.map((reason) => h("li", {}, meter(reason), h("span", {}, reason.text)))),
      h("p", { class: "muted" }, time(alert.first_event_time, { seconds: true }), `, over ${span((Date.parse(alert.last_event_time) - Date.parse(alert.first_event_time)) / 1000)}; ${many(alert.evidence_seen, "fact")} seen`))));
}

/** Observed against threshold: a bar that passes its mark. */
function meter({ measure, observed, threshold }) {
  const whole = Math.max(observed, threshold, 1e-9) * 1.05;
  const unit = measure.endsWith("share") ? " %" : "";
  const words = `${measure}: ${number(observed)}${unit} observed, threshold ${number(threshold)}${unit}`;
  return h("span", { class: "meter", role: "img", "aria-label": words, title: words },
    svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "back", x: "0", y: "2", width: "100", height: "6" }),
      svg("rect", { class: observed >= threshold ? "over" : "under", x: "0", y: "2", width: ((100 * observed) / whole).toFixed(1), height: "6" }),
      svg("rect", { class: "mark", x: ((100 * threshold) / whole).toFixed(1), y: "0", width: "1", height: "10" })),
    h("span", { class: "numbers" }, h("strong", {}, `${number(observed)}${unit}`), `, threshold ${number(threshold)}${unit}`));
}

function timeline({ evidence, evidence_note, alerts }) {
  const ids = [...new Set(alerts.flatMap((alert) => alert.event_ids))];
  return h("section", { "aria-label": "Evidence over time" }, h("h3", {}, "Evidence over time"),
    evidence.length ? [strip(evidence), eventTable(evidence)] : null,
    evidence_note ? h("p", { class: "muted" }, evidence_note) : null,
    !evidence.length && ids.length ? h("details", {}, h("summary", {}, many(ids.length, "deciding event")), h("p", { class: "ids" }, ids.slice(0, SHOWN).map((id) => [h("code", {}, id), " "]))) : null);
}

function tone(one) {
  if (["declined", "failure"].includes(one.outcome)) return "bad";
  return ["approved", "success"].includes(one.outcome) ? "good" : "other";
}

/** A tick an event: what was declined or failed above, what succeeded below. */
function strip(evidence) {
  const times = evidence.map((one) => Date.parse(one.time));
  const [first, last] = [times[0], times[times.length - 1]];
  const x = (at) => (last > first ? 1 + (98 * (at - first)) / (last - first) : 50);
  const high = { bad: ["4", "14"], other: ["12", "12"], good: ["22", "14"] };
  return h("figure", { class: "strip" },
    svg("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img", "aria-label": `${many(evidence.length, "event")} from ${timeText(evidence[0].time)} to ${timeText(evidence[evidence.length - 1].time)}` },
      svg("line", { x1: "0", x2: "100", y1: "20", y2: "20" }),
      evidence.map((one, place) => svg("rect", { class: tone(one), x: (x(times[place]) - 0.25).toFixed(2), y: high[tone(one)][0], width: "0.5", height: high[tone(one)][1] }))),
    h("figcaption", { class: "muted" }, h("span", {}, time(evidence[0].time, { seconds: true })),
      h("span", { class: "legend" }, h("span", { class: "bad" }, "declined or failed"), h("span", { class: "good" }, "succeeded")),
      h("span", {}, time(evidence[evidence.length - 1].time, { seconds: true, day: false }))));
}

function eventTable(evidence) {
  return h("details", { class: "events", open: evidence.length <= 12 },
    h("summary", {}, many(evidence.length, "deciding event")),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Deciding events" }, h("table", {},
      h("thead", {}, h("tr", {}, ["Time", "Event", "Outcome", "Facts", "Id"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, evidence.map((one) => h("tr", { key: one.event_id },
        h("td", {}, time(one.time, { seconds: true, day: false })), h("td", {}, one.type.replace(/\.v\d+$/, "")),
        h("td", {}, h("span", { class: `outcome ${tone(one)}` }, one.outcome)),
        h("td", { class: "event-facts" }, Object.entries(one.facts).map(([name, value]) => h("span", {}, h("span", { class: "muted" }, `${name.replaceAll("_", " ")} `), value))),
        h("td", {}, h("code", {}, one.event_id))))))));
}

function before({ earlier_alerts, verdicts }) {
  if (!earlier_alerts.length && !verdicts.length) return null;
  return h("section", { "aria-label": "Before" }, h("h3", {}, "Before"),
    verdicts.length ? h("ul", { class: "list" }, verdicts.slice(0, SHOWN).map((one) => h("li", { key: one.review_id },
      h("strong", {}, VERDICTS[one.verdict] ?? one.verdict), " by ", one.reviewer, " on ", h("code", {}, one.rule_id), ", ", time(one.decided_at), one.note ? h("blockquote", {}, one.note) : ""))) : null,
    earlier_alerts.length ? h("ul", { class: "list" }, earlier_alerts.slice(0, SHOWN).map((one) => h("li", { key: one.alert_id },
      h("code", {}, one.rule_id), ` withdrawn${one.superseded_by ? ", another took its place" : ""}; `, time(one.first_event_time)))) : null);
}

function trail({ actions }) {
  if (!actions.length) return null;
  return h("section", { "aria-label": "Audit trail" }, h("h3", {}, "Audit trail"),
    h("ol", { class: "list" }, actions.map((one) => h("li", { key: one.action_id },
      h("strong", {}, one.reviewer), ` ${ACTION_WORDS[one.action] ?? one.action}`, one.verdict ? ` as ${(VERDICTS[one.verdict] ?? one.verdict).toLowerCase()}` : "", ", ", time(one.at, { seconds: true }), one.note ? h("blockquote", {}, one.note) : ""))));
}
