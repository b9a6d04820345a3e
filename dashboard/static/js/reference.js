// The API, told by its own OpenAPI document.
import { h, show } from "./dom.js";

const main = document.getElementById("main");

function operation(path, method, one) {
  const parameters = one.parameters ?? [];
  const body = one.requestBody?.content["application/json"].schema.$ref;
  const answer = one.responses["200"].content?.["application/json"]?.schema.$ref;
  const name = (reference) => reference.split("/").pop();
  return h("section", { class: "panel" },
    h("h2", {}, h("code", {}, `${method.toUpperCase()} ${path}`)),
    h("p", {}, one.description ?? one.summary),
    parameters.length ? h("table", {},
      h("thead", {}, h("tr", {}, ["Parameter", "Values", "Meaning"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, parameters.map((each) => h("tr", {},
        h("td", {}, h("code", {}, each.name), each.required ? " (needed)" : ""),
        h("td", {}, each.schema.enum ? each.schema.enum.map((value) => value === "" ? '""' : value).join(", ") : each.schema.type ?? ""),
        h("td", {}, each.description ?? ""))))) : null,
    h("p", { class: "muted" }, [body ? `Takes ${name(body)}. ` : "", answer ? `Answers with ${name(answer)}.` : ""]));
}

function record(name, schema) {
  const properties = Object.entries(schema.properties ?? {});
  return h("section", { class: "panel", id: name }, h("h3", {}, name), schema.description ? h("p", { class: "muted" }, schema.description) : null,
    h("p", {}, properties.map(([field], place) => [place ? ", " : "", h("code", {}, field)])));
}

const document_ = await (await fetch("/api/openapi.json")).json();
show(main, h("h1", {}, "API"),
  h("p", {}, document_.info.description, " The whole of it: ", h("a", { href: "/api/openapi.json" }, "openapi.json"), "."),
  Object.entries(document_.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => operation(path, method, one))),
  h("h2", {}, "Records"),
  Object.entries(document_.components.schemas).map(([name, schema]) => record(name, schema)));
