// Chapter 12: one net three times, without a normalisation, with batch norm and with layer norm, at the reader's rate.

import { BatchNorm1d, Generator, LayerNorm, Linear, ReLU, SGD, Sequential, linspace, mse } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, fit, html, key, live, onceAFrame, plot, short, svg, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Three copies of one net train at the same learning rate",
    course: "The loss of the three nets after each step.",
    map: "The losses at the end of each training, above its learning rate. A handle sets the rate of the next one.",
    step: "step",
    loss: "loss (log scale)",
    rate_axis: "learning rate (log scale)",
    end: "loss at the end (log scale)",
    plain: "plain, loss",
    batch: "batch norm, loss",
    layer: "layer norm, loss",
    goal: "goal",
    handle: "learning rate",
    seed: "random start (seed)",
    go: "Train {n} steps",
    clear: "Forget my trainings",
    hello: "At the rate {rate}. Drag the handle, or move it with Tab and the arrow keys: the nets train anew.",
    running: "The nets train at the rate {rate} …",
    ended: "After {n} steps at the rate {rate}: plain {plain}, batch norm {batch}, layer norm {layer}.",
    asked: "Challenge: end below {goal}; the plain net at one rate, batch norm at two that are a factor of ten apart. So far: plain {plain}, batch norm {batch}.",
    won: "You did: plain {plain}, batch norm {batch}. How well must you know the rate of each?",
    none: "nowhere",
    at: "at {low}",
    from_to: "from {low} to {high}",
  },
};

const KINDS = ["plain", "batch", "layer"], CLASS = { plain: "mv-mine", batch: "mv-third", layer: "mv-rival" };
const LOW = 0.003, HIGH = 1, FLOOR = 1e-4, TOP = 10, GONE = 1e6, SEEDS = 5;
const Kind = Float64Array; // large rates make a rounding grow: with float32 no two machines would agree at the end

const points = (n) => {
  const x = linspace(-1, 1, n, Kind);
  return { x, y: x.map((one) => Math.sin(6 * one)) };
};

// Hidden layers with He's uniform start: PyTorch's own start, times the root of 6.
function atStart(kind, { seed, depth, width }) {
  const generator = new Generator(seed), layers = [];
  for (let k = 0; k < depth; k++) {
    const linear = new Linear(k ? width : 1, width, { generator, Kind }), w = linear.weight.data;
    w.forEach((value, i) => (w[i] = value * Math.sqrt(6)));
    layers.push(linear);
    if (kind !== "plain") layers.push(new (kind === "batch" ? BatchNorm1d : LayerNorm)(width, { Kind }));
    layers.push(ReLU(Kind));
  }
  return new Sequential(...layers, new Linear(width, 1, { generator, Kind }));
}

// A net, all points in each step. Entry i of `losses` is the loss after step i; a net that has blown up is left alone.
class Training {
  constructor(kind, state) {
    Object.assign(this, points(state.points), { n: state.points, net: atStart(kind, state), losses: [] });
    this.sgd = new SGD(this.net.parameters, { lr: state.rate });
    this.grad = new Kind(this.n);
    this.look();
  }

  look() {
    const loss = mse(this.net.forward(this.x, this.n), this.y, this.grad);
    this.losses.push(loss < GONE ? loss : Infinity);
  }

  step() {
    if (this.losses.at(-1) === Infinity) return void this.losses.push(Infinity);
    this.net.backward(this.grad, this.n);
    this.sgd.step();
    this.look();
  }
}

// The losses of a whole training, before the first step and after each. JSON has no infinity: it is null there.
export function losses(kind, state) {
  const run = new Training(kind, state);
  for (let k = 0; k < state.steps; k++) run.step();
  return run.losses;
}

// What is left at the end of a training, for each rate.
export const ends = (kind, state, rates) => rates.map((rate) => losses(kind, { ...state, rate }).at(-1));

// The rates at which a net ended below the goal, from the smallest to the largest: [low, high] or [].
export function below(tries, kind, goal) {
  const rates = tries.filter(({ ends }) => ends[kind] < goal).map(({ rate }) => rate);
  return rates.length ? [Math.min(...rates), Math.max(...rates)] : [];
}

export const pytorch = ({ seed, depth, width, points, steps, rate }) => `import torch
from torch import nn

torch.set_default_dtype(torch.float64)
x = torch.linspace(-1, 1, ${points}).reshape(-1, 1)
y = torch.sin(6 * x)


def make_net(norm):
    torch.manual_seed(${seed})
    layers = []
    for k in range(${depth}):
        linear = nn.Linear(${width} if k else 1, ${width})
        linear.weight.data *= 6**0.5  # He's start
        layers += [linear, norm(${width}), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(${width}, 1))


for norm in (nn.Identity, nn.BatchNorm1d, nn.LayerNorm):
    net = make_net(norm)
    optimizer = torch.optim.SGD(net.parameters(), lr=${rate})
    for _ in range(${steps}):
        loss = ((net(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(norm.__name__, ((net(x) - y) ** 2).mean().item())`;

function render({ el, settings, t }) {
  const state = { ...settings };
  let runs = null, curves = settings.first, stop = null, tries = [];
  const mine = () => tries.filter(({ seed }) => seed === state.seed), goal = () => settings.goals[state.seed];

  const asked = challenge(), status = live(t("hello", { rate: short(state.rate) }));
  const keys = KINDS.map((kind) => key(CLASS[kind], t(kind))), goalKey = key("mv-target", t("goal"));
  const losses_ = { y: [FLOOR, TOP], ticks: { y: [0.0001, 0.001, 0.01, 0.1, 1, 10] }, ratio: 0.8, least: 240, most: 320, margin: { left: 54 } };
  const course = plot({ ...losses_, label: t("course"), x: [0, settings.steps], log: "y", xName: t("step"), yName: t("loss") });
  const map = plot({ ...losses_, label: t("map"), x: [LOW, HIGH], log: "xy", xName: t("rate_axis"), yName: t("end") });
  const goals = [course, map].map((one) => one.path("mv-target mv-dashed mv-faint"));
  const paths = KINDS.map((kind) => course.path(CLASS[kind]));
  const sweeps = KINDS.map((kind) => map.path(`${CLASS[kind]} mv-faint`)), dots = map.add("g");
  const panel = code(t, () => pytorch(state));
  map.handle({
    label: t("handle"), axis: "x", shape: "x", step: 0.05, min: LOW, max: HIGH,
    at: () => [state.rate, TOP / 3], move: (rate) => drag(Number(clamp(rate, LOW, HIGH).toPrecision(3))), value: () => state.rate, text: () => short(state.rate),
  });

  let drawn = "";
  function drawTries() {
    const found = mine().sort((a, b) => a.rate - b.rate), wanted = `${map.width} ${state.seed} ${tries.length}`;
    if (wanted === drawn) return;
    drawn = wanted;
    dots.replaceChildren();
    KINDS.forEach((kind, k) => {
      const heights = found.map((one) => one.ends[k]);
      map.curve(sweeps[k], found.map(({ rate }) => rate), heights);
      found.forEach(({ rate }, i) => dots.append(svg("circle", { r: 3.5, cx: map.x(rate).toFixed(1), cy: map.y(heights[i]).toFixed(1), class: CLASS[kind] })));
    });
  }
  function draw() {
    curves.forEach((list, k) => {
      course.curve(paths[k], list.map((_, i) => i), list);
      keys[k].set(two(list.at(-1)));
    });
    [course, map].forEach((one, k) => one.curve(goals[k], one.domains.x, [goal(), goal()]));
    drawTries();
    map.place();
    const [plain, batch] = [0, 1].map((k) => below(mine(), k, goal())), won = plain.length > 0 && batch[1] >= 10 * batch[0] * 0.999;
    const range = ([low, high]) => t(low ? (low < high ? "from_to" : "at") : "none", { low: short(low), high: short(high) });
    asked.set(t(won ? "won" : "asked", { goal: two(goal()), plain: range(plain), batch: range(batch) }), won);
    goalKey.set(two(goal()));
    panel.update();
  }
  const redraw = onceAFrame(draw);

  // Trains at the rate of now; `pace` says how fast the first steps go by.
  function begin(pace) {
    stop?.();
    const { rate, seed } = state, own = (runs = KINDS.map((kind) => new Training(kind, state)));
    curves = own.map((one) => one.losses);
    status.say(t("running", { rate: short(rate) }));
    go.textContent = t("stop");
    const end = (whole) => {
      if (own !== runs) return;
      stop = null;
      go.textContent = t("go", { n: settings.steps });
      if (!whole) return;
      const last = curves.map((list) => list.at(-1)), [plain, batch, layer] = last.map(two);
      if (!tries.some((one) => one.seed === seed && one.rate === rate)) tries.push({ rate, seed, ends: last });
      status.say(t("ended", { n: settings.steps, rate: short(rate), plain, batch, layer }));
      redraw();
    };
    stop = train(el, { steps: settings.steps, step: () => own.forEach((one) => one.step()), draw, end, pace, milliseconds: 6 });
  }
  function drag(rate) {
    if (rate === state.rate) return;
    state.rate = rate;
    begin(1);
    redraw();
  }

  const go = button(t("go", { n: settings.steps }), () => (stop ? stop() : begin(1 / 12)), { class: "mv-main" });
  const seeds = choice({
    label: t("seed"), options: Object.fromEntries(Array.from({ length: SEEDS }, (_, k) => [k, k])), value: state.seed,
    change: (seed) => ((state.seed = Number(seed)), begin(1)),
  });
  el.append(
    asked.element,
    html("div", { class: "mv-head" }, ...keys.map((one) => one.element), goalKey.element),
    html("div", { class: "mv-pair" }, course.element, map.element),
    bar(go, seeds.element, button(t("clear"), () => ((tries = []), redraw()))),
    status.element, panel.element,
  );
  fit([course, map], draw);
}

export default { render };
