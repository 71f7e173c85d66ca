// Chapter 11: two columns of a table make a bowl; the rate that suits it, and what centring, scaling and whitening mend.

import { bar, button, challenge, clamp, code, count, fit, html, key, ladder, live, onceAFrame, plot, python, set, short, slider, toggle, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Steps down a valley, for columns as they were measured and cured",
    plane: "Contours of the loss over both weights, and the first steps. The handle is the start.",
    w1: "weight of {a}",
    w2: "weight of {b}",
    factors: "What one step leaves of the distance, along the steep and along the flat direction, against the learning rate. The handle moves the rate.",
    factors_y: "what one step leaves of the distance",
    way: "The distance to the minimum after each step",
    way_y: "distance, power of ten (start: 0)",
    step: "step",
    rate: "learning rate",
    rate_text: "{rate}; steep {high}, flat {low}",
    start: "start",
    at: "{a}, {b}",
    path: "steps",
    steep: "steep direction leaves",
    flat: "flat direction leaves",
    kappa: "condition number",
    unit: "{a}: all numbers times",
    centre: "centre: subtract the means",
    scale: "scale: divide by the deviations",
    whiten: "whiten: turn the axes, then divide",
    ladder: "steps until the minimum is 1,000 times nearer (log scale, left is better)",
    steps_now: "Yours: {now} steps, your best {best}, goal {goal}.",
    goal: "goal",
    goal_text: "Challenge: come 1,000 times nearer in {goal} steps. Now: {now}.",
    goal_won: "Done: steps needed {now}, allowed {goal}. Which cure needs fewer still?",
    never: "never",
    hello: "Drag the bar in the second picture, or reach it with Tab and use the arrow keys.",
    walk: "Walk",
    again: "Start again",
    walking: "Walking …",
    arrived: "After {n} steps the minimum is {far} times nearer.",
    lost: "After {n} steps the distance is {far} times what it was: the rate is above 2/λ of the steep direction.",
  },
};

const NEARER = 1000, FIRST = 12, LONGEST = 300, MOST = 5000, CEILING = 1.6, FLOOR = -3.6;

// Eigenvalues of ((a, b), (b, d)), and the unit vector of the larger one, whose first number is not negative.
function eigen(a, b, d) {
  const turn = Math.atan2(2 * b, a - d) / 2, r = Math.hypot((a - d) / 2, b), high = (a + d) / 2 + r;
  return { high, low: (a * d - b * b) / high, vector: [Math.cos(turn), Math.sin(turn)] };
}

// The matrix A of the columns A(x - c) that `cures` make of the measured ones.
function cureOf(covariance, { unit, scale, whiten }) {
  const d = [unit, 1].map((k, i) => (scale || whiten ? 1 / Math.sqrt(covariance[i][i]) : k));
  if (!whiten) return [[d[0], 0], [0, d[1]]];
  const { high, low, vector: [c, s] } = eigen(1, covariance[0][1] * d[0] * d[1], 1), sign = s > 0 ? 1 : -1;
  return [
    [(sign * s * d[0]) / Math.sqrt(low), (-sign * c * d[1]) / Math.sqrt(low)],
    [(c * d[0]) / Math.sqrt(high), (s * d[1]) / Math.sqrt(high)],
  ];
}

// The bowl that a table makes: its Hessian ((a, b), (b, d)) with both curvatures, and its minimum. `means`, `covariance` of
// the columns and `along`, their covariance with the target, are all that it depends on.
export function bowl({ means, covariance, along }, cures) {
  const A = cureOf(covariance, cures), times = (v) => A.map((row) => row[0] * v[0] + row[1] * v[1]);
  const second = covariance.map((row, i) => row.map((one, j) => one + (cures.centre ? 0 : means[i] * means[j])));
  const half = A.map((row) => [0, 1].map((j) => row[0] * second[0][j] + row[1] * second[1][j])); // A times second
  const H = (i, j) => half[i][0] * A[j][0] + half[i][1] * A[j][1], [a, b, d] = [H(0, 0), H(0, 1), H(1, 1)];
  const [p, q] = times(along), area = a * d - b * b;
  return { ...eigen(a, b, d), hessian: [a, b, d], minimum: [(d * p - b * q) / area, (a * q - b * p) / area] };
}

// The best fixed rate, whatever the start.
export const bestRate = ({ high, low }) => 2 / (high + low);

// The weights on the way, from the start on: gradient descent, step by step.
export function walk({ hessian: [a, b, d], minimum: [x, y] }, rate, start, steps) {
  const path = [start];
  for (let k = 0; k < steps; k++) {
    const [u, v] = [path[k][0] - x, path[k][1] - y];
    path.push([path[k][0] - rate * (a * u + b * v), path[k][1] - rate * (b * u + d * v)]);
  }
  return path;
}

// The distance after n steps in parts of the first, without the steps between: each direction shrinks by its own factor.
export function distance({ high, low, vector: [c, s], minimum: [x, y] }, rate, start, n) {
  const [u, v] = [start[0] - x, start[1] - y], along = (c * u + s * v) * (1 - rate * high) ** n, across = (c * v - s * u) * (1 - rate * low) ** n;
  return Math.hypot(along, across) / Math.hypot(u, v);
}

// Steps until the minimum is a thousand times nearer; null where a million do not do.
export function stepsTo(one, rate, start) {
  let low = 0, high = 1e6;
  if (!(distance(one, rate, start, high) <= 1 / NEARER) || rate * one.high >= 2) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (distance(one, rate, start, middle) <= 1 / NEARER) high = middle;
    else low = middle;
  }
  return high;
}

// The present state as a program: the whole table, the cures, and steps of torch's SGD until the minimum is near.
export const pytorch = (columns, { unit, centre, scale, whiten, rate, start }) => {
  const lines = [
    "import torch",
    "from sklearn.datasets import load_wine",
    "",
    "wine = load_wine()",
    `columns = [wine.feature_names.index(name) for name in ${JSON.stringify(columns)}]`,
    "table = torch.tensor(wine.data)",
    "y = table[:, :1]",
    "y = (y - y.mean()) / y.std(correction=0)",
    `x = table[:, columns] * torch.tensor([${python(unit, 8)}, 1.0])`,
  ];
  if (whiten)
    lines.push(
      "z = (x - x.mean(dim=0)) / x.std(dim=0, correction=0)",
      "values, vectors = torch.linalg.eigh(z.T @ z / len(z))",
      "vectors = vectors * vectors[0].sign()",
      `x = ${centre ? "z" : "x / x.std(dim=0, correction=0)"} @ vectors / values.sqrt()`,
    );
  else {
    if (centre) lines.push("x = x - x.mean(dim=0)");
    if (scale) lines.push("x = x / x.std(dim=0, correction=0)");
  }
  lines.push(
    "best = torch.linalg.lstsq(x, y).solution[:, 0]",
    "net = torch.nn.Linear(2, 1, bias=False).double()",
    `net.weight.data[0] = torch.tensor(${python(start, 8)})`,
    `optimizer = torch.optim.SGD(net.parameters(), lr=${python(rate, 8)})`,
    "first, steps = (net.weight[0] - best).norm(), 0",
    `while steps < 10_000 and (net.weight[0] - best).norm() > first / ${NEARER}:`,
    "    loss = torch.nn.functional.mse_loss(net(x), y) / 2",
    "    optimizer.zero_grad()",
    "    loss.backward()",
    "    optimizer.step()",
    "    steps += 1",
    'print("steps:", steps)',
  );
  return lines.join("\n");
};

function render({ el, settings, t }) {
  const [a, b] = settings.columns.map((name) => name.replaceAll("_", " ")), state = { unit: 1, centre: false, scale: false, whiten: false, rate: settings.rate, start: settings.start };
  let now, best = {}, stop = null, walked = null;

  const asked = challenge(), status = live(t("hello"));
  const keys = { path: key("mv-mine", t("path")), steep: key("mv-rival", t("steep")), flat: key("mv-third", t("flat")), kappa: key("mv-target", t("kappa")) };
  const size = { least: 200, most: 240 };
  const plane = plot({ ...size, ratio: 1, most: 360, label: t("plane"), x: [-3, 3], y: [-3, 3], xName: t("w1", { a }), yName: t("w2", { b }) });
  const factors = plot({ ...size, ratio: 0.6, label: t("factors"), x: [0.001, 10], y: [0, 1.5], log: "x", xName: t("rate"), yName: t("factors_y") });
  const way = plot({ ...size, ratio: 0.5, label: t("way"), x: [1, MOST], y: [FLOOR, CEILING], log: "x", xName: t("step"), yName: t("way_y"), ticks: { y: [-3, -2, -1, 0, 1] } });
  const rings = plane.path("mv-contour"), trail = plane.path("mv-mine mv-thin"), dots = plane.add("g"), cross = plane.path("mv-cross");
  const tip = factors.path("mv-rule"), flat = factors.path("mv-third"), steep = factors.path("mv-rival");
  const near = way.path("mv-rule"), own = way.path("mv-mine"), feet = Array.from({ length: 90 }, (_, k) => Math.round(MOST ** (k / 89)));
  const marks = ladder({ range: [1, MOST], name: t("ladder") }), panel = code(t, () => pytorch(settings.columns, state));

  const name = () => ["centre", "scale", "whiten"].filter((one) => state[one]).join(" ");
  const task = () => `${name()} ${state.scale || state.whiten ? 1 : state.unit} ${state.start}`;
  const goalOf = () => (state.unit === 1 || state.scale || state.whiten) && state.start === settings.start ? settings.goals[name()] : Math.ceil(1.05 * stepsTo(now, bestRate(now), state.start));
  const said = (steps) => (steps === null ? t("never") : count(steps));

  const redraw = onceAFrame(draw);
  function draw() {
    now = bowl(settings, state);
    const { high, low, vector: [c, s], minimum: [x, y] } = now, { rate, start } = state, left = [1 - rate * high, 1 - rate * low].map(Math.abs);
    drawPlane(c, s, x, y);
    const at = factors.places();
    factors.curve(tip, factors.x.domain, [1, 1]);
    factors.curve(flat, at, at.map((one) => Math.min(9, Math.abs(1 - one * low))));
    factors.curve(steep, at, at.map((one) => Math.min(9, Math.abs(1 - one * high))));
    way.curve(near, [1, MOST], [-Math.log10(NEARER), -Math.log10(NEARER)]);
    way.curve(own, feet, feet.map((n) => clamp(Math.log10(distance(now, rate, start, n)) || FLOOR, FLOOR, CEILING)));
    keys.path.set(said(stepsTo(now, rate, start)));
    keys.steep.set(two(left[0]));
    keys.flat.set(two(left[1]));
    keys.kappa.set(two(high / low));
    for (const one of [plane, factors]) one.place();
    score();
    panel.update();
  }

  function drawPlane(c, s, x, y) {
    const { high, low } = now, [u, v] = [state.start[0] - x, state.start[1] - y], energy = high * (c * u + s * v) ** 2 + low * (c * v - s * u) ** 2;
    const xs = [], ys = [];
    for (let ring = 1; ring <= 9; ring++) {
      for (let k = 0; k <= 72; k++) {
        const turn = (2 * Math.PI * k) / 72, size = ring / 6, p = size * Math.sqrt(energy / high) * Math.cos(turn), q = size * Math.sqrt(energy / low) * Math.sin(turn);
        xs.push(x + c * p - s * q);
        ys.push(y + s * p + c * q);
      }
      xs.push(NaN);
      ys.push(NaN);
    }
    plane.curve(rings, xs, ys);
    const path = walk(now, state.rate, state.start, walked ?? FIRST);
    plane.curve(trail, path.map((w) => clamp(w[0], -99, 99)), path.map((w) => clamp(w[1], -99, 99)));
    const seen = path.slice(walked === null ? 0 : -40).filter((w) => Math.abs(w[0]) < 3 && Math.abs(w[1]) < 3);
    while (dots.children.length > seen.length) dots.lastChild.remove();
    seen.forEach((w, k) => {
      const dot = dots.children[k] ?? plane.add("circle", { r: 3, class: "mv-mine" });
      if (!dots.children[k]) dots.append(dot);
      set(dot, { cx: plane.x(w[0]).toFixed(1), cy: plane.y(w[1]).toFixed(1) });
    });
    set(cross, { d: `M${plane.x(x) - 6} ${plane.y(y) - 6}l12 12m0 -12l-12 12` });
  }

  function score() {
    const steps = stepsTo(now, state.rate, state.start), goal = goalOf(), won = steps !== null && steps <= goal;
    if (steps !== null) best[task()] = Math.min(best[task()] ?? Infinity, steps);
    const own_ = best[task()], said_ = { now: said(steps), goal: count(goal), best: said(own_ ?? null) };
    asked.set(t(won ? "goal_won" : "goal_text", said_), won);
    marks.set(
      [
        ...Object.entries(best).filter(([one]) => one !== task()).map(([, value]) => ({ value, kind: "try" })),
        { value: goal, kind: "goal", label: t("goal") },
        ...(own_ < steps || (own_ && steps === null) ? [{ value: own_, kind: "best" }] : []),
        { value: steps ?? MOST, kind: "mine" },
      ],
      t("steps_now", said_),
    );
  }

  // Anything that moves makes another way: what was walked belongs to the old one.
  function change(changes) {
    stop?.();
    walked = null;
    Object.assign(state, changes);
    rates.set(state.rate);
    redraw();
  }
  factors.handle({
    label: t("rate"), axis: "x", shape: "x", step: 0.01, min: 0.001, max: 10, at: () => [state.rate, 1], move: (rate) => change({ rate: clamp(rate, 0.001, 10) }),
    text: () => t("rate_text", { rate: short(state.rate), high: two(Math.abs(1 - state.rate * now.high)), low: two(Math.abs(1 - state.rate * now.low)) }),
  });
  plane.handle({ label: t("start"), at: () => state.start, move: (x, y) => change({ start: [clamp(x, -3, 3), clamp(y, -3, 3)] }), text: () => t("at", { a: short(state.start[0]), b: short(state.start[1]) }) });

  function go() {
    const steps = Math.min(LONGEST, stepsTo(now, state.rate, state.start) ?? 60);
    walked = 0;
    status.say(t("walking"));
    walker.textContent = t("stop");
    stop = train(el, {
      steps, pace: 1 / 40, step: () => walked++, draw,
      end: () => {
        stop = null;
        walker.textContent = t("walk");
        const far = distance(now, state.rate, state.start, walked);
        status.say(t(far > 1 ? "lost" : "arrived", { n: count(walked), far: two(far > 1 ? far : 1 / far) }));
      },
    });
  }
  const walker = button(t("walk"), () => (stop ? stop() : go()), { class: "mv-main" });
  const rates = slider({ label: t("rate"), min: 0.001, max: 10, log: true, step: 0.005, value: state.rate, change: (rate) => change({ rate }) });
  const units = slider({ label: t("unit", { a }), min: 0.1, max: 10, log: true, value: 1, change: (unit) => change({ unit }) });
  const cures = ["centre", "scale", "whiten"].map((one) => toggle({ label: t(one), value: false, change: (on) => change({ [one]: on }) }));
  const again = button(t("again"), () => {
    cures.forEach((one) => one.set(false));
    units.set(1);
    change({ unit: 1, centre: false, scale: false, whiten: false, rate: settings.rate, start: settings.start });
  });
  el.append(
    asked.element, html("div", { class: "mv-head" }, ...Object.values(keys).map((one) => one.element)),
    html("div", { class: "mv-pair" }, html("div", {}, plane.element, ...cures.map((one) => one.element)), html("div", {}, factors.element, way.element, rates.element, units.element)),
    marks.element, bar(walker, again), status.element, panel.element,
  );
  fit([plane, factors, way, marks], draw);
}

export default { render };
