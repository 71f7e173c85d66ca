// Chapter 1: draw a curve with a few nodes by hand, then let training try with the same net.

import { Adam, Generator, Linear, ReLU, Sequential, Sigmoid, linspace, mse } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, code, count, fit, group, html, key, ladder, live, onceAFrame, plot, python, set, short, slider, svg, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "A net to be drawn by hand and by training",
    stage: "The target, your curve, and what training draws. Each part of your curve has handles.",
    mine: "your curve, loss",
    rival: "training, loss",
    nodes_stand: "where its nodes stand",
    loss: "loss: the mean of squared errors (log scale, left is better)",
    loss_now: "Loss: yours {mine}, your best {best}, training {rival}.",
    step: "{loss} after {n} steps",
    left: "left edge of bump {k}",
    right: "right edge of bump {k}",
    top: "top of bump {k}",
    from_to: "from {a} to {b}, height {h}",
    kink: "kink {k}",
    at: "x {x}, y {y}",
    bump_legend: "Bump {k} of {n}",
    kink_legend: "Kink {k} of {n}",
    left_short: "left edge, x",
    right_short: "right edge, x",
    height_short: "height, y",
    place_short: "place, x",
    whole: "The whole net",
    steepness: "steepness of all edges",
    floor: "shift, y",
    rate: "learning rate of training",
    kind: "node",
    bumps: "sigmoid: two make a bump",
    kinks: "ReLU: each makes a kink",
    number: "number of nodes",
    target: "target",
    lecture: "the lecture's curve",
    hills: "two hills",
    wave: "a wave",
    try: "Let training try",
    try_mine: "Train from my weights",
    again: "Start again",
    hello: "Drag the handles, or walk to them with Tab and use the arrow keys.",
    from_random: "Training from random weights, seed {seed} …",
    from_mine: "Training from your weights …",
    ended: "After {n} steps: {rival}. Yours: {mine}.",
    ahead: "Training is ahead.",
    behind: "You are ahead.",
    goal: "goal",
    goal_text: "Challenge: come below {goal}, the best that training has reached.",
    goal_none: "Challenge: beat training. Let it try first.",
    goal_won: "You beat training: {mine} is below {goal}. Does another learning rate help it?",
  },
};

export const TARGETS = {
  lecture: (x) => Math.sin(2 * x) + Math.sin(0.5 * x) + Math.exp(-0.2 * x),
  hills: (x) => 2 * Math.exp(-((x + 4) ** 2) / 6) + 3 * Math.exp(-((x - 4) ** 2) / 3),
  wave: (x) => 2 * Math.sin(0.9 * x),
};
const IN_PYTHON = {
  lecture: "torch.sin(2 * x) + torch.sin(0.5 * x) + torch.exp(-0.2 * x)",
  hills: "2 * torch.exp(-((x + 4) ** 2) / 6) + 3 * torch.exp(-((x - 4) ** 2) / 3)",
  wave: "2 * torch.sin(0.9 * x)",
};
const LOW = -10, HIGH = 10, POINTS = 100, NARROW = 0.1;

const data = (target) => {
  const x = linspace(LOW, HIGH, POINTS);
  return { x, y: x.map(TARGETS[target]) };
};

// The reader's curve at the start: flat bumps side by side, or kinks on the x axis.
export const startBumps = (bumps) =>
  Array.from({ length: bumps }, (_, i) => {
    const width = (HIGH - LOW) / bumps;
    return { left: LOW + width * (i + 0.2), right: LOW + width * (i + 0.8), height: 1 };
  });
export const startKinks = (kinks) => Array.from(linspace(LOW, HIGH, kinks + 1), (x) => ({ x, y: 0 }));

// The weights of l1, its biases, the heights and the shift, by hand. A bump is two sigmoid nodes, one up and one down.
// Kinks are ReLU nodes that join points by straight lines.
export function byHand({ kind, bumps, points, steepness, floor }) {
  if (kind === "kinks") {
    const slopes = points.slice(1).map((point, j) => (point.y - points[j].y) / (point.x - points[j].x));
    return [slopes.map(() => 1), slopes.map((_, j) => -points[j].x), slopes.map((slope, j) => slope - (slopes[j - 1] ?? 0)), [points[0].y]];
  }
  const edges = bumps.flatMap(({ left, right }) => [left, right]);
  return [edges.map(() => steepness), edges.map((edge) => -steepness * edge), bumps.flatMap(({ height }) => [height, -height]), [floor]];
}

function makeNet(kind, nodes, { seed = null, weights = null }) {
  const generator = seed === null ? null : new Generator(seed);
  const net = new Sequential(new Linear(1, nodes, { generator }), kind === "kinks" ? ReLU() : Sigmoid(), new Linear(nodes, 1, { generator }));
  weights?.forEach((values, k) => net.parameters[k].data.set(values));
  return net;
}

// One training: `step()` moves the weights once; `loss` is what it was before that.
class Training {
  constructor(kind, nodes, target, rate, start) {
    Object.assign(this, data(target), { kind, target, rate, start, steps: 0, loss: NaN });
    this.net = makeNet(kind, nodes, start);
    this.adam = new Adam(this.net.parameters, { lr: rate });
    this.grad = new Float32Array(POINTS);
  }

  step() {
    this.loss = mse(this.net.forward(this.x, POINTS), this.y, this.grad);
    this.net.backward(this.grad, POINTS);
    this.adam.step();
    this.steps++;
  }
}

// The losses of a whole training from a random start: what the figure shows after "Let training try".
export function losses({ kind = "bumps", nodes = 6, target = "lecture", seed, rate, steps }) {
  const run = new Training(kind, nodes, target, rate, { seed });
  return Array.from({ length: steps }, () => (run.step(), run.loss));
}

// What the net by hand gives at places x, and its loss on the data.
export function drawn(state, x) {
  return makeNet(state.kind, byHand(state)[0].length, { weights: byHand(state) }).forward(Float32Array.from(x), x.length);
}
export const lossByHand = (state) => mse(drawn(state, data(state.target).x), data(state.target).y);

// The figure's present state as a program that prints its losses. `run`: { rate, steps, seed }, no seed: from the net by hand.
export function pytorch(state, run = null) {
  const [w, b, h, c] = byHand(state), nodes = w.length, act = state.kind === "kinks" ? "ReLU" : "Sigmoid";
  const build = `net = torch.nn.Sequential(\n    torch.nn.Linear(1, ${nodes}), torch.nn.${act}(), torch.nn.Linear(${nodes}, 1)\n)`;
  const lines = [
    "import torch",
    "",
    "x = torch.linspace(-10, 10, 100).reshape(-1, 1)",
    `y = ${IN_PYTHON[state.target]}`,
    "loss_fn = torch.nn.MSELoss()",
    build,
    "with torch.no_grad():",
    `    net[0].weight[:, 0] = torch.tensor(${python(w)})`,
    `    net[0].bias[:] = torch.tensor(${python(b)})`,
    `    net[2].weight[0] = torch.tensor(${python(h)})`,
    `    net[2].bias[:] = ${python(c[0])}`,
    'print("by hand:", loss_fn(net(x), y).item())',
  ];
  if (run)
    lines.push(
      "",
      ...("seed" in run ? [`torch.manual_seed(${run.seed})`, build] : []),
      `optimizer = torch.optim.Adam(net.parameters(), lr=${run.rate})`,
      `for _ in range(${run.steps}):`,
      "    loss = loss_fn(net(x), y)",
      "    loss.backward()",
      "    optimizer.step()",
      "    optimizer.zero_grad()",
      'print("trained:", loss.item())',
    );
  return lines.join("\n");
}

function render({ el, settings, t }) {
  const fresh = (bumps) => ({ bumps: startBumps(bumps), points: startKinks(2 * bumps) });
  const state = { kind: "bumps", target: settings.target, steepness: 3, floor: 0, rate: settings.rate, ...fresh(settings.bumps) };
  let picked = 0, run = null, stop = null, tries = [], best = {};

  const nodes = () => 2 * state.bumps.length;
  const task = () => `${state.kind} ${state.target} ${nodes()}`;
  const isAsked = () => state.kind === "bumps" && state.target === settings.target && state.bumps.length === settings.bumps;
  const goal = () => Math.min(isAsked() ? settings.goal : Infinity, ...tries.filter((one) => one.task === task() && one.random).map((one) => one.loss));

  // From top to bottom.
  const asked = challenge(), mine = key("mv-mine", t("mine")), rival = key("mv-rival", t("rival"));
  const chart = plot({ label: t("stage"), x: [LOW, HIGH], y: [-4, 8], xName: "x", yName: "y" });
  const marks = ladder({ range: [0.02, 20], name: t("loss") }), status = live(t("hello"));
  const panel = code(t, () => pytorch(state, run && { rate: run.rate, steps: run.steps, ...("seed" in run.start && { seed: run.start.seed }) }));
  const target = chart.path("mv-target"), pieces = chart.add("g"), trained = chart.path("mv-rival"), own = chart.path("mv-mine");
  const feet = chart.add("g", {}, { free: true });

  function handles() {
    chart.clearHandles();
    pieces.replaceChildren();
    const pick = (k) => () => {
      picked = k;
      changed();
    };
    if (state.kind === "kinks")
      state.points.forEach((point, k) => {
        const move = (x, y) => {
          point.x = clamp(x, (state.points[k - 1]?.x ?? LOW - NARROW) + NARROW, (state.points[k + 1]?.x ?? HIGH + NARROW) - NARROW);
          point.y = clamp(y, -10, 10);
          changed();
        };
        chart.handle({ label: t("kink", { k: k + 1 }), at: () => [point.x, point.y], value: () => point.y, min: -10, max: 10, text: () => t("at", { x: short(point.x), y: short(point.y) }), move, pick: pick(k) });
      });
    else
      state.bumps.forEach((bump, k) => {
        pieces.append(chart.path("mv-area"));
        const middle = () => state.floor + bump.height / 2, edge = { axis: "x", shape: "x", pick: pick(k), min: -12, max: 12 };
        const left = (x) => ((bump.left = clamp(x, -12, bump.right - NARROW)), changed());
        const right = (x) => ((bump.right = clamp(x, bump.left + NARROW, 12)), changed());
        const top = (x, y) => {
          const half = (bump.right - bump.left) / 2, centre = clamp(x, half - 12, 12 - half);
          Object.assign(bump, { left: centre - half, right: centre + half, height: clamp(y - state.floor, -10, 10) });
          changed();
        };
        chart.handle({ ...edge, label: t("left", { k: k + 1 }), at: () => [bump.left, middle()], move: left });
        chart.handle({
          label: t("top", { k: k + 1 }), at: () => [(bump.left + bump.right) / 2, state.floor + bump.height], move: top, pick: pick(k),
          value: () => bump.height, min: -10, max: 10, text: () => t("from_to", { a: short(bump.left), b: short(bump.right), h: short(bump.height) }),
        });
        chart.handle({ ...edge, label: t("right", { k: k + 1 }), at: () => [bump.right, middle()], move: right });
      });
  }

  function draw() {
    const at = chart.places();
    chart.curve(target, at, at.map(TARGETS[state.target]));
    chart.curve(own, at, drawn(state, at));
    if (state.kind === "bumps")
      state.bumps.forEach((bump, k) => {
        const piece = pieces.children[k];
        chart.curve(piece, at, drawn({ ...state, bumps: [bump] }, at));
        const ground = chart.y(state.floor), [left, right] = chart.x.range;
        set(piece, { d: `${piece.getAttribute("d")}L${right} ${ground}L${left} ${ground}Z` });
      });
    const each = state.kind === "bumps" ? 3 : 1;
    chart.handles.forEach((one, i) => one.element.classList.toggle("mv-picked", Math.floor(i / each) === picked));
    chart.place();
    drawTraining(at);
    score();
    panel.update();
  }

  function drawTraining(at) {
    feet.replaceChildren();
    set(trained, { d: "" });
    if (!run) return;
    const { layers } = run.net, bottom = chart.y.range[0];
    chart.curve(trained, at, run.net.forward(Float32Array.from(at), at.length));
    layers[0].weight.data.forEach((w, j) => {
      const place = -layers[0].bias.data[j] / w;
      if (Math.abs(place) <= HIGH) feet.append(svg("path", { d: `M${chart.x(place).toFixed(1)} ${bottom - 9}l5 9h-10z`, class: "mv-foot" }));
    });
  }

  function score() {
    const now = lossByHand(state), to = goal(), won = now < to;
    best[task()] = Math.min(best[task()] ?? Infinity, now);
    mine.set(two(now));
    rival.set(run?.steps ? t("step", { loss: two(run.loss), n: count(run.steps) }) : "–");
    asked.set(t(won ? (to === Infinity ? "goal_none" : "goal_won") : "goal_text", { mine: two(now), goal: two(to) }), won && to < Infinity);
    marks.set(
      [
        ...tries.filter((one) => one.task === task()).map(({ loss }) => ({ value: loss, kind: "try" })),
        ...(to < Infinity ? [{ value: to, kind: "goal", label: t("goal") }] : []),
        ...(best[task()] < now * 0.99 ? [{ value: best[task()], kind: "best" }] : []),
        { value: now, kind: "mine" },
        ...(run?.steps ? [{ value: run.loss, kind: "rival" }] : []),
      ],
      t("loss_now", { mine: two(now), best: two(best[task()]), rival: run?.steps ? two(run.loss) : "–" }),
    );
  }

  const redraw = onceAFrame(draw);
  function changed() {
    const now = state.kind === "bumps" ? state.bumps[picked] : state.points[picked];
    legend.textContent = t(`${state.kind.slice(0, -1)}_legend`, { k: picked + 1, n: state[state.kind === "bumps" ? "bumps" : "points"].length });
    for (const name of state.kind === "bumps" ? ["left", "right", "height"] : ["x", "y"]) sliders[name].set(now[name]);
    redraw();
  }

  // Controls: of what is picked, of the whole net, of the training.
  const bump = () => state.bumps[picked], point = () => state.points[picked], by = { min: -12, max: 12, value: 0 };
  const sliders = {
    left: slider({ ...by, label: t("left_short"), change: (x) => ((bump().left = Math.min(x, bump().right - NARROW)), changed()) }),
    right: slider({ ...by, label: t("right_short"), change: (x) => ((bump().right = Math.max(x, bump().left + NARROW)), changed()) }),
    height: slider({ ...by, label: t("height_short"), min: -10, max: 10, change: (y) => ((bump().height = y), changed()) }),
    x: slider({ ...by, label: t("place_short"), min: LOW, max: HIGH, change: (x) => ((point().x = clamp(x, (state.points[picked - 1]?.x ?? LOW - NARROW) + NARROW, (state.points[picked + 1]?.x ?? HIGH + NARROW) - NARROW)), changed()) }),
    y: slider({ ...by, label: t("height_short"), min: -10, max: 10, change: (y) => ((point().y = y), changed()) }),
    steepness: slider({ label: t("steepness"), min: 0.2, max: 50, log: true, value: state.steepness, change: (value) => ((state.steepness = value), redraw()) }),
    floor: slider({ label: t("floor"), min: -4, max: 4, value: 0, change: (value) => ((state.floor = value), redraw()) }),
    rate: slider({ label: t("rate"), min: 0.001, max: 1, log: true, value: state.rate, change: (value) => (state.rate = value) }),
  };
  const legend = html("legend"), part = html("fieldset", {}, legend, ...["left", "right", "height", "x", "y"].map((name) => sliders[name].element));

  function begin(random) {
    const done = tries.filter((one) => one.task === task() && one.random && one.rate === state.rate).length;
    const start = random ? { seed: done ? done - 1 : settings.seed } : { weights: byHand(state) };
    const mine_ = run = new Training(state.kind, nodes(), state.target, state.rate, start);
    status.say(random ? t("from_random", start) : t("from_mine"));
    busy(true);
    stop = train(el, {
      steps: settings.steps, step: () => mine_.step(), draw,
      end: (whole) => {
        stop = null;
        busy(false);
        if (whole) tries.push({ task: task(), random, rate: mine_.rate, loss: mine_.loss });
        const now = lossByHand(state);
        status.say(`${t("ended", { n: count(mine_.steps), rival: two(mine_.loss), mine: two(now) })} ${t(mine_.loss < now ? "ahead" : "behind")}`);
        redraw();
      },
    });
  }
  // The button that starts is the one that stops, in its place and size.
  const tryIt = button(t("try"), () => (stop ? stop() : begin(true)), { class: "mv-main" });
  const tryMine = button(t("try_mine"), () => begin(false));
  const busy = (on) => {
    tryIt.textContent = on ? t("stop") : t("try");
    tryMine.disabled = on;
  };

  // Another net or target: the training that was shown belongs to the old one.
  function anew(change) {
    stop?.();
    Object.assign(state, change);
    picked = 0;
    run = null;
    const high = state.target === "lecture" ? 8 : 4;
    chart.domain({ y: [-4, high] });
    for (const name of ["left", "right", "height", "steepness", "floor"]) sliders[name].element.hidden = state.kind !== "bumps";
    for (const name of ["x", "y"]) sliders[name].element.hidden = state.kind === "bumps";
    sliders.steepness.set(state.steepness);
    sliders.floor.set(state.floor);
    handles();
    changed();
  }
  const kinds = { bumps: t("bumps"), kinks: t("kinks") }, targets = Object.fromEntries(Object.keys(TARGETS).map((name) => [name, t(name)]));
  const choices = [
    choice({ label: t("kind"), options: kinds, value: state.kind, change: (kind) => anew({ kind }) }),
    choice({ label: t("number"), options: { 2: 2, 4: 4, 6: 6, 8: 8, 10: 10 }, value: nodes(), change: (n) => anew(fresh(n / 2)) }),
    choice({ label: t("target"), options: targets, value: state.target, change: (name) => anew({ target: name }) }),
  ];
  const again = button(t("again"), () => anew({ ...fresh(state.bumps.length), steepness: 3, floor: 0 }));

  const head = html("div", { class: "mv-head" }, mine.element, rival.element, html("p", {}, html("span", { class: "mv-foot", "aria-hidden": "true" }, "▲"), " ", t("nodes_stand")));
  el.append(
    asked.element, head, chart.element, marks.element, bar(tryIt, tryMine, again), status.element, part,
    group(t("whole"), sliders.steepness.element, sliders.floor.element, sliders.rate.element), bar(...choices.map((one) => one.element)), panel.element,
  );
  anew({});
  fit([chart, marks], draw);
}

export default { render };
