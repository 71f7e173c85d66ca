// Chapter 8: choose the price of large coefficients by points that were left out; then the sine appears.

import { button, bar, challenge, clamp, code, fit, html, key, ladder, live, onceAFrame, plot, python, set, short, svg, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Ten points and a price to choose",
    pytorch: "Show this fit in PyTorch",
    stage: "Ten points and the polynomial that fits them at the present price.",
    errors: "Distances over the price. A handle moves the price.",
    sizes: "The sizes of the ten coefficients at the present price.",
    price: "price, ln λ",
    price_text: "ln λ = {v}",
    to_points: "to the ten points",
    left_out: "to points left out",
    to_sine: "to the sine, unseen",
    distance: "distance (root mean square, log scale)",
    power: "power of x",
    size: "size of the coefficient (log scale)",
    above: "above 0",
    below: "below 0",
    fit: "the polynomial",
    sine: "the sine",
    choose: "Choose this price",
    next: "Next ten points",
    anew: "Play once more",
    hello: "Draw {k} of {n}. Drag the bar at ln λ, or walk to it with Tab and use the arrow keys.",
    now: "Draw {k} of {n}. Each price that you visit shows its left-out distance.",
    result: "Draw {k} of {n}: your distance to the sine is {ratio} times the smallest, {best}, which ln λ = {at} has.",
    score: "distance to the sine, in parts of the smallest (left is better)",
    score_now: "Your mean: {mine}. Left-out points alone: {par}.",
    goal: "leave-one-out",
    task: "Challenge: {n} draws. Stay below {par} times the smallest distance to the sine, in the mean. Leave-one-out gets that.",
    so_far: "So far: {mine} in the mean of {k}. Stay below {par}.",
    won: "{mine}, below {par}: you knew more than the left-out points. What was it?",
    lost: "{mine}, not below {par}. Which prices were the best, from draw to draw?",
  },
};

const N = 10, LOW = -30, HIGH = 2;
export const PRICES = Array.from({ length: 17 }, (_, i) => LOW + 2 * i); // the chapter's
const X = Array.from({ length: N }, (_, i) => i / (N - 1));
const powersOf = (x) => Array.from({ length: N }, (_, j) => x ** j);
const ROWS = X.map(powersOf), GRID = Array.from({ length: 200 }, (_, i) => i / 199);
const sine = (x) => Math.sin(2 * Math.PI * x);

// The w with the smallest |A w - b|, by Householder's reflections: a solution of the normal equations would lose all digits.
export function leastSquares(A, b) {
  const rows = A.map((row, i) => [...row, b[i]]), n = A[0].length;
  for (let k = 0; k < n; k++) {
    const length = Math.hypot(...rows.slice(k).map((row) => row[k])), to = rows[k][k] > 0 ? -length : length;
    const v = rows.slice(k).map((row, i) => row[k] - (i ? 0 : to)), square = v.reduce((sum, one) => sum + one * one, 0);
    if (!square) continue;
    for (let j = k; j <= n; j++) {
      let along = 0;
      for (let i = 0; i < v.length; i++) along += v[i] * rows[k + i][j];
      for (let i = 0; i < v.length; i++) rows[k + i][j] -= ((2 * along) / square) * v[i];
    }
  }
  const w = new Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k][n];
    for (let j = k + 1; j < n; j++) rest -= rows[k][j] * w[j];
    w[k] = rest / rows[k][k];
  }
  return w;
}

// The coefficients at a price, from all points or without point `left`: ten more rows ask each for 0.
export function ridge(t, logLam, left = -1) {
  const root = Math.exp(logLam / 2), kept = (list) => list.filter((_, i) => i !== left);
  const asked = Array.from({ length: N }, (_, j) => Array.from({ length: N }, (_, k) => (j === k ? root : 0)));
  return leastSquares([...kept(ROWS), ...asked], [...kept(t), ...new Array(N).fill(0)]);
}

export const predict = (w, x) => w.reduceRight((sum, one) => sum * x + one, 0);
const rms = (list) => Math.sqrt(list.reduce((sum, one) => sum + one * one, 0) / list.length);
export const toPoints = (t, logLam) => ((w) => rms(X.map((x, i) => predict(w, x) - t[i])))(ridge(t, logLam));
export const toSine = (t, logLam) => ((w) => rms(GRID.map((x) => predict(w, x) - sine(x))))(ridge(t, logLam));
export const toLeftOut = (t, logLam) => rms(X.map((x, i) => predict(ridge(t, logLam, i), x) - t[i]));

// The chapter's price that is nearest to the sine, and how far a price is from it, in parts of that distance.
export function best(t) {
  const all = PRICES.map((at) => ({ at, far: toSine(t, at) }));
  return all.reduce((a, b) => (b.far < a.far ? b : a));
}
export const ratio = (t, logLam) => Math.max(1, toSine(t, logLam) / best(t).far);

export function pytorch(t, logLam) {
  return [
    "import math",
    "import torch",
    "",
    "torch.set_default_dtype(torch.float64)",
    "x = torch.arange(10) / 9",
    `t = torch.tensor(${python(t)})`,
    "powers = x[:, None] ** torch.arange(10)",
    `root = math.exp(${logLam} / 2)`,
    "rows = torch.cat([powers, root * torch.eye(10)])",
    "targets = torch.cat([t, torch.zeros(10)])",
    "w = torch.linalg.lstsq(rows, targets[:, None]).solution[:, 0]",
    "grid = torch.linspace(0, 1, 200)",
    "away = grid[:, None] ** torch.arange(10) @ w - torch.sin(2 * math.pi * grid)",
    'print("coefficients:", *w.tolist())',
    'print("to the points:", (powers @ w - t).square().mean().sqrt().item())',
    'print("to the sine:", away.square().mean().sqrt().item())',
  ].join("\n");
}

function render({ el, settings, t: say }) {
  const { draws, par } = settings, seen = new Map();
  let k = 0, at = settings.start, chosen = null, ratios = [];
  const points = () => draws[k];

  const asked = challenge(), status = live(), marks = ladder({ range: [1, 5], name: say("score") });
  const stage = plot({ label: say("stage"), x: [-0.02, 1.02], y: [-2.2, 2.4], xName: "x", yName: "t, ŷ", ratio: 0.36, least: 250, most: 290 });
  const truth = stage.path("mv-target"), curve = stage.path("mv-mine"), dots = stage.add("g");
  const errors = plot({ label: say("errors"), x: [LOW, HIGH], y: [0.02, 100], log: "y", xName: "ln λ", yName: say("distance"), ratio: 0.75, least: 270, most: 280, ticks: { y: [0.1, 1, 10] } });
  const near = errors.path("mv-mine mv-dashed"), far = errors.path("mv-target"), rule = errors.path("mv-unseen"), left = errors.add("g");
  const sizes = plot({ label: say("sizes"), x: [-0.6, 9.6], y: [0.01, 1e7], log: "y", xName: say("power"), yName: say("size"), ratio: 0.75, least: 270, most: 280, margin: { left: 64 }, ticks: { x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } });
  const up = sizes.path("mv-mine mv-bars"), down = sizes.path("mv-rival mv-bars");
  const keys = ["to_points", "left_out", "to_sine"].map((name, i) => key(["mv-mine", "mv-third", ""][i], say(name)));
  const panel = code(say, () => pytorch(points(), at));

  errors.handle({
    label: say("price"), axis: "x", shape: "x", step: 0.5, min: LOW, max: HIGH, at: () => [at, 0.05], text: () => say("price_text", { v: short(at) }),
    move: (x) => {
      at = clamp(Math.round(2 * x) / 2, LOW, HIGH);
      if (chosen === null) status.say(say("now", { k: k + 1, n: draws.length }));
      redraw();
    },
  });

  function draw() {
    const t = points(), w = ridge(t, at), places = stage.places();
    if (!seen.has(at)) seen.set(at, toLeftOut(t, at));
    stage.curve(curve, places, places.map((x) => predict(w, x)));
    dots.replaceChildren(...t.map((y, i) => svg("circle", { cx: stage.x(X[i]), cy: stage.y(y), r: 4.5, class: "mv-dot" })));
    const prices = Array.from({ length: 65 }, (_, i) => LOW + i / 2);
    errors.curve(near, prices, lines.near);
    errors.curve(far, chosen === null ? [] : prices, lines.far);
    stage.curve(truth, chosen === null ? [] : places, places.map(sine));
    set(rule, { d: `M${errors.x(at).toFixed(1)} ${errors.y.range[0]}V${errors.y.range[1]}` });
    left.replaceChildren(...Array.from(seen, ([one, value]) => svg("circle", { cx: errors.x(one).toFixed(1), cy: errors.y(value).toFixed(1), r: one === at ? 4.5 : 2.5, class: "mv-third" })));
    const bars = (sign) => w.map((one, j) => (one * sign > 0.01 ? `M${sizes.x(j).toFixed(1)} ${sizes.y.range[0]}V${sizes.y(Math.abs(one)).toFixed(1)}` : "")).join("");
    set(up, { d: bars(1) });
    set(down, { d: bars(-1) });
    keys[0].set(two(toPoints(t, at)));
    keys[1].set(two(seen.get(at)));
    keys[2].set(chosen === null ? "?" : two(toSine(t, at)));
    for (const one of [stage, errors, sizes]) one.place();
    score();
    panel.update();
  }

  function score() {
    const mine = ratios.reduce((a, b) => a + b, 0) / ratios.length, over = ratios.length === draws.length, won = over && mine < par;
    const facts = { par: two(par), mine: two(mine), k: ratios.length, n: draws.length };
    asked.set(say(over ? (won ? "won" : "lost") : ratios.length ? "so_far" : "task", facts), won);
    marks.set(
      [...ratios.map((value) => ({ value, kind: "try" })), { value: par, kind: "goal", label: say("goal") }, ...(ratios.length ? [{ value: mine, kind: "mine" }] : [])],
      say("score_now", facts),
    );
  }

  const redraw = onceAFrame(draw);
  let lines;
  function begin(number) {
    k = number;
    at = settings.start;
    chosen = null;
    seen.clear();
    const prices = Array.from({ length: 65 }, (_, i) => LOW + i / 2);
    lines = { near: prices.map((one) => toPoints(points(), one)), far: prices.map((one) => toSine(points(), one)) };
    go.textContent = say("choose");
    status.say(say("hello", { k: k + 1, n: draws.length }));
  }
  const go = button("", () => {
    if (chosen === null) {
      chosen = at;
      const top = best(points()), mine = ratio(points(), at);
      ratios.push(mine);
      go.textContent = say(ratios.length === draws.length ? "anew" : "next");
      status.say(say("result", { k: k + 1, n: draws.length, ratio: two(mine), best: two(top.far), at: short(top.at) }));
    } else {
      if (ratios.length === draws.length) ratios = [];
      begin(ratios.length);
    }
    redraw();
  }, { class: "mv-main" });

  const named = (kind, name) => key(kind, say(name)).element;
  el.append(
    asked.element, html("div", { class: "mv-head" }, named("mv-mine", "fit"), named("", "sine")), stage.element,
    html("div", { class: "mv-pair" },
      html("div", {}, errors.element, html("div", { class: "mv-head" }, ...keys.map((one) => one.element))),
      html("div", {}, sizes.element, html("div", { class: "mv-head" }, named("mv-mine", "above"), named("mv-rival", "below")))),
    bar(go), status.element, marks.element, panel.element,
  );
  begin(0);
  fit([stage, errors, sizes, marks], draw);
}

export default { render };
