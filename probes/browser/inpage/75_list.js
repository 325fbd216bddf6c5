// Lists that the page draws itself: ARIA's combobox and listbox, whose options come about when they are opened.

const LISTS = '[role=combobox],[role=listbox],[aria-haspopup=listbox]';

// drawn is the list that a step chooses from: what it showed before, the lists that were open before, the label that was
// clicked last. The element is kept, because a page may hide all but the open options from assistive technology.
const drawn = {el: null, was: '', before: new Set(), label: '', typed: false};

// drawnList is the element that opens such a list, or is it; null for anything else.
function drawnList(found) {
  const el = fieldOf(found) || found;
  return el.tagName === 'SELECT' ? null : el.closest(LISTS);
}

const optionsOf = (list) => deep(list, '[role=option]').filter((el) => visible(el, true));
const openLists = () => deep(document, '[role=listbox]').filter((el) => optionsOf(el).length);

// listOf is the open list that belongs to an element; null if there is none: the list that it is or holds, that it says it
// controls, or the only one that has opened since.
function listOf(el) {
  if (optionsOf(el).length) return el;
  for (const e of [el, ...el.querySelectorAll('[aria-controls],[aria-owns]')]) {
    const ids = `${e.getAttribute('aria-controls') || ''} ${e.getAttribute('aria-owns') || ''}`.split(/\s+/).filter(Boolean);
    for (const id of ids) {
      const list = el.getRootNode().getElementById?.(id);
      if (list && optionsOf(list).length) return list;
    }
  }
  const fresh = openLists().filter((list) => !drawn.before.has(list));
  return fresh.length === 1 ? fresh[0] : null;
}

// takeUp begins to choose from a list that the page draws.
function takeUp(el) {
  if (disabled(el)) return {why: 'disabled'};
  const open = el.getAttribute('aria-expanded') === 'true';
  Object.assign(drawn, {el, was: shownBy(el), before: new Set(open ? [] : openLists()), label: '', typed: false});
  return {ok: true, drawn: true, state: !!listOf(el), typed: el.matches('input:not([readonly])')};
}

const optionText = (el) => el.getAttribute('aria-label') || words(el);

// byOption finds an option of the open list by its whole label, or its value.
function byOption(p) {
  const list = drawn.el && listOf(drawn.el);
  if (!list) return [];
  const graded = (el) => (el.getAttribute('data-value') === p.value ? WHOLE : Math.max(grade(optionText(el), p.value), grade(words(el), p.value)));
  return optionsOf(list).map((el) => [el, graded(el)]).filter(([, g]) => g > PART);
}

// noOption says what there is instead.
function noOption(p) {
  const list = drawn.el && listOf(drawn.el);
  if (!list) return 'it opened no list of options: click what opens it, and then the option';
  return `no option ${quote(p.value)}; there is ${optionsOf(list).slice(0, 6).map((el) => quote(optionText(el))).join(', ')}`;
}

const picked = (el) => el.getAttribute('aria-selected') === 'true' || el.getAttribute('aria-checked') === 'true';

// option is where to click on an option; one of several that is chosen already is left alone.
function option(el, o) {
  drawn.label = optionText(el);
  if (drawn.el && listOf(drawn.el)?.getAttribute('aria-multiselectable') === 'true' && picked(el)) return {ok: true, done: true};
  return point(el, o);
}

// shownBy is what such a list shows as chosen: in its field, in itself, or beside it where nothing else can be operated.
function shownBy(el) {
  if (el.getAttribute('role') === 'listbox') return optionsOf(el).filter(picked).map(optionText).join(', ');
  const field = el.matches('input') ? el : el.querySelector('input:not([type=hidden])');
  if (field && field.value) return field.value;
  let text = el === field ? '' : words(el);
  for (let e = parentOf(el), n = 0; e && n < 4 && !text; e = parentOf(e), n++) {
    if (deep(e, FIELDS).some((x) => x !== el && !holds(el, x) && visible(x, true))) break;
    text = words(e);
  }
  return text;
}

// chosen tells whether the page took the option, and whether the list is still open.
function chosen() {
  return {...taken(), state: !!drawn.el && drawn.el.isConnected && !!listOf(drawn.el)};
}

// taken tells whether the list shows the label of the option, or the option says itself that it is chosen.
function taken() {
  const {el, was, label, typed} = drawn;
  if (!el) return {why: 'the page was replaced'};
  const says = (s) => bare(s).includes(bare(label));
  if (!el.isConnected) {
    const others = deep(document, LISTS).filter((e) => visible(e, true));
    return others.some((e) => says(shownBy(e))) ? {ok: true} : {why: 'the page drew another list in its place, which does not show the choice'};
  }
  const list = listOf(el), now = shownBy(el);
  if (list && optionsOf(list).some((x) => optionText(x) === label && picked(x))) return {ok: true};
  if (says(now) && (now !== was || bare(now) === bare(label)) && !(list && typed)) return {ok: true};
  return {why: `the page did not take the choice of ${quote(label)}: it shows ${now ? quote(now) : 'nothing'}`};
}
