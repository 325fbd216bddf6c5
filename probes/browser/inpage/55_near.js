// Near: texts that are like the one that was sought, and what the page itself says is wrong.

// secluded reports whether a journey wants nobody to see an element, or something in it.
const secluded = (el, o) => !!o.masked && [...o.masked].some((m) => holds(m, el) || holds(el, m));

// likeTexts are the texts on the page that are most like a wanted one, outside of controls. Prices and messages stand in
// elements of any kind.
function likeTexts(want, o) {
  const until = performance.now() + 100, ranked = [];
  for (const el of deep(document, '*').slice(0, 5000)) {
    if (performance.now() > until) break;
    if (SILENT.has(el.tagName) || el.textContent.length > 400 || ![...el.childNodes].some((n) => n.nodeType === 3 && squeeze(n.data))) continue;
    if (!el.closest(CONTROLS)) ranked.push([likeness(el.textContent, want), el]);
  }
  ranked.sort((a, b) => b[0] - a[0]);
  const shown = ranked.slice(0, 40).map(([, el]) => el).filter((el) => visible(el) && !secluded(el, o));
  return [...new Set(shown.map(words))].filter((t) => t && t.length < 160);
}

const ALERTS = '[role=alert],[role=alertdialog],[aria-live=assertive]';
const TROUBLE = '[class*=error i],[class*=alert i],[class*=toast i],[class*=warning i],[class*=invalid i]';
const NEWS = '[role=status],[aria-live=polite],output';

// objections are what fields say of what they hold: the page's words, or the browser's own.
function objections(take) {
  for (const el of deep(document, 'input,textarea,select').slice(0, 500)) {
    const refs = `${el.getAttribute('aria-errormessage') || ''} ${el.getAttribute('aria-describedby') || ''}`.split(/\s+/).filter(Boolean);
    if (el.getAttribute('aria-invalid') === 'true') take(refs.map((id) => el.getRootNode().getElementById?.(id)).filter(Boolean));
    else if (el.matches(':user-invalid')) take([el], el.validationMessage && `${quickName(el) || tag(el)}: ${el.validationMessage}`);
  }
}

// saying gives what the page says is wrong, to go behind an obstacle; empty if it says nothing. What is a message by its role
// goes before what is only called one.
function saying(o) {
  const texts = [];
  const take = (els, instead) => {
    for (const el of els.slice(0, 100)) {
      const t = instead || words(el);
      if (texts.length >= 2 || !t || t.length > 300 || !visible(el) || secluded(el, o)) continue;
      if (!texts.some((x) => x.includes(t) || t.includes(x))) texts.push(t);
    }
  };
  take(deep(document, ALERTS));
  objections(take);
  for (const less of [TROUBLE, NEWS]) if (!texts.length) take(deep(document, less));
  return texts.length ? `; the page says ${texts.map((t) => `"${cut(squeeze(t), 160).replace(/"/g, '\\"')}"`).join(' and ')}` : '';
}
