// Now: page views over time, top pages with their trend, visitors, bots apart, event rate.
import { read } from "./api.js";
import { behindButton } from "./behind.js";
import { Chart, per, sparkline } from "./chart.js";
import { h } from "./dom.js";
import { many, number, parts, share, time } from "./words.js";

const RANGES = [1, 6, 24];

export class NowView {
  constructor(refresh) {
    this.refresh = refresh;
    this.hours = 1;
    this.until = "";
    this.contains = "";
    this.url = "";
    this.data = null;
    this.page = null;
    this.chart = new Chart(["People", "Bots"]);
    this.own = new Chart(["All views", "Bots", "Visitors"], { low: true });
  }

  at() { this.isHasty = true; }

  span() { return { hours: this.hours, until: this.until, contains: this.contains }; }

  async load() {
    this.isHasty = false;
    const [span, url] = [this.span(), this.url];
    const [data, page] = await Promise.all([read("now", span), url ? read("page", { ...span, url }) : null]);
    [this.data, this.page] = [data, page];
    this.shown = { hours: Math.round((Date.parse(data.end) - Date.parse(data.start)) / 3_600_000), span };
  }

  set(change) {
    Object.assign(this, change);
    this.isHasty = true;
    this.refresh();
  }

  draw(trouble) {
    const heading = h("h1", { class: "visually-hidden" }, "Now");
    if (!this.data) return [heading, trouble ? null : h("p", { class: "loading" }, "Reading")];
    if (!this.data.newest) return [heading, this.empty()];
    return [heading, this.controls(), this.tiles(), this.overTime(), this.url ? this.onePage() : null, this.pages()];
  }

  empty() {
    return h("section", { class: "panel empty" },
      h("h2", {}, "No page views are stored yet"),
      h("p", {}, "They appear here within seconds of being stored. The bundled sample:"),
      h("pre", {}, "python -m pipeline --output out"),
      h("p", {}, "Simulated traffic with attacks, as if live:"),
      h("pre", {}, "make demo"));
  }

  controls() {
    const { start, end } = this.data;
    const go = (hours) => {
      const at = new Date(Date.parse(this.until || end) + hours * 3_600_000);
      this.set({ until: at > new Date(Date.parse(this.data.newest) + 60_000) ? "" : at.toISOString().slice(0, 19) + "Z" });
    };
    return h("form", { class: "controls", role: "search", onsubmit: (event) => event.preventDefault() },
      h("div", { class: "segments", role: "group", "aria-label": "Span" }, RANGES.map((hours) =>
        h("button", { type: "button", "aria-pressed": String(hours === this.hours), onclick: () => this.set({ hours }) }, `${hours} h`))),
      h("div", { class: "segments", role: "group", "aria-label": "Where the span ends" },
        h("button", { type: "button", "aria-label": "Earlier", onclick: () => go(-this.hours) }, "Earlier"),
        h("button", { type: "button", "aria-pressed": String(!this.until), onclick: () => this.set({ until: "" }) }, "Latest"),
        h("button", { type: "button", disabled: !this.until, onclick: () => go(this.hours) }, "Later")),
      h("label", { class: "filter" }, h("span", {}, "Host or path"),
        h("input", { type: "search", placeholder: "shop.example/products", maxlength: "2048", autocomplete: "off", spellcheck: "false",
          oninput: (event) => this.filter(event.target.value) })),
      h("p", { class: "muted span" }, time(start), " to ", time(end, { day: start.slice(0, 10) !== end.slice(0, 10) })));
  }

  filter(text) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.set({ contains: text.trim() }), 250);
  }

  tiles() {
    const { data } = this;
    const events = Object.values(data.rate.by_type).reduce((sum, count) => sum + count, 0);
    const rate = events / (60 * data.rate.minutes);
    const { span, hours } = this.shown; // of the numbers, which may be those of a moment ago
    const tile = (label, value, detail, behind) => h("div", { class: "tile" }, h("dt", {}, h("span", {}, label), behind), h("dd", {}, h("strong", {}, value), h("span", { class: "muted" }, detail)));
    return h("dl", { class: "tiles" },
      tile("Page views by people", number(data.views - data.bot_views), `of ${number(data.views)} in ${hours} h`, behindButton("views", "Page views", span)),
      tile("By bots", number(data.bot_views), `${share(data.bot_views, data.views)} of all views`, behindButton("views", "Page views by bots", span)),
      tile("Visitors", number(data.visitors), `distinct, last ${data.visitors_minutes} min`, behindButton("visitors", "Visitors", span)),
      tile("Events", `${rate < 10 ? rate.toFixed(1) : number(Math.round(rate))}/s`, `mean of the last ${data.rate.minutes} min`, behindButton("rate", "Event rate", span)),
      tile("Pages", number(data.urls), `seen in ${hours} h`, behindButton("pages", "Pages", span)));
  }

  overTime() {
    const { series } = this.data;
    const people = series.views.map((views, place) => views - series.bot_views[place]);
    this.chart.update(series.start, series.step_seconds, [people, series.bot_views]);
    return h("section", { class: "panel", "aria-labelledby": "over-time" },
      h("div", { class: "panel-head" }, h("h2", { id: "over-time" }, `Page views per ${per(series.step_seconds)}`), behindButton("series", "Page views over time", this.shown.span)),
      this.chart.place);
  }

  onePage() {
    const body = () => {
      if (!this.page || this.page.url !== this.url) return h("p", { class: "loading" }, "Reading");
      const { series, visitors } = this.page;
      this.own.update(series.start, series.step_seconds, [series.views, series.bot_views, visitors]);
      return this.own.place;
    };
    return h("section", { class: "panel own", "aria-labelledby": "own-title", key: "own" },
      h("div", { class: "panel-head" },
        h("h2", { id: "own-title", class: "url" }, this.url),
        h("span", { class: "buttons" }, behindButton("page", "One page", { ...this.shown.span, url: this.url }),
          h("button", { type: "button", class: "quiet", onclick: () => this.set({ url: "", page: null }) }, "Close"))),
      body());
  }

  pages() {
    const { pages, contains } = this.data;
    const rows = pages.map((page) => this.row(page));
    return h("section", { class: "panel", "aria-labelledby": "top-pages", key: "pages" },
      h("div", { class: "panel-head" }, h("h2", { id: "top-pages" }, "Top pages"), behindButton("pages", "Top pages", this.shown.span)),
      pages.length
        ? h("table", { class: "pages" },
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Page"), h("th", { scope: "col", class: "trend" }, "Trend"),
              h("th", { scope: "col", class: "figure" }, "Views"), h("th", { scope: "col", class: "figure bots" }, "Bots"),
              h("th", { scope: "col", class: "figure" }, `Before`))),
            h("tbody", {}, rows))
        : h("p", { class: "nothing" }, contains ? `No page whose URL contains "${contains}" was seen in these ${this.shown.hours} hours.` : "No page was seen in this span. Choose a longer one, or Latest."));
  }

  row(page) {
    const { host, path } = parts(page.url);
    const change = page.before ? Math.round((100 * (page.views - page.before)) / page.before) : null;
    const told = change === null ? "new" : `${change > 0 ? "+" : change < 0 ? "−" : "±"}${number(Math.abs(change))} %`;
    const isChosen = page.url === this.url;
    return h("tr", { key: page.url, class: isChosen ? "chosen" : "" },
      h("td", { class: "page" }, h("button", { type: "button", class: "link url", "aria-pressed": String(isChosen), title: page.url, onclick: () => this.set({ url: isChosen ? "" : page.url, page: null }) },
        h("span", { class: "host" }, host), path || "/")),
      h("td", { class: "trend" }, sparkline(page.trend)),
      h("td", { class: "figure" }, number(page.views)),
      h("td", { class: "figure bots" }, number(page.bot_views)),
      h("td", { class: "figure muted", title: `${many(page.before, "view")} in the ${this.shown.hours} h before` }, told));
  }
}
