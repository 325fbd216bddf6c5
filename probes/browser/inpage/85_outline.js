// Telling: what the page shows, as text.

const REGIONS = {
  MAIN: 'main', NAV: 'navigation', HEADER: 'banner', FOOTER: 'contentinfo', ASIDE: 'complementary', FORM: 'form', DIALOG: 'dialog',
  UL: 'list', OL: 'list', LI: 'listitem', TABLE: 'table', TR: 'row', TD: 'cell', TH: 'columnheader', FIELDSET: 'group', IFRAME: 'frame',
  SECTION: 'region', ARTICLE: 'article', P: 'paragraph', OUTPUT: 'status', PROGRESS: 'progressbar', DETAILS: 'group', OPTION: '',
};
const SINGLE = new Set(['button', 'link', 'heading', 'img', 'checkbox', 'radio', 'switch', 'textbox', 'searchbox', 'combobox', 'listbox',
  'slider', 'spinbutton', 'tab', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'option']);
const VALUED = new Set(['textbox', 'searchbox', 'combobox', 'listbox', 'slider', 'spinbutton']);

// masked gives the elements that a journey wants nobody to see.
function masked(q) {
  const out = new Set();
  for (const part of q.mask || []) {
    for (const el of find(part, {testID: q.testID, all: true, attached: true, thorough: true}).els) out.add(el);
  }
  return out;
}

// withheld are what is masked and what shows a secret in pieces, as a word of which a part is marked: who removes
// secrets from texts would not know it again.
function withheld(q) {
  const out = masked(q), values = q.values || [], split = new Set();
  if (values.length) doomTexts(split, tells(values));
  split.delete(document.body);
  const whole = (el) => !el.firstElementChild && !shadowOf(el) && values.some((v) => el.textContent.includes(v));
  for (const el of split) if (!whole(el)) out.add(el);
  return out;
}

// unspoken gives a test for fields whose value must not be told.
const unspoken = (q) => {
  const part = pieces(q.values);
  return (el) => el.type === 'password' || hold.secret.has(el) || part(el.value);
};

const below = (el) => (el.shadowRoot ? [...el.shadowRoot.childNodes] : el.tagName === 'SLOT' && el.assignedNodes().length ? el.assignedNodes() : [...el.childNodes]);

// writer gathers lines up to a length.
function writer(max) {
  const lines = [];
  let left = max;
  return {
    full: () => left <= 0,
    put(depth, text) {
      const line = '  '.repeat(Math.min(depth, 20)) + text;
      left -= line.length + 1;
      if (left >= 0) lines.push(line);
      else if (left > -1e9) { lines.push('…'); left = -2e9; }
    },
    lines,
  };
}

// said is the line of an element in the outline.
function said(el, role, plainly, quiet) {
  const name = cut(squeeze(role === 'heading' ? words(el) || quickName(el) : quickName(el)), 120);
  let line = role + (name && (SINGLE.has(role) || el.hasAttribute('aria-label')) ? ' ' + quote(name) : '');
  if (plainly) return line;
  if (/^H[1-6]$/.test(el.tagName)) line += ` [level=${el.tagName[1]}]`;
  if (disabled(el)) line += ' [disabled]';
  if (el.checked || el.getAttribute('aria-checked') === 'true') line += ' [checked]';
  const expanded = el.getAttribute('aria-expanded');
  if (expanded) line += expanded === 'true' ? ' [expanded]' : ' [collapsed]';
  if (VALUED.has(role)) {
    const list = drawnList(el);
    const value = quiet(el) ? '(not shown)' : el.tagName === 'SELECT' ? [...el.selectedOptions].map((o) => o.label).join(', ') : list ? shownBy(list) : contentOf(el);
    if (value && value !== name) line += ': ' + cut(squeeze(value), 120);
  }
  return line;
}

const inSight = (el) => el.tagName === 'SLOT' || getComputedStyle(el).display === 'contents' ||
  el.checkVisibility({visibilityProperty: true, opacityProperty: true});

// outline lists what assistive technology would meet, each in its place: {max, mask, testID, plain}. Plain lines
// have no indentation and no state, for comparing pages.
function outline(q) {
  const out = writer(q.max), secret = withheld(q), quiet = unspoken(q);
  const visit = (node, depth) => {
    for (const child of below(node)) {
      if (out.full()) return;
      if (child.nodeType === 3) {
        const text = squeeze(child.data);
        if (text) out.put(q.plain ? 0 : depth, (q.plain ? 'text ' : '- text: ') + (q.plain ? quote(text) : cut(text, 200)));
        continue;
      }
      if (child.nodeType !== 1 || SILENT.has(child.tagName) || child.getAttribute('aria-hidden') === 'true' || !inSight(child)) continue;
      if (secret.has(child)) {
        out.put(q.plain ? 0 : depth, q.plain ? 'masked' : '- (masked)');
        continue;
      }
      const role = quickRole(child) || REGIONS[child.tagName] || '';
      const line = role && role !== 'presentation' && (!q.plain || SINGLE.has(role));
      if (line) out.put(q.plain ? 0 : depth, (q.plain ? '' : '- ') + said(child, role, q.plain, quiet));
      if (!SINGLE.has(role)) visit(child, line ? depth + 1 : depth);
    }
  };
  if (document.body) visit(document.body, 0);
  return q.plain ? [...new Set(out.lines)] : out.lines.join('\n');
}

// markup writes the document as it is now, shadow roots included, without what only programs read.
function markup(q) {
  const out = writer(q.max), secret = withheld(q), untold = unspoken(q);
  const hidden = /token|secret|nonce|csrf|password|session/i;
  const opening = (el) => {
    let s = '<' + el.tagName.toLowerCase();
    for (const {name, value} of el.attributes) {
      if (name === 'style' || name === 'd' || name.startsWith('on')) continue;
      const quiet = name === 'value' && (untold(el) || el.type === 'hidden') || hidden.test(name) ||
        name === 'content' && hidden.test(el.getAttribute('name') || '');
      s += ` ${name}` + (value || quiet ? `="${quiet ? '(not shown)' : cut(value, 200).replace(/"/g, '&quot;')}"` : '');
    }
    if (el.matches('input:not([type=hidden]),textarea') && el.value && el.value !== el.getAttribute('value')) {
      s += untold(el) ? ' (typed: not shown)' : ` (typed: ${quote(el.value)})`;
    }
    return s + '>';
  };
  const visit = (node, depth) => {
    for (const child of childrenIn(node)) {
      if (out.full()) return;
      if (child.nodeType === 3) {
        const text = squeeze(child.data);
        if (text) out.put(depth, cut(text, 500));
      } else if (child.nodeType === 1) {
        if (secret.has(child)) {
          out.put(depth, `<${child.tagName.toLowerCase()}> (masked)`);
          continue;
        }
        out.put(depth, opening(child));
        if (['SCRIPT', 'STYLE', 'NOSCRIPT', 'svg', 'TEXTAREA'].includes(child.tagName)) continue;
        if (child.shadowRoot) {
          out.put(depth + 1, '#shadow-root');
          visit(child.shadowRoot, depth + 2);
        }
        visit(child, depth + 1);
      }
    }
  };
  const childrenIn = (node) => [...node.childNodes];
  visit(document, 0);
  return out.lines.join('\n');
}

// spoken is the text of the page without that of masked elements.
function spoken(q) {
  let text = solid(pageText(1e6));
  for (const el of withheld(q)) {
    const lines = [words(el), ...(el.innerText || '').split('\n').map(squeeze)].filter((t) => t.length > 1);
    for (const line of lines.sort((a, b) => b.length - a.length)) text = text.split(line).join('(masked)');
  }
  return text.slice(0, q.max);
}
