// Acting: whether an element can be acted upon now, and where.

const OPERABLE = 'button,a[href],input,select,textarea,summary,label,[role=button],[role=link],[role=checkbox],' +
  '[role=radio],[role=tab],[role=menuitem],[role=option],[role=switch]';

// operable is what a person operates when they aim at el: the button around an icon.
function operable(el) {
  for (let e = el, n = 0; e && n < 8; e = parentOf(e), n++) if (e.matches(OPERABLE)) return e;
  return el;
}

function disabled(el) {
  if (el.matches(':disabled')) return true;
  for (let e = el; e; e = parentOf(e)) if (e.getAttribute('aria-disabled') === 'true') return true;
  return false;
}

function hitAt(x, y) {
  let el = document.elementFromPoint(x, y);
  while (el && shadowOf(el)) {
    const inner = shadowOf(el).elementFromPoint(x, y);
    if (!inner || inner === el) break;
    el = inner;
  }
  return el;
}

// receives reports whether an event on hit reaches the target: inside it, or on its label.
function receives(target, hit) {
  for (let e = hit; e; e = parentOf(e)) {
    if (e === target) return true;
    if (e.tagName === 'LABEL' && e.control === target) return true;
  }
  return false;
}

// coverOf names what lies over the target: the outermost element around the hit that does not hold it.
function coverOf(target, hit) {
  if (!hit) return 'nothing that takes clicks';
  let cover = hit;
  for (let e = hit; e && !holds(e, target); e = parentOf(e)) {
    if (e.id || e.className || e.getAttribute('role') || e.tagName === 'DIALOG') cover = e;
  }
  const text = words(cover);
  return tag(cover) + (text ? ' ' + quote(cut(text, 60)) : '');
}

// over says what a click on the target would hit instead.
function over(target, hit) {
  if (hit && holds(hit, target)) return `a click on it would hit only what is around it, ${tag(hit)}`;
  return `covered by ${coverOf(target, hit)}`;
}

// untouchable says why an element takes no clicks wherever it is.
function untouchable(el) {
  for (let e = el; e; e = parentOf(e)) if (e.inert) return 'inert: the page lets nobody use this part of it now';
  return getComputedStyle(el).pointerEvents === 'none' ? 'it takes no clicks (its style says pointer-events: none)' : '';
}

// spot is where to click: the middle of the part of the first box that is in view, or the wanted position.
function spot(el, position) {
  const w = innerWidth, h = innerHeight;
  if (position) {
    const r = el.getBoundingClientRect(), x = r.left + position.x, y = r.top + position.y;
    return x >= 0 && y >= 0 && x < w && y < h ? {x, y} : null;
  }
  for (const r of boxes(el)) {
    const l = Math.max(0, r.left), t = Math.max(0, r.top), rt = Math.min(w, r.right), b = Math.min(h, r.bottom);
    if (rt - l >= 1 && b - t >= 1) return {x: (l + rt) / 2, y: (t + b) / 2};
  }
  return null;
}

// moving reports whether an animation is under way that will end and that moves the element. One without an
// end, a pulse, does not keep a person from clicking.
function moving(el) {
  for (const a of document.getAnimations()) {
    if (a.playState !== 'running' || !a.effect || !a.effect.target) continue;
    if (!holds(a.effect.target, el)) continue;
    if (a.effect.getComputedTiming().endTime !== Infinity) return true;
  }
  return false;
}

// reach scrolls to the element where needed and finds a spot that receives events: {x, y} or {why}.
function reach(el, target, position) {
  let why = 'outside of the page';
  for (const block of ['', 'center', 'end', 'start']) {
    if (block) el.scrollIntoView({block, inline: 'center', behavior: 'instant'});
    const at = spot(el, position);
    if (!at) continue;
    const hit = hitAt(at.x, at.y);
    if (hit && (receives(target, hit) || receives(el, hit))) return at;
    why = untouchable(target) || over(target, hit);
  }
  return {why};
}

// aim gives the point to click, or what stands in the way. memory holds where the element was a frame ago.
function aim(el, o, memory) {
  let target = operable(el);
  if (disabled(target)) return {why: 'disabled'};
  if (moving(target) && !still(target, memory)) return {why: 'moving', soon: true};
  if (o.position) return placed(el, target, o, memory);
  let at = reach(el, target);
  if (at.why && target !== el) at = reach(target, target);
  if (at.why && target.labels && target.labels.length && target.matches('[type=checkbox],[type=radio],[type=file]')) {
    const label = target.labels[0];
    if (visible(label, true)) at = reach(label, label);
  }
  if (at.why) return at;
  if (o.hop && !still(target, memory)) return {why: 'moving', soon: true};
  return {x: at.x, y: at.y, target};
}

// placed is aim for a position on the element.
function placed(el, target, o, memory) {
  const r = el.getBoundingClientRect(), {x, y} = o.position;
  if (x < 0 || y < 0 || x > r.width || y > r.height) {
    return {why: `the position ${x}, ${y} is not on it: it measures ${Math.round(r.width)} by ${Math.round(r.height)}`};
  }
  const at = reach(el, target, o.position);
  if (at.why) return at;
  if (o.hop && !still(target, memory)) return {why: 'moving', soon: true};
  return {...at, target};
}

// still reports whether the element's middle stays where it was at least one frame ago. A page may put another
// element in its place at every turn: what counts is where it is.
function still(el, memory) {
  const r = el.getBoundingClientRect(), now = performance.now();
  const x = r.left + r.width / 2, y = r.top + r.height / 2;
  const was = memory.at ? memory : null;
  if (was && now - was.at < 14) return was.still;
  memory.still = !!was && Math.abs(was.x - x) < 1.5 && Math.abs(was.y - y) < 1.5;
  Object.assign(memory, {x, y, at: now});
  return memory.still;
}

// watch is the listener that sees to it that a click lands where it was meant to: what would land elsewhere
// is stopped before the page hears of it. The browser's process sends an event to the frame that it believes to
// be at the point; for some milliseconds after a scroll it believes what was. So a press can go elsewhere and its
// release come here, which is no click, and a press that was meant for a frame can come to the page around it.
const watch = {armed: null, installed: false};

const PRESSES = ['pointerdown', 'mousedown'], RELEASES = ['pointerup', 'mouseup'];

function arm(target) {
  watch.armed = {target, moved: false, seen: false, released: false, ok: true, by: ''};
  if (watch.installed) return;
  watch.installed = true;
  for (const type of [...PRESSES, ...RELEASES, 'click', 'dblclick', 'auxclick', 'contextmenu', 'mousemove']) {
    addEventListener(type, sight, {capture: true, passive: false});
  }
}

// guard stops clicks that are meant for a frame and come to the document around it.
function guard(el) {
  arm(el);
  watch.armed.guard = true;
}

function disarm() {
  watch.armed = null;
}

function sight(e) {
  const a = watch.armed;
  if (!a || !e.isTrusted) return;
  const stop = () => { e.preventDefault(); e.stopImmediatePropagation(); };
  const move = e.type === 'mousemove';
  if (a.guard) return move || e.type === 'click' && !e.detail || stop(); // a key clicks without detail
  if (move) a.moved = strikes(a.target, e);
  if (move && !a.hover) return;
  if (!a.seen && !move && !PRESSES.includes(e.type)) return stop();
  if (RELEASES.includes(e.type)) a.released = true;
  if (!a.seen) {
    a.seen = true;
    a.ok = strikes(a.target, e);
    if (!a.ok) a.by = holds(hitOf(e), a.target) ? 'it moved away from the mouse' : `covered by ${coverOf(a.target, hitOf(e))}`;
    if (a.ok && !move && disabled(a.target)) { a.ok = false; a.disabled = true; }
  }
  if (!a.ok && !move) stop();
}

// hitOf is the element that an event of the mouse hit. Out of a closed shadow root events come as if its host had been
// hit.
function hitOf(e) {
  const hit = e.composedPath()[0];
  return hit instanceof Element && !hit.shadowRoot && shadowOf(hit) ? hitAt(e.clientX, e.clientY) : hit;
}

// strikes reports whether an event of the mouse is one on the target.
function strikes(target, e) {
  const hit = hitOf(e);
  return !(hit instanceof Element) || receives(target, hit) || !!target.labels && [...target.labels].some((l) => holds(l, hit));
}

// pointed tells whether the mouse, which has just been moved, is seen to be on the target.
const pointed = () => !!watch.armed && watch.armed.moved;

// landed says what became of the click that was aimed, after the page had a turn to act on it.
function landed() {
  return new Promise((resolve) => setTimeout(() => {
    const a = watch.armed;
    disarm();
    if (!a) return resolve({ok: false, why: 'the page was replaced'});
    if (!a.seen) return resolve({ok: false, why: 'the click did not reach it'});
    if (a.disabled) return resolve({ok: false, why: 'disabled'});
    if (!a.ok) return resolve({ok: false, why: a.by});
    resolve({ok: true, half: !a.hover && !a.released && a.target.isConnected});
  }, 0));
}
