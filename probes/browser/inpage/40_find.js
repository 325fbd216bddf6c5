// Finding: each engine gives [element, grade] pairs in document order.

class Wrong extends Error {}

const engines = {
  css(root, p) {
    try {
      return piercing(root, p.value).map((el) => [el, EXACT]);
    } catch {
      throw new Wrong(`${quote(p.value)} is not a CSS selector`);
    }
  },
  xpath(root, p) {
    try {
      const all = document.evaluate(p.value, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
      const out = [];
      for (let i = 0; i < all.snapshotLength; i++) {
        const node = all.snapshotItem(i);
        out.push([node.nodeType === 1 ? node : node.parentElement, EXACT]);
      }
      return out.filter(([el]) => el);
    } catch {
      throw new Wrong(`${quote(p.value)} is not an XPath expression`);
    }
  },
  testid: (root, p, o) => deep(root, `[${CSS.escape(o.testID)}]`)
    .filter((el) => el.getAttribute(o.testID) === p.value).map((el) => [el, EXACT]),
  placeholder: (root, p) => byAttribute(root, 'placeholder', p),
  alt: (root, p) => byAttribute(root, 'alt', p),
  title: (root, p) => byAttribute(root, 'title', p),
  label: (root, p) => deep(root, FIELDS)
    .map((el) => [el, Math.max(0, ...labelsOf(el).map((l) => gradeName(l, p.value, p.exact)))]).filter(([, g]) => g),
  text: (root, p) => byText(root, p),
  option: (root, p) => byOption(p),
  role(root, p, o) {
    const want = SAME_ROLE[p.value] || p.value;
    const tags = ROLE_TAGS[want];
    const all = tags === undefined ? deep(root, '*') : deep(root, (tags ? tags + ',' : '') + '[role]');
    if (p.name === undefined || p.name === null) return all.filter((el) => roleOf(el) === want).map((el) => [el, EXACT]);
    return byName(all, p.name, p.exact, o, (el) => roleOf(el) === want);
  },
  // What a person sees: something to operate by its name, or a text.
  visible(root, p, o) {
    const named = innermost(byName(deep(root, CONTROLS), p.value, p.exact, o, () => true));
    const controls = named.map(([el]) => el);
    if (o.act && named.some(([el]) => visible(el, true))) return named;
    const loose = byText(root, p).filter(([el]) =>
      !controls.some((c) => holds(c, el) || holds(el, c)) && !controls.includes(el.closest('label')?.control));
    return o.act ? (loose.length ? loose : named) : named.concat(loose);
  },
};

// piercing gives what a selector matches when shadow roots are part of the tree: in "my-card button" the button may
// be in the card's shadow.
function piercing(root, selector) {
  const within = deep(root, selector); // throws where it is none
  const chains = split(selector, ',').map((s) => split(s, ' '));
  if (chains.every((c) => c.length < 2) || !shadowRoots().length) return within;
  const linked = (el, chain, i) => {
    if (!el.matches(chain[i])) return false;
    if (i === 0) return true;
    for (let e = parentOf(el); e; e = parentOf(e)) if (linked(e, chain, i - 1)) return true;
    return false;
  };
  return deep(root, '*').filter((el) => chains.some((c) => linked(el, c, c.length - 1)));
}

// split divides a selector at its commas, or at the blanks that mean "somewhere below".
function split(selector, at) {
  const parts = [];
  let part = '', depth = 0, quoted = '';
  for (let i = 0; i < selector.length; i++) {
    const c = selector[i];
    if (c === '\\') { part += c + (selector[++i] ?? ''); continue; }
    if (quoted) quoted = c === quoted ? '' : quoted;
    else if (c === '"' || c === "'") quoted = c;
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    const blank = at === ' ' && /\s/.test(c);
    if (depth || quoted || !(blank || c === at)) { part += c; continue; }
    // Blanks around > + ~ belong to these.
    if (blank && (/[>+~]\s*$/.test(part) || /^\s*[>+~]/.test(selector.slice(i)) || !part.trim())) { part += c; continue; }
    parts.push(part.trim());
    part = '';
  }
  return [...parts, part.trim()].filter(Boolean);
}

function byAttribute(root, name, p) {
  return deep(root, `[${name}]`).map((el) => [el, grade(el.getAttribute(name), p.value, p.exact)]).filter(([, g]) => g);
}

// byName keeps the elements whose accessible name matches. If the quick look finds none, all are asked, but
// rarely: names can come from style sheets.
function byName(all, want, exact, o, also) {
  const needle = bare(want);
  const matching = (els, until) => {
    const out = [];
    for (const el of els) {
      if (performance.now() > until) break;
      const g = gradeName(nameOf(el), want, exact);
      if (g && also(el)) out.push([el, g]);
    }
    return out;
  };
  const found = matching(all.filter((el) => hay(el).includes(needle)), Infinity);
  if (found.length || !o.thorough) return found;
  return matching(all, performance.now() + 50);
}

// innermost drops elements that hold another match of the same name: a click inside reaches both.
function innermost(pairs) {
  return pairs.filter(([el, g]) => !pairs.some(([other, h]) => other !== el && h >= g && holds(el, other)));
}

// shownText is the text of an element that a person can read: not the options that are not chosen, not what is
// folded away.
function shownText(el) {
  if (el.tagName === 'SELECT') return [...el.selectedOptions].map((x) => x.label).join(' ');
  if (el.tagName === 'TEXTAREA') return el.value;
  if (folded(el)) return '';
  return el.innerText === undefined ? el.textContent : el.innerText;
}

// folded reports whether an element is shown without the text that is directly in it.
const folded = (el) => el.tagName === 'DETAILS' && !el.open || el.tagName === 'SELECT' || el.tagName === 'TEXTAREA' ||
  getComputedStyle(el).contentVisibility === 'hidden';

// gradeText grades what an element shows. Where it shows all of its text, that counts as it is written too:
// style sheets put words into capitals. Of what is not shown at all, every text counts.
function gradeText(el, p) {
  if (!visible(el, true)) return el.querySelector(UNSEEN) ? 0 : grade(el.textContent, p.value, p.exact);
  const shown = shownText(el), g = grade(shown, p.value, p.exact);
  return bare(shown) === bare(el.textContent) ? Math.max(g, grade(el.textContent, p.value, p.exact)) : g;
}

// byText finds the smallest elements whose text matches; larger ones too where the smaller cannot be seen.
function byText(root, p) {
  const needle = bare(p.value);
  if (!needle) return [];
  const out = [];
  const times = (node) => bare(node.textContent).split(needle).length - 1;
  // visit reports whether a match was seen, and how often the text stands where it is not seen.
  const visit = (node) => {
    let seen = false, unseen = 0;
    const below = [...childrenOf(node)];
    const shadow = shadowOf(node);
    if (shadow) below.push(...shadow.children);
    for (const child of below) {
      if (SILENT.has(child.tagName)) continue;
      if (shadowOf(child) || child.querySelector?.('*') ? reaches(child, needle) : bare(child.textContent).includes(needle)) {
        const inner = visit(child);
        seen ||= inner.seen;
        unseen += inner.unseen;
      }
    }
    if (seen || node.nodeType !== 1 || unseen && times(node) <= unseen) return {seen, unseen};
    const g = gradeText(node, p);
    if (!g) return {seen, unseen: folded(node) ? times(node) : unseen};
    out.push([node, g]);
    return visible(node, true) ? {seen: true, unseen: 0} : {seen: false, unseen: Math.max(unseen, times(node))};
  };
  const start = root.nodeType === 9 ? root.body || root.documentElement : root;
  if (start) visit(start);
  for (const el of deep(root, 'input[type=submit],input[type=button],input[type=reset]')) {
    const g = grade(el.value, p.value, p.exact);
    if (g) out.push([el, g]);
  }
  return out;
}

// reaches reports whether the text below an element, shadow roots included, may hold the needle.
function reaches(el, needle) {
  if (bare(el.textContent).includes(needle)) return true;
  for (const inner of [el, ...el.querySelectorAll('*')]) {
    const shadow = shadowOf(inner);
    if (shadow && [...shadow.children].some((c) => reaches(c, needle))) return true;
  }
  return false;
}

// find gives the matches of one locator: {els, hidden}. els are those to choose from: the visible ones of the
// best grade. o.all keeps every grade, as counting and being gone need it.
function find(p, o) {
  let roots = [document];
  if (p.within) roots = find(p.within, {...o, act: false, all: false, attached: false}).els;
  const seen = new Set();
  let pairs = [];
  for (const root of roots) {
    for (const [el, g] of engines[p.engine](root, p, o)) {
      if (seen.has(el)) continue;
      seen.add(el);
      pairs.push([el, g]);
    }
  }
  if (p.hasText) pairs = pairs.filter(([el]) => grade(words(el) || el.textContent, p.hasText, false));
  const shown = o.attached ? pairs : pairs.filter(([el]) => visible(el, o.act));
  const hidden = pairs.length - shown.length;
  const best = Math.max(0, ...shown.map(([, g]) => g));
  let els = shown.filter(([, g]) => o.all || g === best).map(([el]) => el);
  if (p.engine === 'text' || p.engine === 'visible') els = els.filter((el) => !els.some((e) => e !== el && holds(el, e)));
  if (p.nth !== undefined && p.nth !== null) {
    const i = p.nth < 0 ? els.length + p.nth : p.nth;
    return {els: els[i] ? [els[i]] : [], hidden, total: els.length};
  }
  return {els, hidden, total: els.length, first: pairs.length ? pairs[0][0] : null};
}
