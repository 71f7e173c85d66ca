// Chapter 12: a batch of eight, batch normalisation, and one image whose answer depends on its company.

import { BatchNorm1d, Linear, Sequential } from "./nn.mjs";
import { bar, button, challenge, clamp, code, count, fit, html, key, live, onceAFrame, plot, python, set, short, slider, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Eight images in a batch, and the answer that one of them gets",
    plane: "Two features of eight images, and where the answer changes in both modes. Seven images can be moved; the diamond cannot.",
    first: "feature 1",
    second: "feature 2",
    scores: "The score of each image in both modes. To the right of 0 the answer is yes.",
    scores_x: "score (dot: training, ring: evaluation)",
    image: "image",
    image_k: "image {k}",
    at: "{x}, {y}; training mode {train}, evaluation mode {eval}",
    training: "training mode, the diamond:",
    evaluation: "evaluation mode, the diamond:",
    answer: "{word} ({score})",
    yes: "yes",
    no: "no",
    alpha: "α, the weight of a new batch in the memory",
    send: "Train on this batch once",
    more: "Ten times",
    other: "Other images",
    again: "Start again",
    goal_text: "Challenge: change the diamond's answer in training mode. Move the others by at most {goal} in all. Now: {moved}.",
    goal_far: "Changed, but the others went {moved}; {goal} are enough.",
    goal_won: "Changed with {moved} of {goal}. Evaluation mode says {old}: the memory protects it. Until when?",
    goal_both: "Both modes say {now}. The memory gave in; batches sent: {n}.",
    hello: "Drag an image, or reach it with Tab and use the arrow keys.",
    sent: "Batches sent: {n}. Memory: means {a} and {b}, variances {p} and {q}.",
  },
};

const FAR = 4;

// The layer and a fixed score behind it, z1 + z2. `memory`: { mean, variance } with a number for each feature.
function makeNet(memory, alpha = 0.1) {
  const norm = new BatchNorm1d(2, { momentum: alpha, Kind: Float64Array }), score = new Linear(2, 1, { Kind: Float64Array });
  score.weight.data.fill(1);
  norm.runningMean.set(memory.mean);
  norm.runningVar.set(memory.variance);
  return { norm, net: new Sequential(norm, score) };
}

// The scores of a batch, rows of two features, in both modes; evaluation mode changes no memory and is asked first.
export function answers(batch, memory) {
  const { net } = makeNet(memory), u = Float64Array.from(batch.flat()), evaluation = [...net.train(false).forward(u, batch.length)];
  return { training: [...net.train(true).forward(u, batch.length)], evaluation };
}

// The memory after a batch was seen in training mode, `times` times.
export function remember(batch, memory, alpha, times = 1) {
  const { norm } = makeNet(memory, alpha), u = Float64Array.from(batch.flat());
  for (let k = 0; k < times; k++) norm.forward(u, batch.length);
  return { mean: [...norm.runningMean], variance: [...norm.runningVar] };
}

// What a layer remembers that has seen this batch again and again.
export const settled = (batch) => remember(batch, { mean: [0, 0], variance: [1, 1] }, 1);

// How far the images went in all.
export const moved = (batch, from) => batch.reduce((sum, [x, y], k) => sum + Math.hypot(x - from[k][0], y - from[k][1]), 0);

export const pytorch = (batch, memory, alpha) => `import torch

batch = torch.tensor(
    ${python(batch, 6)},
    dtype=torch.float64,
)
norm = torch.nn.BatchNorm1d(2, momentum=${alpha}).double()
norm.running_mean[:] = torch.tensor(${python(memory.mean, 6)})
norm.running_var[:] = torch.tensor(${python(memory.variance, 6)})
print("evaluation mode:", *norm.eval()(batch).sum(dim=1).tolist())
print("training mode:", *norm.train()(batch).sum(dim=1).tolist())
print("memory after it:", *norm.running_mean.tolist(), *norm.running_var.tolist())`;

function render({ el, settings, t }) {
  const state = { which: 0, alpha: settings.alpha, sent: 0 };
  let first, batch, memory, now;

  const asked = challenge(), status = live(t("hello"));
  const keys = { training: key("mv-third", t("training")), evaluation: key("mv-target", t("evaluation")) };
  const plane = plot({ ratio: 1, least: 240, most: 350, label: t("plane"), x: [-FAR, FAR], y: [-FAR, FAR], xName: t("first"), yName: t("second") });
  const rows = plot({ ratio: 1, least: 220, most: 350, label: t("scores"), x: [-FAR, FAR], y: [8.6, 0.4], xName: t("scores_x"), yName: t("image"), ticks: { y: [1, 2, 3, 4, 5, 6, 7, 8] } });
  const remembered = plane.path("mv-target mv-dashed"), seen = plane.path("mv-third"), gem = plane.path("mv-gem");
  const zero = rows.path("mv-link"), links = rows.path("mv-link");
  const open = Array.from({ length: 8 }, () => rows.add("circle", { r: 6, class: "mv-open" })), full = Array.from({ length: 8 }, () => rows.add("circle", { r: 4 }));
  const panel = code(t, () => pytorch(batch, memory, state.alpha));
  const word = (score) => t(score > 0 ? "yes" : "no");

  const redraw = onceAFrame(draw);
  function draw() {
    now = answers(batch, memory);
    const { training, evaluation } = now, numbers = batch.map((_, k) => k + 1), here = settled(batch), share = (batch.length - 1) / batch.length;
    const across = ({ mean, variance }, part) => plane.places().map((x) => mean[1] - (Math.sqrt(variance[1] * part + 1e-5) / Math.sqrt(variance[0] * part + 1e-5)) * (x - mean[0]));
    plane.curve(seen, plane.places(), across(here, share));
    plane.curve(remembered, plane.places(), across(memory, 1));
    set(gem, { d: `M${plane.x(batch[0][0])} ${plane.y(batch[0][1]) - 9}l9 9l-9 9l-9 -9z` });
    for (const [element, score] of [[gem, training[0]], ...plane.handles.map((one, k) => [one.element, training[k + 1]])]) {
      element.classList.toggle("mv-yes", score > 0);
      element.classList.toggle("mv-no", score <= 0);
    }
    rows.curve(zero, [0, 0], [0.4, 8.6]);
    rows.curve(links, numbers.flatMap((_, k) => [training[k], evaluation[k], NaN]), numbers.flatMap((k) => [k, k, NaN]));
    numbers.forEach((k, i) => {
      set(full[i], { cx: rows.x(training[i]).toFixed(1), cy: rows.y(k), class: training[i] > 0 ? "mv-mine" : "mv-rival" });
      set(open[i], { cx: rows.x(evaluation[i]).toFixed(1), cy: rows.y(k) });
    });
    for (const mode of ["training", "evaluation"]) keys[mode].set(t("answer", { word: word(now[mode][0]), score: two(now[mode][0]) }));
    plane.place();
    score();
    panel.update();
  }

  function score() {
    const far = moved(batch, first), goal = settings.goals[state.which], old = answers(first, settled(first)).training[0] > 0;
    const changed = now.training[0] > 0 !== old, both = changed && now.evaluation[0] > 0 !== old, close = far <= goal;
    const values = { moved: two(far), goal: two(goal), old: word(now.evaluation[0]), now: word(now.training[0]), n: count(state.sent) };
    asked.set(t(!changed ? "goal_text" : !close ? "goal_far" : both ? "goal_both" : "goal_won", values), changed && close);
  }

  function handles() {
    plane.clearHandles();
    batch.slice(1).forEach((_, i) => {
      const k = i + 1;
      const text = () => t("at", { x: short(batch[k][0]), y: short(batch[k][1]), train: word(now.training[k]), eval: word(now.evaluation[k]) });
      plane.handle({ label: t("image_k", { k: k + 1 }), at: () => batch[k], text, min: -FAR, max: FAR, move: (x, y) => ((batch[k] = [clamp(x, -FAR, FAR), clamp(y, -FAR, FAR)]), redraw()) });
    });
  }

  // The batch as it was, and a layer that has seen it many times.
  function anew(which) {
    state.which = which;
    state.sent = 0;
    first = settings.batches[which];
    batch = first.map((row) => [...row]);
    memory = settled(first);
    handles();
    status.say(t("hello"));
    redraw();
  }
  function send(times) {
    memory = remember(batch, memory, state.alpha, times);
    state.sent += times;
    status.say(t("sent", { n: count(state.sent), a: two(memory.mean[0]), b: two(memory.mean[1]), p: two(memory.variance[0]), q: two(memory.variance[1]) }));
    redraw();
  }
  const alphas = slider({ label: t("alpha"), min: 0.01, max: 1, log: true, value: state.alpha, change: (alpha) => ((state.alpha = alpha), panel.update()) });
  el.append(
    asked.element, html("div", { class: "mv-head" }, keys.training.element, keys.evaluation.element),
    html("div", { class: "mv-pair" }, plane.element, rows.element), alphas.element,
    bar(
      button(t("send"), () => send(1), { class: "mv-main" }), button(t("more"), () => send(10)), button(t("again"), () => anew(state.which)),
      button(t("other"), () => anew((state.which + 1) % settings.batches.length)),
    ),
    status.element, panel.element,
  );
  anew(0);
  fit([plane, rows], draw);
}

export default { render };
