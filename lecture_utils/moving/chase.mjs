// Chapter 2: one net, three activations, many starts. The net chases a curve through noisy points, and then the noise.

import { Adam, Box, Generator, Linear, ReLU, Sequential, Sigmoid, linspace, mse } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, count, film, fit, group, html, key, ladder, live, onceAFrame, plot, set, short, slider, svg, toggle, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "A net chases a curve, and then its noise",
    stage: "Noisy points, the curve behind them, and the net. A handle sets the noise.",
    noise_at: "standard deviation of the noise",
    nodes_stage: "What {n} of the hidden nodes give at each x, each as a share of its largest value.",
    nodes_name: "what the nodes give",
    losses_stage: "The loss after each step, on the net's own points and on the same points with fresh noise.",
    loss: "loss",
    step: "step",
    own: "loss on its own points",
    fresh: "on fresh noise",
    level: "the noise itself",
    before: "the run before, fresh",
    tries: "loss on fresh noise after {n} steps (log scale, left is better)",
    tries_now: "On fresh noise now {mine}. Tries: {tries}.",
    activation: "activation",
    box: "box",
    sigmoid: "sigmoid",
    relu: "ReLU",
    number: "hidden nodes",
    seed: "random start (seed)",
    settings: "Start, training and data",
    steepness: "first weights, times",
    even: "middles evenly from −10 to 10",
    rate: "learning rate",
    noise: "noise, standard deviation",
    go: "Train {n} steps",
    more: "{n} steps more",
    again: "Start again",
    film: "after step",
    hello: "The net stands at its start. Train it, change its start, and train it again.",
    running: "Training …",
    ended: "After {n} steps: {own} on its own points, {fresh} on fresh noise.",
    asked: "Challenge: with {nodes} sigmoid nodes and noise {noise}, come below {goal} on fresh noise in {steps} steps. That is the best of the boxes from the usual start.",
    won: "Sigmoids at {mine}, below {goal}: the start did it. Can ReLU do it too?",
    goal: "boxes",
  },
};

const LOW = -10, HIGH = 10, POINTS = 200, SHOWN = 16, LONGEST = 2000, LOUDEST = 2;
const ACTIVATIONS = { box: () => Box(), sigmoid: () => Sigmoid(), relu: () => ReLU() };

export const truth = (x) => Math.sin(2 * x) + Math.sin(0.5 * x) + Math.exp(-0.2 * x);

function data({ seed, noise }) {
  const x = linspace(LOW, HIGH, POINTS), curve = x.map(truth);
  const noisy = (number) => {
    const z = new Generator(number).randn(POINTS);
    return curve.map((value, i) => value + noise * z[i]);
  };
  return { x, curve, y: noisy(seed), fresh: noisy(seed + 1) };
}

// A net at its start: PyTorch's, with the first weights times `steepness`, and the middles where they were or even.
function atStart({ kind, nodes, start, steepness, even }) {
  const generator = new Generator(start), first = new Linear(1, nodes, { generator }), last = new Linear(nodes, 1, { generator });
  const w = first.weight.data, b = first.bias.data, middles = linspace(LOW, HIGH, nodes);
  for (let j = 0; j < nodes; j++) {
    w[j] *= steepness;
    b[j] = even ? -w[j] * middles[j] : b[j] * steepness;
  }
  return new Sequential(first, ACTIVATIONS[kind](), last);
}

// A training that keeps all weights. Entry i of `own`, `fresh` and `weights` is what was there after step i.
class Training {
  constructor(state) {
    Object.assign(this, data(state), { net: atStart(state), weights: [], own: [], news: [] });
    this.adam = new Adam(this.net.parameters, { lr: state.rate });
    this.grad = new Float32Array(POINTS);
    this.look();
  }

  get steps() {
    return this.own.length - 1;
  }

  look() {
    const yhat = this.net.forward(this.x, POINTS);
    this.own.push(mse(yhat, this.y, this.grad));
    this.news.push(mse(yhat, this.fresh));
    this.weights.push(this.net.parameters.map(({ data: values }) => values.slice()));
  }

  step() {
    this.net.backward(this.grad, POINTS);
    this.adam.step();
    this.look();
  }
}

// The losses of a whole training, before the first step and after each.
export function losses({ steps, ...state }) {
  const run = new Training(state);
  for (let k = 0; k < steps; k++) run.step();
  return { own: run.own, fresh: run.news };
}

// The figure's net as a program that prints both losses.
export function pytorch({ kind, nodes, seed, start, steepness, even, noise, rate }, steps) {
  const act = { box: "Box", sigmoid: "torch.nn.Sigmoid", relu: "torch.nn.ReLU" }[kind];
  return [
    "import torch",
    "",
    "x = torch.linspace(-10, 10, 200).reshape(-1, 1)",
    "curve = torch.sin(2 * x) + torch.sin(0.5 * x) + torch.exp(-0.2 * x)",
    `torch.manual_seed(${seed})`,
    `y = curve + ${noise} * torch.randn(200).reshape(-1, 1)`,
    `torch.manual_seed(${seed + 1})`,
    `fresh = curve + ${noise} * torch.randn(200).reshape(-1, 1)`,
    "",
    ...(kind === "box" ? ["", "class Box(torch.nn.Module):", "    def forward(self, u):", "        return torch.sigmoid(200 * (0.5 - u.abs()))", "", ""] : []),
    `torch.manual_seed(${start})`,
    `l1, l2 = torch.nn.Linear(1, ${nodes}), torch.nn.Linear(${nodes}, 1)`,
    "with torch.no_grad():",
    `    l1.weight *= ${steepness}`,
    even ? `    l1.bias[:] = -l1.weight[:, 0] * torch.linspace(-10, 10, ${nodes})` : `    l1.bias *= ${steepness}`,
    `net = torch.nn.Sequential(l1, ${act}(), l2)`,
    "",
    "loss_fn = torch.nn.MSELoss()",
    `optimizer = torch.optim.Adam(net.parameters(), lr=${rate})`,
    `for _ in range(${steps}):`,
    "    loss = loss_fn(net(x), y)",
    "    loss.backward()",
    "    optimizer.step()",
    "    optimizer.zero_grad()",
    'print("own points:", loss_fn(net(x), y).item())',
    'print("fresh noise:", loss_fn(net(x), fresh).item())',
  ].join("\n");
}

function render({ el, settings, t }) {
  const state = { kind: "sigmoid", nodes: settings.nodes, seed: settings.seed, start: 0, steepness: 1, even: false, noise: settings.noise, rate: settings.rate };
  let run, at = 0, stop = null, last = null, tries = [];
  const isAsked = () => state.kind === "sigmoid" && state.nodes === settings.nodes && state.noise === settings.noise;

  const asked = challenge(), status = live(t("hello"));
  const own = key("mv-mine", t("own")), fresh = key("mv-rival", t("fresh"));
  const chart = plot({ label: t("stage"), x: [LOW, HIGH], y: [-4, 9], xName: "x", yName: "y", ratio: 0.42, least: 230, most: 320 });
  const small = { ratio: 0.5, least: 170, most: 200 };
  const shapes = plot({ ...small, label: t("nodes_stage", { n: SHOWN }), x: [LOW, HIGH], y: [-0.05, 1.05], xName: "x", yName: t("nodes_name"), ticks: { y: [0, 0.5, 1] } });
  const course = plot({ ...small, label: t("losses_stage"), x: [0, settings.steps], y: [0.003, 30], log: "y", xName: t("step"), yName: t("loss"), ticks: { y: [0.01, 0.1, 1, 10] } });
  const marks = ladder({ range: [0.01, 10], name: t("tries", { n: settings.steps }) });
  const panel = code(t, () => pytorch(state, at));

  const truthPath = chart.path("mv-target"), upper = chart.path("mv-rival mv-faint mv-upper"), lower = chart.path("mv-rival mv-faint");
  const dots = chart.add("g"), mine = chart.path("mv-mine");
  const nodePaths = Array.from({ length: SHOWN }, () => shapes.path("mv-third mv-faint"));
  const level = course.path("mv-target mv-dashed mv-faint"), past = course.path("mv-rival mv-faint mv-dashed");
  const ownPath = course.path("mv-mine"), freshPath = course.path("mv-rival"), now = course.path("mv-now mv-faint");
  const AT = 5;
  const setNoise = (value) => anew({ noise: Math.round(clamp(value, 0, LOUDEST) * 100) / 100 });
  chart.handle({
    label: t("noise_at"), axis: "y", shape: "y", step: 0.1, min: 0, max: LOUDEST,
    at: () => [AT, truth(AT) + 2 * state.noise], move: (x, y) => setNoise((y - truth(AT)) / 2),
    value: () => state.noise, text: () => short(state.noise),
  });

  // Puts the weights of step `at` into the net, for drawing.
  const shownNet = () => {
    const net = atStart(state);
    run.weights[at].forEach((values, k) => net.parameters[k].data.set(values));
    return net;
  };

  function draw() {
    const places = chart.places(), heights = Float64Array.from(places, truth), net = shownNet();
    chart.curve(truthPath, places, heights);
    for (const [path, sign] of [[upper, 2], [lower, -2]]) chart.curve(path, places, heights.map((value) => value + sign * state.noise));
    chart.curve(mine, places, net.forward(Float32Array.from(places), places.length));
    drawPoints();
    const across = shapes.places(80), v = new Sequential(...net.layers.slice(0, 2)).forward(Float32Array.from(across), across.length);
    nodePaths.forEach((path, k) => {
      const j = Math.floor((k * state.nodes) / SHOWN), column = Float64Array.from(across, (_, i) => v[i * state.nodes + j]), most = Math.max(...column);
      shapes.curve(path, across, most > 0 ? column.map((value) => value / most) : column);
    });
    drawCourse();
    chart.place();
    score();
    panel.update();
  }

  let drawn = "";
  function drawPoints() {
    const wanted = `${chart.width} ${chart.height} ${state.noise}`;
    if (wanted === drawn) return; // the points stay where they are while the net learns
    drawn = wanted;
    if (!dots.childElementCount) run.x.forEach(() => dots.append(svg("circle", { r: 2, class: "mv-point" })));
    run.x.forEach((x, i) => set(dots.children[i], { cx: chart.x(x).toFixed(1), cy: chart.y(run.y[i]).toFixed(1) }));
  }

  function drawCourse() {
    const shown = Math.max(settings.steps, run.steps);
    if (course.domains.x[1] !== shown) course.domain({ x: [0, shown] });
    const steps = (list) => Array.from(list, (_, i) => i);
    course.curve(ownPath, steps(run.own), run.own);
    course.curve(freshPath, steps(run.news), run.news);
    course.curve(past, last ? steps(last) : [], last ?? []);
    course.curve(level, [0, shown], [state.noise ** 2, state.noise ** 2]);
    course.curve(now, [at, at], course.domains.y);
  }

  function score() {
    const mineNow = run.news[at], best = Math.min(Infinity, ...tries.filter((one) => one.asked).map((one) => one.loss)), won = best < settings.goal;
    own.set(two(run.own[at]));
    fresh.set(two(mineNow));
    asked.set(t(won ? "won" : "asked", { mine: two(best), goal: two(settings.goal), nodes: settings.nodes, noise: settings.noise, steps: settings.steps }), won);
    const same = tries.filter((one) => one.noise === state.noise);
    marks.set(
      [
        ...same.map(({ loss }) => ({ value: loss, kind: "try" })),
        ...(state.noise === settings.noise ? [{ value: settings.goal, kind: "goal", label: t("goal") }] : []),
        { value: mineNow, kind: "mine" },
      ],
      t("tries_now", { mine: two(mineNow), tries: same.map((one) => two(one.loss)).join(", ") || "–" }),
    );
  }

  const redraw = onceAFrame(draw);

  function begin() {
    const mine_ = run;
    at = run.steps;
    movie.stop();
    status.say(t("running"));
    tell(true);
    stop = train(el, {
      steps: settings.steps, milliseconds: 5,
      step: () => {
        mine_.step();
        at = mine_.steps;
      },
      draw: () => {
        movie.show(at);
        draw();
      },
      end: () => {
        stop = null;
        if (mine_ !== run) return;
        if (run.steps === settings.steps) tries.push({ noise: state.noise, asked: isAsked(), loss: run.news[at] });
        tell(false);
        status.say(t("ended", { n: count(run.steps), own: two(run.own[at]), fresh: two(run.news[at]) }));
        redraw();
      },
    });
  }
  const go = button(t("go", { n: settings.steps }), () => (stop ? stop() : begin()), { class: "mv-main" });
  const tell = (on) => {
    go.textContent = on ? t("stop") : t(run.steps ? "more" : "go", { n: settings.steps });
    go.disabled = !on && run.steps >= LONGEST;
  };
  const movie = film({ t, label: t("film"), length: () => run.steps + 1, change: (i) => ((at = i), draw()) });

  // Another net, or other data: the training begins again from its start.
  function anew(change) {
    if (run?.steps) last = run.news;
    Object.assign(state, change);
    const old = stop;
    run = new Training(state);
    at = 0;
    old?.();
    movie.stop();
    movie.show(0);
    tell(false);
    noise.set(state.noise);
    redraw();
  }
  const kinds = Object.fromEntries(["box", "sigmoid", "relu"].map((name) => [name, t(name)])), seeds = Object.fromEntries([0, 1, 2, 3, 4].map((k) => [k, k]));
  const widths = Object.fromEntries([16, 64, 256, settings.nodes].map((k) => [k, k]));
  const steepness = slider({ label: t("steepness"), min: 1, max: 100, log: true, step: 0.1, value: 1, change: (value) => anew({ steepness: value }) });
  const even = toggle({ label: t("even"), value: false, change: (value) => anew({ even: value }) });
  const rate = slider({ label: t("rate"), min: 0.001, max: 1, log: true, step: 0.1, value: state.rate, change: (value) => anew({ rate: value }) });
  const noise = slider({ label: t("noise"), min: 0, max: LOUDEST, step: 0.05, value: state.noise, change: (value) => anew({ noise: value }) });

  anew({});
  el.append(
    asked.element,
    html("div", { class: "mv-head" }, own.element, fresh.element, key("mv-target", t("level")).element),
    chart.element,
    bar(go, button(t("again"), () => anew({}))),
    movie.element, status.element,
    html("div", { class: "mv-pair" }, shapes.element, course.element),
    marks.element,
    bar(
      choice({ label: t("activation"), options: kinds, value: state.kind, change: (kind) => anew({ kind }) }).element,
      choice({ label: t("number"), options: widths, value: state.nodes, change: (n) => anew({ nodes: Number(n) }) }).element,
      choice({ label: t("seed"), options: seeds, value: 0, change: (n) => anew({ start: Number(n) }) }).element,
      even.element,
    ),
    group(t("settings"), steepness.element, rate.element, noise.element),
    panel.element,
  );
  fit([chart, shapes, course, marks], draw);
}

export default { render };
