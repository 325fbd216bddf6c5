// The checkout: asks the payment frame for a token, then places the order.
"use strict";

const form = document.querySelector("[data-checkout]");
const frame = document.querySelector("iframe");
const problem = document.querySelector("[data-problem]");

// discount reads the voucher that the page was given, if there is one.
function discount() {
  const voucher = form.dataset.voucher === undefined ? { code: "" } : JSON.parse(form.dataset.voucher);
  return voucher.code.trim();
}

// token swaps the card in the frame for a token; the card itself never comes here.
function token() {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(reject, new Error("The payment service does not answer.")), 4000);
    function done(settle, value) {
      clearTimeout(timer);
      removeEventListener("message", listen);
      settle(value);
    }
    function listen(event) {
      if (event.origin !== form.dataset.payment || event.source !== frame.contentWindow) return;
      if (event.data.token) done(resolve, event.data.token);
      else done(reject, new Error(event.data.error || "The payment was not accepted."));
    }
    addEventListener("message", listen);
    frame.contentWindow.postMessage("tokenise", form.dataset.payment);
  });
}

async function order(voucher) {
  const button = form.querySelector("[data-place-order]");
  const field = (name) => form.elements[name].value;
  problem.hidden = true;
  button.disabled = true;
  try {
    const placed = await call("POST", "/api/orders", {
      name: field("name"), address: field("address"), postcode: field("postcode"), note: field("note"),
      voucher, payment: await token(),
    });
    if (!placed.id) throw new Error(placed.error || "The kitchen did not answer.");
    location.assign("/orders/" + placed.id);
  } catch (reason) {
    problem.textContent = "Your order was not placed. " + reason.message;
    problem.hidden = false;
    button.disabled = false;
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.dataset.notice) {
    alert(form.dataset.notice);
    return;
  }
  order(discount());
});
