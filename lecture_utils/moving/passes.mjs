// Chapter 7: the mean of many random passes, and the one factor by which evaluation is to replace them.

import { Generator, Linear, sigmoid } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, count, fit, html, key, live, onceAFrame, plot, python, short, slider, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Random passes against one pass of the complete net",
    stage: "Each point is an output: its mean over the passes, above the sum that the complete net has there. The line is evaluation.",
    fall: "The distance between evaluation and the mean of the passes, against the number of passes.",
    sum: "sum of the complete net, nothing dropped",
    output: "output",
    passes_axis: "passes (log scale)",
    distance_axis: "distance (log scale)",
    mean: "mean of the passes, an output each",
    mine: "evaluation with your factor, distance",
    rival: "with the factor 1 − p = {q}, distance",
    handle: "factor of evaluation",
    factor: "factor of evaluation",
    p: "p, the share that is dropped",
    behind: "behind the dropout",
    linear: "linear: sums only",
    relu: "sums, then ReLU",
    tanh: "sums, then tanh",
    sigmoid: "sums, then sigmoid",
    one: "One more pass",
    run: "Run {n} passes",
    again: "Start again",
    hello: "After one pass. Drag the handle, or move it with Tab and the arrow keys: it sets the factor of evaluation.",
    running: "The passes run; each has a mask of its own …",
    now: "After {n} passes: distance {mine} with your factor, {rival} with 1 − p.",
    goal: "Challenge: behind tanh, after {n} passes, come below half of {par}, the distance of the factor 1 − p.",
    won: "You did: {mine} is less than half of {par}. Is this factor larger or smaller than 1 − p, and why?",
  },
};

const BEHIND = { linear: (z) => z, relu: (z) => Math.max(z, 0), tanh: Math.tanh, sigmoid };
const BACK = { linear: (y) => y, relu: (y) => y, tanh: Math.atanh, sigmoid: (y) => Math.log(y / (1 - y)) };
const IN_PYTHON = { linear: "torch.nn.Identity()", relu: "torch.relu", tanh: "torch.tanh", sigmoid: "torch.sigmoid" };
const GRIP = 2, MOST = 2; // where the handle stands, and the largest factor

// Passes in training mode of Linear(1, nodes), ReLU, dropout that only masks, Linear(nodes, nodes) and what is behind it.
// The masks are `torch.rand(nodes) >= p`, drawn right after the weights.
export class Passes {
  constructor({ seed, nodes, input, p }) {
    const generator = new Generator(seed);
    const first = new Linear(1, nodes, { generator }), second = new Linear(nodes, nodes, { generator, bias: false });
    Object.assign(this, { generator, second, nodes, p, count: 0, notes: [], next: 1 });
    this.hidden = Float32Array.from(first.forward(Float32Array.of(input), 1), (u) => Math.max(u, 0));
    this.whole = Float32Array.from(second.forward(this.hidden, 1));
    this.total = Object.fromEntries(Object.keys(BEHIND).map((name) => [name, new Float64Array(nodes)]));
  }

  step() {
    const z = this.second.forward(this.hidden.map((u) => (this.generator.uniform() >= this.p ? u : 0)), 1);
    for (const name in BEHIND) for (let i = 0; i < this.nodes; i++) this.total[name][i] += BEHIND[name](z[i]);
    if (++this.count < this.next) return;
    this.note();
    this.next = Math.max(this.count + 1, Math.round(this.count * 1.12));
  }

  mean(behind) {
    return this.total[behind].map((sum) => sum / this.count);
  }

  // Kept for the curve of the distance.
  note() {
    this.notes.push({ count: this.count, mean: Object.fromEntries(Object.keys(BEHIND).map((name) => [name, this.mean(name)])) });
  }

  // Root of the mean square of evaluation with a factor minus the mean of the passes, over the outputs.
  distance(behind, factor, mean = this.mean(behind)) {
    const f = BEHIND[behind];
    return Math.sqrt(mean.reduce((sum, m, i) => sum + (f(factor * this.whole[i]) - m) ** 2, 0) / this.nodes);
  }
}

export function distances(state, behind, factors) {
  const run = new Passes(state);
  for (let k = 0; k < state.passes; k++) run.step();
  return factors.map((factor) => run.distance(behind, factor));
}

export const pytorch = ({ seed, nodes, input, p, passes, behind, factor }) =>
  `import torch

torch.manual_seed(${seed})
first = torch.nn.Linear(1, ${nodes})
second = torch.nn.Linear(${nodes}, ${nodes}, bias=False)
behind = ${IN_PYTHON[behind]}
with torch.no_grad():
    u = torch.relu(first(torch.tensor([${python(input)}])))
    total = torch.zeros(${nodes})
    for _ in range(${passes}):
        mask = torch.rand(${nodes}) >= ${python(p)}
        total += behind(second(mask * u))
    mean = total / ${passes}
    for factor in (${python(factor)}, ${python(1 - p)}):
        evaluation = behind(second(factor * u))
        distance = ((evaluation - mean) ** 2).mean().sqrt()
        print("factor", factor, "distance", distance.item())`;

function render({ el, settings, t }) {
  const state = { ...settings, factor: 1 };
  let run = null, stop = null;
  const isAsked = () => state.behind === "tanh" && state.p === settings.p && run.count >= settings.passes;

  const asked = challenge(), mean = key("mv-third", t("mean")), mine = key("mv-mine", t("mine")), rival = key("mv-rival", t("rival", { q: short(1 - state.p) }));
  const chart = plot({ label: t("stage"), x: [-6, 6], y: [-6, 6], xName: t("sum"), yName: t("output"), ratio: 0.8, least: 260, most: 330 });
  const fall = plot({ label: t("fall"), x: [1, settings.passes], y: [0.005, 2], log: "xy", xName: t("passes_axis"), yName: t("distance_axis"), ratio: 0.8, least: 240, most: 330 });
  const rivalLine = chart.path("mv-rival mv-dashed"), ownLine = chart.path("mv-mine"), cloud = chart.add("g");
  const rivalFall = fall.path("mv-rival mv-dashed"), ownFall = fall.path("mv-mine");
  const status = live(t("hello")), panel = code(t, () => pytorch({ ...state, passes: run.count }));
  const dots = Array.from({ length: settings.nodes }, () => chart.add("circle", { r: 3.5, class: "mv-third" }));
  cloud.append(...dots);

  const handle = { label: t("handle"), axis: "y", step: 0.05, min: 0, max: MOST, value: () => state.factor, text: () => short(state.factor) };
  chart.handle({ ...handle, at: () => [GRIP, BEHIND[state.behind](state.factor * GRIP)], move: (_, y) => turn(BACK[state.behind](limit(y)) / GRIP) });
  // Within what the handle can reach: elsewhere the way back has no answer.
  const limit = (y) => clamp(y, BEHIND[state.behind](0), BEHIND[state.behind](MOST * GRIP));

  function draw() {
    const f = BEHIND[state.behind], at = chart.places(), averages = run.mean(state.behind), q = 1 - state.p;
    chart.curve(rivalLine, at, at.map((z) => f(q * z)));
    chart.curve(ownLine, at, at.map((z) => f(state.factor * z)));
    dots.forEach((dot, i) => {
      dot.setAttribute("cx", chart.x(run.whole[i]).toFixed(1));
      dot.setAttribute("cy", chart.y(averages[i]).toFixed(1));
    });
    const notes = [...run.notes, { count: run.count, mean: { [state.behind]: averages } }], counts = notes.map((one) => one.count);
    const along = (factor) => notes.map((one) => run.distance(state.behind, factor, one.mean[state.behind]));
    fall.curve(rivalFall, counts, along(q));
    fall.curve(ownFall, counts, along(state.factor));
    chart.place();
    const now = run.distance(state.behind, state.factor), won = isAsked() && now < settings.par / 2;
    mean.set(count(run.count));
    mine.set(two(now));
    rival.set(two(run.distance(state.behind, q)));
    asked.set(t(won ? "won" : "goal", { n: count(settings.passes), par: two(settings.par), mine: two(now) }), won);
    panel.update();
  }
  const redraw = onceAFrame(draw);

  function turn(factor) {
    state.factor = Number(clamp(factor, 0, MOST).toFixed(3));
    factorSlider.set(state.factor);
    redraw();
  }
  const say = () => status.say(t("now", { n: count(run.count), mine: two(run.distance(state.behind, state.factor)), rival: two(run.distance(state.behind, 1 - state.p)) }));

  // Other outputs reach elsewhere.
  function axes() {
    const wide = 1.05 * Math.max(...run.whole.map(Math.abs));
    chart.domain({ x: [-wide, wide], y: { linear: [-wide, wide], relu: [-0.15 * wide, wide], tanh: [-1.1, 1.1], sigmoid: [0, 1] }[state.behind] });
  }
  function anew() {
    stop?.();
    run = new Passes(state);
    run.step();
    rival.element.childNodes[1].textContent = t("rival", { q: short(1 - state.p) });
    axes();
    redraw();
  }
  const busy = (on) => {
    play.textContent = on ? t("stop") : t("run", { n: count(settings.passes) });
    one.disabled = on;
  };
  function begin() {
    if (run.count >= settings.passes) anew();
    status.say(t("running"));
    busy(true);
    const end = () => {
      stop = null;
      busy(false);
      say();
    };
    stop = train(el, { steps: settings.passes - run.count, step: () => run.step(), draw, end, pace: 1 / 30 });
  }

  const play = button(t("run", { n: count(settings.passes) }), () => (stop ? stop() : begin()), { class: "mv-main" });
  const one = button(t("one"), () => (run.step(), redraw(), say()));
  const again = button(t("again"), () => (anew(), say()));
  const factorSlider = slider({ label: t("factor"), min: 0, max: MOST, step: 0.01, value: 1, change: turn });
  const pSlider = slider({ label: t("p"), min: 0.1, max: 0.9, step: 0.1, value: state.p, change: (p) => ((state.p = p), anew(), say()) });
  const kinds = choice({
    label: t("behind"), options: Object.fromEntries(Object.keys(BEHIND).map((name) => [name, t(name)])), value: state.behind,
    change: (behind) => ((state.behind = behind), axes(), redraw(), stop || say()),
  });
  const head = html("div", { class: "mv-head" }, mean.element, mine.element, rival.element);
  const plots = html("div", { class: "mv-pair" }, chart.element, fall.element);
  const sliders = html("fieldset", {}, factorSlider.element, pSlider.element);
  el.append(asked.element, head, plots, bar(kinds.element, play, one, again), sliders, status.element, panel.element);
  anew();
  fit([chart, fall], draw);
}

export default { render };
