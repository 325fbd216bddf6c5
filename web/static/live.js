// Keeps a page fresh: looks for news every few seconds while somebody looks, and says so when it cannot. Without it
// the page works all the same, and reloads itself.
(() => {
  const every = Number(document.documentElement.dataset.refresh);
  const stale = document.getElementById("stale");
  let since = Date.now();
  let timer = 0;

  const replace = (old, fresh) => {
    if (!fresh || old.isEqualNode(fresh)) return;
    const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
    old.replaceChildren(...fresh.childNodes);
    if (focused) [...old.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus({ preventScroll: true });
  };

  const reading = () => {
    const chosen = getSelection();
    return chosen && !chosen.isCollapsed && document.getElementById("main").contains(chosen.anchorNode);
  };

  const look = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(every) });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!reading()) {
        document.title = fresh.title;
        replace(document.getElementById("asof"), fresh.getElementById("asof"));
        for (const part of document.querySelectorAll("[data-live]")) replace(part, fresh.getElementById(part.id));
        const icon = document.querySelector("link[rel=icon]");
        const href = fresh.querySelector("link[rel=icon]").getAttribute("href");
        if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
      }
      since = Date.now();
      stale.hidden = true;
      document.body.classList.remove("lost");
    } catch {
      const seconds = Math.round((Date.now() - since) / 1000);
      stale.textContent = `Outrider cannot be reached. What you see is ${seconds < 120 ? seconds + " s" : Math.round(seconds / 60) + " min"} old.`;
      stale.hidden = false;
      document.body.classList.add("lost");
      document.title = "? " + document.title.replace(/^\? /, "");
    }
    timer = setTimeout(look, every);
  };

  document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : look());
  timer = setTimeout(look, every);
})();
