// Covering: what must not be in a picture.

const styleOf = (el) => (el instanceof HTMLFormElement ? styleGetter.call(el) : el.style);
const styleGetter = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'style').get;

const strip = (s) => (s || '').replace(/[\s\-.\u00ad\u200b-\u200d\u2060\ufeff]+/g, '').toLowerCase();

// pieces gives a test for what a field holds that took a part of one of the values only.
function pieces(values) {
  const wanted = (values || []).map(strip);
  return (text) => strip(text).length >= 4 && wanted.some((v) => v.includes(strip(text)));
}

// tells gives a test for texts that hold one of the values, however it is grouped and in whatever case.
function tells(values) {
  const wanted = [...new Set(values.map(strip).filter((v) => v.length > 0))];
  const long = wanted.filter((v) => v.length >= 4);
  return (text) => {
    const t = strip(text);
    return t !== '' && (long.some((v) => t.includes(v)) || wanted.includes(t));
  };
}

// exposed counts what cover would cover, and changes nothing.
function exposed(q, hold) {
  return doomedBy(q, hold).size;
}

// cover blackens what shows one of the values, and the fields that secrets were typed into. It returns how
// many places it covered; uncover undoes it.
function cover(q, hold) {
  uncover(hold);
  const doomed = doomedBy(q, hold);
  for (const el of doomed) {
    hide(el, hold);
    for (const inner of el.querySelectorAll('*')) hide(inner, hold);
  }
  hold.veil = veil(doomed);
  return doomed.size;
}

function doomedBy(q, hold) {
  const shows = tells(q.values);
  const doomed = new Set([...hold.secret].filter((el) => el.isConnected));
  for (const el of masked(q)) doomed.add(el);
  doomFields(doomed, shows, pieces(q.values));
  doomTexts(doomed, shows);
  return doomed;
}

// doomFields finds what is painted though it is no text of the document: the values of fields, the chosen
// options, the words in place of pictures, and what style sheets take from attributes.
function doomFields(doomed, shows, part) {
  for (const el of deep(document, 'input,textarea,select')) {
    if (shows(el.value) || part(el.value) || (el.type === 'password' && el.value)) doomed.add(el);
    if (el.tagName === 'SELECT' && [...el.options].some((x) => shows(x.label) || shows(x.value))) doomed.add(el);
  }
  for (const el of deep(document, '*')) {
    for (const {name, value} of el.attributes) {
      if (value.length < 3 || name === 'style' || name === 'class' || !shows(value)) continue;
      if (name === 'alt' || name === 'placeholder' || name === 'label') doomed.add(el);
      else if (['::before', '::after', '::marker'].some((p) => /attr\(|["']/.test(getComputedStyle(el, p).content))) doomed.add(el);
    }
  }
}

// doomTexts finds the smallest elements whose text holds a value, also one that begins in one element and
// ends in the next.
function doomTexts(doomed, shows) {
  const hosts = new Set();
  for (const root of shadowRoots()) for (let e = root.host; e; e = parentOf(e)) hosts.add(e);
  // left gives the text of a node that remains to be seen.
  const left = (node) => {
    if (doomed.has(node)) return '\0';
    if (!hosts.has(node) && !shows(node.textContent)) return node.textContent;
    let text = '';
    for (const child of [...(shadowOf(node)?.childNodes || []), ...node.childNodes]) {
      if (child.nodeType === 3) text += child.data;
      else if (child.nodeType === 1 && !['SCRIPT', 'STYLE', 'TEMPLATE', 'HEAD'].includes(child.tagName)) text += left(child);
    }
    if (!shows(text)) return text;
    doomed.add(node);
    return '\0';
  };
  if (document.body) left(document.body);
}

// hide makes an element invisible where it is. It keeps its place, its focus and what it receives.
function hide(el, hold) {
  const style = styleOf(el);
  if (!style) return;
  hold.covered.push([el, el.getAttribute('style')]);
  const set = (k, v) => style.setProperty(k, v, 'important');
  set('transition', 'none');
  set('opacity', '0');
  set('color', 'transparent'); // an element without a box of its own has no opacity
  set('-webkit-text-fill-color', 'transparent');
  set('fill', 'transparent');
  set('stroke', 'transparent');
  set('text-shadow', 'none');
}

// veil lays black boxes over the elements, in the layer above all others.
function veil(doomed) {
  if (!doomed.size) return null;
  const base = 'all:initial!important;display:block!important;position:fixed!important;pointer-events:none!important;';
  const sheet = document.createElement('div');
  sheet.style.cssText = base + 'inset:0!important;z-index:2147483647!important;background:none!important';
  for (const el of doomed) {
    const range = document.createRange();
    range.selectNodeContents(el);
    for (const r of [...el.getClientRects(), ...range.getClientRects()]) {
      if (r.right < 0 || r.bottom < 0 || r.left > innerWidth || r.top > innerHeight || sheet.children.length > 2000) continue;
      const box = document.createElement('div');
      box.style.cssText = [`${base}left:${r.left}px`, `top:${r.top}px`, `width:${r.width}px`, `height:${r.height}px`, 'background:#000!important'].join('!important;');
      sheet.append(box);
    }
  }
  sheet.setAttribute('popover', 'manual');
  document.documentElement.append(sheet);
  try {
    sheet.showPopover();
  } catch { /* it lies over everything that is in no layer of its own */ }
  return sheet;
}

function uncover(hold) {
  hold.veil?.remove();
  hold.veil = null;
  for (const [el, style] of hold.covered.reverse()) {
    if (style === null) el.removeAttribute('style');
    else el.setAttribute('style', style);
  }
  hold.covered = [];
}
