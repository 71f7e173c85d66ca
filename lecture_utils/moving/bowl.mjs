// Chapter 5: gradient descent on the bowl of a line's loss, by batches: one run of the reader's, and a cloud of others.

import { Generator, Linear, SGD, mse } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, count, fit, html, key, live, onceAFrame, plot, python, short, slider, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Ways down the bowl of the loss",
    bowl: "The loss over intercept and slope, as contours; your run, and the places of {n} others.",
    losses: "The loss above the lowest against the samples seen.",
    intercept: "intercept",
    slope: "slope",
    samples_axis: "samples seen",
    loss_axis: "loss above the lowest (log scale)",
    mine: "your run",
    cloud: "{n} runs with other orders, their mean",
    floor: "floor, drawn anew: {c} · rate / batch size =",
    start: "start",
    at: "intercept {a}, slope {b}",
    batch: "batch size, samples",
    rate: "learning rate",
    decay: "decay an epoch, %",
    order: "order of the samples",
    sorted: "always the same",
    shuffled: "shuffled in each epoch",
    anew: "drawn anew for each batch",
    go: "Let them run",
    home: "Back to the start",
    hello: "Drag the start, or move it with Tab and the arrow keys; then let the runs go.",
    running: "Each run takes its samples in an order of its own …",
    ended: "After {n} samples: the mean of the runs is {cloud} above the lowest loss, yours {mine}.",
    goal: "Challenge: in random order, bring the mean of the runs to 1% of the start’s loss (dashed), for good, with fewer than {par} samples.",
    won: "You did, with {n} samples; {par} is the best of the chapter’s constant rates. Do fewer do?",
    not: "It took {n} samples; par is {par}. Try another batch size, rate, decay or order.",
    never: "Not within {most} samples; par is {par}. Try another batch size, rate, decay or order.",
  },
};

const RUNS = 60, LEAST = 1e-4, FRAMES = 200;

// The bowl of a line's loss: the lowest place, and the means of 1, x and x² around which it rises.
export function lowest({ x, y }) {
  const mean = (f) => x.reduce((sum, _, i) => sum + f(i), 0) / x.length;
  const mx = mean((i) => x[i]), my = mean((i) => y[i]), xx = mean((i) => x[i] ** 2);
  const slope = (mean((i) => x[i] * y[i]) - mx * my) / (xx - mx ** 2), at = [my - slope * mx, slope];
  const rise = (a, b) => {
    const [da, db] = [a - at[0], b - at[1]];
    return da * da + 2 * mx * da * db + xx * db * db;
  };
  // At a small rate batches that are drawn anew keep the loss at this number times rate / batch size (see `floor`).
  const noise = mean((i) => (y[i] - at[0] - at[1] * x[i]) ** 2 * (1 + x[i] ** 2));
  return { at, mx, xx, rise, noise };
}

// One run: torch.nn.Linear(1, 1) and SGD; `order` says how the samples come. `place` is (intercept, slope).
export class Run {
  constructor({ x, y, start, seed, batch, rate, decay = 0, order }) {
    Object.assign(this, { x, y, batch, rate, order, keep: 1 - decay / 100, n: x.length, seen: 0, updates: 0, rows: [] });
    this.generator = new Generator(seed);
    this.net = new Linear(1, 1);
    this.sgd = new SGD(this.net.parameters, { lr: rate });
    this.net.bias.data[0] = start[0];
    this.net.weight.data[0] = start[1];
    this.grad = new Float32Array(batch);
  }

  get place() {
    return [this.net.bias.data[0], this.net.weight.data[0]];
  }

  step() {
    const { n, batch } = this, from = this.seen % n, size = Math.min(batch, n - from);
    if (from === 0) {
      this.sgd.lr = this.rate * this.keep ** (this.seen / n);
      if (this.order === "shuffled") this.rows = this.generator.randperm(n);
      if (this.order === "sorted") this.rows = Array.from({ length: n }, (_, i) => i);
    }
    const rows = Array.from({ length: size }, (_, k) => (this.order === "anew" ? this.generator.random() % n : this.rows[from + k]));
    const xs = Float32Array.from(rows, (i) => this.x[i]), ys = Float32Array.from(rows, (i) => this.y[i]), grad = this.grad.subarray(0, size);
    mse(this.net.forward(xs, size), ys, grad);
    this.net.backward(grad, size);
    this.sgd.step();
    this.seen += size;
    this.updates++;
  }
}
// With the mean of 1 / size over an epoch, as its last batch may be short.
export function floor({ x, y, batch, rate }) {
  const parts = Math.ceil(x.length / batch), last = x.length - (parts - 1) * batch;
  return (lowest({ x, y }).noise * rate * ((parts - 1) / batch + 1 / last)) / parts;
}
const updates = ({ x, batch, epochs }) => epochs * Math.ceil(x.length / batch);

// The places of one run after each update, from the start on.
export function path(state) {
  const run = new Run(state), places = [run.place], seen = [0];
  for (let k = updates(state); k > 0; k--) {
    run.step();
    places.push(run.place);
    seen.push(run.seen);
  }
  return { places, seen };
}

// The mean loss above the lowest of runs with the seeds `seed`, `seed` + 1, …, and the samples after which it stays within 1%.
export class Cloud {
  constructor(state) {
    Object.assign(this, { ...lowest(state), state, runs: Array.from({ length: RUNS }, (_, k) => new Run({ ...state, seed: state.seed + k })) });
    this.seen = [0];
    this.means = [this.mean()];
  }

  mean() {
    return this.runs.reduce((sum, run) => sum + this.rise(...run.place), 0) / RUNS;
  }

  step() {
    for (const run of this.runs) run.step();
    this.seen.push(this.runs[0].seen);
    this.means.push(this.mean());
  }

  needed() {
    const limit = this.rise(...this.state.start) / 100;
    let k = this.means.length;
    while (k > 0 && this.means[k - 1] <= limit) k--;
    return k < this.means.length ? this.seen[k] : Infinity;
  }
}

// For the state with each of some changes: the samples needed (null: never) and the mean losses.
export const needed = (state, changes = [{}]) =>
  changes.map((one) => {
    const cloud = new Cloud({ ...state, ...one });
    for (let k = updates(cloud.state); k > 0; k--) cloud.step();
    return { samples: cloud.needed(), means: cloud.means };
  });

export const pytorch = ({ x, y, start, seed, batch, rate, decay, order, epochs }) => {
  const rows = { sorted: "order = torch.arange(n)", shuffled: "order = torch.randperm(n)", anew: "order = torch.arange(n)  # only its batches count" };
  return `import torch

x = torch.tensor(${python(x, 6)}).reshape(-1, 1)
y = torch.tensor(${python(y, 6)}).reshape(-1, 1)
n = len(x)
net = torch.nn.Linear(1, 1)
torch.nn.init.constant_(net.bias, ${python(start[0])})
torch.nn.init.constant_(net.weight, ${python(start[1])})
optimizer = torch.optim.SGD(net.parameters(), lr=${rate})
schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, ${python(1 - decay / 100)})
torch.manual_seed(${seed})
for _ in range(${epochs}):
    ${rows[order]}
    for rows in order.split(${batch}):
${order === "anew" ? "        rows = torch.randint(n, (len(rows),))\n" : ""}        loss = torch.nn.functional.mse_loss(net(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    schedule.step()
print("intercept", net.bias.item(), "slope", net.weight.item())`;
};

function render({ el, settings, t }) {
  const home = settings.start, state = { ...settings, start: [...home], decay: 0, order: "shuffled" };
  const { at: low, mx, xx, rise, noise } = lowest(settings), most = settings.epochs * settings.x.length;
  let cloud = null, stop = null;
  const isHome = () => state.start.every((v, k) => v === home[k]);

  const asked = challenge(), mine = key("mv-mine", t("mine")), others = key("mv-rival", t("cloud", { n: RUNS }));
  const bottom = key("mv-third", t("floor", { c: two(noise) }));
  const bowl = plot({ label: t("bowl", { n: RUNS }), x: [-3, 2], y: [0, 6], xName: t("intercept"), yName: t("slope"), ratio: 0.85, least: 270, most: 320 });
  const losses = plot({ label: t("losses"), x: [0, most], y: [LEAST, 20], log: "y", xName: t("samples_axis"), yName: t("loss_axis"), ratio: 0.85, least: 270, most: 320, ticks: { y: [10, 1, 0.1, 0.01, 0.001, 0.0001] } });
  const contours = [0.02, 0.1, 0.3, 1, 2.5, 5, 9].map((height) => ({ height, path: bowl.path("mv-target mv-faint") }));
  const own = bowl.path("mv-mine"), dots = Array.from({ length: RUNS }, () => bowl.add("circle", { r: 2.5, class: "mv-rival" }));
  const cross = bowl.path("mv-cross");
  const limit = losses.path("mv-target mv-faint mv-dashed"), level = losses.path("mv-third mv-dashed"), ownLoss = losses.path("mv-mine mv-faint"), meanLoss = losses.path("mv-rival");
  const status = live(t("hello")), panel = code(t, () => pytorch(state));
  bowl.handle({ label: t("start"), at: () => state.start, step: 0.1, min: -3, max: 2, text: () => t("at", { a: short(state.start[0]), b: short(state.start[1]) }), move: (a, b) => change({ start: [Number(clamp(a, -3, 2).toFixed(2)), Number(clamp(b, 0, 6).toFixed(2))] }) });

  // An ellipse of equal loss: the x part of the bowl is turned by the mean of x.
  function contour({ height, path: line }) {
    const turns = Array.from({ length: 73 }, (_, k) => (k * Math.PI) / 36), steep = Math.sqrt(xx - mx * mx);
    const slopes = turns.map((turn) => (Math.sqrt(height) * Math.sin(turn)) / steep);
    bowl.curve(line, turns.map((turn, k) => low[0] + Math.sqrt(height) * Math.cos(turn) - mx * slopes[k]), slopes.map((slope) => low[1] + slope));
  }

  function draw() {
    contours.forEach(contour);
    const [cx, cy] = [bowl.x(low[0]), bowl.y(low[1])];
    cross.setAttribute("d", `M${cx - 6} ${cy}h12M${cx} ${cy - 6}v12`);
    const { places, seen } = path(state), heights = places.map((place) => Math.max(rise(...place), LEAST));
    bowl.curve(own, places.map(([a]) => a), places.map(([, b]) => b));
    losses.curve(ownLoss, seen, heights);
    const start = rise(...state.start), line = (path_, height) => losses.curve(path_, [0, most], [height, height]);
    line(limit, start / 100);
    line(level, floor(state));
    dots.forEach((dot, k) => {
      dot.toggleAttribute("hidden", !cloud);
      if (!cloud) return;
      const [a, b] = cloud.runs[k].place;
      dot.setAttribute("cx", bowl.x(clamp(a, -4, 3)).toFixed(1));
      dot.setAttribute("cy", bowl.y(clamp(b, -1, 7)).toFixed(1));
    });
    losses.curve(meanLoss, cloud?.seen ?? [], cloud?.means ?? []);
    bowl.place();
    mine.set(two(rise(...places.at(-1))));
    others.set(cloud ? two(cloud.means.at(-1)) : "–");
    bottom.set(two(floor(state)));
    score();
    panel.update();
  }
  const redraw = onceAFrame(draw);

  function score() {
    const whole = cloud && !stop && cloud.seen.at(-1) >= most && isHome() && state.order !== "sorted", n = whole ? cloud.needed() : Infinity, won = n < settings.par;
    asked.set(t(!whole ? "goal" : won ? "won" : n < Infinity ? "not" : "never", { n, par: count(settings.par), most: count(most) }), Boolean(won));
  }

  // Another start, rate or order: the cloud that was shown belongs to the old one.
  function change(what) {
    stop?.();
    cloud = null;
    Object.assign(state, what);
    redraw();
  }
  function begin() {
    cloud = new Cloud(state);
    status.say(t("running"));
    go.textContent = t("stop");
    let frame = 0; // an epoch takes as long to look at, however many updates it has
    const advance = (to) => {
      while (cloud.runs[0].updates < Math.round(to)) cloud.step();
    };
    stop = train(el, {
      steps: FRAMES, draw, pace: 0, step: () => advance((++frame * updates(state)) / FRAMES),
      end: () => {
        stop = null;
        go.textContent = t("go");
        status.say(t("ended", { n: count(cloud.seen.at(-1)), cloud: two(cloud.means.at(-1)), mine: two(rise(...cloud.runs[0].place)) }));
        redraw();
      },
    });
  }

  const go = button(t("go"), () => (stop ? stop() : begin()), { class: "mv-main" }), back = button(t("home"), () => change({ start: [...home] }));
  const orders = choice({ label: t("order"), options: { shuffled: t("shuffled"), sorted: t("sorted"), anew: t("anew") }, value: state.order, change: (order) => change({ order }) });
  const sliders = [
    slider({ label: t("batch"), min: 1, max: settings.x.length, step: 1, value: state.batch, show: count, change: (batch) => change({ batch }) }),
    slider({ label: t("rate"), min: 0.005, max: 1, log: true, value: state.rate, change: (rate) => change({ rate }) }),
    slider({ label: t("decay"), min: 0, max: 50, step: 1, value: 0, change: (decay) => change({ decay }) }),
  ];
  const head = html("div", { class: "mv-head" }, mine.element, others.element, bottom.element);
  el.append(
    asked.element, head, html("div", { class: "mv-pair" }, bowl.element, losses.element), bar(orders.element, go, back),
    html("fieldset", {}, ...sliders.map((one) => one.element)), status.element, panel.element,
  );
  fit([bowl, losses], draw);
}

export default { render };
