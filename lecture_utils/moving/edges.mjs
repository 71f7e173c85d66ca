// Chapter 3: a net of two nodes as a picture, a formula, tensors and counts, which all move together.

import { Linear, ReLU, Sequential, Sigmoid, linspace, sigmoid } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, fit, html, key, live, onceAFrame, plot, python, set, short, svg, two } from "./draw.mjs";

export const words = {
  en: {
    title: "One net as picture, formula, code and counts",
    net: "The net. Each edge has a bead: its place on the edge is the weight, from −10 to 10, and 0 in the middle.",
    stage: "What the net gives for each x, the curve to be built, and the rows of the data.",
    edge: "weight from {from} to {to}",
    one: "1",
    x: "x",
    out: "u2",
    node: "node {k}",
    row: "chosen row",
    row_at: "row {i}: x = {x}, {name} = {y}",
    mine: "the net:",
    target: "curve to be built",
    parts: "(dashed: what each node adds)",
    yhat: "ŷ",
    u2: "u2",
    layer: "Layer {k}",
    level: "level of detail",
    level_row: "one row: all its numbers",
    level_weights: "weights",
    level_general: "u and v, no weights",
    level_layers: "layers",
    view: "curve of",
    view_yhat: "ŷ, after the sigmoid",
    view_u2: "u2, before the sigmoid",
    which: "curve to be built",
    one_of: "number {k}",
    reset: "The lecture's weights",
    clear: "All weights 0",
    counts: "Layers: 2, hidden: 1, nodes: 2, parameters: 7. Numbers in this picture: {shown}. Edges that are not 0: {edges}.",
    asked: "Challenge: build the grey curve with the fewest edges. Yours: {edges}, off by up to {gap}. Par: {par} edges, off by less than {near}.",
    won: "Built with {edges} edges, which is par. Is there another net of {edges}?",
    more: "Built, with {edges} edges. Par is {par}: an edge with weight 0 is gone.",
  },
};

export const NAMES = ["net[0].weight", "net[0].bias", "net[2].weight", "net[2].bias"];
const LOW = -2, HIGH = 2, MOST = 10, NEAR = 0.03, DENSE = 161;

// The weights are one list: two of x, two biases, two of the nodes, the last bias.
const tensors = (w) => [[[w[0]], [w[1]]], [w[2], w[3]], [[w[4], w[5]]], [w[6]]];

function makeNet(w) {
  const net = new Sequential(new Linear(1, 2), ReLU(), new Linear(2, 1), Sigmoid());
  tensors(w).forEach((values, k) => net.parameters[k].data.set(values.flat()));
  return net;
}

// u1, v1, u2 and ŷ at places x: arrays, of the shapes (n, 2), (n, 2), (n, 1) and (n, 1).
export function inside(w, x) {
  let value = Float32Array.from(x);
  return makeNet(w).layers.map((layer) => (value = layer.forward(value, x.length)));
}
export const edges = (w) => w.filter((value) => value !== 0).length;
// How far two nets are from each other at most.
export function gap(w, other) {
  const x = linspace(LOW, HIGH, DENSE), [, , , a] = inside(w, x), [, , , b] = inside(other, x);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

// The net as a formula, in pieces: texts, and [number of the weight, text] for each number.
export function formula(w) {
  const signed = (k, first) => [k, first ? short(w[k]) : `${w[k] < 0 ? "−" : "+"} ${short(Math.abs(w[k]))}`];
  const found = ["ŷ = sigmoid("];
  let first = true;
  for (const k of [6, 4, 5]) {
    const node = k - 4;
    if (w[k] === 0 || (k < 6 && w[node] === 0 && w[node + 2] === 0)) continue;
    if (!first) found.push(" ");
    found.push(signed(k, first));
    first = false;
    if (k === 6) continue;
    found.push(" relu(");
    if (Math.abs(w[node]) === 1) found.push([node, w[node] < 0 ? "−x" : "x"]);
    else if (w[node] !== 0) found.push(signed(node, true), " x");
    if (w[node + 2] !== 0) found.push(...(w[node] !== 0 ? [" "] : []), signed(node + 2, w[node] === 0));
    found.push(")");
  }
  return [...found, first ? "0)" : ")"];
}

export function pytorch(w, rows) {
  return [
    "import torch",
    "from torch import nn",
    "",
    "net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1), nn.Sigmoid())",
    "with torch.no_grad():",
    ...tensors(w).map((values, k) => `    ${NAMES[k]}[:] = torch.tensor(${python(values)})`),
    `x = torch.linspace(${LOW}, ${HIGH}, ${rows}).reshape(-1, 1)`,
    "print(*net(x)[:, 0].tolist())",
  ].join("\n");
}

// Where the drawing has its parts: the x axis counts weights, so that a bead moves by 1 when its weight does.
const COLUMN = { in: 6, u1: 46, v1: 60, u2: 100, v2: 114 }, LINE = [8, 2], MIDDLE = 5;
const FROM = ["in", "in", "in", "in", "v1", "v1", "v1"], TO = ["u1", "u1", "u1", "u1", "u2", "u2", "u2"];
const START = [MIDDLE, MIDDLE, 9.4, 0.6, ...LINE, MIDDLE], END = [...LINE, ...LINE, MIDDLE, MIDDLE, MIDDLE];

function bead(k, weight) {
  const from = COLUMN[FROM[k]], to = COLUMN[TO[k]], x = (from + to) / 2 + weight;
  return [x, START[k] + ((END[k] - START[k]) * (x - from)) / (to - from)];
}

function render({ el, settings, t }) {
  const state = { w: [...settings.weights], row: settings.rows - 3, level: "weights", view: "yhat", target: 0, held: null };
  const rows = [...linspace(LOW, HIGH, settings.rows)];
  const target = () => settings.targets[state.target];
  const logit = () => state.view === "u2";

  const asked = challenge(), name = key("mv-mine", t("mine")), counts = live(), formulaLine = html("p", { class: "mv-formula" });
  const cells = NAMES.map(() => html("td")), table = html("table", { class: "mv-tensors" }, ...NAMES.map((name, k) => html("tr", {}, html("th", { scope: "row" }, name), cells[k])));
  const picture = plot({ label: t("net"), x: [0, 120], y: [-0.6, 10.6], ratio: 0.36, least: 225, most: 270, margin: { left: 4, right: 4, top: 4, bottom: 4 }, ticks: { x: [], y: [] } });
  picture.element.classList.add("mv-net");
  const chart = plot({ label: t("stage"), x: [-2.1, 2.1], y: [0, 1], xName: "x", ratio: 0.36, least: 190, most: 240 });
  const panel = code(t, () => pytorch(state.w, settings.rows));

  const layersPart = picture.add("g"), lines = picture.add("g"), nodes = picture.add("g");
  const grey = chart.path("mv-target"), parts = [chart.path("mv-third mv-dashed"), chart.path("mv-fourth mv-dashed")], mine = chart.path("mv-mine");
  const dots = chart.add("g", {}, { free: true });

  const ends = (k) => ({
    from: k < 2 ? t("x") : k < 4 || k === 6 ? t("one") : t("node", { k: k - 3 }),
    to: k < 4 ? t("node", { k: (k % 2) + 1 }) : t("out"),
  });
  const hold = (k) => {
    state.held = k;
    redraw();
  };
  state.w.forEach((_, k) =>
    picture.handle({
      label: t("edge", ends(k)), axis: "x", step: 0.5, min: -MOST, max: MOST, pick: () => hold(k),
      at: () => bead(k, state.w[k]), value: () => state.w[k], text: () => short(state.w[k]),
      move: (x) => {
        state.w[k] = clamp(Math.round(2 * (x - bead(k, 0)[0])) / 2, -MOST, MOST) || 0;
        state.held = k;
        redraw();
      },
    }),
  );
  const heightOf = (k) => inside(state.w, rows)[logit() ? 2 : 3][k];
  const apart = rows[1] - rows[0];
  chart.handle({
    label: t("row"), axis: "x", step: apart, min: 0, max: rows.length - 1, pick: () => hold(null),
    at: () => [rows[state.row], clamp(heightOf(state.row), ...chart.y.domain)], value: () => state.row,
    text: () => t("row_at", { i: state.row, x: short(rows[state.row]), name: t(state.view), y: two(heightOf(state.row)) }),
    move: (x) => {
      state.row = clamp(Math.round((x - LOW) / apart), 0, rows.length - 1);
      redraw();
    },
  });

  // A number of the net, marked where its edge is held.
  const number = (k, text) => html("span", k === state.held ? { class: "mv-held" } : {}, text);
  function drawText() {
    formulaLine.replaceChildren(...formula(state.w).map((piece) => (typeof piece === "string" ? piece : number(...piece))));
    let k = 0;
    const nested = (value) => {
      if (typeof value === "number") return [number(k++, python(value))];
      return ["[", ...value.flatMap((one, i) => [...(i ? [", "] : []), ...nested(one)]), "]"];
    };
    tensors(state.w).forEach((values, i) => cells[i].replaceChildren(...nested(values)));
  }

  function drawNet() {
    const { level, w } = state, numbers = level === "row" || level === "weights";
    const [x, y] = [picture.x, picture.y], radius = 15;
    const circle = (column, height, name, value, below) => [
      svg("circle", { cx: x(COLUMN[column]), cy: y(height), r: radius, class: "mv-node" }),
      svg("text", { x: x(COLUMN[column]), y: y(height) + (value === null ? 4 : below ? radius + 12 : -radius - 4) }, name),
      ...(value === null ? [] : [svg("text", { x: x(COLUMN[column]), y: y(height) + 4 }, value)]),
    ];
    const arrow = (from, height, to, low, attributes) => svg("path", { d: `M${x(COLUMN[from]) + radius} ${y(height)}L${x(COLUMN[to]) - radius} ${y(low)}`, ...attributes });
    lines.replaceChildren(
      ...w.flatMap((weight, k) => {
        const isBias = k === 2 || k === 3 || k === 6;
        if (isBias && !numbers) return [];
        const kind = !numbers ? "" : weight > 0 ? "mv-plus" : weight < 0 ? "mv-minus" : "mv-gone";
        const edge = arrow(FROM[k], START[k], TO[k], END[k], { class: kind, "stroke-width": numbers && weight ? 1 + Math.abs(weight) / 2.5 : 1.2 });
        const [bx, by] = bead(k, weight);
        return numbers ? [edge, svg("text", { x: x(bx), y: y(by) - 12, class: "mv-weight" }, short(weight))] : [edge];
      }),
      ...LINE.map((height) => arrow("u1", height, "v1", height, {})),
      arrow("u2", MIDDLE, "v2", MIDDLE, {}),
    );
    const found = inside(w, [rows[state.row]]), show = (value) => (level === "row" ? two(value) : ""), given = level === "row" ? short(rows[state.row]) : null;
    nodes.replaceChildren(
      ...circle("in", MIDDLE, t("x"), given, false),
      ...(numbers ? [circle("in", 9.4, t("one"), null), circle("in", 0.6, t("one"), null), circle("v1", MIDDLE, t("one"), null)].flat() : []),
      ...LINE.flatMap((height, j) => [...circle("u1", height, `u1[:,${j}]`, show(found[0][j]), false), ...circle("v1", height, `v1[:,${j}]`, show(found[1][j]), true)]),
      ...circle("u2", MIDDLE, "u2", show(found[2][0]), false),
      ...circle("v2", MIDDLE, "ŷ", show(found[3][0]), true),
    );
    const boxes = { 0: ["in", "in"], 1: ["u1", "v1"], 2: ["u2", "v2"] };
    layersPart.replaceChildren(
      ...(level === "layers" ? Object.entries(boxes) : []).flatMap(([k, [from, to]]) => {
        const left = x(COLUMN[from]) - radius - 3, right = x(COLUMN[to]) + radius + 3;
        return [svg("rect", { x: left, y: y(10.5), width: right - left, height: y(-0.5) - y(10.5), rx: 8, class: "mv-layer" }), svg("text", { x: (left + right) / 2, y: y(-0.3) - 2 }, t("layer", { k }))];
      }),
    );
    picture.handles.forEach((one) => (one.element.style.display = numbers ? "" : "none"));
    return numbers ? 7 : 0;
  }

  function draw() {
    const at = chart.places(), which = logit() ? 2 : 3, [, v1, ...rest] = inside(state.w, at);
    chart.curve(grey, at, inside(target(), at)[which]);
    chart.curve(mine, at, rest[which - 2]);
    parts.forEach((path, j) => (logit() ? chart.curve(path, at, Float64Array.from(at, (_, i) => state.w[4 + j] * v1[2 * i + j])) : set(path, { d: "" })));
    const heights = inside(state.w, rows)[which];
    dots.replaceChildren(...rows.map((x, i) => svg("circle", { cx: chart.x(x), cy: chart.y(clamp(heights[i], ...chart.y.domain)), r: 4, class: "mv-row" })));
    name.set(logit() ? `${t("u2")} ${t("parts")}` : t("yhat"));
    const shown = drawNet() + (state.level === "row" ? 8 : 0);
    drawText();
    picture.handles.forEach((one, k) => one.element.classList.toggle("mv-picked", k === state.held));
    picture.place();
    chart.place();
    const mineEdges = edges(state.w), par = edges(target()), off = gap(state.w, target()), built = off < NEAR;
    asked.set(t(!built ? "asked" : mineEdges > par ? "more" : "won", { edges: mineEdges, par, gap: two(off), near: NEAR }), built && mineEdges <= par);
    counts.say(t("counts", { shown, edges: mineEdges }));
    panel.update();
  }
  const redraw = onceAFrame(draw);
  const change = (changes) => {
    Object.assign(state, changes);
    redraw();
  };

  const levels = Object.fromEntries(["row", "weights", "general", "layers"].map((name) => [name, t(`level_${name}`)]));
  const views = { yhat: t("view_yhat"), u2: t("view_u2") }, which = Object.fromEntries(settings.targets.map((_, k) => [k, t("one_of", { k: k + 1 })]));
  function look(view) {
    chart.domain({ y: view === "u2" ? [-20, 12] : [0, 1] });
    change({ view });
  }
  el.append(
    asked.element, picture.element, formulaLine, table, counts.element,
    html("div", { class: "mv-head" }, name.element, key("mv-target", t("target")).element),
    chart.element,
    bar(
      choice({ label: t("level"), options: levels, value: state.level, change: (level) => change({ level }) }).element,
      choice({ label: t("view"), options: views, value: state.view, change: look }).element,
      choice({ label: t("which"), options: which, value: 0, change: (k) => change({ target: Number(k) }) }).element,
      button(t("clear"), () => change({ w: state.w.map(() => 0) })),
      button(t("reset"), () => change({ w: [...settings.weights] })),
    ),
    panel.element,
  );
  fit([picture, chart], draw);
}

export default { render };
