// What the book adds to the theme's scripts. Everything here helps; no page needs it to be read.
(() => {
  const ready = (work) =>
    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", work) : work();

  // A formula that scrolls sideways can be reached with the keyboard; the theme sees to code and tables. They are measured
  // one by one when the browser has nothing else to do, and again when letters arrive that have other widths.
  const reachFormulas = () => {
    const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
    const formulas = [...document.querySelectorAll(".katex-display")];
    const measure = (left) => {
      const box = left.shift();
      if (!box) return;
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
      idle(() => measure(left));
    };
    const measureAll = () => idle(() => measure([...formulas]));
    measureAll();
    document.fonts.addEventListener("loadingdone", measureAll);
    window.addEventListener("resize", measureAll);
  };

  // Mark in the list of contents the section that is being read.
  const followReader = () => {
    const links = new Map();
    for (const link of document.querySelectorAll("#pst-page-toc-nav a[href^='#']")) {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) links.set(heading, link);
    }
    if (!links.size) return;
    const sections = [...links.keys()];
    let current = null;
    const mark = () => {
      const line = window.innerHeight / 3;
      const passed = sections.filter((section) => section.getBoundingClientRect().top < line);
      const section = passed.at(-1) ?? null;
      if (section === current) return;
      links.get(current)?.classList.remove("active");
      links.get(current)?.removeAttribute("aria-current");
      links.get(section)?.classList.add("active");
      links.get(section)?.setAttribute("aria-current", "location");
      current = section;
    };
    const watch = new IntersectionObserver(mark, { rootMargin: "-33% 0px -66% 0px" });
    sections.forEach((section) => watch.observe(section));
  };

  // Answers are hidden on the screen and open on paper.
  const openForPrint = () => {
    const closed = () => document.querySelectorAll("details:not([open])");
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = [...closed()];
      opened.forEach((details) => (details.open = true));
    });
    window.addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));
  };

  ready(() => {
    reachFormulas();
    followReader();
    openForPrint();
  });
})();
