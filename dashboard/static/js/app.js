// Boots the page: which view is shown, when it is read again, and what is told when the store does not answer.
import { read } from "./api.js";
import { h, show } from "./dom.js";
import { closeDialogs } from "./behind.js";
import { HealthView } from "./health.js";
import { NowView } from "./now.js";
import { ReviewView } from "./review.js";
import { clock, number, time, timeText } from "./words.js";

const AGAIN_MS = 3_000; // after trouble
const ANYWAY_MS = 30_000; // ages go on also where nothing is written
const SOON_MS = 800; // between two readings, however much is written

const main = document.getElementById("main");
const views = { now: new NowView(refresh), health: new HealthView(refresh), review: new ReviewView(refresh) };
let current = "";
let timer = 0;
let reading = false;
let dirty = false;
let lastRead = 0;
let connected = true;
let trouble = null;
let source = null;
let relisten = 0;

function route() {
  const [, name = "now", ...rest] = location.hash.split("/");
  const wanted = name in views ? name : "now";
  const isOther = wanted !== current;
  current = wanted;
  views[current].at(rest.map(decodeURIComponent));
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${{ now: "Now", health: "Health", review: "Review" }[current]} - Millrace`;
  if (isOther) {
    closeDialogs();
    show(main, h("div", { class: "view", key: current }, views[current].draw()));
  }
  refresh();
}

/** Read what is shown again, as soon as that makes sense. */
function refresh() {
  if (reading) {
    dirty = true;
    return;
  }
  clearTimeout(timer);
  const wait = Math.max(0, lastRead + SOON_MS - Date.now());
  timer = setTimeout(readAll, views[current].isHasty ? 0 : wait);
}

async function readAll() {
  if (document.hidden) return;
  [reading, dirty] = [true, false];
  clearTimeout(timer);
  const view = views[current];
  let next = ANYWAY_MS;
  try {
    await view.load();
    trouble = null;
    lastRead = Date.now();
    readBadges().catch(() => {}); // they are read again with the next numbers, which tell the trouble
  } catch (error) {
    if (!("code" in error)) throw error;
    trouble = error;
    next = AGAIN_MS;
  } finally {
    reading = false;
  }
  if (view === views[current]) show(main, h("div", { class: `view${trouble ? " stale" : ""}`, key: current }, view.draw(trouble)));
  if (!trouble && !performance.getEntriesByName("numbers").length) performance.mark("numbers");
  tellTrouble();
  pulse();
  timer = setTimeout(readAll, dirty ? (views[current].isHasty ? 0 : SOON_MS) : next);
}

async function readBadges() {
  const [health, cases, state] = await Promise.all([read("health"), read("cases"), read("store")]);
  const waiting = cases.counts.open + cases.counts.claimed;
  const [bad, many] = [document.getElementById("health-badge"), document.getElementById("review-badge")];
  const alarms = health.alarms.length;
  bad.hidden = alarms === 0;
  bad.className = `badge ${health.level}`;
  bad.textContent = alarms ? `${alarms} ${health.level}` : "";
  many.hidden = waiting === 0;
  many.textContent = number(waiting);
  show(document.getElementById("store"), state.store, state.newest ? [", newest window ", time(state.newest)] : "");
}

function tellTrouble() {
  const place = document.getElementById("trouble");
  if (!trouble) return show(place);
  const since = lastRead ? ` Numbers are those of ${timeText(new Date(lastRead).toISOString(), { seconds: true, day: false })}.` : "";
  return show(place, h("div", { class: "banner red" }, h("p", {}, h("strong", {}, trouble.text), ` ${trouble.remedy}${since}`)));
}

function pulse() {
  const state = trouble ? "trouble" : connected ? "live" : "waiting";
  const words = { trouble: "No answer", live: "Live", waiting: "Connecting" };
  const told = lastRead ? ` ${clock(new Date(lastRead), { seconds: true })}` : "";
  const place = document.getElementById("pulse");
  show(place, h("span", { class: `dot ${state}`, "aria-hidden": "true" }), words[state], h("span", { class: "muted", "aria-hidden": "true" }, told));
}

/** Hear of changes while the page is seen: a browser has six connections to a service for all its tabs. */
function listen() {
  clearTimeout(relisten);
  source?.close();
  if (document.hidden) return;
  source = new EventSource("/api/changes");
  source.addEventListener("change", () => {
    connected = true;
    refresh();
  });
  source.onerror = () => {
    connected = false;
    pulse();
    if (source.readyState === EventSource.CLOSED) relisten = setTimeout(listen, AGAIN_MS);
  };
}

function nextTheme() {
  const root = document.documentElement;
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const shown = root.dataset.theme ?? (isDark ? "dark" : "light");
  const next = shown === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  try { localStorage.setItem("theme", next); } catch { /* it holds until the page is closed */ }
  document.dispatchEvent(new Event("themed"));
  nameTheme();
}

function nameTheme() {
  const isDark = (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.getElementById("theme").textContent = isDark ? "Light" : "Dark";
}

document.getElementById("theme").onclick = nextTheme;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new Event("themed"));
  nameTheme();
});
document.addEventListener("visibilitychange", () => {
  listen();
  if (!document.hidden) refresh();
});
document.addEventListener("keydown", (event) => views[current].key?.(event));
addEventListener("hashchange", route);
nameTheme();
route();
listen();
