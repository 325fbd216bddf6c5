// Dragging: whether the browser itself drags something, and whether something takes it.

const grasp = {started: false, dropped: false, refused: false, installed: false};

// grip begins to look for a drag of the browser's own.
function grip() {
  Object.assign(grasp, {started: false, dropped: false, refused: false});
  if (grasp.installed) return true;
  grasp.installed = true;
  // The last to hear of it: whoever prevents it does the dragging themselves.
  addEventListener('dragstart', (e) => { grasp.started = !e.defaultPrevented; });
  addEventListener('drop', () => { grasp.dropped = true; }, true);
  return true;
}

// gripped tells what became of it, after the page had a turn.
const gripped = () => new Promise((resolve) => setTimeout(() => resolve({started: grasp.started, dropped: grasp.dropped}), 0));
