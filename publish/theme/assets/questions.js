// Questions that answer back. What a reader answers stays in this browser; where nothing can be kept, until the page goes.
document.addEventListener("DOMContentLoaded", () => {
  const progress = document.getElementById("progress");
  const words = JSON.parse(progress.dataset.words);
  const say = (key, values) => words[key].replace(/{(\w+)}/g, (_, name) => values[name]);
  const nameOf = (path) => decodeURIComponent(path).split("/").pop().replace(/\.html$/, "");
  const KEY = "questions:" + new URL(document.documentElement.dataset.content_root || "./", location).pathname;
  const page = nameOf(location.pathname);
  const forms = [...document.querySelectorAll("form.question")];
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY)) || {};
  } catch {}
  const keep = () => {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {}
    showProgress();
  };

  // "1/2", "−0.5" and "12,665" are numbers too.
  const number = (text) => {
    const parts = text.replace(/[−–]/g, "-").replace(/(\d),(?=\d{3}(\D|$))/g, "$1").split("/");
    const [above, below = 1] = parts.map((part) => (part.trim() ? Number(part) : NaN));
    return parts.length < 3 && below ? above / below : NaN;
  };
  const read = (form, text) => {
    if (form.classList.contains("number")) return number(text);
    return form.classList.contains("order") ? text.toLowerCase().replace(/[^a-z]/g, "") : text;
  };
  const inside = (value, [low, high]) => (low === null || value >= low - 1e-12) && (high === null || value <= high + 1e-12);
  const fits = (data, value, key) => (data.kind === "number" ? inside(value, key) : value === key);

  // What is said to an answer: whether it is right, and the hint that belongs to it.
  const judge = (data, value) => {
    if (fits(data, value, data.right)) return { right: true, said: `${words.right} ${data.because}` };
    const hint = data.wrong.find(([key]) => fits(data, value, key));
    if (hint) return { right: false, said: hint[1] };
    return { right: false, said: data.kind === "number" ? words[value < data.right[0] ? "larger" : "smaller"] : words.wrong };
  };
  const fault = (form, value) => {
    if (form.classList.contains("number")) return Number.isNaN(value) && words["no number"];
    const labels = form.querySelectorAll("label:not(.pst-js-only)").length;
    return form.classList.contains("order") && (value.length !== labels || new Set(value).size !== labels) && words["no order"];
  };
  const put = (box, text, right) => {
    box.textContent = text;
    if (right === undefined) delete box.dataset.right;
    else box.dataset.right = right;
  };

  // Show what follows from an answer; a prediction is answered behind its experiment.
  const show = (form, text) => {
    const value = read(form, text), spoken = form.classList.contains("choice") ? `(${text})` : text;
    const answer = [...document.querySelectorAll(".answer")].find((box) => box.dataset.answers === form.dataset.question);
    const data = JSON.parse((answer || form).dataset.answer || "null");
    if (answer) {
      const { right, said } = judge(data, value);
      const more = right ? "" : ` ${words.because} ${answer.dataset.spoken}`;
      put(answer.querySelector(".said"), `${say("changed", { answer: spoken })} ${said}${more}`, right);
      put(form.querySelector(".said"), say("noted", { answer: spoken }));
    } else if (data) {
      const { right, said } = judge(data, value);
      put(form.querySelector(".said"), said, right);
    }
  };

  const showProgress = () => {
    document.querySelectorAll(".answered").forEach((mark) => mark.remove());
    progress.hidden = !Object.keys(kept).length;
    for (const link of document.querySelectorAll("nav.bd-links a")) {
      const at = kept[nameOf(new URL(link.href, location).pathname)];
      if (!at) continue;
      const done = Object.keys(at.answers).length, mark = document.createElement("span");
      mark.className = "answered";
      mark.title = say("progress", { done, all: at.all });
      mark.innerHTML = `<span aria-hidden="true"></span><span class="visually-hidden"></span>`;
      mark.firstChild.textContent = `${done}/${at.all}`;
      mark.lastChild.textContent = mark.title;
      link.append(" ", mark);
    }
  };

  for (const form of forms) {
    const field = form.elements[form.dataset.question], said = form.querySelector(".said");
    const before = kept[page]?.answers[form.dataset.question];
    if (before !== undefined) {
      field.value = before;
      show(form, before);
    }
    const commit = () => {
      const text = (field.value || "").trim(), wrong = text ? fault(form, read(form, text)) : words.missing;
      if (wrong) return put(said, wrong);
      kept[page] ??= { answers: {} };
      kept[page].all = forms.length;
      kept[page].answers[form.dataset.question] = text;
      show(form, text);
      keep();
    };
    // Not by sending the form: frames of course platforms may forbid that.
    form.querySelector("button").addEventListener("click", commit);
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      commit();
    });
  }
  progress.querySelector("button").addEventListener("click", () => {
    kept = {};
    keep();
    forms.forEach((form) => form.reset());
    document.querySelectorAll(".question .said, .answer .said").forEach((box) => put(box, ""));
  });
  showProgress();
});
