// Waiting: one promise for each wait. It resolves as soon as the page is as wanted, or with the last
// obstacle in words when the time is over.

const hold = {field: null, secret: new Set(), covered: [], frames: new Map(), numbers: new WeakMap(), last: 0, memory: {}};

// choosing finds the element that a step is about: {el, alt} or {why}. Later alternatives get their turn only
// when the earlier ones had time to appear.
function choosing(q, waited, thorough) {
  const o = {testID: q.testID, act: q.act, thorough, attached: q.want === 'frame', masked: q.explain && masked(q)};
  let why = '';
  for (let i = 0; i < q.alts.length; i++) {
    if (i > 0 && q.timeout > 0 && waited < i * q.grace) break;
    let found = find(q.alts[i], o);
    if (!found.els.length && q.want === 'file') { // file fields are often hidden behind something that is easier on the eye
      found = find(q.alts[i], {...o, attached: true});
      found.els = found.els.filter(fileField);
    }
    if (found.els.length === 1) return {el: found.els[0], alt: i, o};
    if (found.els.length > 1) return {why: q.explain ? many(q.alts[i], found.els, o) : '', kind: 'many', alt: i};
    if (q.explain) why += why ? `; nor ${article(sought(q.alts[i]))}` : missing(q.alts[i], o, found);
  }
  return {why: why || 'not found', kind: 'none'};
}

// coming reports whether more of the document is still to come over the network. A document that scripts have written
// into, perhaps without an end, is there.
function coming() {
  if (document.readyState !== 'loading') return false;
  const n = performance.getEntriesByType('navigation')[0];
  return !!n && n.responseStart > 0 && n.domContentLoadedEventStart === 0;
}

const COMING = 'the page is still loading: it may yet come';

function attempt(q, waited, thorough) {
  if (q.want === 'gone') {
    const o = {testID: q.testID, all: true, thorough: true};
    const els = q.alts.flatMap((p) => find(p, o).els);
    if (els.length) return {why: `still there: ${describe(els[0], q.testID)}`, kind: 'there'};
    if (coming()) return {why: COMING, kind: 'there'};
    return q.closed && suspects().length ? {fatal: true, kind: 'closed'} : {ok: true};
  }
  const c = choosing(q, waited, thorough);
  if (!c.el) return c;
  const answer = does(q, c.el, {testID: q.testID, text: q.text, texts: q.texts, secret: q.secret, hop: q.hop, hover: q.hover, position: q.position});
  if (q.explain && answer.why) answer.why += blamed(q.alts[c.alt], c.el, answer.why, q.testID) + (answer.why === 'disabled' ? saying(c.o) : '');
  return {alt: c.alt, kind: 'act', ...answer, what: answer.ok || q.explain ? describeOnce(q, c.el) : ''};
}

// blamed says what an obstacle is about where the locator does not.
function blamed(p, el, why, testID) {
  if (!['css', 'xpath', 'testid'].includes(p.engine)) return '';
  const what = describe(operable(el), testID).replace(/ \(testid=.*\)$/, '');
  return why.includes(what) ? '' : ` (it is the ${what})`;
}

const describeOnce = (q, el) => (q.explain || q.want === 'point' ? tag(el) : '');

// number is an element's own in this document: by it is known again what is behind a frame element.
const number = (el) => {
  if (!hold.numbers.has(el)) hold.numbers.set(el, ++hold.last);
  return hold.numbers.get(el);
};

function does(q, el, o) {
  switch (q.want) {
    case 'see': return {ok: true};
    case 'scroll':
      el.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
      return spot(el) ? {ok: true} : {why: 'it cannot be scrolled into view'};
    case 'frame':
      if (!el.matches('iframe,frame')) return {fatal: true, why: `${describe(el, o.testID)} is not a frame`};
      if (!visible(el, q.act)) return {why: `the frame ${describe(el, o.testID)} is there but not visible`};
      hold.frames.set(q.key, el);
      return {ok: true, number: number(el)};
    case 'check': {
      const state = checked(el);
      if (state === undefined) return {fatal: true, why: `${describe(el, o.testID)} cannot be checked`};
      if (state === !!q.state) return {ok: true, done: true};
      if (!q.state && (fieldOf(el) || el).type === 'radio') return {fatal: true, why: 'a radio button cannot be unchecked'};
      return point(fieldOf(el) || el, o);
    }
    case 'checked': return checked(el) === !!q.state ? {ok: true} : {why: q.state ? 'it stays unchecked' : 'it stays checked'};
    case 'point': return point(el, o);
    case 'spot': {
      el.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
      const at = spot(el);
      return at ? {ok: true, ...at} : {why: 'outside of the page'};
    }
    case 'type': return approach(el, o, hold);
    case 'file': return takes(el, q, hold);
    case 'field': return enter(el, o, hold);
    case 'focus': {
      const target = operable(el);
      if (disabled(target)) return {why: 'disabled'};
      target.focus({preventScroll: false});
      return {ok: true};
    }
    case 'select': return choose(el, o);
    case 'option': return option(el, o);
    default: throw new Wrong(`unknown want ${q.want}`);
  }
}

function point(el, o) {
  const at = aim(el, o, hold.memory);
  if (at.why) return at;
  arm(at.target);
  watch.armed.hover = o.hover;
  return {ok: true, x: at.x, y: at.y};
}

// wait resolves with {ok, alt, x, y, ...} or {why, kind}.
function wait(q) {
  const t0 = performance.now();
  hold.memory = {};
  known.epoch++;
  return new Promise((resolve) => {
    let done = false, queued = false, lastTry = -100, lastThorough = -1000;
    let observer, interval, deadline;
    const watched = new WeakSet();
    const finish = (a) => {
      done = true;
      observer?.disconnect();
      clearInterval(interval);
      clearTimeout(deadline);
      removeEventListener('load', soon, true);
      document.removeEventListener('readystatechange', soon);
      resolve(a);
    };
    const once = (explain) => {
      const now = performance.now(), thorough = explain || now - lastThorough >= 500;
      lastTry = now;
      if (thorough) lastThorough = now;
      try {
        return attempt(explain ? {...q, explain: true} : q, now - t0, thorough);
      } catch (e) {
        return {fatal: true, kind: e instanceof Wrong ? 'wrong' : 'broken', why: e instanceof Wrong ? e.message : String(e && e.stack || e)};
      }
    };
    const go = () => {
      queued = false;
      if (done) return;
      const a = once(false);
      if (a.ok || a.fatal) return finish(a);
      if (a.kind === 'none' && doubts(q, performance.now() - t0)) return finish({kind: 'closed'});
      if (a.soon) requestAnimationFrame(soon);
    };
    function soon() {
      if (done || queued) return;
      queued = true;
      const since = performance.now() - lastTry;
      setTimeout(go, since >= 10 ? 0 : 10 - since);
    }
    const look = (root) => {
      if (watched.has(root)) return;
      watched.add(root);
      observer.observe(root, {subtree: true, childList: true, attributes: true, characterData: true});
    };
    const first = once(q.timeout <= 0);
    if (first.ok || first.fatal || q.timeout <= 0) return finish(first);
    observer = new MutationObserver(() => { known.epoch++; soon(); });
    look(document);
    for (const root of shadowRoots()) look(root);
    if (first.soon) requestAnimationFrame(soon);
    addEventListener('load', soon, true);
    document.addEventListener('readystatechange', soon);
    interval = setInterval(() => { for (const root of shadowRoots()) look(root); soon(); }, 100);
    deadline = setTimeout(() => !done && finish(once(true)), q.timeout);
  });
}

// doubts reports whether it is time to ask the browser for closed shadow roots: soon where something looks as if it
// had one, and once in any case before the time is over.
function doubts(q, waited) {
  if (!q.closed) return false;
  if (waited > q.timeout / 2) return q.timeout > 1000;
  return waited > q.closed && suspects().length > 0;
}

// changed resolves when anything in the document changes, or after ms.
function changed(ms) {
  return new Promise((resolve) => {
    const finish = () => { observer.disconnect(); clearTimeout(timer); removeEventListener('input', finish, true); resolve(true); };
    const observer = new MutationObserver(finish);
    observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    for (const root of shadowRoots()) observer.observe(root, {subtree: true, childList: true, attributes: true, characterData: true});
    addEventListener('input', finish, true);
    const timer = setTimeout(finish, ms);
  });
}

// read answers an expression's question at once: text, value, attr, count, visible, checked, enabled, in_view.
function read(q) {
  const o = {testID: q.testID, act: q.act, all: q.want === 'count' || q.want === 'visible', thorough: true};
  known.epoch++;
  try {
    o.masked = masked(q);
    const found = find(q.alts[0], o);
    if (q.closed && !found.els.length && suspects().length) return {kind: 'closed'};
    if (o.all && coming() && !(q.want === 'visible' && found.els.length)) return {why: COMING, kind: 'none'};
    if (q.want === 'count') return {ok: true, count: found.els.length};
    if (q.want === 'visible') return {ok: true, visible: found.els.length > 0};
    if (found.els.length > 1) return {why: many(q.alts[0], found.els, o), kind: 'many'};
    const el = found.els[0] || unseen(q, o);
    if (!el) return {why: missing(q.alts[0], o, found), kind: 'none'};
    if (STATES[q.want]) return STATES[q.want](el, q, !found.els.length);
    if (q.want === 'text') return {ok: true, text: words(el)};
    if (q.want === 'value') {
      const field = fieldOf(el), list = drawnList(el);
      if (list) return {ok: true, text: shownBy(list)};
      return field ? {ok: true, text: contentOf(field)} : {why: `${describe(el, q.testID)} has no value`, kind: 'none'};
    }
    const v = el.getAttribute(q.attr);
    return v === null ? {why: `${describe(el, q.testID)} has no attribute ${q.attr}`, kind: 'none'} : {ok: true, text: v};
  } catch (e) {
    return {why: e.message, kind: e instanceof Wrong ? 'wrong' : 'broken'};
  }
}

// STATES read what is true or false of an element.
const STATES = {
  checked(el, q) {
    const state = checked(el);
    return state === undefined ? {why: `${describe(el, q.testID)} cannot be checked`, kind: 'none'} : {ok: true, state};
  },
  enabled: (el) => ({ok: true, state: !disabled(fieldOf(el) || operable(el))}),
  in_view: (el, q, hidden) => (hidden ? {ok: true, state: false} : onScreen(el)),
};

// onScreen asks the browser itself, which knows of all the boxes and frames around that may cut the element off.
function onScreen(el) {
  return new Promise((resolve) => {
    const finish = (state) => { observer.disconnect(); clearTimeout(timer); resolve({ok: true, state}); };
    const observer = new IntersectionObserver((seen) => finish(seen[seen.length - 1].intersectionRatio > 0));
    const timer = setTimeout(() => finish(!!spot(el)), 500);
    observer.observe(el);
  });
}

// unseen is the one match that cannot be seen, where that is no obstacle: attributes and values are there
// without being seen, and what is empty shows an empty text.
function unseen(q, o) {
  const {els} = find(q.alts[0], {...o, attached: true});
  if (els.length !== 1) return null;
  if (q.want !== 'text') return els[0];
  return els[0].checkVisibility({visibilityProperty: true, opacityProperty: true}) && !squeeze(els[0].textContent) ? els[0] : null;
}

// through carries a point inside a frame to the document around it, scrolling and checking that the frame
// receives events there: {x, y} or {why}.
function through(q) {
  const el = hold.frames.get(q.key);
  if (!el || !el.isConnected) return {why: 'the frame was replaced'};
  const place = () => {
    const r = el.getBoundingClientRect(), s = getComputedStyle(el);
    const sx = el.offsetWidth ? r.width / el.offsetWidth : 1, sy = el.offsetHeight ? r.height / el.offsetHeight : 1;
    return {
      x: r.left + (el.clientLeft + parseFloat(s.paddingLeft) + q.x) * sx,
      y: r.top + (el.clientTop + parseFloat(s.paddingTop) + q.y) * sy,
    };
  };
  let at = place(), scrolled = false;
  const inside = () => at.x >= 0 && at.y >= 0 && at.x < innerWidth && at.y < innerHeight;
  for (const block of ['', 'nearest', 'center', 'start', 'end']) {
    if (block) {
      el.scrollIntoView({block, inline: 'nearest', behavior: 'instant'});
      scrolled = true;
      at = place();
    }
    if (!inside()) continue;
    const hit = hitAt(at.x, at.y);
    if (hit === el) {
      guard(el);
      if (!scrolled) return {ok: true, ...at};
      return new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r({ok: true, ...place()}))));
    }
    if (block === 'end') return {why: `covered by ${coverOf(el, hit)}`};
  }
  return {why: 'outside of the page'};
}

const kept = (key) => hold.frames.get(key);

const pageText = (max) => (document.body ? document.body.innerText.replace(/[^\S\n]+/g, ' ').replace(/\n\s*\n+/g, '\n').trim().slice(0, max) : '');

globalThis.__outrider = {
  wait, changed, read, reveal, through, kept, pointed, landed, disarm, outline, markup, spoken, chosen, title: () => document.title,
  typedInto: () => { drawn.typed = true; },
  entered: (q) => entered(q, hold), typed: () => typed(hold), files: (key) => kept(key)?.files.length ?? 0, grip, gripped,
  // A frame in a process of its own hands its picture over later: what is covered is in it two frames on.
  cover: (q) => (cover(q, hold), new Promise((resolve) => {
    const done = () => resolve(true);
    setTimeout(done, 300);
    requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)));
  })),
  uncover: () => uncover(hold),
  exposed: (q) => exposed(q, hold),
};
