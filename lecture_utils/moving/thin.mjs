// Chapter 7: a net learns few noisy points of a curve, with dropout or without, and the reader stops it.

import { Adam, Dropout, Generator, Linear, ReLU, Sequential, linspace, mse } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, count, film, fit, html, key, live, onceAFrame, plot, python, set, short, slider, svg, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "A net learns few points, with dropout and without",
    stage: "Noisy points, the curve behind them, the net in evaluation mode, and some of the thinned nets that dropout trains. A handle sets the noise.",
    course: "The loss after each step, in evaluation mode: on the net's own points, and against the curve, which the net never sees.",
    noise_at: "standard deviation of the noise",
    step: "step",
    loss: "loss (log scale)",
    own: "own points, loss",
    fresh: "distance from the curve, squared",
    curve_key: "the curve",
    thinned: "thinned nets",
    p: "p, the share that is dropped",
    width: "nodes in each hidden layer",
    go: "Train {n} steps",
    again: "Start again",
    film: "shown: after step",
    hello: "The net stands at its start. Choose p and train it.",
    running: "Training with p = {p} …",
    ended: "After {n} steps with p = {p}: {own} on its own points, {fresh} from the curve.",
    asked: "Challenge: come below {goal} from the curve in two ways: with dropout after all {n} steps, and without, stopped in time. So far: {all}; {stopped}.",
    won: "Both ways lead below {goal}: {all} with dropout, {stopped} stopped in time. Which would you pay for?",
  },
};

const FAR = 3, MASKS = 4, SHOWN = 101, LOUDEST = 1.5, AT = -1.5;

export const truth = (x) => Math.sin(x);

const Kind = Float64Array; // a long training makes a rounding grow: with float32 no two machines would agree at the end

// Two hidden layers with dropout behind each ReLU; masks are `torch.rand(u.shape) >= p`, from the generator of all.
function makeNet({ width, p }, generator) {
  const hidden = (inputs) => [new Linear(inputs, width, { generator, Kind }), ReLU(Kind), new Dropout(p, { generator, Kind })];
  return new Sequential(...hidden(1), ...hidden(width), new Linear(width, 1, { generator, Kind }));
}

// A training that keeps all weights. Entry i of `own`, `fresh` and `weights` is what was there after step i.
export class Training {
  constructor(state) {
    const generator = new Generator(state.seed), n = state.points, x = linspace(-FAR, FAR, n, Kind), z = generator.randn(n);
    Object.assign(this, { n, x, z, own: [], fresh: [], weights: [], grad: new Kind(n) });
    this.y = x.map((one, i) => truth(one) + state.noise * z[i]);
    this.places = linspace(-FAR, FAR, SHOWN, Kind);
    this.curve = this.places.map(truth);
    this.net = makeNet(state, generator);
    this.adam = new Adam(this.net.parameters, { lr: state.rate });
    this.look();
  }

  get steps() {
    return this.own.length - 1;
  }

  look() {
    this.net.train(false);
    this.own.push(mse(this.net.forward(this.x, this.n), this.y));
    this.fresh.push(mse(this.net.forward(this.places, SHOWN), this.curve));
    this.weights.push(this.net.parameters.map(({ data }) => data.slice()));
  }

  step() {
    mse(this.net.train().forward(this.x, this.n), this.y, this.grad);
    this.net.backward(this.grad, this.n);
    this.adam.step();
    this.look();
  }
}

// Both losses, before the first step and after each.
export function losses(state) {
  const run = new Training(state);
  for (let k = 0; k < state.steps; k++) run.step();
  return { own: run.own, fresh: run.fresh };
}

export const pytorch = ({ seed, points, width, noise, rate, p }, steps) => `import torch
from torch import nn

torch.manual_seed(${seed})
z = torch.randn(${points}).reshape(-1, 1)
torch.set_default_dtype(torch.float64)
x = torch.linspace(-3, 3, ${points}).reshape(-1, 1)
y = torch.sin(x) + ${noise} * z
places = torch.linspace(-3, 3, ${SHOWN}).reshape(-1, 1)


class Dropout(nn.Module):  # nn.Dropout draws other masks
    def forward(self, u):
        if not self.training:
            return u
        mask = torch.rand(u.shape, dtype=torch.float32) >= ${python(p)}
        return u * mask / (1 - ${python(p)})


net = nn.Sequential(
    *(nn.Linear(1, ${width}), nn.ReLU(), Dropout()),
    *(nn.Linear(${width}, ${width}), nn.ReLU(), Dropout()),
    nn.Linear(${width}, 1),
)
optimizer = torch.optim.Adam(net.parameters(), lr=${rate})
for _ in range(${steps}):
    loss = ((net(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
net.eval()
print("own points:", ((net(x) - y) ** 2).mean().item())
print("curve:", ((net(places) - torch.sin(places)) ** 2).mean().item())`;

function render({ el, settings, t }) {
  const state = { ...settings };
  let run, at = 0, stop = null, last = null, best = { all: Infinity, stopped: Infinity };

  const asked = challenge(), status = live(t("hello"));
  const own = key("mv-mine", t("own")), fresh = key("mv-rival", t("fresh"));
  const chart = plot({ label: t("stage"), x: [-FAR, FAR], y: [-3, 3], xName: "x", yName: "y", ratio: 0.42, least: 220, most: 300 });
  const course = plot({ label: t("course"), x: [0, settings.steps], y: [0.02, 2], log: "y", xName: t("step"), yName: t("loss"), ratio: 0.28, least: 170, most: 200, ticks: { y: [0.03, 0.1, 0.3, 1] } });
  const panel = code(t, () => pytorch(state, at));

  const upper = chart.path("mv-target mv-faint mv-upper"), lower = chart.path("mv-target mv-faint"), truthPath = chart.path("mv-target");
  const thinned = Array.from({ length: MASKS }, () => chart.path("mv-third mv-faint")), dots = chart.add("g"), mine = chart.path("mv-mine");
  const goalPath = course.path("mv-target mv-dashed mv-faint"), past = course.path("mv-rival mv-faint mv-dashed");
  const ownPath = course.path("mv-mine"), freshPath = course.path("mv-rival"), now = course.path("mv-now mv-faint");
  chart.handle({
    label: t("noise_at"), axis: "y", shape: "y", step: 0.05, min: 0, max: LOUDEST,
    at: () => [AT, truth(AT) + 2 * state.noise], move: (_, y) => anew({ noise: Math.round(clamp((y - truth(AT)) / 2, 0, LOUDEST) * 100) / 100 }),
    value: () => state.noise, text: () => short(state.noise),
  });

  let shown = {};
  const shownNet = () => {
    if (shown.width !== state.width || shown.p !== state.p) shown = { width: state.width, p: state.p, net: makeNet(state, new Generator(0)) };
    return shown.net;
  };
  // The net of step `at`, and the thinned nets that masks of that step leave: in each, a node is there for all x or not.
  function drawNet() {
    const net = shownNet(), places = run.places, n = places.length;
    run.weights[at].forEach((values, k) => net.parameters[k].data.set(values));
    chart.curve(mine, places, net.train(false).forward(places, n));
    const generator = new Generator(at), drops = net.layers.filter((layer) => layer instanceof Dropout);
    net.train();
    thinned.forEach((path) => {
      if (!state.p) return void chart.curve(path, [], []);
      for (const drop of drops) {
        const nodes = generator.rand(state.width).map((one) => one >= state.p);
        drop.mask = new Float32Array(n * state.width);
        for (let i = 0; i < n; i++) drop.mask.set(nodes, i * state.width);
      }
      chart.curve(path, places, net.forward(places, n));
    });
  }
  let drawn = "";
  function drawPoints() {
    const wanted = `${chart.width} ${state.noise}`;
    if (wanted === drawn) return; // they stay where they are while the net learns
    drawn = wanted;
    if (!dots.childElementCount) run.x.forEach(() => dots.append(svg("circle", { r: 4, class: "mv-mine" })));
    run.x.forEach((x, i) => set(dots.children[i], { cx: chart.x(x).toFixed(1), cy: chart.y(run.y[i]).toFixed(1) }));
    for (const [path, sign] of [[upper, 2], [lower, -2]]) chart.curve(path, run.places, run.curve.map((one) => one + sign * state.noise));
    chart.curve(truthPath, run.places, run.curve);
  }
  function draw() {
    drawPoints();
    drawNet();
    const steps = run.own.map((_, i) => i);
    course.curve(ownPath, steps, run.own);
    course.curve(freshPath, steps, run.fresh);
    course.curve(past, last ? last.map((_, i) => i) : [], last ?? []);
    course.curve(goalPath, course.domains.x, [settings.goal, settings.goal]);
    course.curve(now, [at, at], course.domains.y);
    chart.place();
    own.set(two(run.own[at]));
    fresh.set(two(run.fresh[at]));
    score();
    panel.update();
  }
  function score() {
    const same = state.noise === settings.noise && state.width === settings.width;
    if (same && at > 0 && !stop) {
      if (state.p === 0) best.stopped = Math.min(best.stopped, run.fresh[at]);
      else if (at === settings.steps) best.all = Math.min(best.all, run.fresh[at]);
    }
    const won = Math.max(best.all, best.stopped) < settings.goal, said = (value) => (value < Infinity ? two(value) : "–");
    asked.set(t(won ? "won" : "asked", { goal: two(settings.goal), n: settings.steps, all: said(best.all), stopped: said(best.stopped) }), won);
  }
  const redraw = onceAFrame(draw);

  function begin() {
    if (run.steps >= settings.steps) anew({});
    const own_ = run;
    movie.stop();
    status.say(t("running", { p: short(state.p) }));
    go.textContent = t("stop");
    stop = train(el, {
      steps: settings.steps - run.steps, milliseconds: 5,
      step: () => {
        own_.step();
        at = own_.steps;
      },
      draw: () => {
        movie.show(at);
        draw();
      },
      end: () => {
        stop = null;
        if (own_ !== run) return;
        go.textContent = t("go", { n: settings.steps });
        status.say(t("ended", { n: count(at), p: short(state.p), own: two(run.own[at]), fresh: two(run.fresh[at]) }));
        redraw();
      },
    });
  }
  const go = button(t("go", { n: settings.steps }), () => (stop ? stop() : begin()), { class: "mv-main" });
  const movie = film({ t, label: t("film"), length: () => run.steps + 1, change: (i) => ((at = i), draw()) });

  // Another net, or other points: the training begins again from its start.
  function anew(change) {
    if (run?.steps) last = run.fresh;
    Object.assign(state, change);
    const old = stop;
    run = new Training(state);
    at = 0;
    old?.();
    go.textContent = t("go", { n: settings.steps });
    movie.stop();
    movie.show(0);
    redraw();
  }
  const p = slider({ label: t("p"), min: 0, max: 0.9, step: 0.1, value: state.p, show: short, change: (value) => anew({ p: value }) });
  const widths = choice({ label: t("width"), options: Object.fromEntries([8, 32, 128].map((k) => [k, k])), value: state.width, change: (n) => anew({ width: Number(n) }) });

  anew({});
  el.append(
    asked.element,
    html("div", { class: "mv-head" }, own.element, fresh.element, key("mv-target", t("curve_key")).element, key("mv-third", t("thinned")).element),
    chart.element, course.element,
    bar(go, button(t("again"), () => anew({})), widths.element),
    p.element, movie.element,
    status.element, panel.element,
  );
  fit([chart, course], draw);
}

export default { render };
