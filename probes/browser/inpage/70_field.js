// Fields: what can be typed into, chosen, checked.

const UNTYPED = new Set(['date', 'time', 'datetime-local', 'month', 'week', 'color', 'range']);
const NOT_TEXT = new Set(['checkbox', 'radio', 'file', 'button', 'submit', 'reset', 'image']);

// fieldOf is the field that el is or stands for: a label stands for its control.
function fieldOf(el) {
  if (el.matches('input,textarea,select') || el.isContentEditable) return el;
  const label = el.closest('label');
  if (label && label.control) return label.control;
  return null;
}

function writable(el) {
  if (disabled(el)) return 'disabled';
  if (el.readOnly || el.getAttribute('aria-readonly') === 'true') return 'read-only';
  return '';
}

const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;

// typeable gives the field that is to be typed into, or what stands in the way: {el} or {why}.
function typeable(found, o, hold) {
  const el = fieldOf(found);
  if (!el) return {fatal: true, why: `${describe(found, o.testID)} is not a field`};
  if (el.tagName === 'SELECT') return {fatal: true, why: 'it is a list: use select'};
  if (el.tagName === 'INPUT' && el.type === 'file') return {fatal: true, why: 'it takes files: use upload'};
  if (el.tagName === 'INPUT' && NOT_TEXT.has(el.type)) return {fatal: true, why: `nothing can be typed into an input of type ${el.type}`};
  const why = writable(el);
  if (why) return {why};
  el.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
  hold.field = el;
  if (o.secret) hold.secret.add(el);
  return {el};
}

const focused = (el) => el.getRootNode().activeElement === el;

// enter prepares a field for typing: its content is selected. Fields that cannot be typed into, such as
// dates, are set here.
function enter(found, o, hold) {
  const {el, ...refused} = typeable(found, o, hold);
  if (!el) return refused;
  if (el.tagName === 'INPUT' && UNTYPED.has(el.type)) {
    el.focus();
    setValue.call(el, o.text);
    el.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
    el.dispatchEvent(new Event('change', {bubbles: true}));
    return {ok: true, typed: true};
  }
  el.focus({preventScroll: true});
  if (!focused(el)) return {why: 'it does not take the focus'};
  selectAll(el);
  return {ok: true, empty: contentOf(el) === ''};
}

function selectAll(el) {
  if (!el.isContentEditable || 'select' in el) return el.select();
  const range = document.createRange();
  range.selectNodeContents(el);
  const s = getSelection();
  s.removeAllRanges();
  s.addRange(range);
}

// approach prepares a field for typing behind what it holds.
function approach(found, o, hold) {
  const {el, ...refused} = typeable(found, o, hold);
  if (!el) return refused;
  if (el.tagName === 'INPUT' && UNTYPED.has(el.type)) return {fatal: true, why: `nothing can be typed into an input of type ${el.type}: use fill`};
  el.focus({preventScroll: true});
  if (!focused(el)) return {why: 'it does not take the focus'};
  selectAll(el);
  getSelection().collapseToEnd();
  hold.before = contentOf(el);
  return {ok: true};
}

// typed tells whether the keys did anything: the field holds something else, or the page has put the focus
// elsewhere, or something else in the field's place.
function typed(hold) {
  const el = hold.field;
  if (!el || !el.isConnected || !focused(el) || contentOf(el) !== hold.before) return {ok: true};
  return {why: 'the keys changed nothing in it'};
}

const contentOf = (el) => (el.value !== undefined ? el.value : el.innerText.replace(/\n$/, ''));

// entered tells whether the field holds the text now. What a field adds by itself, as blanks in a card number,
// is no difference, nor are blanks that it drops, and what groups the digits of a number. Anything else that is
// missing is: an address without its @ is another one.
function entered(o, hold) {
  const el = hold.field;
  if (!el || !el.isConnected) return {why: 'the field was replaced while it was being filled'};
  const got = contentOf(el);
  if (got === o.text || got.replace(/\r\n?/g, '\n') === o.text.replace(/\r\n?/g, '\n')) return {ok: true};
  const grouped = /^[+(]?\d[\d\s\-()\/]*$/.test(o.text.trim());
  const want = bare(grouped ? o.text.replace(/[-()\/]/g, '') : o.text);
  if (/[\p{L}\p{N}]/u.test(want) && comprises(bare(got), want)) return {ok: true};
  if (el.type === 'number' && got !== '' && Number(got) === Number(o.text)) return {ok: true};
  return {why: 'it did not take the text', got, length: got.length};
}

// comprises reports whether got is want, but for punctuation that was added.
function comprises(got, want) {
  const rest = [...want];
  for (const c of got) {
    if (c === rest[0]) rest.shift();
    else if (/[\p{L}\p{N}]/u.test(c)) return false;
  }
  return rest.length === 0;
}

// choose selects options by their labels or values, and tells the page as a person's choice would.
function choose(found, o) {
  const el = fieldOf(found);
  if (!el || el.tagName !== 'SELECT') {
    const list = drawnList(found);
    return list ? takeUp(list) : {fatal: true, why: `${describe(found, o.testID)} is not a list of options`};
  }
  if (disabled(el)) return {why: 'disabled'};
  if (o.texts.length > 1 && !el.multiple) return {fatal: true, why: 'one option only can be chosen'};
  const all = [...el.options], chosen = [];
  for (const text of o.texts) {
    const by = (f) => all.find(f);
    const opt = by((x) => squeeze(x.label) === squeeze(text)) || by((x) => x.value === text) ||
      by((x) => squeeze(x.label).toLowerCase() === squeeze(text).toLowerCase());
    if (!opt) return {why: `no option ${quote(text)}; there is ${all.slice(0, 6).map((x) => quote(x.label)).join(', ') || 'none'}`};
    if (opt.disabled || opt.closest('optgroup')?.disabled) return {why: `the option ${quote(text)} is disabled`};
    chosen.push(opt);
  }
  el.scrollIntoView({block: 'nearest', behavior: 'instant'});
  el.focus({preventScroll: true});
  if (el.multiple) for (const x of all) x.selected = chosen.includes(x);
  else el.selectedIndex = chosen[0].index;
  el.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
  el.dispatchEvent(new Event('change', {bubbles: true}));
  return chosen.every((x) => x.selected) ? {ok: true} : {why: 'the page took the choice back'};
}

// fileField is the file field that an element is or stands for; null where a click on it has to open a chooser.
function fileField(found) {
  const el = fieldOf(found);
  return el && el.tagName === 'INPUT' && el.type === 'file' ? el : null;
}

// takes keeps a file field that takes so many files under a key.
function takes(found, q, hold) {
  const el = fileField(found);
  if (!el) return {ok: true, chooser: true};
  if (disabled(el)) return {why: 'disabled'};
  if (q.number > 1 && !el.multiple) return {fatal: true, why: 'it takes one file only'};
  hold.frames.set(q.key, el);
  return {ok: true};
}

// checked gives the state of a checkbox, radio button or switch; undefined for anything else.
function checked(found) {
  const el = fieldOf(found) || found;
  if (el.type === 'checkbox' || el.type === 'radio') return el.checked;
  const state = el.closest('[aria-checked]')?.getAttribute('aria-checked');
  return state === null || state === undefined ? undefined : state === 'true';
}
