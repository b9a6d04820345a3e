// Numbers, times and names for people: times in the viewer's zone, with UTC beside.
import { h } from "./dom.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const isUtc = ["UTC", "Etc/UTC", "GMT"].includes(zone);
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY = { weekday: "short", day: "numeric", month: "short" };
const YEAR = { ...DAY, year: "numeric" };
const formats = new Map();

function format(date, options, utc = false) {
  const key = JSON.stringify(options) + utc;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", utc ? { ...options, timeZone: "UTC" } : options));
  return formats.get(key).format(date);
}

/** The clock of a time, as 13:45; with seconds as 13:45:07. */
export function clock(date, { seconds = false, utc = false } = {}) {
  return format(date, seconds ? { ...CLOCK, second: "2-digit" } : CLOCK, utc);
}

/** A time in words, the viewer's zone first. */
export function timeText(iso, { seconds = false, day = true } = {}) {
  if (!iso) return "never";
  const date = new Date(iso);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  const before = day ? `${format(date, isThisYear ? DAY : YEAR)}, ` : "";
  const other = format(date, DAY, true) === format(date, DAY) ? "" : `${format(date, { day: "numeric", month: "short" }, true)} `;
  const here = `${before}${clock(date, { seconds })}`;
  return isUtc ? `${here} UTC` : `${here} (${other}${clock(date, { seconds, utc: true })} UTC)`;
}

/** A time as an element. */
export function time(iso, options = {}) {
  return iso ? h("time", { datetime: iso, title: iso }, timeText(iso, options)) : "never";
}

/** How long something took or ago it is: 5 s, 12 min, 3 h 10 min, 4 days. */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** 12,345 */
export function number(value) {
  return value.toLocaleString("en-GB");
}

/** 1.2 %, and less than 0.1 % as such. */
export function share(part, whole) {
  if (!whole) return "0 %";
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

/** A number of things. */
export function many(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Host and path of a URL, apart. */
export function parts(url) {
  const found = /^https?:\/\/([^/]*)(.*)$/.exec(url);
  return found ? { host: found[1], path: found[2] } : { host: "", path: url };
}

export const VERDICTS = { confirmed_fraud: "Fraud", false_positive: "False positive", inconclusive: "Inconclusive" };
export const PATTERNS = { card_testing: "Card testing", account_takeover: "Account takeover" };
