// The payment provider's frame: keeps the card to itself, gives its parent a token.
"use strict";

const parentOrigin = document.body.dataset.parent;
const card = (name) => document.querySelector("[data-card=" + name + "]");

card("number").addEventListener("input", (event) => {
  const digits = event.target.value.replace(/\D/g, "").slice(0, 19);
  event.target.value = digits.replace(/(.{4})(?=.)/g, "$1 ");
});

addEventListener("message", async (event) => {
  if (event.origin !== parentOrigin || event.data !== "tokenise") return;
  let answer;
  try {
    const response = await fetch("/tokens", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ number: card("number").value, expiry: card("expiry").value, cvc: card("cvc").value }),
    });
    answer = await response.json();
  } catch {
    answer = { error: "The payment service does not answer." };
  }
  event.source.postMessage(answer, parentOrigin);
});
