// Charts over time with uPlot: colours of the theme, the viewer's zone, and a sentence for who does not see them.
import { h, svg } from "./dom.js";
import { clock, number, timeText } from "./words.js";

const HEIGHT = 240;
const LOW_HEIGHT = 150;

/** A chart that is kept over updates; `names` are those of its lines, the first of which is filled. */
export class Chart {
  constructor(names, { low = false } = {}) {
    this.names = names;
    this.height = low ? LOW_HEIGHT : HEIGHT;
    this.place = h("div", { class: "chart", "data-kept": "", role: "img", "aria-label": "No data yet" });
    this.place.key = `chart ${names.join()}`;
    this.shown = "";
    this.data = null;
    this.plot = null;
    new ResizeObserver(() => this.fit()).observe(this.place);
    document.addEventListener("themed", () => this.draw());
  }

  /** Show values: `start` is ISO 8601, `step` in seconds, `lines` a list of numbers for each name. */
  update(start, step, lines) {
    const begin = Date.parse(start) / 1000;
    const data = [lines[0].map((_, place) => begin + place * step), ...lines];
    const shown = JSON.stringify([start, step, lines]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.data = data;
    this.step = step;
    this.place.setAttribute("aria-label", this.sentence());
    if (this.plot) this.plot.setData(data);
    else this.draw();
  }

  sentence() {
    const [times, values] = this.data;
    const most = Math.max(...values);
    const at = new Date(times[values.indexOf(most)] * 1000).toISOString();
    const newest = values[values.length - 1];
    return `${this.names[0]} per ${per(this.step)} from ${timeText(new Date(times[0] * 1000).toISOString())}: at most ${number(most)}, at ${timeText(at)}; the newest is ${number(newest)}.`;
  }

  fit() {
    if (!this.data || !this.place.clientWidth) return;
    if (!this.plot) this.draw();
    else if (this.plot.width !== this.place.clientWidth) this.plot.setSize({ width: this.place.clientWidth, height: this.height });
  }

  draw() {
    this.plot?.destroy();
    this.plot = null;
    if (!this.data || !this.place.isConnected || !this.place.clientWidth) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const lines = ["--views", "--bots", "--visitors"];
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const options = {
      width: this.place.clientWidth,
      height: this.height,
      padding: [8, 18, 0, 0],
      cursor: { y: false, points: { size: 6 } },
      legend: { live: true },
      scales: { y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] } },
      axes: [
        { ...axis, values: (_, ticks) => labels(ticks), space: 60, size: 30 },
        { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? short(tick) : "")) },
      ],
      series: [
        { label: "Time", value: (_, at) => (at === null ? "--" : timeText(new Date(at * 1000).toISOString())) },
        ...this.names.map((label, place) => ({
          label,
          stroke: colour(lines[place]),
          width: 1.5,
          fill: place === 0 ? colour("--views-fill") : undefined,
          points: { show: false },
          value: (_, value) => (value === null ? "--" : number(value)),
        })),
      ],
    };
    this.plot = new globalThis.uPlot(options, this.data, this.place);
  }
}

/** A step in words. */
export function per(step) {
  if (step === 60) return "minute";
  if (step < 60) return `${step} s`;
  return step % 3600 ? `${Math.round(step / 60)} min` : step === 3600 ? "hour" : `${step / 3600} h`;
}

function labels(ticks) {
  let day = "";
  return ticks.map((tick) => {
    const date = new Date(tick * 1000);
    const [before, today] = [day, date.toDateString()];
    day = today;
    const isNew = before && before !== today;
    return isNew ? `${date.getDate()} ${date.toLocaleString("en-GB", { month: "short" })}` : clock(date);
  });
}

function short(value) {
  if (value >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  return value >= 1e4 ? `${+(value / 1e3).toFixed(1)}k` : String(value);
}

/** A small line for a table; what it shows is told by the numbers beside it. */
export function sparkline(values) {
  const most = Math.max(1, ...values);
  const width = 100;
  const x = (place) => (values.length > 1 ? (place * width) / (values.length - 1) : 0);
  const points = values.map((value, place) => `${x(place).toFixed(1)},${(21 - (19 * value) / most).toFixed(1)}`).join(" ");
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 100 22", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    svg("polygon", { points: `0,22 ${points} ${width},22` }),
    svg("polyline", { points }),
  );
}
