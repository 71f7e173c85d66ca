// Chapter 8: where the lines of equal error touch a diamond, a disc or a square that grows.

import { bar, button, challenge, choice, clamp, code, fit, html, key, onceAFrame, plot, python, set, short, svg, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Where the error touches the budget",
    pytorch: "Show this search in PyTorch",
    plane: "Two weights. The allowed pairs fill a shape around zero; lines of equal error lie around a cross, which can be moved. A dot marks where they touch.",
    path: "Both weights of the best allowed pair, over the budget. A handle moves the budget.",
    first: "first weight",
    second: "second weight",
    weight: "weight",
    budget: "budget",
    cross: "best pair without a budget",
    pair: "{a} and {b}",
    norm: "norm",
    L1: "L1: a diamond",
    L2: "L2: a disc",
    max: "max: a square",
    allowed: "allowed",
    equal: "equal error",
    contact: "best allowed pair, and its way",
    now: "Budget {r}: the best allowed pair is {a} and {b}, its error {error}. The price λ = {price} leads to the same pair.",
    free: "Budget {r}: the cross is allowed, so the budget costs nothing, and λ = 0.",
    again: "Start again",
    asked: "Challenge: the smallest error with a weight that is exactly zero. Par: {par}. Now no weight is zero.",
    zero: "Challenge: the smallest error with a weight that is exactly zero. Par: {par}. Now {error}.",
    away: "The challenge is for the cross where it was: Start again puts it back.",
    won: "{error}, with a weight that is exactly zero. Why is there no better one on this axis?",
  },
};

export const LIMITS = { budget: [0.05, 3.5], cross: [-1.2, 2.6] };
const WHOLE = [-1.4, 2.8];

export const error = ([[a, b], [, d]], [p, q], [x, y]) => 0.5 * (a * (x - p) ** 2 + 2 * b * (x - p) * (y - q) + d * (y - q) ** 2);
const size = { L1: ([x, y]) => Math.abs(x) + Math.abs(y), L2: ([x, y]) => Math.hypot(x, y), max: ([x, y]) => Math.max(Math.abs(x), Math.abs(y)) };
const corners = { L1: (r) => [[r, 0], [0, r], [-r, 0], [0, -r]], max: (r) => [[r, r], [-r, r], [-r, -r], [r, -r]] };

// The allowed pair with the smallest error, and the price λ (of Σ|w|, of Σw²/2, of the largest |w|) that leads to the
// same pair without a budget: the size of the pull that the error still has there.
export function contact(norm, r, curvature, centre) {
  if (size[norm](centre) <= r) return { pair: [...centre], price: 0 };
  const [[a, b], [, d]] = curvature, [p, q] = centre;
  const pair = norm === "L2" ? onDisc(r, curvature, centre) : onSides(corners[norm](r), curvature, centre);
  const pull = [a * (p - pair[0]) + b * (q - pair[1]), b * (p - pair[0]) + d * (q - pair[1])];
  return { pair, price: norm === "L2" ? Math.hypot(...pull) / r : norm === "L1" ? size.max(pull) : size.L1(pull) };
}

// On each side the error is a parabola. A corner stays a corner, so that its zero is exact.
function onSides(ends, curvature, centre) {
  const [[a, b], [, d]] = curvature, [p, q] = centre;
  const best = ends.map(([x, y], k) => {
    const [x1, y1] = ends[(k + 1) % 4], [u, v] = [x1 - x, y1 - y];
    const along = (u * (a * (p - x) + b * (q - y)) + v * (b * (p - x) + d * (q - y))) / (a * u * u + 2 * b * u * v + d * v * v);
    return along < 1e-12 ? [x, y] : along > 1 - 1e-12 ? [x1, y1] : [x + along * u, y + along * v];
  });
  return best.reduce((one, other) => (error(curvature, centre, other) < error(curvature, centre, one) ? other : one));
}

// Ridge: (A + λ) w = A c, with the λ whose w has the length r.
function onDisc(r, [[a, b], [, d]], [p, q]) {
  const [s, t] = [a * p + b * q, b * p + d * q];
  const pair = (price) => ((det) => [((d + price) * s - b * t) / det, ((a + price) * t - b * s) / det])((a + price) * (d + price) - b * b);
  let low = 0, high = Math.hypot(s, t) / r;
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (Math.hypot(...pair(middle)) > r) low = middle;
    else high = middle;
  }
  return pair((low + high) / 2);
}

export const pytorch = ({ norm, budget, curvature, centre }) =>
  [
    "import torch",
    "",
    "torch.set_default_dtype(torch.float64)",
    `curvature = torch.tensor(${python(curvature)})`,
    `centre = torch.tensor(${python(centre)})`,
    `budget, order = ${budget}, ${{ L1: "1", L2: "2", max: "torch.inf" }[norm]}`,
    "angle = torch.arange(720_000) * torch.pi / 360_000",
    "around = torch.stack([angle.cos(), angle.sin()], dim=1)  # (n, 2)",
    "length = torch.linalg.vector_norm(around, ord=order, dim=1)",
    "edge = budget * around / length[:, None]  # all pairs on the edge",
    "if torch.linalg.vector_norm(centre, ord=order) <= budget:",
    "    edge = centre[None]  # the cross itself is allowed",
    "away = edge - centre",
    "error = 0.5 * (away @ curvature * away).sum(dim=1)",
    "best = error.argmin()",
    'print("pair:", *edge[best].tolist())',
    'print("error:", error[best].item())',
  ].join("\n");

function render({ el, settings, t }) {
  const state = {}, start = () => Object.assign(state, settings, { centre: [...settings.centre] });
  start();
  const asked = challenge(), now = html("p", { class: "mv-says" }), panel = code(t, () => pytorch(state));
  const plane = plot({ label: t("plane"), x: WHOLE, y: WHOLE, xName: t("first"), yName: t("second"), ratio: 1, least: 200, most: 370, ticks: { x: [-1, 0, 1, 2], y: [-1, 0, 1, 2] } });
  const path = plot({ label: t("path"), x: [0, LIMITS.budget[1]], y: WHOLE, xName: t("budget"), yName: t("weight"), ratio: 1, least: 200, most: 370, ticks: { y: [-1, 0, 1, 2] } });
  plane.element.classList.add("mv-square");
  path.element.classList.add("mv-square");
  const axes = plane.path("mv-zero"), ball = plane.path("mv-ball"), rings = plane.path("mv-ring"), ring = plane.path("mv-target"), way = plane.path("mv-rival mv-dashed");
  const zero = path.path("mv-zero"), first = path.path("mv-mine"), second = path.path("mv-third"), rule = path.path("mv-rule"), dots = path.add("g");

  const place = (value) => Number(clamp(value, ...LIMITS.cross).toFixed(2));
  plane.handle({
    label: t("cross"), at: () => state.centre, min: LIMITS.cross[0], max: LIMITS.cross[1], step: 0.05, move: (x, y) => change({ centre: [place(x), place(y)] }),
    text: () => t("pair", { a: short(state.centre[0]), b: short(state.centre[1]) }),
  });
  path.handle({
    label: t("budget"), axis: "x", shape: "x", at: () => [state.budget, -1.2], min: LIMITS.budget[0], max: LIMITS.budget[1], step: 0.01,
    move: (x) => change({ budget: Number(clamp(x, ...LIMITS.budget).toFixed(2)) }),
  });
  const touching = plane.add("circle", { r: 5.5, class: "mv-rival" });

  // The line of all pairs with one error: a circle, turned and stretched.
  function ellipse(line, height) {
    const [[a, b], [, d]] = state.curvature, [p, q] = state.centre, l = Math.sqrt(a), m = b / l, n = Math.sqrt(d - m * m), r = Math.sqrt(2 * height);
    const angles = Array.from({ length: 121 }, (_, k) => (k * Math.PI) / 60), ys = angles.map((angle) => (r * Math.sin(angle)) / n);
    return plane.curve(line, angles.map((angle, k) => p + (r * Math.cos(angle) - m * ys[k]) / l), ys.map((y) => q + y));
  }

  function draw() {
    const { norm, budget, curvature, centre } = state, { pair, price } = contact(norm, budget, curvature, centre), height = error(curvature, centre, pair);
    const [x0, y0] = [plane.x(0), plane.y(0)], unit = plane.x(budget) - x0;
    set(axes, { d: `M${plane.x.range[0]} ${y0}H${plane.x.range[1]}M${x0} ${plane.y.range[0]}V${plane.y.range[1]}` });
    const around = norm === "L2" ? Array.from({ length: 121 }, (_, k) => [budget * Math.cos((k * Math.PI) / 60), budget * Math.sin((k * Math.PI) / 60)]) : corners[norm](budget);
    plane.curve(ball, [...around, around[0]].map(([x]) => x), [...around, around[0]].map(([, y]) => y));
    ellipse(ring, height);
    ellipse(rings, height / 4);
    set(touching, { cx: plane.x(pair[0]).toFixed(1), cy: plane.y(pair[1]).toFixed(1) });
    const budgets = Array.from(path.places(175)), all = budgets.map((r) => (r > 0 ? contact(norm, r, curvature, centre).pair : [0, 0]));
    plane.curve(way, all.map(([x]) => x), all.map(([, y]) => y));
    path.curve(zero, path.x.domain, [0, 0]);
    path.curve(first, budgets, all.map(([x]) => x));
    path.curve(second, budgets, all.map(([, y]) => y));
    path.curve(rule, [budget, budget], WHOLE);
    dots.replaceChildren(...pair.map((weight, k) => svg("circle", { cx: path.x(budget).toFixed(1), cy: path.y(weight).toFixed(1), r: 4.5, class: ["mv-mine", "mv-third"][k] })));
    plane.place();
    path.place();
    const home = centre.every((value, k) => value === settings.centre[k]), exact = pair.includes(0), won = home && exact && height <= settings.par;
    const facts = { r: short(budget), a: two(pair[0]), b: two(pair[1]), error: short(height), price: two(price), par: short(settings.par) };
    asked.set(t(!home ? "away" : won ? "won" : exact ? "zero" : "asked", facts), won);
    now.textContent = t(price ? "now" : "free", facts);
    panel.update();
  }
  const redraw = onceAFrame(draw);
  function change(changes) {
    Object.assign(state, changes);
    redraw();
  }
  const norms = choice({ label: t("norm"), options: { L1: t("L1"), L2: t("L2"), max: t("max") }, value: state.norm, change: (norm) => change({ norm }) });
  const named = (kind, name) => key(kind, t(name)).element;
  el.append(
    asked.element, bar(norms.element, button(t("again"), () => (start(), norms.set(state.norm), redraw()))),
    html("div", { class: "mv-pair" },
      html("div", {}, plane.element, html("div", { class: "mv-head" }, named("mv-soft", "allowed"), named("", "equal"), named("mv-rival", "contact"))),
      html("div", {}, path.element, html("div", { class: "mv-head" }, named("mv-mine", "first"), named("mv-third", "second")))),
    now, panel.element,
  );
  fit([plane, path], draw);
}

export default { render };
