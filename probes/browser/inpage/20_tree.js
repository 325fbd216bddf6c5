// The tree as a person sees it: open shadow roots are part of it, what is not shown is not.

// deep gives the elements below root that match the selector, in document order, through open shadow roots.
function deep(root, selector) {
  const out = [];
  const visit = (scope) => {
    const hosts = [];
    for (const el of scope.querySelectorAll('*')) if (el.shadowRoot) hosts.push(el);
    if (!hosts.length) {
      out.push(...scope.querySelectorAll(selector));
      return;
    }
    for (const el of scope.querySelectorAll('*')) {
      if (el.matches(selector)) out.push(el);
      if (el.shadowRoot) visit(el.shadowRoot);
    }
  };
  if (root.shadowRoot) visit(root.shadowRoot);
  visit(root);
  return out;
}

// shadowRoots gives all open shadow roots of the document.
function shadowRoots(root = document, out = []) {
  for (const el of root.querySelectorAll('*')) {
    if (el.shadowRoot) {
      out.push(el.shadowRoot);
      shadowRoots(el.shadowRoot, out);
    }
  }
  return out;
}

// parentOf is the element around el, through slots and shadow roots.
function parentOf(el) {
  if (el.assignedSlot) return el.assignedSlot;
  if (el.parentElement) return el.parentElement;
  const root = el.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function holds(outer, el) {
  for (let e = el; e; e = parentOf(e)) if (e === outer) return true;
  return false;
}

const SILENT = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'TITLE', 'META', 'LINK', 'OPTION', 'OPTGROUP', 'DATALIST']);

const UNSEEN = 'script,style,noscript,template,option';

// boxes are the rectangles that an element occupies; those of its text or children where it has none itself.
function boxes(el) {
  let all = [...el.getClientRects()].filter((r) => r.width > 0 && r.height > 0);
  if (all.length) return all;
  const range = document.createRange();
  range.selectNodeContents(el);
  all = [...range.getClientRects()].filter((r) => r.width > 0 && r.height > 0);
  return all;
}

// visible reports whether a person could see the element, perhaps after scrolling. For something to be acted
// upon a transparent element counts too: checkboxes and file fields are often drawn by something else.
function visible(el, transparent) {
  if (!el.isConnected) return false;
  if (el.checkVisibility && !el.checkVisibility({visibilityProperty: true, opacityProperty: !transparent})) {
    if (getComputedStyle(el).display !== 'contents') return false;
  }
  return boxes(el).length > 0;
}

// words is the text of an element as it is shown.
const words = (el) => squeeze(el.innerText === undefined ? el.textContent : el.innerText);
