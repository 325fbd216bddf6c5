// Covering: what must not be in a picture.

// cover blackens what shows one of the values, and the fields that secrets were typed into. It returns how
// many places it covered; uncover undoes it.
function cover(values, hold) {
  uncover(hold);
  const strip = (s) => (s || '').replace(/[\s\-.]+/g, '').toLowerCase();
  const wanted = values.map(strip).filter((v) => v.length > 0);
  const long = wanted.filter((v) => v.length >= 4);
  const shows = (text) => { const t = strip(text); return t !== '' && (long.some((v) => t.includes(v)) || wanted.includes(t)); };
  const doomed = new Set([...hold.secret].filter((el) => el.isConnected));
  for (const el of deep(document, 'input,textarea,select,[placeholder]')) {
    if (shows(el.value) || shows(el.getAttribute('placeholder')) || (el.type === 'password' && el.value)) doomed.add(el);
  }
  const visit = (node) => {
    let inside = false;
    const below = [...node.children];
    if (node.shadowRoot) below.push(...node.shadowRoot.children);
    for (const child of below) {
      if (['SCRIPT', 'STYLE', 'TEMPLATE', 'HEAD'].includes(child.tagName)) continue;
      if (child.shadowRoot || child.firstElementChild || shows(child.textContent)) inside = visit(child) || inside;
    }
    if (inside) return true;
    if (node.nodeType !== 1 || !shows(node.textContent)) return false;
    doomed.add(node);
    return true;
  };
  if (document.body) visit(document.body);
  for (const el of doomed) {
    hold.covered.push([el, el.getAttribute('style')]);
    const set = (k, v) => el.style.setProperty(k, v, 'important');
    set('color', 'transparent');
    set('-webkit-text-fill-color', 'transparent');
    set('text-shadow', 'none');
    set('background', '#000');
    set('transition', 'none');
    set('caret-color', 'transparent');
    for (const inner of el.querySelectorAll ? el.querySelectorAll('*') : []) {
      hold.covered.push([inner, inner.getAttribute('style')]);
      inner.style?.setProperty('visibility', 'hidden', 'important');
    }
  }
  return doomed.size;
}

function uncover(hold) {
  for (const [el, style] of hold.covered) {
    if (style === null) el.removeAttribute('style');
    else el.setAttribute('style', style);
  }
  hold.covered = [];
}
