// Texts as a person compares them: white space counts once, and a whole match is better than a part.

// What nobody sees in a text: where a word may be broken.
const solid = (s) => (s || '').replace(/[\u00ad\u200b\u2060\ufeff]/g, '');
const squeeze = (s) => solid(s).replace(/\s+/g, ' ').trim();
const bare = (s) => solid(s).replace(/\s+/g, '').toLowerCase();
const cut = (s, n = 80) => (s.length > n ? s.slice(0, n - 1) + '…' : s);
const quote = (s) => '"' + cut(squeeze(s)).replace(/"/g, '\\"') + '"';

const PART = 1, WHOLE = 2, EXACT = 3;

// grade says how well a text matches: 0 not at all, PART, WHOLE (but for case), EXACT. With exact only the
// last one counts.
function grade(text, want, exact) {
  const t = squeeze(text), w = squeeze(want);
  if (t === w) return EXACT;
  if (exact || w === '') return 0;
  const tl = t.toLowerCase(), wl = w.toLowerCase();
  if (tl === wl) return WHOLE;
  return tl.includes(wl) ? PART : 0;
}

// gradeName is grade for the name of a field or a control: the mark of a field that must be filled is not part of how people
// call it, so "Address" is the whole of "Address *", and not of "Address 2".
function gradeName(text, want, exact) {
  const g = grade(text, want, exact);
  return g === PART && grade(squeeze(text).replace(/^\*\s*|\s*\*$/g, ''), want, false) >= WHOLE ? WHOLE : g;
}

// likeness of two texts, 0 to 1, by the pairs of letters they share (Dice).
function likeness(a, b) {
  const pairs = (s) => {
    const m = new Map();
    for (let i = 0; i + 1 < s.length; i++) {
      const p = s.slice(i, i + 2);
      m.set(p, (m.get(p) || 0) + 1);
    }
    return m;
  };
  const x = bare(a).slice(0, 200), y = bare(b).slice(0, 200);
  if (!x || !y) return 0;
  if (x === y) return 1;
  const px = pairs(x), py = pairs(y);
  let shared = 0;
  for (const [p, n] of px) shared += Math.min(n, py.get(p) || 0);
  const total = Math.max(1, x.length - 1) + Math.max(1, y.length - 1);
  const dice = (2 * shared) / total;
  return x.includes(y) || y.includes(x) ? Math.max(dice, 0.6) : dice;
}
