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
  const shown = (els) => els.filter((el) => visible(el, true)).slice(0, 300);
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
    case 'css': case 'xpath':
      return [];
    default: {
      const out = shown(deep(root, CONTROLS)).map((el) => [quickName(el), describe(el, o.testID)]);
      for (const el of shown(deep(root, 'h1,h2,h3,h4,[role=heading],[role=alert],[role=status],p,li,td,strong,legend'))) {
        const t = words(el);
        if (t && t.length < 160) out.push([t, `text ${quote(t)}`]);
      }
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
  let s = `no ${sought(p)}`;
  if (p.within) {
    const around = find(p.within, {...o, act: false, all: false, attached: false});
    if (!around.els.length) return missing(p.within, o, around);
    s += ` within ${describe(around.els[0], o.testID)}`;
  }
  if (p.hasText) s += ` with the text ${quote(p.hasText)}`;
  if (p.nth !== undefined && p.nth !== null && found.total) return `${s} number ${p.nth}: there are ${found.total}`;
  if (found.hidden) {
    const el = found.first;
    return `${found.hidden === 1 ? 'the ' + (el ? describe(el, o.testID) : sought(p)) + ' is' : found.hidden + ' matches are'} there but not visible`;
  }
  const near = nearest(p, o);
  if (near.length) s += `; there is ${near.map(article).join(', ')}`;
  else if (document.body && !words(document.body)) s += '; the page is empty';
  return s;
}

// many lists the matches so that an author can choose.
function many(els, o) {
  const names = els.slice(0, 5).map((el) => describe(el, o.testID));
  const twice = (n) => names.filter((m) => m === n).length > 1;
  const listed = els.slice(0, 5).map((el, i) => {
    if (!twice(names[i])) return names[i];
    const around = surroundings(el, o);
    return `${names[i]}${el.id ? ` #${el.id}` : ''}${around ? ` in ${around}` : ` nth=${i}`}`;
  });
  return `${els.length} matches: ${listed.join(', ')}${els.length > 5 ? ', …' : ''}`;
}

// surroundings is the nearest thing around an element that tells it from others.
function surroundings(el, o) {
  let id = '';
  for (let e = parentOf(el), n = 0; e && n < 6; e = parentOf(e), n++) {
    id = id || e.getAttribute(o.testID) || '';
    if (!e.matches('li,tr,article,section,form,nav,header,footer,main,aside,dialog,fieldset,[role]')) continue;
    const heading = e.querySelector('h1,h2,h3,h4,h5,h6,th,legend');
    const text = e.getAttribute('aria-label') || (heading ? words(heading) : words(e));
    if (text && text.length < 60) return `${e.tagName.toLowerCase()} ${quote(text)}`;
  }
  return id && `testid=${id}`;
}
