// Explaining: what is there instead of what was sought, in words.

function sought(p) {
  switch (p.engine) {
    case 'role': return p.name ? `${p.value} named ${quote(p.name)}` : p.value;
    case 'label': return `field labelled ${quote(p.value)}`;
    case 'placeholder': return `field with the placeholder ${quote(p.value)}`;
    case 'text': return `text ${quote(p.value)}`;
    case 'testid': return `element with the test id ${quote(p.value)}`;
    case 'alt': return `picture with the alternative text ${quote(p.value)}`;
    case 'title': return `element with the title ${quote(p.value)}`;
    case 'css': return `element for the CSS selector ${quote(p.value)}`;
    case 'xpath': return `element for the XPath ${quote(p.value)}`;
    default: return `${quote(p.value)}`;
  }
}

const article = (s) => (/^[aeiou]/i.test(s) ? 'an ' : 'a ') + s;

// alternatives gives [text to compare, description] of what a person may have meant.
function alternatives(p, o) {
  const shown = (els) => els.filter((el) => visible(el, true) && !secluded(el, o)).slice(0, 300);
  const root = document;
  switch (p.engine) {
    case 'role': {
      const want = SAME_ROLE[p.value] || p.value;
      const same = shown(deep(root, (ROLE_TAGS[want] ? ROLE_TAGS[want] + ',' : '') + '[role]').filter((el) => quickRole(el) === want));
      const near = same.map((el) => [quickName(el), describe(el, o.testID), same.length <= 4]);
      if (!p.name) return near;
      return near.concat(shown(deep(root, CONTROLS)).map((el) => [quickName(el), describe(el, o.testID)]));
    }
    case 'label':
      return shown(deep(root, FIELDS)).flatMap((el) => {
        const labels = labelsOf(el);
        return (labels.length ? labels : [quickName(el)]).map((l) => [l, l ? `field labelled ${quote(l)}` : `field without a label ${tag(el)}`]);
      });
    case 'placeholder': case 'alt': case 'title':
      return shown(deep(root, `[${p.engine}]`)).map((el) => [el.getAttribute(p.engine), `${p.engine} ${quote(el.getAttribute(p.engine))}`]);
    case 'testid':
      return shown(deep(root, `[${CSS.escape(o.testID)}]`)).map((el) => [el.getAttribute(o.testID), `test id ${quote(el.getAttribute(o.testID))}`]);
    case 'css': {
      const last = (p.value.match(/[#.][\w-]+/g) || []).pop();
      if (!last) return [];
      const near = new Set();
      for (const el of shown(deep(root, last[0] === '#' ? '[id]' : '[class]').slice(0, 2000))) {
        for (const name of last[0] === '#' ? [el.id] : el.classList) near.add(last[0] + name);
      }
      return [...near].filter((n) => n !== last && likeness(n, last) > 0.4).map((n) => [n + p.value.replace(last, ''), `${n}`]);
    }
    case 'xpath':
      return [];
    default: {
      const out = shown(deep(root, CONTROLS)).map((el) => [quickName(el), describe(el, o.testID)]);
      for (const t of likeTexts(p.value, o)) out.push([t, `text ${quote(t)}`]);
      return out;
    }
  }
}

// nearest is what a person may have meant, best first.
function nearest(p, o) {
  const want = p.engine === 'role' ? p.name || '' : p.value;
  const seen = new Set(), ranked = [];
  for (const [text, what, always] of alternatives(p, o)) {
    if (seen.has(what)) continue;
    seen.add(what);
    const like = want ? likeness(text, want) : 1;
    ranked.push([always ? Math.max(like, 0.3) : like, what]);
  }
  ranked.sort((a, b) => b[0] - a[0]);
  const close = ranked.filter(([l]) => l >= 0.3).slice(0, 3).map(([, what]) => what);
  if (close.length) return close;
  return ranked.length <= 4 ? ranked.map(([, what]) => what) : [];
}

// missing says that nothing matched, and what is there instead.
function missing(p, o, found) {
  if (p.engine === 'option') return noOption(p);
  let s = `no ${sought(p)}`;
  if (p.within) {
    const around = find(p.within, {...o, act: false, all: false, attached: false});
    if (!around.els.length) return missing(p.within, o, around);
    s += ` within ${describe(around.els[0], o.testID)}`;
  }
  if (p.hasText) s += ` with the text ${quote(p.hasText)}`;
  if (p.nth !== undefined && p.nth !== null && found.total) return `${s} with nth: ${p.nth}; there ${found.total === 1 ? 'is 1, nth: 0' : `are ${found.total}, nth: 0 to ${found.total - 1}`}`;
  if (found.hidden) {
    const el = found.first;
    return `${found.hidden === 1 ? 'the ' + (el ? describe(el, o.testID) : sought(p)) + ' is' : found.hidden + ' matches are'} there but not visible`;
  }
  const near = nearest(p, o);
  if (near.length) s += `; there is ${near.map(article).join(', ')}`;
  else if (document.body && !words(document.body)) s += '; the page is empty';
  return s + saying(o);
}

// many lists the matches, each as an author would write a locator of it alone.
function many(p, els, o) {
  const until = performance.now() + 200; // a busy machine has its twins told apart too
  const listed = els.slice(0, 5).map((el, i) => {
    const own = ownLocator(p, el, i, o, until);
    const what = describe(el, o.testID).replace(/ \(testid=.*\)$/, '');
    return /^role=|^\{role/.test(own) ? own : `${own} (${what})`;
  });
  return `${els.length} matches: ${listed.join(', ')}${els.length > 5 ? ', …' : ''}`;
}

// ownLocator is how an author would write the one element that is number i of the matches of p.
function ownLocator(p, el, i, o, until) {
  const plain = {testID: o.testID, act: o.act};
  const alone = (q) => {
    if (performance.now() > until) return false;
    const {els} = find(q, plain);
    return els.length === 1 && els[0] === el;
  };
  const name = squeeze(quickName(el)), role = quickRole(el);
  const named = role && name && name.length <= 60 ? {engine: 'role', value: role, name} : null;
  const ways = [];
  const id = el.getAttribute(o.testID);
  if (id) ways.push({engine: 'testid', value: id});
  if (named) ways.push(named, {...named, exact: true});
  for (const label of labelsOf(el).slice(0, 1)) ways.push({engine: 'label', value: label, exact: true});
  for (const a of ['placeholder', 'alt', 'title']) if (el.getAttribute(a)) ways.push({engine: a, value: squeeze(el.getAttribute(a)), exact: true});
  if (el.id && !/\d{3}/.test(el.id)) ways.push({engine: 'css', value: '#' + CSS.escape(el.id)});
  const base = named || (p.engine === 'visible' ? {engine: 'text', value: p.value} : {...p, nth: undefined});
  for (const around of arounds(el, o)) ways.push({...base, within: around});
  const found = ways.find(alone);
  if (found) return written(found);
  const {els} = find(base, plain), nth = els.indexOf(el);
  return written({...base, nth: nth < 0 ? i : nth});
}

const LANDMARKS = {LI: 'listitem', TR: 'row', ARTICLE: 'article', SECTION: 'region', FORM: 'form', NAV: 'navigation', DIALOG: 'dialog', MAIN: 'main', ASIDE: 'complementary', FIELDSET: 'group'};

// arounds are locators of what is around an element, nearest first.
function arounds(el, o) {
  const out = [];
  for (let e = parentOf(el), n = 0; e && n < 8; e = parentOf(e), n++) {
    const id = e.getAttribute(o.testID), role = e.getAttribute('role') || LANDMARKS[e.tagName];
    const base = id ? {engine: 'testid', value: id} : role ? {engine: 'role', value: role} : null;
    if (!base) continue;
    const heading = e.querySelector('h1,h2,h3,h4,h5,h6,th,legend');
    const text = heading ? words(heading) : (e.innerText || '').split('\n').map(squeeze).find((line) => line && line.length <= 60) || '';
    if (id) out.push(base);
    if (!id && e.getAttribute('aria-label')) out.push({...base, name: e.getAttribute('aria-label')});
    // What the element itself says tells nothing from the others.
    const told = squeeze(text.replace(words(el), ''));
    if (told) out.push({...base, hasText: told});
  }
  return out;
}

// written is a locator as it stands in a journey's file: its short form where that is as good to read.
function written(p) {
  const plain = !p.exact && (p.nth === undefined || p.nth === null) && !p.hasText && !p.within;
  if (plain && !p.name) return `${p.engine}=${p.value}`;
  const parts = [`${p.engine}: ${scalar(p.value)}`];
  if (p.name) parts.push(`name: ${scalar(p.name)}`);
  if (p.exact) parts.push('exact: true');
  if (p.hasText) parts.push(`has_text: ${scalar(p.hasText)}`);
  if (p.nth !== undefined && p.nth !== null) parts.push(`nth: ${p.nth}`);
  if (p.within) {
    const inner = written(p.within);
    parts.push(`within: ${inner.startsWith('{') ? inner : scalar(inner)}`);
  }
  return `{${parts.join(', ')}}`;
}

// scalar quotes a text that YAML would not read as this text inside of { }.
const scalar = (s) => (s === '' || s !== s.trim() || /[,[\]{}"'\\\n\t#&*!|>%@\x60]|: |:$/.test(s) || /^[-?:]/.test(s) ? JSON.stringify(s) : s);
