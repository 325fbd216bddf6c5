// Roles and names, as the browser's own accessibility tree computes them.

const ROLE_TAGS = {
  alert: '', article: 'article', banner: 'header', button: 'button,input,summary', cell: 'td', checkbox: 'input',
  columnheader: 'th', combobox: 'select,input', complementary: 'aside', contentinfo: 'footer', dialog: 'dialog',
  figure: 'figure', form: 'form', group: 'fieldset,details,optgroup', heading: 'h1,h2,h3,h4,h5,h6', img: 'img,svg',
  image: 'img,svg', link: 'a,area', list: 'ul,ol,menu', listbox: 'select', listitem: 'li', main: 'main',
  meter: 'meter', navigation: 'nav', option: 'option', paragraph: 'p', progressbar: 'progress', radio: 'input',
  region: 'section', row: 'tr', rowheader: 'th', searchbox: 'input', separator: 'hr', slider: 'input',
  spinbutton: 'input', status: 'output', table: 'table', textbox: 'input,textarea,[contenteditable]',
};
const SAME_ROLE = {image: 'img', none: 'presentation'};

const CONTROLS = 'a[href],area[href],button,input:not([type=hidden]),select,textarea,summary,[contenteditable=""],' +
  '[contenteditable=true],[onclick],[tabindex]:not([tabindex="-1"]),[role=button],[role=link],[role=checkbox],' +
  '[role=radio],[role=switch],[role=tab],[role=menuitem],[role=menuitemcheckbox],[role=menuitemradio],' +
  '[role=option],[role=treeitem],[role=combobox],[role=textbox],[role=searchbox],[role=slider],[role=spinbutton]';

const FIELDS = 'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=reset]):not([type=image]),' +
  'textarea,select,[contenteditable=""],[contenteditable=true],[role=textbox],[role=searchbox],[role=combobox],' +
  '[role=checkbox],[role=radio],[role=switch],[role=slider],[role=spinbutton],[role=listbox]';

// Asking the browser for a role or a name makes it build its accessibility tree anew each time: on a page of
// 2,000 elements that is 20 ms. So an answer is kept until the document changes, and elements whose name
// cannot be anything but their text are not asked about at all.
const known = {epoch: 0, of: new WeakMap()};

const PLAIN_ROLES = {BUTTON: 'button', A: 'link', H1: 'heading', H2: 'heading', H3: 'heading', H4: 'heading', H5: 'heading', H6: 'heading'};
const NAMING = '[aria-label],[aria-labelledby],[aria-hidden],[role],[alt],[title],img,svg,input,select,textarea,slot';

// plain reports whether an element's role is its tag's and its name its text.
function plain(el) {
  if (!PLAIN_ROLES[el.tagName] || (el.tagName === 'A' && !el.hasAttribute('href'))) return false;
  if (el.matches('[aria-label],[aria-labelledby],[role],[title]') || shadowOf(el) || el.querySelector(NAMING)) return false;
  return !el.closest('[aria-hidden=true],[inert],[role=presentation],[role=none]') && words(el) !== '';
}

function ask(el) {
  let k = known.of.get(el);
  if (!k || k.epoch !== known.epoch) known.of.set(el, k = {epoch: known.epoch});
  return k;
}

function roleOf(el) {
  if (plain(el)) return PLAIN_ROLES[el.tagName];
  const k = ask(el);
  if (k.role === undefined) k.role = el.computedRole ?? el.getAttribute('role') ?? '';
  return SAME_ROLE[k.role] || k.role;
}

function nameOf(el) {
  if (plain(el)) return words(el);
  const k = ask(el);
  if (k.name === undefined) k.name = el.computedName ?? quickName(el);
  return k.name || '';
}

// quickName is nearly what the browser would say, at once: good enough to say what is there instead.
function quickName(el) {
  const labels = labelsOf(el);
  if (labels.length) return labels[0];
  if (el.matches('input[type=submit],input[type=button],input[type=reset]')) return el.value;
  const attr = el.getAttribute('alt') || '';
  if (attr) return attr;
  const inner = [...el.querySelectorAll('[alt],[aria-label]')].map((e) => e.getAttribute('aria-label') || e.getAttribute('alt'));
  const text = el.matches('input,select,textarea') ? '' : squeeze([words(el), ...inner].join(' '));
  return text || el.getAttribute('title') || el.getAttribute('placeholder') || '';
}

// quickRole is nearly the role, at once.
function quickRole(el) {
  const own = el.getAttribute('role');
  if (own) return SAME_ROLE[own] || own;
  switch (el.tagName) {
    case 'INPUT':
      if (['submit', 'button', 'reset', 'image'].includes(el.type)) return 'button';
      if (['checkbox', 'radio'].includes(el.type)) return el.type;
      return {range: 'slider', number: 'spinbutton', search: 'searchbox'}[el.type] || 'textbox';
    case 'TEXTAREA': return 'textbox';
    case 'SELECT': return el.multiple ? 'listbox' : 'combobox';
    case 'A': return el.hasAttribute('href') ? 'link' : '';
    case 'SUMMARY': return 'button';
    case 'IMG': return 'img';
  }
  if (PLAIN_ROLES[el.tagName]) return PLAIN_ROLES[el.tagName];
  return el.isContentEditable ? 'textbox' : '';
}

// hay is a quick superset of where a name can come from: asking the browser for a name is dear, so only
// elements whose hay holds the needle are asked.
function hay(el) {
  const a = (name) => el.getAttribute(name) || '';
  let s = el.textContent + a('aria-label') + a('title') + a('alt') + a('placeholder') + a('value');
  if (el.labels) for (const l of el.labels) s += l.textContent;
  const refs = a('aria-labelledby');
  if (refs) for (const id of refs.split(/\s+/)) s += el.getRootNode().getElementById?.(id)?.textContent || '';
  for (const inner of el.querySelectorAll('[alt],[aria-label],[title]')) {
    s += (inner.getAttribute('alt') || '') + (inner.getAttribute('aria-label') || '') + (inner.getAttribute('title') || '');
  }
  if (s && shadowOf(el)) s += shadowOf(el).textContent;
  return bare(s);
}

// labelsOf are the texts that label a field.
function labelsOf(el) {
  const out = [];
  const refs = el.getAttribute('aria-labelledby');
  if (refs) {
    const root = el.getRootNode();
    out.push(refs.split(/\s+/).map((id) => words(root.getElementById?.(id) || document.createElement('i'))).join(' '));
  }
  const own = el.getAttribute('aria-label');
  if (own) out.push(own);
  for (const label of el.labels || []) {
    let text = '';
    const visit = (node) => {
      for (const c of node.childNodes) {
        if (c.nodeType === 3) text += c.data;
        else if (c.nodeType === 1 && c !== el && !c.matches('select,textarea,button') && !SILENT.has(c.tagName)) visit(c);
      }
      text += ' ';
    };
    visit(label);
    out.push(text);
  }
  return out.map(squeeze).filter(Boolean);
}

// describe names an element as a person would write its locator; where it has no name, by its tag.
function describe(el, testID) {
  const id = el.getAttribute(testID || 'data-testid');
  const role = quickRole(el), name = squeeze(quickName(el));
  const tagged = id ? ` (testid=${id})` : '';
  if (role && name) {
    return `${role} ${quote(name)}${tagged}`;
  }
  const text = words(el);
  return tag(el) + (text && text.length < 200 ? ' ' + quote(text) : '') + tagged;
}

// tag is an element's opening tag, cut to what tells it from others.
function tag(el) {
  let s = '<' + el.tagName.toLowerCase();
  const id = el.getAttribute('id');
  if (id) s += ` id="${cut(id, 40)}"`;
  const cls = el.getAttribute('class');
  if (cls && !id) s += ` class="${cut(squeeze(cls), 40)}"`;
  for (const a of ['name', 'role', 'type']) if (el.getAttribute(a)) s += ` ${a}="${cut(el.getAttribute(a), 30)}"`;
  return s + '>';
}
