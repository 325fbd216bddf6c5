// Keeps the control page true while somebody else breaks the shop, or a monitor visits it.
"use strict";

async function refresh() {
  try {
    const [faults, traffic] = await Promise.all(["/defects", "/traffic"].map(async (url) => (await fetch(url)).json()));
    for (const fault of faults) {
      const row = document.querySelector('[data-fault="' + fault.name + '"]');
      const button = row.querySelector("button");
      row.classList.toggle("on", fault.active);
      row.action = (fault.active ? "/mend/" : "/break/") + fault.name;
      button.textContent = fault.active ? "Mend" : "Break";
      button.setAttribute("aria-label", button.textContent + " " + fault.name);
      button.setAttribute("aria-pressed", fault.active);
    }
    for (const cell of document.querySelectorAll("[data-traffic]")) {
      cell.textContent = traffic[cell.dataset.traffic] || (cell.classList.contains("run") ? "none yet" : 0);
    }
  } catch { /* the shop is being started again */ }
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await fetch(form.action, { method: "POST" });
    refresh();
  });
}
setInterval(refresh, 1000);
