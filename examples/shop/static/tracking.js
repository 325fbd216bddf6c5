// Follows a delivery until it has arrived, without a reload.
"use strict";

const panel = document.querySelector("[data-order]");
const labels = { received: "Received", cooking: "Cooking", on_its_way: "On its way", delivered: "Delivered", cancelled: "Cancelled", refunded: "Refunded" };

function show(order) {
  const status = panel.querySelector("[data-status]");
  if (status.textContent === labels[order.status]) return;
  status.textContent = labels[order.status];
  panel.querySelector("[data-eta]").textContent = order.eta_minutes ? "about " + order.eta_minutes + " minutes to go" : "";
  panel.querySelector("[data-road]").dataset.at = order.status;
  const rows = [...panel.querySelectorAll("[data-stage]")];
  const at = rows.findIndex((row) => row.dataset.stage === order.status);
  rows.forEach((row, i) => {
    row.toggleAttribute("data-reached", i <= at);
    if (i === at) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  });
}

async function follow() {
  const stale = panel.querySelector("[data-stale]");
  try {
    const answer = await fetch("/api/orders/" + panel.dataset.order);
    const order = await answer.json();
    if (!answer.ok || !order.status) throw new Error("HTTP " + answer.status);
    stale.hidden = true;
    show(order);
    if (["delivered", "cancelled", "refunded"].includes(order.status)) return;
  } catch {
    stale.hidden = false;
  }
  setTimeout(follow, 300);
}

if (panel) follow();
