// What every page does: the basket, the cookie banner, and two kinds of noise.
"use strict";

const toast = document.querySelector("[data-toast]");

function say(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, 4000);
}

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error || "HTTP " + answer.status);
  return data;
}

for (const form of document.querySelectorAll("[data-add]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const quantity = Number(form.elements.quantity.value);
      const basket = await call("POST", "/api/basket", { dish: form.dataset.add, quantity });
      document.querySelector("[data-testid=basket-count]").textContent = basket.count;
      say("It is in your basket.");
    } catch (problem) {
      say(problem.message);
    }
  });
}

for (const button of document.querySelectorAll("[data-remove]")) {
  button.addEventListener("click", async () => {
    try {
      await call("DELETE", "/api/basket/" + button.dataset.remove);
      location.reload();
    } catch (problem) {
      say(problem.message);
    }
  });
}

document.querySelector("[data-accept-cookies]")?.addEventListener("click", () => {
  document.cookie = "cookies_accepted=1; path=/; max-age=31536000; samesite=lax";
  document.querySelector("[data-cookies]").remove();
});

if ("chatty" in document.body.dataset) {
  console.warn("[partner-sdk] `track()` is deprecated and will be removed in 4.0. Use `trackEvent()`.");
  console.warn("[partner-sdk] slow network is detected, fallback font will be used");
  console.error("[partner-sdk] consent string missing, personalisation disabled");
  setInterval(() => console.warn("[partner-sdk] heartbeat skipped"), 500);
}

if ("shifty" in document.body.dataset) {
  const lines = ["Rain tonight: couriers get double tips.", "New: lemon tart by the slice.", "Follow us for the soup of the day."];
  [120, 450, 1100].forEach((delay, i) => setTimeout(() => {
    const strip = document.createElement("div");
    strip.textContent = lines[i];
    strip.style.cssText = "padding:22px;text-align:center;background:#f3d7a0;color:#4a3410;font-weight:600";
    document.body.prepend(strip);
  }, delay));
}
