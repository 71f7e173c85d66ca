// Chapter 6: a net whose hidden nodes stay random, solved exactly at every width; choose one by few validation points.

import { Generator } from "./nn.mjs";
import { bar, button, challenge, clamp, code, count, fit, html, key, live, onceAFrame, plot, python, toggle, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "A net of random nodes, from narrow to very wide",
    stage: "The rule, and what the net says, along the first input; the other four are 0.",
    errors: "Mean squared error against the width: on the training points, on the validation points and, when revealed, on the test points.",
    input: "first input",
    output: "y",
    width_axis: "nodes, the width (log scale)",
    error_axis: "mean squared error (log scale)",
    rule: "rule",
    net: "the net at {m} nodes",
    train: "train",
    valid: "{n} validation points",
    test: "1,000 test points",
    others: "the other data sets, each with its net",
    handle: "width, nodes",
    value: "{m} nodes, train {train}, validation {valid}",
    sweep: "Widen it step by step",
    reveal: "This width: reveal the test",
    next: "Next data set",
    hello: "Data set {k} of {sets}. Move the handle below the errors (mouse, finger or arrow keys), then reveal.",
    sweeping: "From few nodes to many …",
    swept: "At {m} nodes: train {train}, validation {valid}. Which width do you choose?",
    revealing: "The test is computed …",
    revealed: "Data set {k}: {m} nodes have the test error {test}, the best width, {best}, has {least}: a regret of {regret}%.",
    goal: "Challenge: choose a width in all {sets} data sets, by the validation points only. Stay below {par}% mean regret.",
    goal_now: "Revealed: {done} of {sets}; mean regret {mean}%. To beat: {par}%, the rule “least validation error”.",
    won: "You did: {mean}% mean regret; the rule “least validation error” has {par}%. What did you know that the points did not?",
    lost: "{mean}% mean regret; the rule “least validation error” has {par}%. Look at the test curves: what do they share? Start again.",
  },
};

const POINTS = 100, NODES = 2000, INPUTS = 5, TESTS = 1000, EVERY = 100, PLACES = 140, PART = 500;
const SWEEP = Array.from({ length: 43 }, (_, k) => Math.round(2 * 10 ** (k / 14)));

// The chapter's `draw`: x of shape (sets, n, 5), y of shape (sets, n).
function data(n, seed, sets, noise) {
  const generator = new Generator(seed), x = generator.randn(sets * n * INPUTS), z = generator.randn(sets * n);
  const y = Float64Array.from(z, (one, i) => Math.sin(1.5 * x[i * INPUTS]) + Math.abs(x[i * INPUTS + 1]) - 0.8 + noise * one);
  const part = (s) => ({ x: x.subarray(s * n * INPUTS, (s + 1) * n * INPUTS), y: y.subarray(s * n, (s + 1) * n) });
  return Array.from({ length: sets }, (_, s) => part(s));
}
const along = (places) => Float32Array.from({ length: places.length * INPUTS }, (_, i) => (i % INPUTS ? 0 : places[i / INPUTS]));
export const rule = (x1) => Math.sin(1.5 * x1) - 0.8;

// All data, and the random hidden weights of a net for each set, drawn as the chapter draws them.
export function world({ seed, seeds, sets, noise, valid }) {
  const generator = new Generator(seed), w = generator.randn(sets * INPUTS * NODES), b = generator.randn(sets * NODES);
  const few = data(POINTS, seeds[1], sets, noise).map(({ x, y }) => ({ x: x.subarray(0, valid * INPUTS), y: y.subarray(0, valid) }));
  return { w, b, train: data(POINTS, seeds[0], sets, noise), valid: few, test: data(TESTS, seeds[2], 1, noise)[0] };
}

// Solves A z = r for a symmetric A of n rows, in place. A column that depends on those before it gets 0.
function solve(a, r, n) {
  const alive = new Uint8Array(n);
  for (let j = 0; j < n; j++) {
    const row = j * n, whole = a[row + j];
    for (let k = 0; k < j; k++) a[row + j] -= a[row + k] ** 2;
    alive[j] = a[row + j] > 1e-14 * whole;
    const root = (a[row + j] = alive[j] ? Math.sqrt(a[row + j]) : 1);
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j];
      for (let k = 0, at = i * n; k < j; k++) sum -= a[at + k] * a[row + k];
      a[i * n + j] = alive[j] ? sum / root : 0;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) r[i] -= a[i * n + k] * r[k];
    r[i] = alive[i] ? r[i] / a[i * n + i] : 0;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) r[i] -= a[k * n + i] * r[k];
    r[i] = alive[i] ? r[i] / a[i * n + i] : 0;
  }
  return r;
}

// One data set with its net: output weights of least squares and, where many fit, the smallest of them.
export class Fit {
  constructor(all, set) {
    Object.assign(this, { all, set, sums: [new Float64Array(POINTS * POINTS)], kept: new Map() });
    this.v = this.hidden(all.train[set].x, NODES);
  }

  // ReLU of the hidden nodes up to m at points x: node by node.
  hidden(x, m, from = 0) {
    const { w, b } = this.all, n = x.length / INPUTS, v = new Float64Array((m - from) * n);
    for (let j = from; j < m; j++) {
      const [w0, w1, w2, w3, w4] = [0, 1, 2, 3, 4].map((c) => w[(this.set * INPUTS + c) * NODES + j]), shift = b[this.set * NODES + j];
      for (let i = 0, at = 0; i < n; i++, at += INPUTS) {
        const u = w0 * x[at] + w1 * x[at + 1] + w2 * x[at + 2] + w3 * x[at + 3] + w4 * x[at + 4] + shift;
        if (u > 0) v[(j - from) * n + i] = u;
      }
    }
    return v;
  }

  // The sum of v vᵀ over the first m nodes (lower half); every hundredth is kept.
  products(m) {
    const { v, sums } = this, add = (sum, from, to) => {
      for (let j = from; j < to; j++)
        for (let i = 0, at = j * POINTS; i < POINTS; i++) {
          const one = v[at + i];
          if (one) for (let k = 0, row = i * POINTS; k <= i; k++) sum[row + k] += one * v[at + k];
        }
      return sum;
    };
    while (sums.length <= m / EVERY) sums.push(add(sums.at(-1).slice(), (sums.length - 1) * EVERY, sums.length * EVERY));
    const whole = Math.floor(m / EVERY);
    return add(sums[whole].slice(), whole * EVERY, m);
  }

  weights(m) {
    const { v } = this, { y } = this.all.train[this.set], dot = (j, other, at) => {
      let sum = 0;
      for (let i = 0; i < POINTS; i++) sum += v[j * POINTS + i] * other[at + i];
      return sum;
    };
    if (m > POINTS) {
      const a = solve(this.products(m), y.slice(), POINTS);
      return Float64Array.from({ length: m }, (_, j) => dot(j, a, 0));
    }
    const gram = new Float64Array(m * m);
    for (let j = 0; j < m; j++) for (let k = 0; k <= j; k++) gram[j * m + k] = dot(j, v, k * POINTS);
    return solve(gram, Float64Array.from({ length: m }, (_, j) => dot(j, y, 0)), m);
  }

  // { u, train, valid } at a width.
  at(m) {
    if (!this.kept.has(m)) {
      const u = this.weights(m), { train: seen, valid } = this.all, s = this.set;
      this.kept.set(m, { u, train: this.error(u, this.v, seen[s].y), valid: this.error(u, this.few ??= this.hidden(valid[s].x, NODES), valid[s].y) });
    }
    return this.kept.get(m);
  }

  predict(u, v, n) {
    const y = new Float64Array(n);
    for (let j = 0; j < u.length; j++) for (let i = 0; i < n; i++) y[i] += u[j] * v[j * n + i];
    return y;
  }

  error(u, v, y) {
    return this.predict(u, v, y.length).reduce((sum, one, i) => sum + (one - y[i]) ** 2, 0) / y.length;
  }

  // The test error at a width; with `to` only as far as that node, so that no frame has to wait for all.
  test(m, to = m) {
    const found = this.at(m), { x, y } = this.all.test, { from = 0, sums = new Float64Array(TESTS) } = found;
    if (to <= from) return found.test;
    const part = this.predict(found.u.subarray(from, to), this.hidden(x, to, from), TESTS);
    part.forEach((one, i) => (sums[i] += one));
    if (to === m) found.test = sums.reduce((sum, one, i) => sum + (one - y[i]) ** 2, 0) / TESTS;
    Object.assign(found, { from: to, sums });
    return found.test;
  }

  slice(m, places) {
    const name = `${places[0]} ${places.length}`;
    if (this.line !== name) Object.assign(this, { line: name, beside: this.hidden(along(places), NODES) });
    return this.predict(this.at(m).u, this.beside, places.length);
  }
}

// [train, validation, test] at widths, for each data set.
export function errors(settings) {
  const all = world(settings);
  return Array.from({ length: settings.sets }, (_, s) => {
    const one = new Fit(all, s);
    return settings.widths.map((m) => [one.at(m).train, one.at(m).valid, one.test(m)]);
  });
}
export const slice = (settings, set, m, places) => new Fit(world(settings), set).slice(m, places);

export const pytorch = ({ seed, seeds, sets, noise, valid, set, width }) =>
  `import torch

def draw(n, seed, sets):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(sets, n, 5, generator=generator)
    y = torch.sin(1.5 * x[..., :1]) + x[..., 1:2].abs() - 0.8
    noise = torch.randn(sets, n, 1, generator=generator)
    return x.double(), y.double() + ${python(noise)} * noise.double()

x, y = draw(${POINTS}, ${seeds[0]}, ${sets})
x_valid, y_valid = draw(${POINTS}, ${seeds[1]}, ${sets})
x_test, y_test = draw(${TESTS}, ${seeds[2]}, 1)
torch.manual_seed(${seed})
w, b = torch.randn(${sets}, 5, ${NODES}), torch.randn(${sets}, 1, ${NODES})
w, b = w[${set}, :, :${width}].double(), b[${set}, :, :${width}].double()
u = torch.linalg.lstsq(
    torch.relu(x[${set}] @ w + b), y[${set}], driver="gelsd"
).solution
for x, y in (
    (x[${set}], y[${set}]),
    (x_valid[${set}, :${valid}], y_valid[${set}, :${valid}]),
    (x_test[0], y_test[0]),
):
    print(((torch.relu(x @ w + b) @ u - y) ** 2).mean().item())`;

function render({ el, settings, t }) {
  const { sets, widths } = settings, all = world(settings), fits = [], chosen = [];
  const places = Float64Array.from({ length: PLACES + 1 }, (_, i) => -3 + (6 * i) / PLACES);
  let set = 0, width = settings.width, stop = null, seen = new Set([width]), showOthers = false;
  const nodes = () => Math.round(width), one = (s = set) => (fits[s] ??= new Fit(all, s));
  const small = (error) => two(error < 1e-6 ? 0 : error); // what rounding leaves of an exact fit
  const percent = (share) => two(100 * share), least = (s) => widths.reduce((a, b) => (one(s).test(a) <= one(s).test(b) ? a : b));

  const asked = challenge(), net = key("mv-mine", ""), ruleKey = key("mv-target", t("rule"));
  const trained = key("mv-third", t("train")), valid = key("mv-rival", t("valid", { n: settings.valid })), test = key("mv-fourth", t("test"));
  const chart = plot({ label: t("stage"), x: [-3, 3], y: [-4, 3], xName: t("input"), yName: t("output"), ratio: 0.8, least: 250, most: 320 });
  const curves = plot({ label: t("errors"), x: [2, NODES], y: [0.01, 100], log: "xy", xName: t("width_axis"), yName: t("error_axis"), ratio: 0.8, least: 250, most: 320, ticks: { x: [2, 10, 100, 1000] } });
  const ruleLine = chart.path("mv-target"), faint = Array.from({ length: sets }, () => chart.path("mv-rival mv-faint")), own = chart.path("mv-mine");
  const [trainLine, validLine, testLine] = ["mv-third", "mv-rival", "mv-fourth"].map((kind) => curves.path(kind));
  const [trainDot, validDot, testDot] = ["mv-third", "mv-rival", "mv-fourth"].map((kind) => curves.add("circle", { r: 4, class: kind }));
  const status = live(t("hello", { k: 1, sets })), panel = code(t, () => pytorch({ ...settings, set, width: nodes() }));
  const now = () => ({ m: count(nodes()), train: small(one().at(nodes()).train), valid: two(one().at(nodes()).valid) });
  curves.handle({
    label: t("handle"), axis: "x", shape: "x", at: () => [width, 0.01], step: 0.02, min: 2, max: NODES, value: nodes, text: () => t("value", now()),
    move: (x) => {
      width = clamp(x, 2, NODES);
      seen.add(nodes());
      redraw();
    },
  });

  function draw() {
    const { train: a, valid: b } = one().at(nodes()), isOpen = set in chosen;
    chart.curve(ruleLine, places, places.map(rule));
    chart.curve(own, places, one().slice(nodes(), places));
    faint.forEach((path, s) => (showOthers && s !== set && fits[s] ? chart.curve(path, places, fits[s].slice(nodes(), places)) : path.setAttribute("d", "")));
    const at = [...seen].sort((p, q) => p - q);
    curves.curve(trainLine, at, at.map((m) => Math.max(one().at(m).train, 0.01)));
    curves.curve(validLine, at, at.map((m) => one().at(m).valid));
    const tested = isOpen ? [...widths, chosen[set]].sort((p, q) => p - q) : [];
    curves.curve(testLine, tested, tested.map((m) => one().test(m)));
    [[trainDot, a], [validDot, b], [testDot, isOpen ? one().kept.get(nodes()).test : NaN]].forEach(([dot, value]) => {
      dot.toggleAttribute("hidden", !(value >= 0));
      if (!(value >= 0)) return;
      dot.setAttribute("cx", curves.x(nodes()).toFixed(1));
      dot.setAttribute("cy", curves.y(value).toFixed(1));
    });
    curves.place();
    net.element.childNodes[1].textContent = t("net", { m: count(nodes()) });
    trained.set(small(a));
    valid.set(two(b));
    test.set(isOpen ? two(one().test(chosen[set])) : "?");
    score();
    panel.update();
  }
  const redraw = onceAFrame(draw);

  function score() {
    const done = Object.keys(chosen), values = { done: done.length, sets, par: percent(settings.par) };
    if (!done.length) return asked.set(t("goal", values));
    const mean = done.reduce((sum, s) => sum + regret(s), 0) / done.length, all_ = done.length === sets;
    asked.set(t(!all_ ? "goal_now" : mean < settings.par ? "won" : "lost", { ...values, mean: percent(mean) }), all_ && mean < settings.par);
  }
  const regret = (s) => one(s).test(chosen[s]) / one(s).test(least(s)) - 1;

  // Works through `jobs`, some frames for each, while `play` stops it.
  function work(jobs, each, job, end, words_) {
    status.say(words_);
    busy(true);
    let frame = 0;
    stop = train(el, {
      steps: jobs.length * each, pace: 0, draw,
      step: () => frame++ % each === 0 && job(jobs[(frame - 1) / each]),
      end: (whole) => {
        stop = null;
        busy(false);
        end(whole);
        redraw();
      },
    });
  }
  const sweep = () => work(SWEEP, 5, (m) => seen.add((width = m)), () => status.say(t("swept", now())), t("sweeping"));
  function open() {
    const mine = nodes();
    const jobs = [mine, ...widths].flatMap((m) => Array.from({ length: Math.ceil(m / PART) }, (_, k) => [m, Math.min(m, (k + 1) * PART)]));
    work(jobs, 1, ([m, to]) => one().test(m, to), (whole) => {
      if (!whole) return;
      chosen[set] = mine;
      for (const m of widths) seen.add(m);
      status.say(t("revealed", { k: set + 1, m: count(mine), test: two(one().test(mine)), best: count(least(set)), least: two(one().test(least(set))), regret: percent(regret(set)) }));
      buttons();
    }, t("revealing"));
  }
  function next() {
    if (Object.keys(chosen).length === sets) chosen.length = 0;
    set = (set + 1) % sets;
    seen = new Set([nodes()]);
    status.say(t("hello", { k: set + 1, sets }));
    buttons();
    redraw();
  }

  const play = button(t("sweep"), () => (stop ? stop() : sweep()), { class: "mv-main" });
  const reveal = button(t("reveal"), open), another = button(t("next"), next);
  const buttons = () => {
    reveal.disabled = Boolean(stop) || set in chosen;
    another.disabled = Boolean(stop);
  };
  const busy = (on) => {
    play.textContent = on ? t("stop") : t("sweep");
    reveal.disabled = another.disabled = on;
    if (!on) buttons();
  };
  // One data set is prepared in each frame.
  const others = toggle({
    label: t("others"), value: false,
    change: (on) => {
      showOthers = on;
      const prepare = (s) => {
        if (!showOthers || s >= sets) return;
        one(s).slice(nodes(), places);
        redraw();
        requestAnimationFrame(() => prepare(s + 1));
      };
      prepare(0);
      redraw();
    },
  });
  const head = html("div", { class: "mv-head" }, ruleKey.element, net.element, trained.element, valid.element, test.element);
  el.append(asked.element, head, html("div", { class: "mv-pair" }, chart.element, curves.element), bar(play, reveal, another), others.element, status.element, panel.element);
  fit([chart, curves], draw);
}

export default { render };
