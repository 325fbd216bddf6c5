// The tree as a person sees it: shadow roots are part of it, what is not shown is not.

// shut are the closed shadow roots that we were let into: no script can find them, but the browser's debugger can.
// cleared are the elements that it has found to have none.
const shut = {any: false, of: new WeakMap(), cleared: new WeakSet()};

const shadowOf = (el) => el.shadowRoot || (shut.any ? shut.of.get(el) : undefined) || null;

// reveal takes closed shadow roots in. All that looked as if they had one are cleared.
function reveal(roots) {
  for (const el of suspects()) shut.cleared.add(el);
  for (const root of roots) {
    if (!(root instanceof ShadowRoot) || root.mode !== 'closed') continue;
    shut.of.set(root.host, root);
    shut.any = true;
  }
  known.epoch++;
  return roots.length;
}

const HOSTS = 'div,span,section,article,main,header,footer,nav,aside,p,blockquote';

// suspects are elements that may have a closed shadow root: elements of the page's own making, and those that take
// room on the screen and hold nothing.
function suspects() {
  const out = [];
  const look = (scope) => {
    for (const el of scope.querySelectorAll('*')) {
      const shadow = shadowOf(el);
      if (shadow) look(shadow);
      else if (shut.cleared.has(el)) continue;
      else if (el.localName.includes('-')) out.push(el);
      else if (!el.firstElementChild && el.matches(HOSTS) && !el.textContent.trim() && el.offsetHeight && el.offsetWidth) out.push(el);
    }
  };
  look(document);
  return out;
}

// deep gives the elements below root that match the selector, in document order, through shadow roots.
function deep(root, selector) {
  const out = [];
  const visit = (scope) => {
    const hosts = [];
    for (const el of scope.querySelectorAll('*')) if (shadowOf(el)) hosts.push(el);
    if (!hosts.length) {
      out.push(...scope.querySelectorAll(selector));
      return;
    }
    for (const el of scope.querySelectorAll('*')) {
      if (el.matches(selector)) out.push(el);
      const shadow = shadowOf(el);
      if (shadow) visit(shadow);
    }
  };
  if (shadowOf(root)) visit(shadowOf(root));
  visit(root);
  return out;
}

// shadowRoots gives all shadow roots that are known of the document.
function shadowRoots(root = document, out = []) {
  for (const el of root.querySelectorAll('*')) {
    const shadow = shadowOf(el);
    if (shadow) {
      out.push(shadow);
      shadowRoots(shadow, out);
    }
  }
  return out;
}

// plainly reads a property of forms too, whose fields hide what has their name: a field called "children".
function plainly(of, name) {
  const get = Object.getOwnPropertyDescriptor(of.prototype, name).get;
  return (n) => (n instanceof HTMLFormElement ? get.call(n) : n[name]);
}
const childrenOf = plainly(Element, 'children');
const around = plainly(Node, 'parentElement');

// parentOf is the element around el, through slots and shadow roots.
function parentOf(el) {
  if (el.assignedSlot) return el.assignedSlot;
  const outer = around(el);
  if (outer) return outer;
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

// onPage reports whether a box can be scrolled to: what lies left of the page or above it cannot, nor what is fixed
// beside the window, as a drawer that is shut.
function onPage(el, r) {
  if (r.right > 0 && r.bottom > 0) return r.left < innerWidth && r.top < innerHeight || !fixed(el);
  if (getComputedStyle(document.documentElement).direction === 'rtl') return r.bottom > 0;
  let x = r.right, y = r.bottom;
  for (let e = parentOf(el); e; e = parentOf(e)) {
    x += e.scrollLeft;
    y += e.scrollTop;
  }
  return x > 0 && y > 0;
}

// fixed reports whether no scrolling moves an element.
function fixed(el) {
  let is = false;
  for (let e = el; e; e = parentOf(e)) {
    const s = getComputedStyle(e);
    if (is && (s.transform !== 'none' || s.perspective !== 'none' || s.filter !== 'none' || s.contain !== 'none' || s.willChange !== 'auto')) return false;
    if (s.position === 'fixed') is = true;
    if (!is && e !== el && /auto|scroll/.test(s.overflow)) return false;
  }
  return is;
}

// clipped reports whether nothing of an element is left of what is around it: a menu that is folded to no
// height, a text of one pixel for screen readers.
function clipped(el) {
  let position = '';
  for (let e = el; e && e !== document.body && e !== document.documentElement; e = parentOf(e)) {
    const s = getComputedStyle(e);
    if (position === 'fixed') return false;
    if (position === 'absolute' && s.position === 'static' && s.transform === 'none') continue;
    if ((e.clientWidth <= 1 || e.clientHeight <= 1) && s.overflow !== 'visible' && !/^(inline|contents)$/.test(s.display)) return true;
    if (/^(absolute|fixed)$/.test(s.position) && /^rect\((\d+px), \1, \1, \1\)/.test(s.clip)) return true;
    if (/^(inset\((50|100)%|circle\(0)/.test(s.clipPath)) return true;
    position = s.position;
  }
  return false;
}

// DRAWN is what shows something beside text.
const DRAWN = 'img,svg,canvas,video,picture,iframe,object,input,textarea,select';

// unreadable reports whether an element is nothing but text that nobody can read: as clear as glass, or moved out of the page
// by its indent. Where a picture takes the text's place, or shines through its letters, there is something to see.
function unreadable(el) {
  const s = getComputedStyle(el);
  const away = parseFloat(s.textIndent) < -99;
  if (!away && !glassy(s)) return false;
  if (s.backgroundImage !== 'none' || el.matches(DRAWN) || el.querySelector(DRAWN) || !squeeze(el.textContent)) return false;
  const written = [el, ...el.querySelectorAll('*')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && squeeze(n.data)));
  return written.every((e) => glassy(getComputedStyle(e)) && !throughLetters(e) || away && !inked(e));
}

const glassy = (s) => /^rgba\(.*, 0\)$|\/ 0\)$/.test(s.webkitTextFillColor || s.color) && s.textShadow === 'none' && !parseFloat(s.webkitTextStrokeWidth);

function throughLetters(el) {
  for (let e = el; e; e = parentOf(e)) if (/text/.test(getComputedStyle(e).backgroundClip)) return true;
  return false;
}

// inked reports whether some of the text that is directly in an element is on the page.
function inked(el) {
  const range = document.createRange();
  return [...el.childNodes].some((n) => n.nodeType === 3 && (range.selectNode(n), [...range.getClientRects()].some((r) => r.width > 0 && onPage(el, r))));
}

const TOGGLES = 'input[type=checkbox],input[type=radio],input[type=file]';

// visible reports whether a person could see the element, perhaps after scrolling. For something to be acted
// upon a transparent element counts too, and its label: checkboxes and file fields are often drawn by
// something else.
function visible(el, transparent) {
  if (!el.isConnected) return false;
  const toggle = transparent && el.matches(TOGGLES);
  if (toggle && [...(el.labels || [])].some((l) => visible(l, true))) return true;
  if (el.checkVisibility && !el.checkVisibility({visibilityProperty: true, opacityProperty: !transparent})) {
    if (getComputedStyle(el).display !== 'contents') return false;
  }
  const all = boxes(el);
  return all.length > 0 && all.some((r) => onPage(el, r)) && (toggle || !clipped(el)) && (transparent || !unreadable(el));
}

// words is the text of an element as it is shown, what is in shadow roots too.
const words = (el) => squeeze(shaded(el) ? flat(el) : el.innerText === undefined ? el.textContent : el.innerText);

// shaded reports whether there are shadow roots in an element. Most pages have none, which is found out once for
// each state of the page.
const shaded = (el) => shades() && (!!shadowOf(el) || [...el.querySelectorAll('*')].some(shadowOf));

const shade = {epoch: -1, any: false};

function shades() {
  if (shade.epoch !== known.epoch) Object.assign(shade, {epoch: known.epoch, any: shadowRoots().length > 0});
  return shade.any;
}

// flat is the text of an element that has shadow roots in it; the browser gives it without them.
function flat(el) {
  if (SILENT.has(el.tagName) || el.checkVisibility && !el.checkVisibility({visibilityProperty: true}) && getComputedStyle(el).display !== 'contents') return '';
  const shadow = shadowOf(el), slotted = el.tagName === 'SLOT' && el.assignedNodes();
  if (!shadow && !(slotted && slotted.length) && !shaded(el)) return el.innerText ?? el.textContent;
  const nodes = shadow ? shadow.childNodes : slotted && slotted.length ? slotted : el.childNodes;
  let text = '';
  for (const node of nodes) {
    if (node.nodeType === 3) text += node.data;
    if (node.nodeType !== 1) continue;
    const gap = /^inline/.test(getComputedStyle(node).display) ? '' : '\n';
    text += gap + flat(node) + gap;
  }
  return text;
}
