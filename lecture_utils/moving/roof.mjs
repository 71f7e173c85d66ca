// Chapter 4: a layer as a product of matrices, n × w times w × w, under the roof of a card; and which limit holds it.

import { bar, button, challenge, clamp, code, count, fit, group, html, key, onceAFrame, plot, set, short, slider, two } from "./draw.mjs";

export const words = {
  en: {
    title: "A product of matrices under a roof",
    pytorch: "Show this model in Python",
    roofline: "Reachable speed over operations per byte. Handles set bandwidth, arithmetic and, along the way of the product, its width.",
    times: "The time of the product over its width: of its launch, its bytes and its operations. The longest counts.",
    intensity: "FLOP per byte",
    speed: "speed (GFLOP/s)",
    width: "width",
    time: "time (µs)",
    width_text: "{w} wide: {speed} GFLOP/s",
    bandwidth: "bandwidth (GB/s)",
    arithmetic: "arithmetic (GFLOP/s)",
    launch: "launch (µs)",
    batch: "batch",
    roof: "the roof",
    product: "the product, narrow to wide",
    net: "the chapter's net",
    matrices: "The matrices",
    of_card: "The card",
    by_launch: "launch",
    by_bandwidth: "bytes",
    by_arithmetic: "operations",
    longest: "the longest",
    limit_launch: "the launch",
    limit_bandwidth: "bandwidth",
    limit_arithmetic: "arithmetic",
    now: "{n} × {w} times {w} × {w}: {i} FLOP per byte, {time} µs, {speed} GFLOP/s, {share}% of the arithmetic. The limit is {limit}.",
    again: "Start again",
    asked: "Challenge: with the card as it was, reach {most}% of its arithmetic with the smallest batch. Now {share}% with a batch of {n}. Par: {par}.",
    card: "The challenge is for the card as it was: Start again brings it back.",
    won: "{share}% with a batch of {n}, and par is {par}. What has this batch to do with the corner of the roof?",
  },
};

export const LIMITS = { width: [1, 65536], batch: [1, 4096], bandwidth: [1, 100000], arithmetic: [1, 1000000], launch: [0.1, 1000] };
const MOST = 80, KINDS = ["launch", "bandwidth", "arithmetic"];

// By the chapter's count: each of the three matrices is moved once, with 4 bytes a number.
export const operations = (width, batch) => 2 * batch * width ** 2;
export const bytes = (width, batch) => 4 * (2 * batch * width + width ** 2);

// Microseconds of launch, bytes and operations; the longest is the time. GB/s and GFLOP/s are thousands in a microsecond.
export function product(state) {
  const { width, batch } = state, work = operations(width, batch), size = bytes(width, batch);
  const times = { launch: state.launch, bandwidth: size / (state.bandwidth * 1e3), arithmetic: work / (state.arithmetic * 1e3) };
  const limit = KINDS.reduce((one, other) => (times[other] > times[one] ? other : one)), time = times[limit];
  return { intensity: work / size, times, limit, time, speed: work / time / 1e3 };
}

export const python = (state) =>
  [
    `launch, bandwidth, arithmetic = ${state.launch}, ${state.bandwidth}, ${state.arithmetic}  # µs, GB/s, GFLOP/s`,
    `n, w = ${state.batch}, ${state.width}`,
    "operations = 2 * n * w * w",
    "moved = 4 * (2 * n * w + w * w)  # bytes",
    "times = (launch, moved / (1000 * bandwidth), operations / (1000 * arithmetic))",
    'print("FLOP per byte:", operations / moved)',
    'print("time in µs:", max(times))',
    'print("GFLOP/s:", operations / max(times) / 1000)',
  ].join("\n");

function render({ el, settings, t }) {
  const state = { ...settings };
  const asked = challenge(), now = html("p", { class: "mv-says" }), panel = code(t, () => python(state));
  const chart = plot({ label: t("roofline"), x: [0.03, 3000], y: [0.1, 1e6], log: "xy", ticks: { x: [0.1, 1, 10, 100, 1000], y: [1, 100, 10000, 1e6] }, xName: t("intensity"), yName: t("speed"), ratio: 0.8, least: 250, most: 290, margin: { left: 68 } });
  const clock = plot({ label: t("times"), x: LIMITS.width, y: [0.001, 1e6], log: "xy", ticks: { x: [1, 10, 100, 1000, 10000], y: [0.01, 1, 100, 10000, 1e6] }, xName: t("width"), yName: t("time"), ratio: 0.8, least: 250, most: 290, margin: { left: 68 } });
  const net = chart.path("mv-net"), roof = chart.path("mv-target mv-roof"), way = chart.path("mv-mine mv-dashed");
  const total = clock.path("mv-target"), lines = { launch: clock.path("mv-rival"), bandwidth: clock.path("mv-third"), arithmetic: clock.path("mv-fourth") }, inside = (chart_, values) => values.map((value) => (value < chart_.y.domain[0] ? NaN : value));
  const reach = (x) => Math.min(state.arithmetic, x * state.bandwidth);

  const between = (name, value) => Number(clamp(value, ...LIMITS[name]).toPrecision(3)), whole = (name, value) => Math.round(clamp(value, ...LIMITS[name]));
  const SLOPE = 0.1, FLAT = 1500;
  const limits = (name) => ({ min: LIMITS[name][0], max: LIMITS[name][1] });
  chart.handle({ label: t("bandwidth"), axis: "y", shape: "y", step: 0.05, at: () => [SLOPE, SLOPE * state.bandwidth], move: (x, y) => change({ bandwidth: between("bandwidth", y / SLOPE) }), value: () => state.bandwidth, ...limits("bandwidth") });
  chart.handle({ label: t("arithmetic"), axis: "y", shape: "y", step: 0.05, at: () => [FLAT, state.arithmetic], move: (x, y) => change({ arithmetic: between("arithmetic", y) }), value: () => state.arithmetic, ...limits("arithmetic") });
  clock.handle({
    label: t("width"), axis: "x", step: 0.05, at: () => [state.width, product(state).time], move: (x) => change({ width: whole("width", x) }), value: () => state.width, ...limits("width"),
    text: () => t("width_text", { w: count(state.width), speed: short(product(state).speed) }),
  });
  const dot = chart.add("circle", { r: 6, class: "mv-mine" });

  function draw() {
    const here = product(state), places = chart.places(120), widths = clock.places(120), all = Array.from(widths, (width) => product({ ...state, width }));
    chart.curve(roof, places, places.map(reach));
    chart.curve(net, [state.net, state.net], [chart.y.domain[0], reach(state.net)]);
    chart.curve(way, all.map((one) => one.intensity), inside(chart, all.map((one) => one.speed)));
    set(dot, { cx: chart.x(here.intensity).toFixed(1), cy: chart.y(here.speed).toFixed(1) });
    for (const kind of KINDS) clock.curve(lines[kind], widths, inside(clock, all.map((one) => one.times[kind])));
    clock.curve(total, widths, inside(clock, all.map((one) => one.time)));
    chart.place();
    clock.place();
    const share = (100 * here.speed) / state.arithmetic, same = ["bandwidth", "arithmetic", "launch"].every((name) => state[name] === settings[name]);
    const won = same && share >= MOST && state.batch <= settings.par;
    const facts = { most: MOST, share: two(share), n: count(state.batch), w: count(state.width), par: count(settings.par), i: short(here.intensity), time: short(here.time), speed: short(here.speed), limit: t(`limit_${here.limit}`) };
    asked.set(t(!same ? "card" : won ? "won" : "asked", facts), won);
    now.textContent = t("now", facts);
    panel.update();
  }
  const redraw = onceAFrame(draw);
  function change(changes) {
    Object.assign(state, changes);
    for (const [name, one] of Object.entries(sliders)) one.set(state[name]);
    redraw();
  }
  const sliders = {};
  for (const name of ["batch", "width"])
    sliders[name] = slider({ label: t(name), min: LIMITS[name][0], max: LIMITS[name][1], log: true, step: 0.002, value: state[name], show: count, change: (value) => change({ [name]: whole(name, value) }) });
  for (const name of ["launch", "bandwidth", "arithmetic"])
    sliders[name] = slider({ label: t(name), min: LIMITS[name][0], max: LIMITS[name][1], log: true, value: state[name], change: (value) => change({ [name]: value }) });
  const named = (kind, name) => key(kind, t(name)).element;
  el.append(
    asked.element,
    html("div", { class: "mv-pair" },
      html("div", {}, chart.element, html("div", { class: "mv-head" }, named("", "roof"), named("mv-mine", "product"), named("mv-net", "net"))),
      html("div", {}, clock.element, html("div", { class: "mv-head" }, named("mv-rival", "by_launch"), named("mv-third", "by_bandwidth"), named("mv-fourth", "by_arithmetic"), named("", "longest")))),
    now, group(t("matrices"), sliders.batch.element, sliders.width.element),
    group(t("of_card"), sliders.launch.element, sliders.bandwidth.element, sliders.arithmetic.element),
    bar(button(t("again"), () => change({ ...settings }))), panel.element,
  );
  fit([chart, clock], draw);
}

export default { render };
