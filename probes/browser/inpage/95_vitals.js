// Vitals: what a customer felt of the page, as the standards of the web define it. Each document reports by
// itself once it has loaded, and soon after something has changed: what it says when it goes is lost.

const vitals = {fcp: 0, lcp: 0, cls: 0, inputs: []};
const witnesses = [];

// heedShift sums layout shifts in bursts of at most five seconds with gaps below one; the worst burst counts.
function heedShift(e) {
  if (e.hadRecentInput) return;
  const b = vitals.burst;
  if (b && e.startTime - b.last < 1000 && e.startTime - b.first < 5000) b.sum += e.value;
  else vitals.burst = {sum: e.value, first: e.startTime};
  vitals.burst.last = e.startTime;
  vitals.cls = Math.max(vitals.cls, vitals.burst.sum);
}

// An answer to an input is told with the time of the input.
function heedInput(e) {
  if ((e.interactionId || e.entryType === 'first-input') && vitals.inputs.length < 50) vitals.inputs.push([e.startTime, Math.max(e.duration, 1)]);
}

function watchVitals(type, heed, more) {
  try {
    const o = new PerformanceObserver((list) => {
      list.getEntries().forEach(heed);
      if (document.readyState === 'complete') tellSoon();
    });
    o.observe({type, buffered: true, ...more});
    witnesses.push(() => o.takeRecords().forEach(heed));
  } catch { /* this browser does not measure it */ }
}

function readVitals() {
  for (const w of witnesses) w();
  const navigation = performance.getEntriesByType('navigation')[0];
  const {fcp, lcp, cls} = vitals;
  return {now: performance.now(), ttfb: navigation ? navigation.responseStart : 0, fcp, lcp, cls, inputs: vitals.inputs.splice(0)};
}

let told = '', telling = 0, toldAt = -1000;
function tell() {
  clearTimeout(telling);
  telling = 0;
  toldAt = performance.now();
  const v = readVitals(), said = [v.fcp, v.lcp, v.cls].join();
  if (said === told && !v.inputs.length) return;
  told = said;
  globalThis.outriderTell?.(JSON.stringify(v));
}
const tellSoon = () => { telling ||= setTimeout(tell, Math.max(0, toldAt + 100 - performance.now())); };

if (window === window.top) {
  watchVitals('paint', (e) => { if (e.name === 'first-contentful-paint') vitals.fcp = e.startTime; });
  watchVitals('largest-contentful-paint', (e) => { vitals.lcp = e.startTime; });
  watchVitals('layout-shift', heedShift);
  watchVitals('event', heedInput, {durationThreshold: 16});
  watchVitals('first-input', heedInput);
  addEventListener('load', () => setTimeout(tell, 0));
}
globalThis.__outrider.vitals = readVitals;
