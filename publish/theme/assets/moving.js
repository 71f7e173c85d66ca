// Loads the scripts of a moving figure when its reader comes near: one that all share, and one of its own. They are plain
// scripts, so that a page from the disk can load them too. Where they do not come, the still picture stays.
(() => {
  const { src, dataset } = document.currentScript, loads = {};
  const load = (name) =>
    (loads[name] ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = new URL(`moving/${name}.js?v=${dataset.version}`, src);
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    }));
  const start = async (place) => {
    await load("shared");
    await load(place.dataset.figure);
    movingFigures.mount.mount(place, movingFigures[place.dataset.figure]);
  };
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        start(target);
      }
    },
    { rootMargin: "800px" },
  );
  document.querySelectorAll(".moving-figure").forEach((place) => near.observe(place));
})();
