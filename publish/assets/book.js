// What the book adds to the theme's scripts. Everything here helps; no page needs it to be read.
(() => {
  const ready = (work) =>
    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", work) : work();

  // A box that scrolls sideways can be reached with the keyboard; the theme does so for code and tables.
  const reachable = () => {
    for (const box of document.querySelectorAll(".katex-display .katex-html, .math-scroll")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
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
    mark();
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
    reachable();
    followReader();
    openForPrint();
    window.addEventListener("load", reachable);
    let pending = 0;
    window.addEventListener("resize", () => {
      clearTimeout(pending);
      pending = setTimeout(reachable, 200);
    });
  });
})();
