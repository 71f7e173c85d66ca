// Chapter 10: one number, the spread of the first weights, and what it does to many layers, there and back.

import { Generator } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, fit, html, key, ladder, live, onceAFrame, plot, python, set, short, slider, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "The spread of the first weights, moved by hand, and what arrives through many layers",
    layers: "The spread in each layer, forward and backward, as a power of ten",
    layers_y: "spread, power of ten (0: as it began)",
    layer: "layer",
    edge: "What has become of the spread after all layers, against σ. The handle moves σ.",
    edge_y: "at the end of the way, power of ten",
    angle: "The cosine of the two inputs, layer by layer. The handle moves the cosine at the start.",
    angle_y: "cosine of the two inputs",
    forward: "outputs, forward",
    backward: "gradients, backward",
    cosine: "cosine in the last layer",
    theory: "formula for wide ReLU layers",
    sigma: "σ of the weights",
    sigma_text: "{sigma}; forward {f}, backward {b}",
    start: "cosine of the two inputs, layer 0",
    off: "the worse of both, as a factor away from 1 (log scale, left is better)",
    off_now: "Yours: a factor of {now}, your best {best}, the formula {goal}.",
    depth: "layers",
    width: "nodes of a layer",
    activation: "activation",
    relu: "ReLU",
    leaky: "leaky ReLU, a = 0.2",
    tanh: "tanh",
    linear: "none: f(u) = u",
    sweep: "Sweep σ",
    weights: "Other weights",
    rule: "The formula's σ",
    torch: "PyTorch's σ",
    goal: "formula",
    goal_text: "Challenge: bring both spreads nearer to 1 than a factor of {goal}, which the formula's σ leaves.",
    goal_won: "Both are within a factor of {now} of 1; the formula leaves {goal}. Does your σ suit other weights, too?",
    hello: "Drag the bar in the second picture, or reach it with Tab and use the arrow keys.",
    seed: "Weights of seed {seed}.",
    sweeping: "σ goes from {a} to {b} …",
    swept: "Within a factor of 10 of 1, both ways: σ {range}.",
    none: "nowhere",
    from_to: "from {a} to {b}",
  },
};

const LOW = 0.02, HIGH = 1, LEAK = 0.2, PICTURES = 60, STEEPEST = 9;
const F = {
  relu: [(u) => (u > 0 ? u : 0), (u) => (u > 0 ? 1 : 0), "torch.relu"],
  leaky: [(u) => (u > 0 ? u : LEAK * u), (u) => (u > 0 ? 1 : LEAK), "lambda u: torch.nn.functional.leaky_relu(u, 0.2)"],
  tanh: [Math.tanh, (u) => 1 - Math.tanh(u) ** 2, "torch.tanh"],
  linear: [(u) => u, () => 1, "lambda u: u"],
};

// What He's formula gives, and for tanh and no activation Xavier's, which is the same for layers of one width.
export const rule = (activation, width) => Math.sqrt({ relu: 2, leaky: 2 / (1 + LEAK ** 2) }[activation] / width || 1 / width);
const usual = (width) => Math.sqrt(1 / (3 * width));

const dot = (a, b) => a.reduce((sum, one, i) => sum + one * b[i], 0);

// The random numbers of a net: two directions at a right angle, the gradients that are sent back, and the weights of as
// many layers as were asked for, all before σ. Drawn as torch.manual_seed(seed) and torch.randn do.
let kept = {};
function numbers(seed, width, depth) {
  if (kept.seed !== seed || kept.width !== width) {
    const generator = new Generator(seed), draw = (n) => Float64Array.from(generator.randn(n));
    const pair = draw(2 * width), unit = (v) => v.map((one) => one / Math.sqrt(dot(v, v)));
    const a = unit(pair.subarray(0, width)), rest = pair.subarray(width);
    const along = dot(a, rest), b = unit(rest.map((one, i) => one - along * a[i]));
    kept = { seed, width, a, b, back: draw(2 * width), layers: [], draw };
  }
  while (kept.layers.length < depth) kept.layers.push(kept.draw(width * width));
  return kept;
}

// The standard deviation, as torch's std.
function std(v) {
  const mean = v.reduce((sum, one) => sum + one, 0) / v.length;
  return Math.sqrt(v.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (v.length - 1));
}

// Two inputs go through all layers, and two gradients back: the spread of the outputs of each layer in parts of the first
// layer's, the spread of the gradients at u in parts of the last one's, and the cosine of the two from layer 0 on.
export function signals({ activation, depth, width: n, sigma, cosine, seed }) {
  const { a, b, back, layers } = numbers(seed, n, depth), [f, slope] = F[activation], size = Math.sqrt(n), across = Math.sqrt(1 - cosine ** 2);
  let v = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    v[i] = size * a[i];
    v[n + i] = size * (cosine * a[i] + across * b[i]);
  }
  const us = [], spreads = [], cosines = [cosine];
  for (const w of layers.slice(0, depth)) {
    const u = new Float64Array(2 * n);
    for (let o = 0; o < n; o++) {
      let first = 0, second = 0;
      for (let k = 0, at = o * n; k < n; k++, at++) {
        first += w[at] * v[k];
        second += w[at] * v[n + k];
      }
      u[o] = sigma * first;
      u[n + o] = sigma * second;
    }
    v = u.map(f);
    us.push(u);
    spreads.push(std(v));
    const x = v.subarray(0, n), y = v.subarray(n);
    cosines.push(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)));
  }
  let g = back;
  const gradients = [std(g)];
  for (let l = depth - 1; l > 0; l--) {
    const w = layers[l], to = new Float64Array(2 * n);
    for (let o = 0; o < n; o++)
      for (let k = 0, at = o * n; k < n; k++, at++) {
        to[k] += w[at] * g[o];
        to[n + k] += w[at] * g[n + o];
      }
    g = to.map((one, i) => sigma * one * slope(us[l - 1][i]));
    gradients.unshift(std(g));
  }
  return { forward: spreads.map((one) => one / spreads[0]), backward: gradients.map((one) => one / gradients[depth - 1]), cosines };
}

// How far the worse of both ends is from 1, as a factor.
export const away = ({ forward, backward }) => Math.max(...[forward.at(-1), backward[0]].map((one) => Math.exp(Math.abs(Math.log(one)))));

// What is left of a cosine behind a wide ReLU layer.
export const afterRelu = (c) => (Math.sqrt(1 - c * c) + c * (Math.PI - Math.acos(c))) / Math.PI;

// The figure's present state as a program that prints both ends and the last cosine.
export const pytorch = ({ activation, depth, width, sigma, cosine, seed }) => `import torch

torch.manual_seed(${seed})
n, depth, sigma, c = ${width}, ${depth}, ${python(sigma, 8)}, ${python(cosine, 8)}
f = ${F[activation][2]}
a, b = torch.randn(2, n).double()
back = torch.randn(2, n).double()
layers = [torch.randn(n, n).double() for _ in range(depth)]
a = a / a.norm()
b = b - (a @ b) * a
b = b / b.norm()
v = n**0.5 * torch.stack([a, c * a + (1 - c**2) ** 0.5 * b])
v.requires_grad_()
us, vs = [], []
for weight in layers:
    us.append(v @ (sigma * weight).T)
    us[-1].retain_grad()
    v = f(us[-1])
    vs.append(v.detach())
us[-1].backward(back)
print("forward:", (vs[-1].std() / vs[0].std()).item())
print("backward:", (us[0].grad.std() / us[-1].grad.std()).item())
x, y = vs[-1]
print("cosine:", (x @ y / (x.norm() * y.norm())).item())`;

function render({ el, settings, t }) {
  const { seed, width, depth, sigma } = settings, state = { activation: "relu", depth, width, sigma, cosine: 0, seed };
  let now, goal, stop = null, seen = new Map(), best = Infinity;
  const power = (v) => Math.max(Math.log10(v), -99);

  const asked = challenge(), status = live(t("hello"));
  const keys = { forward: key("mv-mine", t("forward")), backward: key("mv-rival", t("backward")), cosine: key("mv-third", t("cosine")), theory: key("mv-target", t("theory")) };
  const size = { ratio: 0.62, least: 200, most: 230 }, ticks = { y: [-8, -4, 0, 4, 8] }, y = [-STEEPEST, STEEPEST];
  const inside = plot({ ...size, label: t("layers"), x: [1, depth], y, xName: t("layer"), yName: t("layers_y"), ticks });
  const edge = plot({ ...size, label: t("edge"), x: [LOW, HIGH], y, xName: "σ", yName: t("edge_y"), log: "x", ticks });
  const angle = plot({ ...size, label: t("angle"), x: [-1, depth], y: [-0.1, 1.05], xName: t("layer"), yName: t("angle_y"), ticks: { y: [0, 0.25, 0.5, 0.75, 1] } });
  const level = inside.path("mv-rule"), back = inside.path("mv-rival"), there = inside.path("mv-mine");
  const rules = edge.path("mv-rule"), backs = edge.path("mv-rival"), forwards = edge.path("mv-mine"), dots = ["mv-rival", "mv-mine"].map((kind) => edge.add("circle", { r: 4, class: kind }));
  const theory = angle.path("mv-target"), turned = angle.path("mv-third");
  const marks = ladder({ range: [1, 1000], name: t("off") }), panel = code(t, () => pytorch(state));

  const best_ = () => rule(state.activation, state.width);
  function compute() {
    now = signals(state);
    seen.set(state.sigma.toPrecision(3), [state.sigma, power(now.forward.at(-1)), power(now.backward[0])]);
    best = Math.min(best, away(now));
  }

  const redraw = onceAFrame(draw);
  function draw() {
    compute();
    const at = now.forward.map((_, k) => k + 1), ends = [power(now.forward.at(-1)), power(now.backward[0])];
    const path = [...seen.values()].sort((p, q) => p[0] - q[0]), [f, b] = [now.forward.at(-1), now.backward[0]].map(two);
    inside.curve(level, [1, state.depth], [0, 0]);
    inside.curve(there, at, now.forward.map(power));
    inside.curve(back, at, now.backward.map(power));
    edge.curve(rules, [best_(), best_(), NaN, LOW, HIGH], [-STEEPEST, STEEPEST, NaN, 0, 0]);
    edge.curve(forwards, path.map((p) => p[0]), path.map((p) => p[1]));
    edge.curve(backs, path.map((p) => p[0]), path.map((p) => p[2]));
    dots.forEach((one, k) => set(one, { cx: edge.x(state.sigma), cy: edge.y(clamp(ends[1 - k], -STEEPEST, STEEPEST)) }));
    const wide = [state.cosine];
    while (wide.length <= state.depth) wide.push(afterRelu(Math.min(1, wide.at(-1))));
    angle.curve(theory, wide.map((_, k) => k), state.activation === "relu" ? wide : []);
    angle.curve(turned, now.cosines.map((_, k) => k), now.cosines);
    keys.forward.set(f);
    keys.backward.set(b);
    keys.cosine.set(two(now.cosines.at(-1)));
    for (const one of [edge, angle]) one.place();
    const off = away(now), won = off < goal * 0.99; // the formula itself does not win by rounding
    asked.set(t(won ? "goal_won" : "goal_text", { now: two(off), goal: two(goal) }), won);
    const words_ = { now: two(off), best: two(best), goal: two(goal) };
    marks.set([{ value: goal, kind: "goal", label: t("goal") }, ...(best < off * 0.99 ? [{ value: best, kind: "best" }] : []), { value: off, kind: "mine" }], t("off_now", words_));
    panel.update();
  }

  const move = (value) => {
    state.sigma = clamp(value, LOW, HIGH);
    sigmas.set(state.sigma);
    redraw();
  };
  edge.handle({
    label: t("sigma"), axis: "x", shape: "x", step: 0.004, min: LOW, max: HIGH, at: () => [state.sigma, 0], move: (x) => move(x),
    text: () => t("sigma_text", { sigma: short(state.sigma), f: two(now.forward.at(-1)), b: two(now.backward[0]) }),
  });
  angle.handle({ label: t("start"), axis: "y", shape: "y", step: 0.02, min: 0, max: 1, at: () => [0, state.cosine], move: (_, c) => ((state.cosine = clamp(c, 0, 1)), redraw()) });

  // Another net: what was seen belongs to the old one.
  function anew(change) {
    stop?.();
    Object.assign(state, change);
    seen = new Map();
    best = Infinity;
    const isAsked = ["seed", "width", "depth"].every((name) => state[name] === settings[name]) && state.activation === "relu" && state.cosine === 0;
    goal = isAsked ? settings.goal : away(signals({ ...state, sigma: best_() }));
    inside.domain({ x: [1, state.depth] });
    angle.domain({ x: [-1, state.depth] });
    theoryKey(state.activation === "relu");
    redraw();
  }
  const theoryKey = (on) => (keys.theory.element.hidden = !on);

  function sweep() {
    let k = 0;
    const own = state.sigma;
    status.say(t("sweeping", { a: LOW, b: HIGH }));
    sweeper.textContent = t("stop");
    stop = train(el, {
      steps: PICTURES, pace: 0, draw,
      step: () => {
        state.sigma = LOW * (HIGH / LOW) ** (k++ / (PICTURES - 1));
        compute();
        sigmas.set(state.sigma);
      },
      end: () => {
        stop = null;
        sweeper.textContent = t("sweep");
        const fine = [...seen.values()].filter(([, f, b]) => Math.abs(f) <= 1 && Math.abs(b) <= 1).map(([value]) => value);
        status.say(t("swept", { range: fine.length ? t("from_to", { a: two(Math.min(...fine)), b: two(Math.max(...fine)) }) : t("none") }));
        move(own);
      },
    });
  }
  const sweeper = button(t("sweep"), () => (stop ? stop() : sweep()), { class: "mv-main" });
  const sigmas = slider({ label: t("sigma"), min: LOW, max: HIGH, log: true, step: 0.002, value: state.sigma, change: (value) => move(value) });
  const depths = slider({ label: t("depth"), min: 2, max: 40, step: 1, value: depth, change: (value) => anew({ depth: value }) });
  const kinds = choice({ label: t("activation"), options: Object.fromEntries(Object.keys(F).map((name) => [name, t(name)])), value: state.activation, change: (activation) => anew({ activation }) });
  const widths = choice({ label: t("width"), options: { 10: 10, 50: 50, 100: 100 }, value: width, change: (value) => anew({ width: Number(value) }) });
  const buttons = [
    sweeper, button(t("rule"), () => move(best_())), button(t("torch"), () => move(usual(state.width))),
    button(t("weights"), () => {
      anew({ seed: state.seed + 1 });
      status.say(t("seed", state));
    }),
  ];
  el.append(
    asked.element, html("div", { class: "mv-head" }, ...Object.values(keys).map((one) => one.element)),
    html("div", { class: "mv-pair" }, inside.element, edge.element, angle.element, html("div", {}, sigmas.element, depths.element, bar(kinds.element, widths.element))),
    marks.element, bar(...buttons), status.element, panel.element,
  );
  anew({});
  fit([inside, edge, angle, marks], draw);
}

export default { render };
