// A list of which only what is near the reader is in the page: a thread of thousands of messages scrolls like a short one.
//
// What is not in the page is stood for by the list's padding, of the height that it had or most likely has. Whatever
// changes, the element that the reader looks at stays where it is.

const NEAR_END = 90; // px from the end that count as being there
const LEAST_AHEAD = 1200; // px kept ready beyond what shows
const MOST_BEFORE = 80; // items kept ready above what shows, and from there on below
const MOST_AFTER = 120;
const USUAL_HEIGHT = 72; // px, until some were measured

/**
 * `scroll` scrolls `list`, which holds the items. An item has a `key`, and an `order` that it stands by. `make(item)`
 * is its element; `dress(element, item, before)` shows what depends on the item `before` it (or null). `onreach()` is
 * called where the reader comes near the first item; `onmove()` whenever they have moved.
 */
export function createWindow({ scroll, list, make, dress, onreach, onmove }) {
  let items = [];
  let from = 0; // items[from] to items[to - 1] are in the page
  let to = 0;
  let asked = 0;
  const elements = new Map();
  const heights = new Map();

  const bounds = () => scroll.getBoundingClientRect();
  const ahead = () => Math.max(LEAST_AHEAD, scroll.clientHeight * 1.5);
  const elementAt = (index) => elements.get(items[index]?.key);

  function usual() {
    let sum = 0;
    for (const height of heights.values()) sum += height;
    return heights.size ? sum / heights.size : USUAL_HEIGHT;
  }

  function heightOf(start, end) {
    const guess = usual();
    let sum = 0;
    for (let index = start; index < end; index += 1) sum += heights.get(items[index].key) ?? guess;
    return sum;
  }

  /** The heights of what is in the page, as it stands: from one item's top to the next one's. */
  function measure() {
    let next = null;
    for (let index = to - 1; index >= from; index -= 1) {
      const { top, bottom } = elementAt(index).getBoundingClientRect();
      heights.set(items[index].key, Math.max(0, (next ?? bottom) - top));
      next = top;
    }
  }

  /** Do what changes the page, and put the reader back where they were. */
  function keep(change) {
    const back = standing();
    change();
    back();
  }

  /** Where the reader is; what it returns puts them back there. */
  function standing() {
    const { top } = bounds();
    const found = inSight();
    // What was said, not the line with the day above it, which goes where earlier messages of that day come.
    const seen = found < 0 ? null : (elementAt(found).lastElementChild ?? elementAt(found));
    const before = seen?.getBoundingClientRect().top ?? top;
    return () => {
      if (seen?.isConnected) scroll.scrollTop += seen.getBoundingClientRect().top - before;
    };
  }

  /** The index of the first item in the page of which something shows, or -1. */
  function inSight() {
    const { top, bottom } = bounds();
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (elementAt(middle).getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    return low < to && elementAt(low).getBoundingClientRect().top < bottom ? low : -1;
  }

  /** Have items[start] to items[end - 1] in the page, and nothing else. */
  function render(start, end) {
    measure();
    for (let index = from; index < to; index += 1) if (index < start || index >= end) takeOut(items[index]);
    let after = null;
    for (let index = end - 1; index >= start; index -= 1) {
      const item = items[index];
      let element = elements.get(item.key);
      if (!element) {
        element = make(item);
        elements.set(item.key, element);
        list.insertBefore(element, after);
      }
      dress(element, item, items[index - 1] ?? null);
      after = element;
    }
    from = start;
    to = end;
    pad();
  }

  function takeOut(item) {
    const element = elements.get(item.key);
    if (element?.contains(document.activeElement)) scroll.focus({ preventScroll: true });
    element?.remove();
    elements.delete(item.key);
  }

  function pad() {
    list.style.paddingBlockStart = from ? `${Math.round(heightOf(0, from))}px` : "";
    list.style.paddingBlockEnd = to < items.length ? `${Math.round(heightOf(to, items.length))}px` : "";
  }

  /** The items around the one at `index` that should be in the page. */
  function around(index) {
    const reach = ahead();
    let start = index;
    let end = Math.min(index + 1, items.length);
    const guess = usual();
    for (let sum = 0; start > 0 && index - start < MOST_BEFORE && sum < reach * 1.5; start -= 1) sum += heights.get(items[start - 1].key) ?? guess;
    const far = scroll.clientHeight + reach * 1.5;
    for (let sum = 0; end < items.length && end - index < MOST_AFTER && sum < far; end += 1) sum += heights.get(items[end].key) ?? guess;
    return [start, end];
  }

  /** See to it that what is near is there. */
  function ensure() {
    if (!items.length || !scroll.clientHeight) return;
    const { top, bottom } = bounds();
    const first = elementAt(from)?.getBoundingClientRect().top ?? Infinity;
    const last = elementAt(to - 1)?.getBoundingClientRect().bottom ?? -Infinity;
    if (last < top || first > bottom) {
      if (from > 0 || to < items.length) leap(first > bottom && from === 0);
    } else {
      const reach = ahead() / 2;
      const isShort = (from > 0 && first > top - reach) || (to < items.length && last < bottom + reach);
      if (isShort || to - from > MOST_BEFORE + MOST_AFTER) {
        const seen = inSight();
        if (seen >= 0) keep(() => render(...around(seen)));
      }
    }
    reached();
  }

  /** Nothing in the page is near: the reader took the scroll bar. */
  function leap(isAbove) {
    if (isAbove) return;
    const { top } = bounds();
    let place = top - list.getBoundingClientRect().top;
    let index = 0;
    const guess = usual();
    for (; index < items.length - 1; index += 1) {
      const height = heights.get(items[index].key) ?? guess;
      if (place < height) break;
      place -= height;
    }
    if (place < -scroll.clientHeight) return;
    render(...around(index));
  }

  function reached() {
    const first = items[0];
    if (!first || from > 0) return;
    const box = elementAt(0).getBoundingClientRect();
    const { top, bottom } = bounds();
    if (box.top > top - 2 * ahead() && box.top < bottom) onreach();
  }

  const indexOf = (key) => items.findIndex((item) => item.key === key);

  function place(item) {
    let index = items.length;
    while (index > 0 && items[index - 1].order > item.order) index -= 1;
    const isInside = index > from && index < to;
    const isNext = index === to && to === items.length;
    items.splice(index, 0, item);
    if (isInside || isNext || (index === from && from === 0)) {
      const element = make(item);
      elements.set(item.key, element);
      list.insertBefore(element, elementAt(index + 1) ?? null);
      to += 1;
      dress(element, item, items[index - 1] ?? null);
      const next = elementAt(index + 1);
      if (next) dress(next, items[index + 1], item);
    } else if (index <= from) {
      from += 1;
      to += 1;
    }
  }

  scroll.addEventListener("scroll", () => {
    if (asked) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      ensure();
      onmove();
    });
  }, { passive: true });
  new ResizeObserver(() => ensure()).observe(scroll);

  return {
    /** Show other items, from the newest back, and nothing of what stood in the list. */
    reset(all) {
      elements.clear();
      list.replaceChildren();
      items = [...all].sort((one, other) => one.order - other.order);
      heights.clear();
      from = to = 0;
      if (items.length) render(...around(items.length - 1));
      else pad();
    },
    /** Items that come before all others. */
    prepend(older) {
      if (!older.length) return;
      keep(() => {
        items = [...[...older].sort((one, other) => one.order - other.order), ...items];
        from += older.length;
        to += older.length;
        const seen = inSight();
        render(...(seen >= 0 ? around(seen) : [from, to]));
      });
    },
    /** Items in their places. */
    add(more) {
      for (const item of more) place(item);
      if (more.length) pad();
    },
    drop(key) {
      const index = indexOf(key);
      if (index < 0) return;
      if (index >= from && index < to) takeOut(items[index]);
      items.splice(index, 1);
      heights.delete(key);
      if (index < from) from -= 1;
      if (index < to) to -= 1;
      const next = elementAt(index);
      if (next && index >= from) dress(next, items[index], items[index - 1] ?? null);
      pad();
    },
    has: (key) => indexOf(key) >= 0,
    element: (key) => elements.get(key) ?? null,
    keep,
    ensure,
    isAtEnd: () => to === items.length && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END,
    toEnd() {
      if (items.length && to < items.length) render(...around(items.length - 1));
      scroll.scrollTop = scroll.scrollHeight;
    },
    /** Bring an item into sight, `share` of the view's height from its top. */
    show(key, share = 0.25) {
      const index = indexOf(key);
      if (index < 0) return;
      if (!elements.has(key)) render(...around(index));
      scroll.scrollTop += elements.get(key).getBoundingClientRect().top - bounds().top - scroll.clientHeight * share;
      ensure();
    },
    /** The last item of which most shows, or null. */
    lastInSight() {
      const { bottom } = bounds();
      for (let index = to - 1; index >= from; index -= 1) {
        const box = elementAt(index).getBoundingClientRect();
        if (box.bottom <= bottom + 8 || box.top < bottom - 120) return items[index];
      }
      return null;
    },
  };
}
