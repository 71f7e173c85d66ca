// Chapter 4: a model of a card with a queue. What two clocks read, and where the floor of a step ends and its slope begins.

import { Adam, Generator, Linear, ReLU, Sequential, linspace, mse } from "./nn.mjs";
import { bar, button, challenge, clamp, code, count, film, fit, frames, group, html, key, live, onceAFrame, plot, short, slider, svg, toggle, two } from "./draw.mjs";

export const words = {
  en: {
    title: "A card, its queue and two clocks",
    pytorch: "Show this model in Python",
    lanes: "Pieces of work that the program has asked for, and pieces that the card has done, over time.",
    time: "time (ms)",
    pieces: "pieces",
    asked_for: "asked for",
    done: "done",
    waiting: "in the queue:",
    queue_is: "{n} of {places}",
    steps_plot: "The time of a step against the width: a floor, then a slope. Handles set the launch time, the bandwidth and the width.",
    width: "hidden nodes",
    per_step: "time per step (ms)",
    model: "this model",
    cited_gpu: "lecture's GPU, cited",
    cited_cpu: "lecture's CPU, cited",
    here: "this page on your machine",
    where: "At which width do model and lecture's CPU take the same time? Move the width there.",
    here_it_is: "Here they take the same time: at about {w} nodes.",
    nowhere: "Model and lecture's CPU never take the same time.",
    launch: "launch of one piece (µs)",
    bandwidth: "bandwidth (GB/s)",
    batch: "batch",
    places: "places in the queue",
    steps: "steps in the timed loop",
    wait: "wait for the card, then read the clock",
    film: "time (ms)",
    now: "The clock reads {clock} ms, the work took {truth} ms: off by {error}%.",
    card: "The card and its work",
    loop: "The loop and the clock",
    time_me: "Time this machine",
    timing: "Timing 1-w-1 nets in this page …",
    timed: "Your machine, in this page: {low} ms a step with {w0} nodes, {high} ms with {w1}. This is JavaScript: its floor and its slope are not PyTorch's, and nothing in the book rests on it.",
    again: "Start again",
    asked: "Challenge: without waiting, with {width} nodes and the card as it was, be off by less than {most}% in the shortest loop. Now {error}% with {steps} steps. Par: {par}.",
    won: "Off by {error}% with {steps} steps, and par is {par}. What would half the queue need?",
  },
};

export const LIMITS = { width: [16, 1000000], launch: [0.1, 1000], bandwidth: [1, 10000] };
const MOST = 5, PICTURES = 201;

// Bytes that a step moves, by the chapter's count.
export const moved = (width, batch) => 44 * batch * width + 84 * width;
// Milliseconds of the card's work in a step, and of a step in a long loop.
const work = ({ width, batch, bandwidth }) => moved(width, batch) / (bandwidth * 1e6);
export const perStep = (state) => Math.max((state.operations * state.launch) / 1000, work(state));

// When each piece was asked for and done, in ms. A piece is asked for when the queue has a place, and begins when it is
// the first in the queue.
export function course(state) {
  const pieces = state.steps * state.operations, each = work(state) / state.operations, launch = state.launch / 1000;
  const asked = new Float64Array(pieces), done = new Float64Array(pieces);
  for (let i = 0, now = 0, free = 0; i < pieces; i++) {
    now = Math.max(now, i < state.places ? 0 : done[i - state.places]) + launch;
    free = Math.max(free, now) + each;
    asked[i] = now;
    done[i] = free;
  }
  return { asked, done };
}

// What the clock reads, and how long it took, in ms.
export function clocks(state) {
  const { asked, done } = course(state), truth = done[done.length - 1];
  return { clock: state.wait ? truth : asked[asked.length - 1], truth };
}

export const python = (state) =>
  [
    `operations, steps, places = ${state.operations}, ${state.steps}, ${state.places}`,
    `launch = ${state.launch} / 1000  # ms`,
    `width, batch, bandwidth = ${state.width}, ${state.batch}, ${state.bandwidth}  # GB/s`,
    "each = (44 * batch * width + 84 * width) / (bandwidth * 1e6) / operations  # ms",
    "asked, done = [], [0.0] * places  # the queue is empty",
    "now = 0.0",
    "for _ in range(steps * operations):",
    "    now = max(now, done[-places]) + launch",
    "    asked.append(now)",
    "    done.append(max(done[-1], now) + each)",
    `print("the clock:", ${state.wait ? "done" : "asked"}[-1], "ms")`,
    'print("the work:", done[-1], "ms")',
  ].join("\n");

// Where the model's time of a step meets the lines through cited points: a number of nodes, or null.
export function crossing(state, widths, seconds) {
  const other = (width) => {
    const k = clamp(widths.findIndex((w) => w > width), 1, widths.length - 1) || 1;
    const slope = Math.log(seconds[k] / seconds[k - 1]) / Math.log(widths[k] / widths[k - 1]);
    return 1000 * seconds[k - 1] * (width / widths[k - 1]) ** slope;
  };
  const [low, high] = [widths[0], widths[widths.length - 1]], ahead = (width) => perStep({ ...state, width }) - other(width);
  if (ahead(low) <= 0 || ahead(high) >= 0) return null;
  let [a, b] = [low, high];
  for (let k = 0; k < 60; k++) {
    const middle = Math.sqrt(a * b);
    if (ahead(middle) > 0) a = middle;
    else b = middle;
  }
  return b;
}

// One step of the chapter's net, timed by nobody: `step()` is what the reader's machine is asked to do.
export function trainingStep(width, batch) {
  const generator = new Generator(5), x = linspace(0, 1, batch), y = generator.randn(batch).map((value) => 0.01 * value);
  const net = new Sequential(new Linear(1, width, { generator }), ReLU(), new Linear(width, 1, { generator }));
  const grad = new Float32Array(batch), adam = new Adam(net.parameters);
  return () => {
    const loss = mse(net.forward(x, batch), y, grad);
    net.backward(grad, batch);
    adam.step();
    return loss;
  };
}

function render({ el, settings, t }) {
  const state = {}, start = () => Object.assign(state, settings, { wait: false });
  let at = PICTURES - 1, run, halt = null, found = [];
  start();

  const asked = challenge(), status = live(), now = html("p"), meet = html("p"), waiting = key("mv-target", t("waiting"));
  const lanes = plot({ label: t("lanes"), x: [0, 1], y: [0, 1], xName: t("time"), yName: t("pieces"), ratio: 0.38, least: 190, most: 260, margin: { left: 52 } });
  const chart = plot({ label: t("steps_plot"), x: [10, LIMITS.width[1]], y: [0.01, 1000], log: "xy", ticks: { x: [10, 100, 1000, 10000, 100000] }, xName: t("width"), yName: t("per_step"), ratio: 0.4, least: 210, most: 280, margin: { left: 52 } });
  const panel = code(t, () => python(state));
  const askedPath = lanes.path("mv-mine"), donePath = lanes.path("mv-rival"), stopLine = lanes.path("mv-stop"), overLine = lanes.path("mv-over");
  const cpu = chart.path("mv-fourth"), gpu = chart.path("mv-third"), model = chart.path("mv-mine mv-model"), dots = chart.add("g");

  // Handles: the floor, the slope, the width.
  const FLOOR = 30, SLOPE = 700000, percent = 0.05;
  const between = (name, value) => Number(clamp(value, ...LIMITS[name]).toPrecision(3));
  chart.handle({
    label: t("launch"), axis: "y", shape: "y", step: percent, at: () => [FLOOR, (state.operations * state.launch) / 1000],
    move: (x, y) => change({ launch: between("launch", (1000 * y) / state.operations) }), value: () => state.launch, min: LIMITS.launch[0], max: LIMITS.launch[1],
  });
  chart.handle({
    label: t("bandwidth"), axis: "y", shape: "y", step: percent, at: () => [SLOPE, work({ ...state, width: SLOPE })],
    move: (x, y) => change({ bandwidth: between("bandwidth", moved(SLOPE, state.batch) / (y * 1e6)) }), value: () => state.bandwidth, min: LIMITS.bandwidth[0], max: LIMITS.bandwidth[1],
  });
  chart.handle({
    label: t("width"), axis: "x", step: percent, at: () => [state.width, perStep(state)],
    move: (x) => change({ width: Math.round(between("width", x)) }), value: () => state.width, text: () => count(state.width), min: LIMITS.width[0], max: LIMITS.width[1],
  });

  // The last piece before a moment.
  const until = (times, moment) => {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= moment) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  function drawLanes() {
    const { asked: asks, done } = run, truth = done[done.length - 1], pieces = done.length, moment = (truth * at) / (PICTURES - 1);
    lanes.domain({ x: [0, truth], y: [0, pieces] });
    const draw_ = (path, times) => {
      const n = until(times, moment), every = Math.max(1, Math.floor(n / 300)), xs = [0], ys = [0];
      for (let i = 0; i < n; i += every) xs.push(times[i]), ys.push(i + 1);
      if (n) xs.push(times[n - 1], moment), ys.push(n, n);
      lanes.curve(path, xs, ys);
      return n;
    };
    const ahead = draw_(askedPath, asks) - draw_(donePath, done), clock = asks[pieces - 1], all = lanes.domains.y;
    const reads = state.wait ? truth : clock;
    lanes.curve(stopLine, [reads, reads], moment >= reads * 0.999999 ? all : [NaN, NaN]);
    lanes.curve(overLine, [truth, truth], at === PICTURES - 1 ? all : [NaN, NaN]);
    waiting.set(t("queue_is", { n: count(ahead), places: count(state.places) }));
  }

  function draw() {
    drawLanes();
    const places = chart.places(120);
    chart.curve(model, places, places.map((width) => perStep({ ...state, width })));
    for (const [path, seconds] of [[cpu, settings.cpu], [gpu, settings.gpu]]) chart.curve(path, settings.widths, seconds.map((s) => 1000 * s));
    const circle = (x, y, kind, r) => svg("circle", { cx: chart.x(x), cy: chart.y(y), r, class: kind });
    dots.replaceChildren(
      ...settings.widths.flatMap((w, i) => [circle(w, 1000 * settings.cpu[i], "mv-fourth", 4), circle(w, 1000 * settings.gpu[i], "mv-third", 4)]),
      ...found.map(({ width, ms }) => circle(width, ms, "mv-rival", 4)),
    );
    chart.place();
    const { clock, truth } = clocks(state), error = (100 * (truth - clock)) / truth, w = crossing(state, settings.widths, settings.cpu);
    meet.textContent = t(!w ? "nowhere" : Math.abs(Math.log(state.width / w)) < 0.15 ? "here_it_is" : "where", { w: w && two(w) });
    const same = ["width", "batch", "launch", "bandwidth", "places"].every((name) => state[name] === settings[name]) && !state.wait;
    const won = same && error < MOST && state.steps <= 1.1 * settings.par;
    asked.set(t(won ? "won" : "asked", { width: count(settings.width), most: MOST, error: two(error), steps: count(state.steps), par: count(settings.par) }), won);
    now.textContent = t("now", { clock: two(clock), truth: two(truth), error: two(error) });
    panel.update();
  }
  const redraw = onceAFrame(draw);

  function change(changes) {
    Object.assign(state, changes);
    run = course(state);
    at = PICTURES - 1;
    movie.stop();
    movie.show(at);
    for (const [name, one] of Object.entries(sliders)) one.set(state[name]);
    wait.set(state.wait);
    redraw();
  }

  // The reader's own machine, asked for by the reader: the middle of five blocks of steps at each width.
  function timeMe() {
    const widths = [16, 32, 64, 128, 256, 512, 1024];
    let step = null, blocks = [];
    found = [];
    status.say(t("timing"));
    timer.textContent = t("stop");
    halt = frames(el, () => {
      const width = widths[found.length];
      if (!step) {
        step = trainingStep(width, 100);
        step(); // the first step makes room
        return;
      }
      const begun = performance.now();
      let n = 0, passed = 0;
      for (; passed < 4; passed = performance.now() - begun) step(), n++;
      blocks.push(passed / n);
      if (blocks.length < 5) return;
      found.push({ width, ms: blocks.sort((a, b) => a - b)[2] });
      [step, blocks] = [null, []];
      if (found.length === widths.length) enough();
      else draw();
    });
  }
  function enough() {
    halt();
    halt = null;
    timer.textContent = t("time_me");
    draw();
    const last = found[found.length - 1];
    if (last) status.say(t("timed", { low: two(found[0].ms), high: two(last.ms), w0: count(found[0].width), w1: count(last.width) }));
  }
  const timer = button(t("time_me"), () => (halt ? enough() : timeMe()), { class: "mv-main" });

  const movie = film({ t, label: t("film"), length: () => PICTURES, text: (i) => two(((run?.done[run.done.length - 1] ?? 0) * i) / (PICTURES - 1)), change: (i) => ((at = i), drawLanes()) });
  const whole = (label, min, max, name) => slider({ label: t(label), min, max, log: true, step: 0.01, value: state[name], show: count, change: (value) => change({ [name]: Math.round(value) }) });
  const sliders = {
    steps: whole("steps", 1, 1000, "steps"),
    places: whole("places", 1, 4096, "places"),
    width: whole("width", ...LIMITS.width, "width"),
    batch: whole("batch", 1, 1000, "batch"),
    launch: slider({ label: t("launch"), min: LIMITS.launch[0], max: LIMITS.launch[1], log: true, value: state.launch, change: (launch) => change({ launch }) }),
    bandwidth: slider({ label: t("bandwidth"), min: LIMITS.bandwidth[0], max: LIMITS.bandwidth[1], log: true, value: state.bandwidth, change: (bandwidth) => change({ bandwidth }) }),
  };
  const wait = toggle({ label: t("wait"), value: false, change: (value) => change({ wait: value }) });

  run = course(state);
  movie.show(at);
  el.append(
    asked.element,
    html("div", { class: "mv-head" }, key("mv-mine", t("asked_for")).element, key("mv-rival", t("done")).element, waiting.element),
    lanes.element, movie.element, now,
    group(t("loop"), sliders.steps.element, sliders.places.element, wait.element),
    html("div", { class: "mv-head" }, key("mv-mine", t("model")).element, key("mv-third", t("cited_gpu")).element, key("mv-fourth", t("cited_cpu")).element, key("mv-rival", t("here")).element),
    chart.element, meet,
    group(t("card"), sliders.launch.element, sliders.bandwidth.element, sliders.width.element, sliders.batch.element),
    bar(timer, button(t("again"), () => (start(), change({})))),
    status.element, panel.element,
  );
  fit([lanes, chart], draw);
}

export default { render };
